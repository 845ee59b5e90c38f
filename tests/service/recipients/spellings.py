"""Ways in which people type one number, (214) 555-0142; and any number, put together by chance."""

from __future__ import annotations

from hypothesis import strategies as st

SPELLINGS = (
    "2145550142", "12145550142", "+12145550142", "0012145550142", "214 555 0142", "214-555-0142",
    "214.555.0142", "214/555/0142", "214_555_0142", "(214) 555-0142", "(214)555-0142", "(214)5550142",
    "(214) 555 0142", "1 214 555 0142", "1-214-555-0142", "1.214.555.0142", "1 (214) 555-0142",
    "1-(214)-555-0142", "+1 214 555 0142", "+1-214-555-0142", "+1.214.555.0142", "+1 (214) 555-0142",
    "+1(214)555-0142", "+1 214-555-0142", "1-214-5550142", "214-5550142", "214 5550142", "214555 0142",
    "2145 550142", "214–555–0142", "214—555—0142", "214‑555‑0142",
    "214 555\u00a00142", "214\u2009555\u20090142",
    "２１４５５５０１４２", "٢١٤٥٥٥٠١٤٢", "tel:+1-214-555-0142", "call from (214) 555-0142 please",
    "phone: 214 555 0142.", "<214-555-0142>", "  214   555   0142  ", "#2145550142", "\t214\n555\r0142",
    "214 - 555 - 0142", "214·555·0142", "[214] 555-0142", "\"214-555-0142\"",
    "214,555,0142", "2-1-4-5-5-5-0-1-4-2",
)  # fmt: skip

Spelling = tuple[str, str, tuple[str, str], bool, str]
"""What stands before it, its country code, what stands between its parts, brackets or not, its script."""

_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_NAMES = ("oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_NOMBRES = ("cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve")

A_NUMBER = st.tuples(
    st.sampled_from(("214", "305", "415", "512", "617", "702", "808", "907")),
    st.integers(2_300_000, 9_999_999).map(str).filter(lambda local: local[1:3] != "11"),
).map("".join)
_GAPS = st.sampled_from((" ", "-", ".", "", " - ", "–", "\u00a0", "·", "  "))
A_SPELLING: st.SearchStrategy[Spelling] = st.tuples(
    st.sampled_from(("", "call from ", "phone: ", "tel:", "my number is ", "  ")),
    st.sampled_from(("", "1 ", "1-", "+1 ", "+1", "001 ")),
    st.tuples(_GAPS, _GAPS),
    st.booleans(),
    st.sampled_from(("digits", "digits", "full width", "English", "Spanish")),
)


def spell_number(phone: str, spelling: Spelling) -> str:
    """Ten digits in that spelling."""
    before, country, (first, second), brackets, script = spelling
    if script in ("English", "Spanish"):
        words = _NAMES if script == "English" else _NOMBRES
        parts = (" ".join(words[int(digit)] for digit in part) for part in (phone[:3], phone[3:6], phone[6:]))
        return before + ", ".join(parts)
    area = f"({phone[:3]})" if brackets else phone[:3]
    written = f"{country}{area}{first}{phone[3:6]}{second}{phone[6:]}"
    return before + (written.translate(_FULL_WIDTH) if script == "full width" else written)
