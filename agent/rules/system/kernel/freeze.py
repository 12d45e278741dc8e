"""The system froze for a while: a task that hangs, a processor that is stuck, an error in the kernel itself.

Facts: `kernel_event` (hung_task, lockup, oops), `kernel_object` (the task or processor last named),
`events_10m`, `events_24h`.
"""

from collections.abc import Iterable

from agent.rules.rule import MINUTE_S, Level, Memory, Sight, plain
from agent.rules.system.kernel.events import Events, events
from agent.rules.terms import Limit, Terms
from agent.signals import Reading, Severity

QUIET_S = 30 * MINUTE_S


class KernelFreeze:
    """High at once, critical from 5 in 10 min; over after half an hour without another."""

    id = "kernel.freeze"
    reads = "kernel"
    FACTS = ("kernel_event", "kernel_object", "events_10m", "events_24h")
    LIMITS = (Limit("critical_events", 5, 2, 10_000),)
    clear_s = 0.0
    forgets = True

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        kinds: dict[str, list[Events]] = {}
        for event in events(reading, "hung_task", "lockup", "oops"):
            kinds.setdefault(event.kind, []).append(event)
        for kind, told in kinds.items():
            recent = sum(event.recent for event in told)
            over = min(event.age_s for event in told) > QUIET_S
            levels = (
                Level(Severity.CRITICAL, recent >= terms["critical_events"], over),
                Level(Severity.HIGH, recent >= 1, over),
            )
            facts = {
                "kernel_event": kind,
                "kernel_object": min(told, key=lambda event: event.age_s).object,
                "events_10m": plain(recent),
                "events_24h": plain(sum(event.day for event in told)),
            }
            yield Sight(kind, levels, facts)
