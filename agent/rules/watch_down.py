"""A watched service does not answer: the outage a contract names, hence always critical.

Facts: `watch_name`; `watch_kind` (unit, process, tcp, http); `watch_target`; `watch_outcome` (refused,
timeout, unreachable, unresolved, wrong_answer, closed, tls_failed, inactive, failed, absent, starting; ok
once cleared);
`http_status` and `unit_restarts`, empty where there is none; `watch_took_s`, how long the last look took.
"""

from collections.abc import Iterable

from agent.names import WATCH, WATCH_KIND, WATCH_TARGET
from agent.rules.rule import Level, Memory, Sight, plain
from agent.rules.terms import Terms
from agent.signals import Reading, Severity, WatchResult

# Longer than nothing: the first look that times out only begins the hold, the next in a row ends it.
TWICE_S = 0.1


class WatchDown:
    """Refused or failed: at once. A timeout: when it happens twice in a row. Cleared by two good looks."""

    id = "watch.down"
    reads = "watch"
    FACTS = (
        "watch_name",
        "watch_kind",
        "watch_target",
        "watch_outcome",
        "http_status",
        "unit_restarts",
        "watch_took_s",
    )
    LIMITS = ()
    clear_s = TWICE_S
    forgets = False

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        for metric in reading.metrics:
            if metric.name != "vigia.watch.result":
                continue
            result, of = WatchResult(int(metric.value)), metric.attributes
            down = result is not WatchResult.OK
            level = Level(Severity.CRITICAL, down, not down, TWICE_S if result.passing else 0.0)
            facts = {
                "watch_name": of[WATCH],
                "watch_kind": of[WATCH_KIND],
                "watch_target": of[WATCH_TARGET],
                "watch_outcome": result.name.lower(),
                "http_status": _optional(reading, "vigia.watch.http_status", of[WATCH]),
                "unit_restarts": _optional(reading, "vigia.watch.restarts", of[WATCH]),
                "watch_took_s": _optional(reading, "vigia.watch.duration", of[WATCH]),
            }
            yield Sight(of[WATCH], (level,), facts)


def _optional(reading: Reading, name: str, watch: str) -> str:
    value = reading.value(name, **{WATCH: watch})
    return "" if value is None else plain(value)
