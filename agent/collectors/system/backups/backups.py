"""How old the last good backup is, for each backup that the configuration names."""

from collections.abc import Sequence
from datetime import datetime

from agent.collectors.asking import Ask, ProgramMissing, ask
from agent.collectors.system import elsewhere
from agent.collectors.system.backups.traces import Trace, trace
from agent.config import Backup, Config
from agent.names import BACKUP, BACKUP_KIND
from agent.signals import Gap, Metric, Reading

HOUR_S = 3600.0
TIME_MACHINE = "timemachine"


class Backups:
    """`vigia.backup.age` in seconds since the last good one, absent with `vigia.backup.never` 1;
    `vigia.backup.every` in seconds; `vigia.backup.failed` 0 or 1 of the last run; `vigia.backup.size` in
    bytes and `vigia.backup.size_ratio` against the one before, where the kind tells sizes."""

    name = "backups"
    every_s = 900.0
    limit_s = 120.0

    def __init__(self, backups: Sequence[Backup] = (), ask: Ask = ask) -> None:
        self._backups, self._ask = backups, ask

    def fit(self, config: Config) -> "Backups":
        """The same, with the backups of a configuration."""
        return Backups(config.backups, self._ask)

    def overdue(self, now: datetime, waited_s: float) -> Reading | None:  # noqa: ARG002
        return None

    def read(self, now: datetime) -> Reading:
        metrics = [Metric("vigia.backups", len(self._backups), "{backup}")]
        gaps = []
        for backup in self._backups:
            try:
                metrics += look(backup, now, self._ask)
            except (OSError, ValueError, ProgramMissing) as error:
                told = getattr(error, "strerror", None) or error
                gaps.append(Gap(self.name, f"{backup.name}: {backup.path}: {told}"))
        return Reading(self.name, now, 0.0, tuple(metrics), tuple(gaps))


def look(backup: Backup, now: datetime, ask: Ask = ask) -> list[Metric]:
    """The metrics of one backup. Raises OSError, ValueError or ProgramMissing."""
    found = (
        time_machine(ask) if backup.kind == TIME_MACHINE else trace(backup.kind, backup.path, backup.match)
    )
    of = {BACKUP: backup.name, BACKUP_KIND: backup.kind}
    metrics = [
        Metric("vigia.backup.every", backup.every_hours * HOUR_S, "s", of),
        Metric("vigia.backup.never", float(found.at is None), "1", of),
        Metric("vigia.backup.failed", float(found.failed), "1", of),
    ]
    if found.at is not None:
        metrics.append(Metric("vigia.backup.age", max(0.0, (now - found.at).total_seconds()), "s", of))
    if found.size is not None:
        metrics.append(Metric("vigia.backup.size", found.size, "By", of))
        if found.size_before:
            metrics.append(Metric("vigia.backup.size_ratio", found.size / found.size_before, "1", of))
    return metrics


def time_machine(ask: Ask) -> Trace:
    """What macOS says of its own backup. Raises ProgramMissing, ValueError."""
    done = ask(elsewhere.TMUTIL, "latestbackup")
    if done.timed_out:
        raise ValueError("tmutil: no answer in time")
    told = done.stdout.decode("utf-8", "replace") if done.returncode == 0 else ""
    if done.returncode and b"No machine directory" not in done.stderr:
        raise ValueError(f"tmutil: {' '.join(done.stderr.decode('utf-8', 'replace').split())[:120]}")
    return Trace(elsewhere.latest_backup(told))
