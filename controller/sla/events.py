"""What happened to an incident, as its clocks read it: the order of events and which of them count (T9)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import NamedTuple

KINDS = (
    "opened",
    "reopened",
    "responded",
    "updated_customer",
    "severity_changed",
    "escalated",
    "paused",
    "resumed",
    "resolved",
    "closed",
)
_RANK = {kind: rank for rank, kind in enumerate(KINDS)}
Key = tuple[datetime, datetime, int, str]


@dataclass(frozen=True, slots=True)
class Event:
    """`at`: when it happened; `recorded_at`: when we knew. Both aware.

    `auto`: not said by a human (T2). `level`: 2 or 3, of an escalation. `by`: who did it; `engine` for an
    escalation the engine made itself (T4a). Other kinds than KINDS are a timeline's own: not for here.
    """

    kind: str
    at: datetime
    recorded_at: datetime
    id: str | None = None
    severity: str | None = None
    level: int | None = None
    channel: str | None = None
    auto: bool = False
    reason: str | None = None
    by: str | None = None


class Sifted(NamedTuple):
    """`events` in order, each once; `conflicting` are those whose id is taken by other content (T9)."""

    events: list[Event]
    conflicting: tuple[Event, ...]


def sift(events: Iterable[Event], as_of: datetime, known_at: datetime | None) -> Sifted:
    """What was known at `known_at` of what had happened by `as_of`, in the order of T9.

    Ids are settled before `as_of` is looked at: which of two contents is an event's must not depend on it.
    """
    known = [_in_utc(event) for event in events if known_at is None or event.recorded_at <= known_at]
    known, conflicting = _settle_ids(known)
    known.sort(key=_key)
    seen = [event for event in known if event.at <= as_of]
    if any(one.at == next_.at and _key(one) == _key(next_) for one, next_ in pairwise(seen)):
        seen = list(dict.fromkeys(sorted(seen, key=_full_key)))
    return Sifted(seen, conflicting)


def _in_utc(event: Event) -> Event:
    if event.at.tzinfo is UTC and event.recorded_at.tzinfo is UTC:
        return event
    return replace(event, at=event.at.astimezone(UTC), recorded_at=event.recorded_at.astimezone(UTC))


def _key(event: Event) -> Key:
    return event.at, event.recorded_at, _RANK[event.kind], event.id or ""


def _full_key(event: Event) -> tuple[Key, str]:
    """T9 leaves events without ids of one kind and instant in no order; by content they have one."""
    return _key(event), repr(_content(event))


def _settle_ids(known: list[Event]) -> tuple[list[Event], tuple[Event, ...]]:
    """The first recorded of each id wins. One that differs only in when it was recorded is a repetition."""
    winners: dict[str, Event] = {}
    repeated = False
    for event in known:
        if event.id is not None and (held := winners.setdefault(event.id, event)) is not event:
            repeated = True
            if _precedence(event) < _precedence(held):
                winners[event.id] = event
    if not repeated:
        return known, ()
    losers = {e for e in known if e.id is not None and _content(e) != _content(winners[e.id])}
    settled = [event for event in known if event.id is None] + list(winners.values())
    return settled, tuple(sorted(losers, key=_precedence))


def _content(event: Event) -> tuple[object, ...]:
    return (
        event.kind,
        event.at,
        event.severity,
        event.level,
        event.channel,
        event.auto,
        event.reason,
        event.by,
    )


def _precedence(event: Event) -> tuple[datetime, tuple[Key, str]]:
    return event.recorded_at, _full_key(event)
