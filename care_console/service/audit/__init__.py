"""The audit log: one entry for each thing done, in its own transaction."""
