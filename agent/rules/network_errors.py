"""An interface loses or damages packets: a bad cable, a duplex mismatch, a dying port.

Facts: `interface_name`, `error_ratio` (errors per packet of the last minute, 0..1), `errors`.
"""

from collections.abc import Iterable

from agent.names import INTERFACE
from agent.rules.rule import MINUTE_S, Level, Memory, Sight, plain
from agent.rules.terms import Limit, Terms
from agent.signals import Reading, Severity

ERRORS_MIN = 10


class NetworkErrors:
    """Normal from 1 % and 10 errors a minute for 10 min, cleared below 0.1 %."""

    id = "network.errors"
    reads = "network"
    FACTS = ("interface_name", "error_ratio", "errors")
    LIMITS = (Limit("normal_percent", 1, 0.01, 100),)
    clear_s = MINUTE_S
    forgets = True

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        at_s = reading.taken_at.timestamp()
        for name, (errors, packets) in sums(reading).items():
            before = memory.get(name)
            if before is None or errors < before[1] or packets < before[2] or not 0 <= at_s - before[0] < 900:
                memory[name] = [at_s, errors, packets]
                continue
            if at_s - before[0] < MINUTE_S:
                continue
            memory[name] = [at_s, errors, packets]
            more, carried = errors - before[1], packets - before[2]
            ratio = min(1.0, more / max(1.0, more + carried))
            limit = terms["normal_percent"] / 100
            entered = ratio >= limit and more >= ERRORS_MIN
            level = Level(Severity.NORMAL, entered, ratio < limit / 10, 10 * MINUTE_S)
            facts = {"interface_name": name, "error_ratio": plain(ratio), "errors": plain(more)}
            yield Sight(name, (level,), facts)
        for gone in set(memory) - set(sums(reading)):
            del memory[gone]


def sums(reading: Reading) -> dict[str, tuple[float, float]]:
    """Errors and packets of both directions, by interface."""
    found: dict[str, tuple[float, float]] = {}
    for metric in reading.metrics:
        if metric.name in ("system.network.errors", "system.network.packet.count"):
            errors, packets = found.get(metric.attributes[INTERFACE], (0.0, 0.0))
            if metric.name == "system.network.errors":
                errors += metric.value
            else:
                packets += metric.value
            found[metric.attributes[INTERFACE]] = (errors, packets)
    return found
