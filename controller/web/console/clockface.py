"""A clock of the contract as a page shows it: what is left, how much of the bar, which colour."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from controller.sla.plan import Plan
from controller.sla.promises import still_owed
from controller.sla.state import BREACHED, MET, NOT_NEEDED, PENDING, Clock, State
from controller.words import formats
from controller.words.catalogue import Translator

LABELS = {
    "first_response": "First response",
    "update": "Next update",
    "escalate_l2": "To level 2",
    "escalate_l3": "To level 3",
    "resolution": "Solution",
}


@dataclass(frozen=True, slots=True)
class Face:
    """`tone`: calm, soon (a warning has gone out), late, done or idle. `running`: the browser counts on from
    here; a missed promise that is still owed counts upwards. `spent_s` of `span_s` is the bar, 0 for none."""

    name: str
    label: str
    tone: str
    running: bool
    due: datetime | None
    started_at: datetime | None
    left_text: str
    span_s: int
    spent_s: int
    remark: str


def faces(state: State, words: Translator, warn_at: float) -> tuple[Face, ...]:
    """One for each clock that says something now; of the update windows, the last. `warn_at`: 0..1."""
    shown = [_face(clock, state, words, warn_at) for clock in state.clocks.values()]
    if state.updates:
        shown.insert(1, _face(state.updates[-1], state, words, warn_at))
    return tuple(shown)


def first_warning(plan: Plan) -> float:
    """The share of a promise (0..1) after which somebody has been warned."""
    return min(plan.warn_at, default=1.0)


def next_face(shown: Iterable[Face]) -> Face | None:
    """The promise that ends first, or ended longest ago and is still owed."""
    running = [(face.due, face) for face in shown if face.running and face.due is not None]
    return min(running, key=lambda pair: pair[0])[1] if running else None


def _face(clock: Clock, state: State, words: Translator, warn_at: float) -> Face:
    tone, left, running, remark = "idle", "", False, ""
    now = state.as_of
    span_s = spent_s = 0
    if clock.due is not None and clock.basis is not None:
        span_s = max(1, round((clock.due - clock.basis).total_seconds()))
        until = clock.decided_at or now
        spent_s = min(span_s, max(0, round((until - clock.basis).total_seconds())))
    if clock.state == PENDING and clock.due is None:
        left = words._("Paused")
    elif clock.state == PENDING and clock.due is not None:
        running = True
        tone = "soon" if spent_s >= warn_at * span_s else "calm"
        left = formats.duration(clock.due - now)
    elif clock.state == BREACHED and clock.due is not None and still_owed(clock, state):
        tone, running = "late", True
        left = words._("{span} late", span=formats.duration(now - clock.due))
    elif clock.state == BREACHED:
        tone, left = "late", words._("Missed")
        spent_s = span_s
    elif clock.state == MET:
        tone, left = "done", words._("Kept")
        span_s = 0
        if clock.decided_at is not None and clock.origin is not None and clock.name == "first_response":
            remark = words._("after {span}", span=formats.duration(clock.decided_at - clock.origin))
    elif clock.state == NOT_NEEDED:
        left, span_s = words._("Not needed"), 0
    else:
        left, span_s = words._("Not yet"), 0
        remark = words._("starts with the first answer, or when that is overdue")
    return Face(
        clock.name, words._(LABELS.get(clock.name, clock.name)), tone, running, clock.due, clock.basis, left,
        span_s, spent_s, remark,
    )  # fmt: skip
