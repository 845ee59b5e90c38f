"""One small function per verb that a person at the desk may do."""
