"""Who may be texted, and how it came to be so."""
