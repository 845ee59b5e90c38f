"""What the tests of the opt-out log share: rows made at random, and reading the log in each of its forms."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from typing import Any
from xml.etree import ElementTree

import httpx
from hypothesis import strategies as st

CHANNELS = ("sms", "care_call", "web", "carrier", "complaint")
ACTORS = ("recipient", "carrier", "ana", "=ben()", "O'Nguyễn-Smith <b>")
RISKY = "=+-@\t\r\n＝＋－＠'"
FIELDS = (
    "id", "phone", "state", "channel", "words", "received_at", "effective_at", "actor", "scope",
    "texts_cancelled", "call_id", "provider_message_id", "confirmation_id", "confirmation_seconds",
    "imported_id",
)  # fmt: skip
_XML = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")

# Anything that PostgreSQL stores as text: no NUL, no half characters.
stored_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
risky_text = st.builds(str.__add__, st.sampled_from(RISKY), stored_text)
words = st.one_of(
    stored_text, risky_text, st.sampled_from(["STOP", "¡ya no me manden mensajes! 🙏", "_x0041_", "<b>"])
)


async def whole_log(
    client: httpx.AsyncClient, limit: int = 100, **wanted: Any
) -> tuple[list[dict[str, Any]], set[int]]:
    """Each row of a filter by its pages, and every total that was told on the way."""
    rows: list[dict[str, Any]] = []
    totals: set[int] = set()
    params = {"limit": limit} | wanted
    while True:
        answer = await client.get("/v1/opt-outs", params=params)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        rows += page["items"]
        totals.add(page["total"])
        if page["next_cursor"] is None:
            return rows, totals
        params["cursor"] = page["next_cursor"]


async def csv_log(client: httpx.AsyncClient, **wanted: Any) -> list[dict[str, str]]:
    """The rows of the CSV as they stand in it."""
    answer = await client.get("/v1/opt-outs.csv", params=wanted)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8"), newline="")))


async def xlsx_log(client: httpx.AsyncClient, **wanted: Any) -> list[dict[str, str]]:
    """The rows of the XLSX, of all its sheets."""
    answer = await client.get("/v1/opt-outs.xlsx", params=wanted)
    assert answer.status_code == 200, answer.text
    return [row for sheet in sheets_of(answer.content) for row in sheet]


def sheets_of(content: bytes) -> list[list[dict[str, str]]]:
    """Each sheet's rows by the names in its first. Fails where any cell is a formula or no plain value."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = sorted(
            (name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")),
            key=lambda name: int(re.sub(r"\D", "", name)),
        )
        return [_rows_of(archive.read(name)) for name in names]


def _rows_of(sheet: bytes) -> list[dict[str, str]]:
    root = ElementTree.fromstring(sheet)
    assert root.find(f".//{_XML}f") is None, "a formula"
    assert root.find(f".//{_XML}hyperlink") is None, "a link"
    found: list[dict[str, str]] = []
    header: dict[str, str] = {}
    for row in root.iter(f"{_XML}row"):
        cells = {re.sub(r"\d", "", cell.attrib["r"]): _value(cell) for cell in row.iter(f"{_XML}c")}
        if not header:
            header = cells
        elif cells:
            found.append({name: cells.get(column, "") for column, name in header.items()})
    return found


def _value(cell: ElementTree.Element) -> str:
    if cell.attrib.get("t") == "inlineStr":
        text = cell.find(f".//{_XML}t")
        raw = "" if text is None or text.text is None else text.text
        return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), raw)
    number = cell.find(f"{_XML}v")
    assert number is not None
    assert number.text is not None
    return f"{float(number.text):g}"


def as_cells(row: dict[str, Any]) -> dict[str, str]:
    """A row of the API as its cells should be."""
    return {name: "" if row[name] is None else str(row[name]) for name in FIELDS}


def unmarked(row: dict[str, str]) -> dict[str, str]:
    """A row of the CSV without the marks that keep cells from being formulas."""
    return {name: cell[1:] if cell.startswith("'") else cell for name, cell in row.items()}
