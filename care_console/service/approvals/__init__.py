"""What one person asked for and another decides."""
