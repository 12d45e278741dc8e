"""What the facts of the controller's own findings are called, and what their values mean."""

from collections.abc import Mapping

from controller.words.history import REASONS
from controller.words.rulewords import N_

OWN_NAMES: Mapping[str, str] = {
    "age_s": N_("The oldest waits for"),
    "arrived": N_("Machines that use it"),
    "clock_moved_s": N_("Moved by"),
    "count": N_("How many"),
    "customer": N_("Customer"),
    "date": N_("Date"),
    "days": N_("Days left"),
    "decided": N_("Promises decided"),
    "due": N_("Was due"),
    "end": N_("Gap ends"),
    "error": N_("What went wrong"),
    "gap_s": N_("Length of the gap"),
    "goodbye": N_("Last goodbye"),
    "incident": N_("Incident"),
    "kept_ratio": N_("Kept"),
    "kind": N_("Kind of timer"),
    "last_heard_at": N_("Last heard"),
    "late_s": N_("Late by"),
    "level": N_("Level"),
    "machine_count": N_("How many machines"),
    "machines": N_("Machines"),
    "missed": N_("Missed"),
    "reason": N_("How it was noticed"),
    "returning_since": N_("Coming back since"),
    "silent_s": N_("Silent for"),
    "start": N_("Gap begins"),
    "target_ratio": N_("Promised"),
}
OWN_VALUES: Mapping[str, Mapping[str, str]] = {"goodbye": REASONS, "reason": REASONS}
# Instants, as they are kept: in UTC.
INSTANTS = frozenset({"due", "end", "last_heard_at", "returning_since", "start"})
