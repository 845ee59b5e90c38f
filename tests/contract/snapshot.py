"""`python -m tests.contract.snapshot`: writes the OpenAPI document anew. A change of it is a decision."""

from __future__ import annotations

import json
from pathlib import Path

from care_console.service.app import make_app

FILE = Path(__file__).parent / "openapi.json"


def document() -> str:
    """The document as the application gives it, in one order."""
    app = make_app(services=None)  # type: ignore[arg-type]
    return json.dumps(app.openapi(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(document(), encoding="utf-8")
    print(f"written: {FILE}")
