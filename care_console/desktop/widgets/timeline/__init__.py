"""A list of things that happened, newest first: rows, a model that fetches pages, a delegate that paints."""
