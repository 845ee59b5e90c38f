"""What hangs on a number rather than on a message: its texts, each a list over the window."""
