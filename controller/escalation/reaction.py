"""Pure: how long each level took to act, and who was told when (contract.md T4a).

An engine that is always in time proves nothing about people.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from controller.core.actor import ActorKind
from controller.incidents.timeline import Entry, EntryKind

_ARRIVALS = frozenset({EntryKind.OPENED, EntryKind.REOPENED, EntryKind.ESCALATED})
_ACTS = frozenset({
    EntryKind.ACKNOWLEDGED, EntryKind.OWNER_CHANGED, EntryKind.RESPONDED, EntryKind.UPDATED_CUSTOMER,
    EntryKind.NOTE, EntryKind.SEVERITY_CHANGED, EntryKind.ESCALATED, EntryKind.PAUSED, EntryKind.RESOLVED,
    EntryKind.CLOSED,
})  # fmt: skip
_ENDS = frozenset({EntryKind.RESOLVED, EntryKind.CLOSED})
_TOLD = frozenset({EntryKind.NOTICE_QUEUED, EntryKind.UNACKNOWLEDGED})


@dataclass(frozen=True, slots=True)
class Reaction:
    """A level had the incident from `since`; `told` says whom of ours we told when. `act` is the first thing
    a person of ours did, None when nobody has before `until` (the next level's turn, the end, or now)."""

    level: int
    since: datetime
    told: tuple[tuple[datetime, str], ...]
    act: Entry | None
    until: datetime

    @property
    def took(self) -> timedelta:
        return max(timedelta(0), (self.act.at if self.act else self.until) - self.since)


def reactions(entries: Sequence[Entry], now: datetime) -> tuple[Reaction, ...]:
    """One for each arrival at a level, in the order of writing."""
    arrivals = [place for place, entry in enumerate(entries) if entry.kind in _ARRIVALS]
    found: list[Reaction] = []
    level = 1
    for place, following in zip(arrivals, [*arrivals[1:], len(entries)], strict=True):
        arrival = entries[place]
        level = arrival.level or level
        # Whoever hands it on has acted for the level that had it until then.
        stretch = entries[place + 1 : following + 1]
        act = next((entry for entry in stretch if _is_act(entry) and entry.at >= arrival.at), None)
        end = next((entry.at for entry in stretch if entry.kind in _ENDS | _ARRIVALS), now)
        told = tuple((entry.recorded_at, names) for entry in stretch if (names := _told(entry)))
        found.append(Reaction(level, arrival.at, told, act, end))
    return tuple(found)


def _is_act(entry: Entry) -> bool:
    return entry.kind in _ACTS and entry.actor_kind is ActorKind.PERSON


def _told(entry: Entry) -> str:
    if entry.kind is EntryKind.UNACKNOWLEDGED:
        return entry.facts.get("told", "")
    return entry.facts.get("staff", "") if entry.kind in _TOLD else ""
