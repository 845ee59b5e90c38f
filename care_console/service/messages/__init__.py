"""Messages: who sent what to whom, what became of it, and hearing it from the desk."""
