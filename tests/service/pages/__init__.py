"""The pages that recipients meet."""
