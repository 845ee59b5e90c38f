"""Who has which story open."""
