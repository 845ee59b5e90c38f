"""The mathematics of the audit log, with no I/O: the entry in its canonical bytes."""
