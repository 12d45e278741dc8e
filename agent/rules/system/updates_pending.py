"""The machine waits for a restart, or for updates that close holes.

Facts: `reboot_required` (1 or 0), `pending_s` (since when it is known here), `updates_pending`,
`updates_security`, `updates_critical` (packages; empty where they could not be counted).
"""

from collections.abc import Iterable

from agent.rules.rule import HOUR_S, Level, Memory, Sight, plain
from agent.rules.terms import Limit, Terms
from agent.signals import Reading, Severity

DAY_S = 24 * HOUR_S
_COUNTS = ("pending", "security", "critical")


class UpdatesPending:
    """Normal for a restart or security updates that wait for a day, high after 30 days or for critical ones.

    Machines that update themselves at night are left in peace: hence the day.
    """

    id = "updates.pending"
    reads = "updates"
    FACTS = ("reboot_required", "pending_s", "updates_pending", "updates_security", "updates_critical")
    LIMITS = (
        Limit("normal_days", 1, 0, 365, workstation=7, at_most="high_days"),
        Limit("high_days", 30, 0, 365),
    )
    clear_s = 0.0
    forgets = False
    blind_max_s = 2 * HOUR_S

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        reboot = reading.value("vigia.reboot.required")
        counts = {name: reading.value(f"vigia.updates.{name}") for name in _COUNTS}
        if reboot is None and counts["security"] is None:
            return
        at_s = reading.taken_at.timestamp()
        waits = bool(reboot) or bool(counts["security"])
        if not waits or at_s < memory.get("since_s", at_s):
            memory.pop("since_s", None)
        if waits:
            known_s = reading.value("vigia.reboot.required_age") or 0.0
            memory["since_s"] = min(memory.get("since_s", at_s), at_s - known_s)
        pending_s = at_s - memory["since_s"] if waits else 0.0
        urgent = bool(counts["critical"])
        levels = (
            Level(Severity.HIGH, waits and (urgent or pending_s >= terms["high_days"] * DAY_S), not waits),
            Level(Severity.NORMAL, waits and pending_s >= terms["normal_days"] * DAY_S, not waits),
        )
        facts = {
            "reboot_required": plain(reboot or 0.0),
            "pending_s": plain(pending_s),
            **{f"updates_{name}": "" if one is None else plain(one) for name, one in counts.items()},
        }
        yield Sight("", levels, facts)
