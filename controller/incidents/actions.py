"""Every verb of the room, by name; the doors and `flow.py` call them here."""

from controller.incidents.causes import note_linked, note_unlinked, tell_solution
from controller.incidents.conversation import (
    assign,
    change_severity,
    climb,
    close,
    escalate,
    note,
    reopen,
    resolve,
    respond,
    update_customer,
)
from controller.incidents.correspondence import (
    customer_confirms,
    customer_reopens,
    customer_writes,
    note_request,
    open_by_person,
)
from controller.incidents.drafts.actions import discard_draft, save_draft
from controller.incidents.duplicates.actions import merge, unmerge
from controller.incidents.intake import (
    attach_attempts,
    attach_evidence,
    note_cleared,
    reconcile,
    refuse_evidence,
    resolve_if_quiet,
    take_in,
)
from controller.incidents.own import end_own, open_own
from controller.incidents.pauses.actions import bound_pause, pause, resume, resume_when_due

__all__ = [
    "assign",
    "attach_attempts",
    "attach_evidence",
    "bound_pause",
    "change_severity",
    "climb",
    "close",
    "customer_confirms",
    "customer_reopens",
    "customer_writes",
    "discard_draft",
    "end_own",
    "escalate",
    "merge",
    "note",
    "note_cleared",
    "note_linked",
    "note_request",
    "note_unlinked",
    "open_by_person",
    "open_own",
    "pause",
    "reconcile",
    "refuse_evidence",
    "reopen",
    "resolve",
    "resolve_if_quiet",
    "respond",
    "resume",
    "resume_when_due",
    "save_draft",
    "take_in",
    "tell_solution",
    "unmerge",
    "update_customer",
]
