"""Care Console: the desk of Mobile Voice Messaging, and the service behind it."""

__version__ = "0.1.0"
