"""Collectors: one a file, one verb. Each looks at one part of the machine and says what it read.

A collector may fail, be slow, or hang: that is data, not an outage. It never judges (rules do), never changes
anything, and never sends. `ALL` is explicit: what is not in it is not collected.
"""

import math
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from agent.clock import Clock
from agent.signals import Gap, Reading

if TYPE_CHECKING:
    from agent.config import Config

METRICS_MAX = 4096
GAPS_MAX = 64
REASON_MAX = 200


class Collector(Protocol):
    """Blocking; run in a thread, by one caller at a time, with a time limit. May raise anything."""

    @property
    def name(self) -> str:
        """Unique in the agent; watches are "watch:NAME"."""

    @property
    def every_s(self) -> float:
        """How often it is to be read, in seconds."""

    def read(self, now: datetime) -> Reading:
        """One look. `now` is aware UTC and becomes the reading's instant."""


@runtime_checkable
class Fitting(Protocol):
    """A collector that reads the configuration: what it names, and where the agent keeps its own."""

    def fit(self, config: "Config") -> Collector:
        """The same collector for that configuration."""


def fitted(collectors: Sequence[Collector], config: "Config") -> tuple[Collector, ...]:
    """Each collector as the configuration wants it."""
    return tuple(one.fit(config) if isinstance(one, Fitting) else one for one in collectors)


def look(collector: Collector, clock: Clock) -> Reading:
    """One look that never raises: what goes wrong is a gap, what makes no sense is left out. Blocking."""
    now, began = clock.now(), clock.monotonic()
    try:
        reading = sound(collector.read(now))
    except Exception as error:  # a collector's failure is data
        told = f"{type(error).__name__}: {error}"[:REASON_MAX]
        reading = Reading(collector.name, now, 0.0, gaps=(Gap(collector.name, told),))
    return replace(reading, took_s=clock.monotonic() - began)


def sound(reading: Reading) -> Reading:
    """The reading without numbers that are none, and no longer than the limits."""
    metrics = tuple(metric for metric in reading.metrics[:METRICS_MAX] if math.isfinite(metric.value))
    gaps = [Gap(gap.collector, gap.reason[:REASON_MAX]) for gap in reading.gaps[:GAPS_MAX]]
    left_out = len(reading.metrics) - len(metrics)
    if left_out:
        gaps.append(
            Gap(reading.collector, f"{left_out} values left out: no numbers, or more than {METRICS_MAX}")
        )
    return replace(reading, metrics=metrics, gaps=tuple(gaps))


def of_system(platform: str) -> tuple[Collector, ...]:
    """The collectors of a system, as `sys.platform` names it. Only its own are loaded: the others would cost
    the resident agent memory."""
    if platform == "win32":
        from agent.collectors.anywhere import ANYWHERE
        from agent.collectors.windows import WINDOWS

        return (*WINDOWS, *ANYWHERE)
    if platform == "darwin":
        from agent.collectors.anywhere import ANYWHERE, UNIX
        from agent.collectors.macos import MACOS

        return (*MACOS, *ANYWHERE, *UNIX)
    from agent.collectors.linux import LINUX

    return LINUX


if TYPE_CHECKING:
    ALL: tuple[Collector, ...]


def __getattr__(name: str) -> Any:
    """`ALL`, when it is asked for: who needs a part of this package, such as the child that takes evidence,
    does not load them all."""
    if name != "ALL":
        raise AttributeError(name)
    globals()["ALL"] = of_system(sys.platform)
    return globals()["ALL"]
