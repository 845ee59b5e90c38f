"""What a player of recordings says of itself; without the sound library, which comes with the first one."""

from __future__ import annotations

from enum import StrEnum

NO_SOUND_DEVICE = "No sound device: nothing can be heard on this computer. The position still moves."
RATES = (0.75, 1.0, 1.25, 1.5, 1.75, 2.0)


class PlayerState(StrEnum):
    """What the player is doing."""

    EMPTY = "empty"
    LOADING = "loading"
    READY = "ready"
    PLAYING = "playing"
    PAUSED = "paused"
    BROKEN = "broken"
