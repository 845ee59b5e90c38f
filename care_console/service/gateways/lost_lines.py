"""What httpx raises where a line was lost, the faults of what lies below it included."""

from __future__ import annotations

import httpx

LINE_LOST = (httpx.HTTPError, AttributeError)
"""A line that is cut in the very moment in which it is made leaves uvloop's transport without its socket;
anyio then asks None for its address (seen with anyio 4.16 and uvloop 0.23, where servers die with -9)."""
