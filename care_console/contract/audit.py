"""The words that an entry of the audit log is made of: what was done, and how it ended."""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """What was done. The word goes into the stored bytes: never rename one, only add."""

    SESSION_OPENED = "session.opened"
    SESSION_REFUSED = "session.refused"
    SESSION_CLOSED = "session.closed"
    SESSION_REFRESHED = "session.refreshed"
    STAFF_ADDED = "staff.added"
    SEARCHED = "search.made"
    STORY_READ = "story.read"
    TIMELINE_READ = "timeline.read"
    MESSAGE_READ = "message.read"
    CHARGES_READ = "charges.read"
    NOTE_WRITTEN = "note.written"
    CONTACT_RECORDED = "contact.recorded"
    OPTED_OUT = "consent.opted_out"
    OPTED_IN = "consent.opted_in"
    CONSENT_CORRECTED = "consent.corrected"
    HELD = "consent.held"
    TEXT_CANCELLED = "text.cancelled"
    TEXT_QUEUED = "text.queued"
    TEXT_SENT = "text.sent"
    TEXT_FAILED = "text.failed"
    TEXT_REPORTED = "text.reported"
    TEXT_RECEIVED = "text.received"
    LINK_ISSUED = "link.issued"
    LINK_REVOKED = "link.revoked"
    PREVIEW_OPENED = "preview.opened"
    REFUND_ASKED = "refund.asked"
    REFUND_WITHDRAWN = "refund.withdrawn"
    REFUND_SUBMITTED = "refund.submitted"
    REFUND_STATE_READ = "refund.state_read"
    REFUND_SETTLED = "refund.settled"
    REFUND_FAILED = "refund.failed"
    REFUND_APPROVED = "refund.approved"
    REFUND_DECLINED = "refund.declined"
    CHARGE_READ = "charge.read"
    APPROVAL_ASKED = "approval.asked"
    APPROVAL_DECIDED = "approval.decided"
    APPROVAL_WITHDRAWN = "approval.withdrawn"
    APPROVAL_EXPIRED = "approval.expired"
    APPROVALS_READ = "approvals.read"
    IMPORT_RUN = "import.run"
    OPT_OUT_LOG_READ = "opt_out_log.read"
    OPT_OUT_READ = "opt_out.read"
    OPT_OUT_LOG_EXPORTED = "opt_out_log.exported"
    AUDIT_LOG_READ = "audit_log.read"
    REFUSED = "request.refused"


class Outcome(StrEnum):
    """How it ended."""

    DONE = "done"
    REFUSED = "refused"
    UNKNOWN = "unknown"
