"""Many logins fail: somebody guesses passwords, or a program uses an old one.

Facts: `failed_logins_10m`.
"""

from collections.abc import Iterable

from agent.rules.rule import Level, Memory, Sight, plain
from agent.rules.terms import Limit, Terms
from agent.signals import Reading, Severity


class LoginsFailed:
    """Normal from 20, high above 100 in 10 min; over below half of that."""

    id = "logins.failed"
    reads = "logins"
    FACTS = ("failed_logins_10m",)
    LIMITS = (
        Limit("normal_count", 20, 1, 1_000_000, at_most="high_count"),
        Limit("high_count", 100, 1, 1_000_000),
    )
    clear_s = 300.0
    forgets = False

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        count = reading.value("vigia.logins.failed_10m")
        if count is None:
            return
        high, normal = terms["high_count"], terms["normal_count"]
        levels = (
            Level(Severity.HIGH, count > high, count < high / 2),
            Level(Severity.NORMAL, count >= normal, count < normal / 2),
        )
        yield Sight("", levels, {"failed_logins_10m": plain(count)})
