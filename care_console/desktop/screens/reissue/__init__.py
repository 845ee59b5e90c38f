"""A new link in the place of one that was lost, has ended, or was never heard."""
