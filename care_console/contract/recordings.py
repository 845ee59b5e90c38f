"""What a facility's recorder is answered to a recording (``POST /v1/recordings``)."""

from __future__ import annotations

from care_console.contract.base import Reply
from care_console.contract.messages import TextPlan
from care_console.contract.money import Money


class RecordingTaken(Reply):
    """The recording is a message now. `seconds` as they are priced; `text`: whether and when the recipient is
    told of it."""

    message_id: str
    seconds: int
    price: Money
    text: TextPlan
