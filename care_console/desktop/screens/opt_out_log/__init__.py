"""The opt-out log, and the held replies in it that wait for somebody: for supervisors and auditors."""
