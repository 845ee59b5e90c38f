"""Finding a caller by whatever they say: what was typed is read in every way it can be, best first."""
