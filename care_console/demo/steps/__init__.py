"""The jobs of a specialist, done by keys on the real window; each returns the facts that show it was done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from care_console.demo.steps import approving, finding, hearing, money, texts
from care_console.demo.steps.scene import Checked, NotAsItShouldBe, Scene

__all__ = ["STEPS", "Checked", "NotAsItShouldBe", "Scene", "Step"]

Step = Callable[[Scene], Awaitable[Checked]]

STEPS: tuple[tuple[str, Step], ...] = (
    ("sign-in", finding.sign_in),
    ("find", finding.find_by_number),
    ("story", finding.read_story),
    ("preview", hearing.preview),
    ("diagnosis", hearing.diagnosis),
    ("stop-texts", texts.stop_texts),
    ("new-link", texts.reissue),
    ("refund-undo", money.refund_and_undo),
    ("refund-settle", money.refund_and_settle),
    ("charged-twice", money.charged_twice),
    ("approved-by-another", approving.approved_by_another),
    ("stop-offline", texts.stop_while_offline),
)
