"""Damages sounds by seed and takes each through measuring and copying; as a program, for a range of seeds.

A program of its own, with bounded memory, so that a crash or hang in FFmpeg does not end the tests with it.
"""

from __future__ import annotations

import json
import random
import resource
import sys
import time

from care_console.service.recordings.measure import SoundError, measure
from care_console.service.recordings.transcode import to_aac
from tests.service.recordings.sounds import FORMS, in_form, speech

MOST_MEMORY = 3 * 1024**3
GREAT_NUMBERS = [b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f", b"\0\0\0\0"]


def damaged(data: bytes, chance: random.Random) -> bytes:
    """The same file with one to three damages, half of them in its headers."""
    out = bytearray(data)
    for _ in range(chance.randint(1, 3)):
        reach = min(len(out), 200) if chance.random() < 0.5 else len(out)
        at = chance.randrange(max(1, reach))
        match chance.randrange(7):
            case 0:
                out[at : at + 1] = bytes([out[at] ^ (1 << chance.randrange(8))]) if out else b""
            case 1:
                for _ in range(chance.choice([1, 8, 100])):
                    place = chance.randrange(max(1, reach))
                    out[place : place + 1] = bytes([chance.randrange(256)])
            case 2:
                del out[at:]
            case 3:
                del out[at : at + chance.choice([1, 2, 100, 5000])]
            case 4:
                out[at:at] = chance.randbytes(chance.choice([1, 2, 100, 5000]))
            case 5:
                out[at : at + 4] = chance.choice(GREAT_NUMBERS)
            case _:
                out[at:at] = out[: chance.choice([50, 5000])]
    return bytes(out)


def main(first: int, last: int) -> None:
    """One JSON line for each file: its number, how it went, and in how many seconds."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    sources = [(form, in_form(speech(seconds=2, seed=3), form)) for form in FORMS]
    for number in range(first, last):
        form, whole = sources[number % len(sources)]
        data = damaged(whole, random.Random(number))
        print(json.dumps({"number": number, "form": form}), flush=True)
        begun = time.monotonic()
        try:
            levels = measure(data)
            copy = measure(to_aac(data))
            outcome = f"taken, {levels.duration_seconds:.1f} s, {copy.duration_seconds:.1f} s"
        except SoundError as error:
            outcome = f"refused: {error.problem}"
        seconds = round(time.monotonic() - begun, 2)
        print(json.dumps({"number": number, "outcome": outcome, "seconds": seconds}), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
