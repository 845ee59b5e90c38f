"""The way to the service: its calls, its events, the session, and how a call can fail."""

from __future__ import annotations

import sys

# Wherever rich, pygments and click happen to be installed, httpx imports its command line and them: 11 MB
# that no desk needs. Without it, httpx does as it does where they are not there.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
