"""Where sound is kept: the port, and folders or S3 behind it."""
