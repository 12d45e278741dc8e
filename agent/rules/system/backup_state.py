"""A backup did not run, failed, never was, or shrank: perhaps the only copy of the business.

Facts: `backup_name`, `backup_kind`, `backup_age_s` (empty for never), `backup_failed` (1 when the last run
did), `backup_bytes` and `backup_size_ratio` (against the one before), empty where unknown.
"""

from collections.abc import Iterable

from agent.names import BACKUP, BACKUP_KIND
from agent.rules.rule import HOUR_S, Level, Memory, Sight, attributes_of, by_object, plain
from agent.rules.terms import Limit, Terms
from agent.signals import Reading, Severity

DAY_S = 24 * HOUR_S
_NAMES = ("every", "never", "age", "failed", "size", "size_ratio")


class BackupState:
    """Critical without success for 72 h, or never; high for 26 h, or when the last run failed; normal when it
    shrank to less than half. Hours are those of a daily backup: a weekly one has seven times as many."""

    id = "backup.state"
    reads = "backups"
    FACTS = (
        "backup_name",
        "backup_kind",
        "backup_age_s",
        "backup_failed",
        "backup_bytes",
        "backup_size_ratio",
    )
    LIMITS = (
        Limit("critical_hours", 72, 2, 8784),
        Limit("high_hours", 26, 1, 8784, at_most="critical_hours"),
        Limit("normal_shrunk_percent", 50, 1, 100),
    )
    clear_s = 0.0
    forgets = True
    blind_max_s = HOUR_S

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        names = tuple(f"vigia.backup.{name}" for name in _NAMES)
        for backup, told in by_object(reading, BACKUP, *names).items():
            values = {name: told.get(f"vigia.backup.{name}") for name in _NAMES}
            age_s, ratio = values["age"], values["size_ratio"]
            scale = (values["every"] or DAY_S) / DAY_S * HOUR_S
            late = bool(values["never"]) or (age_s is not None and age_s > terms["critical_hours"] * scale)
            due = late or bool(values["failed"])
            due = due or (age_s is not None and age_s > terms["high_hours"] * scale)
            shrank = ratio is not None and ratio < 1 - terms["normal_shrunk_percent"] / 100
            levels = (
                Level(Severity.CRITICAL, late, not late),
                Level(Severity.HIGH, due, not due),
                Level(Severity.NORMAL, shrank, not shrank),
            )
            facts = {
                "backup_name": backup,
                "backup_kind": attributes_of(reading, BACKUP, backup).get(BACKUP_KIND, ""),
                "backup_age_s": _optional(age_s),
                "backup_failed": _optional(values["failed"]),
                "backup_bytes": _optional(values["size"]),
                "backup_size_ratio": _optional(ratio),
            }
            yield Sight(backup, levels, facts)


def _optional(value: float | None) -> str:
    return "" if value is None else plain(value)
