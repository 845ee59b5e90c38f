"""What a facility sends in: its recordings, their checks and levels, and the copies that people hear."""
