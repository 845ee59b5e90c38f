"""Notes that the desk writes on a recipient."""
