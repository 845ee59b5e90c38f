"""Which phone numbers are US numbers: the area codes of the fifty states and Washington, DC."""

from __future__ import annotations

import functools

from phonenumbers import PhoneNumber, region_code_for_number

# Any number that is well formed in every area code: which region it lies in depends on the area code alone.
_LOCAL = 2_345_678


@functools.cache
def us_area_codes() -> tuple[str, ...]:
    """Three digits each, in order, by the metadata of the installed `phonenumbers`.

    The North American plan's other countries and the island territories have `+1` too; they are left out.
    """
    return tuple(
        str(code)
        for code in range(200, 1000)
        if region_code_for_number(PhoneNumber(1, code * 10_000_000 + _LOCAL)) == "US"
    )
