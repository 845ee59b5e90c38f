"""Try it now: a sample data set, the service as a process of its own, and the desk opened on it."""
