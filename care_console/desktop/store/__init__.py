"""What the desk keeps on disk, encrypted: drafts, what is still to be sent, stories opened lately."""
