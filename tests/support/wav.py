"""A wave as a WAV file."""

from __future__ import annotations

import io
import wave
from typing import Any

import numpy as np


def as_wav(samples: np.ndarray[Any, Any], rate: int) -> bytes:
    """One channel in 16 bits; samples from -1 to 1."""
    file = io.BytesIO()
    with wave.open(file, "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(2)
        made.setframerate(rate)
        made.writeframes((samples * 32767).astype("<i2").tobytes())
    return file.getvalue()
