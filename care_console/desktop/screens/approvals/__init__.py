"""The queue of what waits for another person: its items, the story behind one, and the decision."""
