"""How long ago a machine was last heard, by clocks that nobody sets (trust.md R10, R12).

What this process heard itself is told by `Presence`. What another process heard stands in the machine's row,
as an instant of that process's wall clock, which is compared with no clock of ours: what counts is how long
ago, on our steady clock, we saw that instant change.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from controller.fleet.presence import Presence

# Beyond this the wall clock was set between a word and now, and what it said then means little now. Others
# flush their words every 30 s.
_SAME = timedelta(seconds=1)
_SAME_OF_OTHERS = timedelta(seconds=60)


class Sightings:
    """`look` at every turn with what the rows say; `wrote` what we ourselves put there."""

    def __init__(self, presence: Presence) -> None:
        self._presence = presence
        self._clock = presence.clock
        self._told: dict[UUID, datetime] = {}
        self._own: dict[UUID, datetime] = {}
        self._changed_s: dict[UUID, float] = {}

    def look(self, last_seen: Mapping[UUID, datetime]) -> None:
        """A first look proves nothing: the word may be old."""
        now_s = self._clock.monotonic()
        for machine_id, at in last_seen.items():
            before = self._told.get(machine_id)
            if before is not None and before != at and self._own.get(machine_id) != at:
                self._changed_s[machine_id] = now_s
        self._told = dict(last_seen)

    def wrote(self, heard: Iterable[tuple[UUID, datetime]]) -> None:
        """Our own flush is no new sign of life."""
        self._own.update(heard)

    def last_s(self, machine_id: UUID) -> float | None:
        """When it was last heard by anybody, on our steady clock; None: not since our start."""
        heard = self._presence.last_heard(machine_id)
        known = [self._changed_s[machine_id]] if machine_id in self._changed_s else []
        return max([*known, heard.monotonic_s] if heard else known, default=None)

    def age_s(self, machine_id: UUID) -> float:
        """Seconds since then; infinite when it was not heard since our start."""
        last_s = self.last_s(machine_id)
        return float("inf") if last_s is None else self._clock.monotonic() - last_s

    def heard_at(self, machine_id: UUID, told: datetime | None) -> datetime | None:
        """The last sign of life on the wall clock as it stands now, for people. `told`: the row's word."""
        heard, now = self._presence.last_heard(machine_id), self._clock.now()
        last_s = self.last_s(machine_id)
        if last_s is None:
            return min(told, now) if told is not None else None
        aged = now - timedelta(seconds=self._clock.monotonic() - last_s)
        ours = heard is not None and heard.monotonic_s == last_s
        at, near = (heard.at, _SAME) if heard is not None and ours else (told, _SAME_OF_OTHERS)
        return at if at is not None and abs(at - aged) <= near else aged
