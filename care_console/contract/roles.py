"""The four roles and the one table of what each may do. The service enforces it, the desktop reads it."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """Who somebody at the desk is."""

    SPECIALIST = "specialist"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """One thing that may be done."""

    FIND = "find"
    READ_STORY = "read_story"
    WRITE_NOTE = "write_note"
    PREVIEW = "preview"
    OPT_OUT = "opt_out"
    ASK_CORRECTION = "ask_correction"
    REISSUE = "reissue"
    CLEAR_REACH = "clear_reach"
    SEND_RECEIPT = "send_receipt"
    REFUND = "refund"
    DECIDE = "decide"
    PAUSE = "pause"
    READ_OPT_OUT_LOG = "read_opt_out_log"
    READ_AUDIT_LOG = "read_audit_log"
    EXPORT_AUDIT_LOG = "export_audit_log"
    MANAGE_STAFF = "manage_staff"


_AT_THE_DESK = frozenset(
    {
        Permission.FIND,
        Permission.READ_STORY,
        Permission.WRITE_NOTE,
        Permission.PREVIEW,
        Permission.OPT_OUT,
        Permission.ASK_CORRECTION,
        Permission.REISSUE,
        Permission.CLEAR_REACH,
        Permission.SEND_RECEIPT,
        Permission.REFUND,
    }
)

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.SPECIALIST: _AT_THE_DESK,
    Role.SUPERVISOR: _AT_THE_DESK
    | {Permission.DECIDE, Permission.PAUSE, Permission.READ_OPT_OUT_LOG, Permission.READ_AUDIT_LOG},
    Role.AUDITOR: frozenset(
        {Permission.READ_OPT_OUT_LOG, Permission.READ_AUDIT_LOG, Permission.EXPORT_AUDIT_LOG}
    ),
    Role.ADMINISTRATOR: frozenset({Permission.MANAGE_STAFF}),
}


def may(role: Role, permission: Permission) -> bool:
    """Whether a role holds a permission."""
    return permission in PERMISSIONS[role]
