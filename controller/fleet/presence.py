"""Who was heard when, in memory: written at every message, flushed to the rows in bulk (wire.md "Stores").

One per controller process. Ages are told by the monotonic clock, so that a clock set right by an hour makes
nobody silent; instants are for people.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from controller.core.clock import Clock


@dataclass(frozen=True, slots=True)
class Heard:
    """`at`: aware UTC; `monotonic_s`: the same moment on the clock that never goes back."""

    at: datetime
    monotonic_s: float


@dataclass(frozen=True, slots=True)
class Flush:
    """What is to be written; hand it back to `flushed` after the commit. `gone`: streams that ended, and
    when; `away`: machines that have none now."""

    heard: tuple[tuple[UUID, datetime], ...]
    gone: tuple[tuple[UUID, datetime], ...]
    away: frozenset[UUID]


class Presence:
    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._heard: dict[UUID, Heard] = {}
        self._unflushed: set[UUID] = set()
        self._streams: dict[UUID, int] = {}
        self._gone: list[tuple[UUID, datetime]] = []

    def heard(self, machine_id: UUID) -> None:
        """Any message is a heartbeat."""
        self._heard[machine_id] = Heard(self.clock.now(), self.clock.monotonic())
        self._unflushed.add(machine_id)

    def arrived(self, machine_id: UUID) -> None:
        """A stream of this machine began."""
        self._streams[machine_id] = self._streams.get(machine_id, 0) + 1
        self.heard(machine_id)

    def left(self, machine_id: UUID) -> None:
        """A stream of this machine ended, in whatever way."""
        remaining = self._streams.get(machine_id, 0) - 1
        if remaining > 0:
            self._streams[machine_id] = remaining
            return
        self._streams.pop(machine_id, None)
        self._gone.append((machine_id, self.clock.now()))

    def last_heard(self, machine_id: UUID) -> Heard | None:
        """In this process; None when it was not heard since the start."""
        return self._heard.get(machine_id)

    def is_connected(self, machine_id: UUID) -> bool:
        return machine_id in self._streams

    def connected(self) -> Collection[UUID]:
        return tuple(self._streams)

    def unflushed(self) -> Flush:
        heard = tuple((machine_id, self._heard[machine_id].at) for machine_id in self._unflushed)
        gone = tuple(self._gone)
        return Flush(heard, gone, frozenset(m for m, _ in gone if not self.is_connected(m)))

    def flushed(self, flush: Flush) -> None:
        """That much is durable; what was heard since stays to be written."""
        for machine_id, at in flush.heard:
            if self._heard[machine_id].at == at:
                self._unflushed.discard(machine_id)
        del self._gone[: len(flush.gone)]
