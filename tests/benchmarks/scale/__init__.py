"""A database of any size in the service's own tables, what is asked of it, and the bare SQL that answers it."""
