"""What recipients meet in a browser: the page behind a link, and what is beside it."""
