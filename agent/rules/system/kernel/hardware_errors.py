"""Processor, board or a card on its bus reports errors: machine checks, CPER, PCIe AER.

Facts: `component` (a processor, a bus address, or the firmware's own word), `hardware_fatal`,
`hardware_recoverable`, `hardware_corrected` (how many of each in 24 h).
"""

from collections.abc import Iterable

from agent.rules.rule import HOUR_S, Level, Memory, Sight, plain
from agent.rules.system.kernel.events import Events, events
from agent.rules.terms import Limit, Terms
from agent.signals import Reading, Severity

QUIET_S = 6 * HOUR_S
KINDS = ("hardware_fatal", "hardware_recoverable", "hardware_corrected")


class HardwareErrors:
    """Critical fatal, high recoverable, normal corrected; over when six hours brought no other."""

    id = "hardware.error"
    reads = "kernel"
    FACTS = ("component", *KINDS)
    LIMITS = (Limit("normal_per_day", 1, 1, 1_000_000),)
    clear_s = 0.0
    forgets = True

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        components: dict[str, dict[str, Events]] = {}
        for event in events(reading, *KINDS):
            # CPER names no component, only how bad it is.
            name = "" if event.object in ("fatal", "recoverable", "corrected") else event.object
            components.setdefault(name, {})[event.kind] = event
        for name, told in sorted(components.items()):
            fatal, recoverable, corrected = (_fresh(told.get(kind)) for kind in KINDS)
            levels = (
                Level(Severity.CRITICAL, fatal > 0, not fatal),
                Level(Severity.HIGH, recoverable > 0, not recoverable),
                Level(Severity.NORMAL, corrected >= terms["normal_per_day"], not corrected),
            )
            facts = {"component": name, **{kind: plain(_day(told.get(kind))) for kind in KINDS}}
            yield Sight(name, levels, facts)


def _fresh(event: Events | None) -> float:
    return event.day if event is not None and event.age_s < QUIET_S else 0.0


def _day(event: Events | None) -> float:
    return event.day if event is not None else 0.0
