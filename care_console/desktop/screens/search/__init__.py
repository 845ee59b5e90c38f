"""Find: the box, and the hits below it."""
