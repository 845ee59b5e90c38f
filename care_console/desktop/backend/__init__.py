"""The way to the service: its calls, its events, the session, and how a call can fail."""
