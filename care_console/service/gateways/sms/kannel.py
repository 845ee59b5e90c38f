"""Kannel over HTTP: its sendsms interface, and the calls that it makes to us.

Kannel 1.4.5 user's guide, chapters "SMSBox" (sendsms: answers 202, 400, 403, 503) and "Delivery reports".
"""

from __future__ import annotations

import hmac
import re
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import parse_qsl, urlencode

import httpx

from care_console.service.gateways.lost_lines import LINE_LOST
from care_console.service.gateways.sms.port import (
    IncomingText,
    NotHandedOver,
    OutcomeUnknown,
    OutgoingText,
    Receipt,
    ReceiptState,
    TextRefused,
    Unreadable,
)

RECEIPT_PATH = "/gateways/sms/kannel/receipt"
_ALL_REPORTS = 31  # delivered 1, not delivered 2, buffered 4, accepted 8 and refused 16 by the carrier
_STATES = {
    1: ReceiptState.DELIVERED,
    2: ReceiptState.UNDELIVERED,
    4: ReceiptState.ACCEPTED,
    8: ReceiptState.ACCEPTED,
    16: ReceiptState.REFUSED,
}
_GSM, _UCS2 = "0", "2"
_SECONDS = httpx.Timeout(5.0, connect=2.0)
_US = re.compile(r"(?:\+?1)?([2-9][0-9]{2}[2-9][0-9]{6})")
# What carriers and aggregators answer for a number that opted out with them; their words differ.
_UNSUBSCRIBED = re.compile(
    r"unsubscri|opted.?out|opt.?out|black.?list|blocked by user|stop.?list", re.IGNORECASE
)
_MOST_CHARACTERS = 4000


class Kannel:
    """One Kannel at `url`; with none, texts wait until there is one.

    `callback_url` is where it reaches this service; `secret` it shows with each call.
    """

    def __init__(
        self, url: str | None, *, user: str, password: str, sender: str, callback_url: str, secret: str
    ) -> None:
        self._url = url and f"{url.rstrip('/')}/cgi-bin/sendsms"
        self._login = {"username": user, "password": password, "from": sender}
        self._callback = f"{callback_url.rstrip('/')}{RECEIPT_PATH}"
        self._secret = secret
        self._client = httpx.AsyncClient(timeout=_SECONDS, trust_env=False)

    async def hand_over(self, text: OutgoingText) -> None:
        """Hand a text over; Kannel answers once it has it on its disk. Raises an SmsProblem."""
        if self._url is None:
            raise NotHandedOver("No SMS gateway is set (CARE_KANNEL_URL).")
        try:
            answer = await self._client.get(self._url, params=self._request(text))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as gone:
            raise NotHandedOver("The SMS gateway cannot be reached.") from gone
        except LINE_LOST as lost:
            raise OutcomeUnknown("The SMS gateway's answer was lost.") from lost
        if answer.status_code == httpx.codes.ACCEPTED:
            return
        if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            raise NotHandedOver("The SMS gateway takes no text just now.")
        if answer.is_client_error:
            raise TextRefused(f"The SMS gateway refused it: {answer.text.strip()[:200]}")
        raise OutcomeUnknown(f"The SMS gateway answered {answer.status_code}.")

    def read_incoming(self, query: bytes) -> IncomingText:
        """A text in Kannel's own parameters: from, to, text, id, time, coding, charset."""
        told = _plain(query)
        phone = _US.fullmatch(re.sub(r"[\s().-]", "", told.get("from", "")))
        if phone is None:
            raise Unreadable("from is no US number")
        body = _decoded(query, told).get("text", "").replace("\x00", "")[:_MOST_CHARACTERS]
        # With no id of Kannel's (%I) a STOP is taken all the same; the same call again is the same text.
        id = told.get("id", "").replace("\x00", "")[:200] or f"call-{sha256(query).hexdigest()}"
        return IncomingText(f"+1{phone[1]}", body, id, _moment(told.get("time", "")))

    def read_receipt(self, query: bytes) -> Receipt:
        """A delivery report: id is ours, status Kannel's %d, answer its %A."""
        told = _plain(query)
        try:
            text_id, state = int(told["id"]), _STATES[int(told["status"])]
        except (KeyError, ValueError) as wrong:
            raise Unreadable("id and status must be numbers that Kannel was given or gives") from wrong
        if not 0 < text_id < 2**63:
            raise Unreadable("id is none of ours")
        answer = told.get("answer", "").replace("\x00", "")[:500]
        failed = state in (ReceiptState.REFUSED, ReceiptState.UNDELIVERED)
        return Receipt(text_id, state, answer, failed and _UNSUBSCRIBED.search(answer) is not None)

    def knows(self, secret: str) -> bool:
        """Whether it is the secret; where none is set (an embedded database alone), any."""
        return not self._secret or hmac.compare_digest(secret.encode(), self._secret.encode())

    async def close(self) -> None:
        """Close every connection."""
        await self._client.aclose()

    def _request(self, text: OutgoingText) -> dict[str, str]:
        report = urlencode({"id": text.id, "secret": self._secret})
        return {
            **self._login,
            "to": text.phone,
            "text": text.body,
            "charset": "UTF-8",
            "coding": _GSM,
            "validity": str(text.valid_minutes),
            "dlr-mask": str(_ALL_REPORTS),
            # Kannel puts the state and the carrier's answer in the place of these.
            "dlr-url": f"{self._callback}?{report}&status=%d&answer=%A",
        }


def _plain(query: bytes) -> dict[str, str]:
    return dict(parse_qsl(query.decode("ascii", "replace"), keep_blank_values=True, errors="replace"))


def _decoded(query: bytes, told: dict[str, str]) -> dict[str, str]:
    """The parameters in the character set that Kannel names; UCS-2 where it names none and coding is 2."""
    charset = told.get("charset") or ("UTF-16BE" if told.get("coding") == _UCS2 else "UTF-8")
    try:
        return dict(
            parse_qsl(
                query.decode("ascii", "replace"), keep_blank_values=True, encoding=charset, errors="replace"
            )
        )
    except LookupError:
        return told


def _moment(told: str) -> datetime | None:
    """Kannel's %T (seconds since 1970) or %t (``2026-11-25 14:03:22``, UTC)."""
    try:
        if told.isdigit():
            return datetime.fromtimestamp(int(told), UTC)
        told_at = datetime.fromisoformat(told)
        return told_at.astimezone(UTC) if told_at.tzinfo else told_at.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        return None
