"""Memory with error correction had something to correct, or could not.

Facts: `module_name` (the label on the board, where the driver knows it), `corrected_day` and
`uncorrected_day`, how many errors of each kind in the last 24 h.
"""

from collections.abc import Iterable

from agent.rules.hardware.parts import DAY_S, parts, rise
from agent.rules.rule import Level, Memory, Sight, plain
from agent.rules.terms import Limit, Terms
from agent.signals import Reading, Severity


class EccErrors:
    """Critical for any uncorrected, high above 50 corrected in a day on one module, normal for any.

    Counts begin with the boot: a count that is there when first seen was not there before it.
    """

    id = "ecc.errors"
    reads = "edac"
    FACTS = ("module_name", "corrected_day", "uncorrected_day")
    LIMITS = (Limit("high_daily_count", 50, 1, 100_000),)
    clear_s = 0.0
    forgets = False
    blind_max_s = 300.0

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        at_s = reading.taken_at.timestamp()
        modules, many = parts(reading, "memory"), terms["high_daily_count"]
        for module in modules:
            corrected = self._day(
                module.id, "corrected", module.figure("hw.errors", "corrected"), at_s, memory
            )
            lost = self._day(
                module.id, "uncorrected", module.figure("hw.errors", "uncorrected"), at_s, memory
            )
            if corrected is None or lost is None:
                continue
            # A controller also counts what its modules count: it speaks only for what it cannot place.
            inner = [one for one in modules if one.id.startswith(f"{module.id}/")]
            if inner:
                corrected -= sum(self._known(one.id, "corrected", memory) for one in inner)
                lost -= sum(self._known(one.id, "uncorrected", memory) for one in inner)
            levels = (
                Level(Severity.CRITICAL, lost > 0, lost <= 0),
                Level(Severity.HIGH, corrected > many, corrected <= many / 2),
                Level(Severity.NORMAL, corrected > 0, corrected <= 0),
            )
            facts = {
                "module_name": module.name,
                "corrected_day": plain(max(0.0, corrected)),
                "uncorrected_day": plain(max(0.0, lost)),
            }
            yield Sight(module.id, levels, facts)

    def _day(self, module: str, kind: str, count: float | None, at_s: float, memory: Memory) -> float | None:
        if count is None:
            return None
        key = f"{module} {kind}"
        before = memory.get(key)
        if before is None or count < before["count"]:  # first seen, or counted from zero again by a boot
            rise(memory, key, 0.0, at_s, DAY_S)
        return rise(memory, key, count, at_s, DAY_S).risen

    def _known(self, module: str, kind: str, memory: Memory) -> float:
        kept = memory.get(f"{module} {kind}")
        return sum(one[1] for one in kept["rises"]) if kept else 0.0
