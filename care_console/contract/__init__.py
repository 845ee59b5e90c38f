"""What the desktop and the service say to each other: requests, replies and the words both use.

Nothing here imports anything but pydantic and the standard library, so either side can rely on it.
"""
