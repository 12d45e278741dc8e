"""How often the kernel told of something bad: counts by event and object, and the programs it killed."""

from collections import deque
from collections.abc import Callable
from datetime import datetime

from agent.clock import SystemClock
from agent.collectors.asking import Ask, ask
from agent.collectors.memory import parse_vmstat
from agent.collectors.procfs import MACHINE, Roots, Unreadable, text
from agent.collectors.system.kernel.lines import Event, Reader
from agent.collectors.system.kernel.source import First, Journal, Kmsg, Source
from agent.names import KERNEL_EVENT, KERNEL_OBJECT, KERNEL_UNIT
from agent.signals import Gap, Metric, Reading

RECENT_S, DAY_S = 600.0, 86_400.0
OBJECTS_MAX = 64
TIMES_MAX = 1000
_monotonic = SystemClock().monotonic


class KernelLog:
    """`vigia.kernel.events_10m`, `vigia.kernel.events_24h` and `vigia.kernel.event_age` (seconds since the
    last) for each event and object of the last day; `vigia.memory.oom_kills` counts since the boot.

    `vigia.kernel.messages` counts the lines read. A log that may not be read is a gap; the count of killed
    programs does not need it.
    """

    name = "kernel"
    every_s = 10.0

    def __init__(
        self,
        roots: Roots = MACHINE,
        ask: Ask = ask,
        monotonic: Callable[[], float] = _monotonic,
        source: Source | None = None,
    ) -> None:
        self._vmstat = f"{roots.proc}/vmstat"
        self._source = source or First((Kmsg(f"{roots.dev}/kmsg"), Journal(monotonic, ask)))
        self._monotonic = monotonic
        self._reader = Reader()
        self._times: dict[Event, deque[float]] = {}
        self._messages = 0

    def read(self, now: datetime) -> Reading:
        gaps: list[Gap] = []
        metrics: list[Metric] = []
        try:
            for message in self._source.new():
                self._messages += 1
                event = self._reader.event(message.text)
                if event is not None:
                    self._times.setdefault(event, deque(maxlen=TIMES_MAX)).append(message.at_s)
            metrics.append(Metric("vigia.kernel.messages", self._messages, "{message}"))
        except Unreadable as error:
            gaps.append(Gap(self.name, f"the kernel's log cannot be read: {error}"))
        metrics += self._counts()
        try:
            kills = parse_vmstat(text(self._vmstat)).get("oom_kill")
        except (Unreadable, ValueError) as error:
            gaps.append(Gap(self.name, str(error)))
        else:
            if kills is None:
                gaps.append(Gap(self.name, "this kernel does not count oom kills"))
            else:
                metrics.append(Metric("vigia.memory.oom_kills", kills, "{kill}"))
        return Reading(self.name, now, 0.0, tuple(metrics), tuple(gaps))

    def _counts(self) -> list[Metric]:
        now_s = self._monotonic()
        metrics = []
        for event, times in list(self._times.items()):
            while times and times[0] < now_s - DAY_S:
                times.popleft()
            if not times:
                del self._times[event]
        for event in sorted(self._times, key=lambda event: -self._times[event][-1])[:OBJECTS_MAX]:
            times = self._times[event]
            of = {KERNEL_EVENT: event.kind, KERNEL_OBJECT: event.object}
            if event.unit:
                of[KERNEL_UNIT] = event.unit
            recent = sum(1 for at in times if at >= now_s - RECENT_S)
            metrics += [
                Metric("vigia.kernel.events_10m", recent, "{event}", of),
                Metric("vigia.kernel.events_24h", len(times), "{event}", of),
                Metric("vigia.kernel.event_age", max(0.0, now_s - times[-1]), "s", of),
            ]
        return metrics
