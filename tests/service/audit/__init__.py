"""The audit log's own parts."""
