"""How a reply to one of our texts is read: as STOP, HOLD, HELP, START, or nothing of these."""
