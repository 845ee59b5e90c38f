"""The card processor: the port, one file per vendor, and a twin of it for tests and for trying things out."""
