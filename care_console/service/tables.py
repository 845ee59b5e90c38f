"""Every table, in one metadata: what the migrations are held against."""

from __future__ import annotations

from care_console.service.approvals import tables as approvals
from care_console.service.audit import tables as audit
from care_console.service.consent import tables as consent
from care_console.service.contacts import tables as contacts
from care_console.service.facilities import tables as facilities
from care_console.service.foundation import tables as foundation
from care_console.service.foundation.database import metadata
from care_console.service.imports import tables as imports
from care_console.service.links import tables as links
from care_console.service.messages import tables as messages
from care_console.service.payments import tables as payments
from care_console.service.playback import tables as playback
from care_console.service.prepaid import tables as prepaid
from care_console.service.presence import tables as presence
from care_console.service.recipients import tables as recipients
from care_console.service.recordings import tables as recordings
from care_console.service.refunds import tables as refunds
from care_console.service.staff import tables as staff
from care_console.service.texting import tables as texting

ROOMS = (
    approvals,
    audit,
    consent,
    contacts,
    facilities,
    foundation,
    imports,
    links,
    messages,
    payments,
    playback,
    prepaid,
    presence,
    recipients,
    recordings,
    refunds,
    staff,
    texting,
)

__all__ = ["ROOMS", "metadata"]
