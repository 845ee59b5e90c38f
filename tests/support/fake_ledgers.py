"""What an AdvanceConnect account holds and how it came to it, for the small service of the window's tests."""

from __future__ import annotations

from datetime import datetime, timedelta

from care_console.contract.prepaid import LedgerEntry, LedgerKind, PrepaidAccount, PrepaidLedger


def a_ledger(now: datetime) -> PrepaidLedger:
    """$20 in, a message paid and given back, $5 in and taken back by the bank."""
    moves = [
        (LedgerKind.REVERSAL, -500, 2000, {"reverses": "4"}),
        (LedgerKind.DEPOSIT, 500, 2500, {}),
        (LedgerKind.REFUND, 399, 2000, {"charge_id": "c9", "refund_id": "7b1c5e0e"}),
        (LedgerKind.SPEND, -399, 1601, {"charge_id": "c9", "sender_name": "J. <b>Delgado</b>"}),
        (LedgerKind.DEPOSIT, 2000, 2000, {}),
    ]
    items = [
        LedgerEntry.model_validate(
            {
                "id": str(9 - place),
                "transaction_id": str(5 - place),
                "kind": kind,
                "at": now - timedelta(days=place),
                "amount_cents": cents,
                "balance_cents": held,
                **more,
            }
        )
        for place, (kind, cents, held, more) in enumerate(moves)
    ]
    opened = PrepaidAccount(balance_cents=2000, opened_at=now - timedelta(days=90), has_pin=True)
    return PrepaidLedger(items=items, account=opened)
