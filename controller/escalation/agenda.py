"""Pure: what the engine will do at the next few instants of an incident, if nothing is written into it.

It is worked out when the timer is planned, where nobody waits, and lies on the timer's row. Whatever moves a
clock plans the timer anew, and its agenda with it; so at the instant itself nothing need be counted again.
An agenda is no truth: where there is none, or anything about it is in doubt, the clocks are read.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from controller.escalation.steps import IN_TIME, JUST_AFTER, Step, StepKind, look
from controller.incidents.case import CaseState, Incident
from controller.sla.events import Event
from controller.sla.ledger import Running
from controller.sla.promises import due_of_pressing

_SHAPE = 1
_MOST = 8
# Of a long story less: each instant is a look at all of it, and somebody will write into it soon.
_MOST_EVENTS = 400


class Planned(NamedTuple):
    """A `Step` as it is kept."""

    kind: StepKind
    at: datetime
    due: datetime
    clock: str
    window: int
    restart: int
    fraction: float | None
    level: int | None
    key: str


class Item(NamedTuple):
    """What is done at `due`, in order, to an open incident of that severity at that level; which promise
    presses after it, and when to look again."""

    due: datetime
    severity: str
    level: int
    steps: tuple[Planned, ...]
    pressing_at: datetime | None
    following: datetime | None


def planned(step: Step) -> Planned:
    return Planned(
        step.kind, step.at, step.due, step.clock, step.window, step.restart, step.fraction, step.level,
        step.key,
    )  # fmt: skip


def ahead(
    running: Running, level: int, done: Collection[str], due: datetime | None, climbed: Iterable[Event] = ()
) -> tuple[Item, ...]:
    """From `due` on, the engine's own climbs included. `climbed`: those not written yet. Empty when time
    stands still for this incident, since its last entry lies ahead of the clock."""
    items: list[Item] = []
    climbs, keys = [*climbed], {*done}
    most = max(1, min(_MOST, _MOST_EVENTS // max(1, len(running.events))))
    while due is not None and len(items) < most:
        item = _item(running, level, keys, due, climbs)
        if item is None:
            break
        items.append(item)
        level = next((step.level for step in reversed(item.steps) if step.level is not None), level)
        due = item.following
    return tuple(items)


def _item(running: Running, level: int, keys: set[str], due: datetime, climbs: list[Event]) -> Item | None:
    """`keys` and `climbs` get what is done there."""
    before, found = level, list[Planned]()
    while True:
        state = running.state(due, *climbs)
        if state.as_of != due or state.status != CaseState.OPEN.value:
            return None
        steps, following = look(state, level, running.governing.plan.warn_at, keys)
        for step in steps:
            found.append(planned(step))
            keys.add(step.key)
            if step.level is not None:
                level = step.level
                climbs.append(_climb(step, due))
                break
        else:
            break
    if following is not None:
        following = max(following, due + JUST_AFTER)
    return Item(due, state.severity, before, tuple(found), due_of_pressing(state), following)


def _climb(step: Step, at: datetime) -> Event:
    return Event("escalated", step.due, at, step.key, level=step.level, auto=True, by="engine")


def written(items: Sequence[Item]) -> str | None:
    """A line for each; None when there is nothing to keep."""
    return "\n".join(map(_line, items)) or None


def _line(item: Item) -> str:
    steps = [
        [kind.value, at.isoformat(), due.isoformat(), *rest] for kind, at, due, *rest in item.steps
    ]  # fmt: skip
    told = [item.due.isoformat(), item.severity, item.level, steps, _text(item.pressing_at)]
    return json.dumps([_SHAPE, *told, _text(item.following)], separators=(",", ":"))


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None


def first(agenda: str) -> tuple[Item | None, str | None]:
    """The next item, None when it cannot be read; and the rest of the agenda."""
    line, _, rest = agenda.partition("\n")
    try:
        shape, due, severity, level, steps, pressing, following = json.loads(line)
        if shape != _SHAPE:
            return None, None
        item = Item(
            datetime.fromisoformat(due),
            severity,
            level,
            tuple([_read(*step) for step in steps]),
            datetime.fromisoformat(pressing) if pressing else None,
            datetime.fromisoformat(following) if following else None,
        )
    except (ValueError, TypeError):
        return None, None
    return item, rest or None


_STEPS = {kind.value: kind for kind in StepKind}


def _read(
    kind: str, at: str, due: str, clock: str, window: int, restart: int, fraction: float | None,
    level: int | None, key: str,
) -> Planned:  # fmt: skip
    if kind not in _STEPS:
        raise ValueError(kind)
    return Planned(
        _STEPS[kind], datetime.fromisoformat(at), datetime.fromisoformat(due), clock, window, restart,
        fraction, level, key,
    )  # fmt: skip


def holds(item: Item, case: Incident, due: datetime, now: datetime, last: datetime | None) -> bool:
    """Whether what was worked out for `due` is what the clocks would say now: it is the timer's instant, in
    time (T4a) and before the next one; the incident stands as it was seen; and the clock was not set back
    behind `last`, when its newest entry was recorded."""
    return (
        item.due == due <= now
        and now - due < IN_TIME
        and all(now - step.at <= IN_TIME for step in item.steps)
        and (item.following is None or now < item.following - JUST_AFTER)
        and (last is None or last <= now)
        and case.state is CaseState.OPEN
        and case.level == item.level
        and case.severity.value == item.severity
    )
