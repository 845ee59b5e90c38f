"""What hangs on a number rather than on a message: its texts, its prepaid account: lists over the window."""
