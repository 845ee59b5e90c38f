"""What every campaign's outcome has: whether it held, and its figures."""

from __future__ import annotations

from typing import Any


class Verdict:
    """For a dataclass that has a list `wrong`: what was found not to be as promised."""

    wrong: list[str]

    @property
    def held(self) -> bool:
        """Whether every promise was kept."""
        return not self.wrong

    def figures(self) -> dict[str, Any]:
        """For the report."""
        return vars(self) | {"held": self.held}
