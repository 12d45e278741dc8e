"""What all watches share: one look, its result, and the metrics it becomes."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from agent.collectors.procfs import Roots
from agent.config import Watch
from agent.names import WATCH, WATCH_KIND, WATCH_TARGET
from agent.signals import Listener, Metric, Reading, WatchResult

EVERY_S = 2.0


@dataclass(frozen=True, slots=True)
class Look:
    """How one look ended. `http_status` and `restarts` only where the kind has them."""

    result: WatchResult
    http_status: int | None = None
    restarts: int | None = None


class WatchCollector(ABC):
    """A collector for one watch. `limit_s`: after that long the look itself hangs.

    `last_listener` is the process last seen serving the watch while it answered, when that is known.
    """

    every_s = EVERY_S

    def __init__(self, watch: Watch, monotonic: Callable[[], float], roots: Roots) -> None:
        self.watch = watch
        self.name = f"watch:{watch.name}"
        self.limit_s = watch.timeout_s + 1.0
        self.last_listener: Listener | None = None
        self._monotonic, self._roots = monotonic, roots
        self._began_s: float | None = None
        self._ended: Look | None = None

    @abstractmethod
    def look(self) -> Look:
        """One look, at most `timeout_s` long. Raises when it cannot be told how the service is."""

    def shown_target(self) -> str:
        """The target without what may be secret in it: this leaves the machine."""
        return self.watch.target

    def remember(self, look: Look) -> None:  # noqa: B027 - most kinds have nothing to remember
        """Called after each look, outside the time that is measured."""

    def overdue(self, now: datetime, waited_s: float) -> Reading | None:  # noqa: ARG002 - kinds override it
        """What a look that hangs amounts to; None when it says nothing about the service."""
        return None

    def timed_out(self, now: datetime, waited_s: float) -> Reading | None:
        """What a look amounts to that hangs in the service. One that no thread has come to, or that has just
        begun, says how busy we are ourselves; one that ended has its answer, whatever is looked up then."""
        began_s, ended = self._began_s, self._ended
        if began_s is None:
            return None
        if ended is None and self._monotonic() - began_s < self.watch.timeout_s:
            return None
        return self.told(ended or Look(WatchResult.TIMEOUT), now, waited_s)

    def read(self, now: datetime) -> Reading:
        self._ended, self._began_s = None, self._monotonic()
        try:
            self._ended = look = self.look()
            took_s = self._monotonic() - self._began_s
            self.remember(look)
        finally:
            self._began_s = None
        return self.told(look, now, took_s)

    def told(self, look: Look, now: datetime, took_s: float) -> Reading:
        """`vigia.watch.up` 0 or 1, `vigia.watch.result` a WatchResult, `vigia.watch.duration` in seconds."""
        of = {WATCH: self.watch.name, WATCH_KIND: self.watch.kind, WATCH_TARGET: self.shown_target()}
        metrics = [
            Metric("vigia.watch.up", float(look.result is WatchResult.OK), "1", of),
            Metric("vigia.watch.result", float(look.result), "1", of),
            Metric("vigia.watch.duration", took_s, "s", of),
        ]
        if look.http_status is not None:
            metrics.append(Metric("vigia.watch.http_status", look.http_status, "1", of))
        if look.restarts is not None:
            metrics.append(Metric("vigia.watch.restarts", look.restarts, "{restart}", of))
        return Reading(self.name, now, took_s, tuple(metrics))
