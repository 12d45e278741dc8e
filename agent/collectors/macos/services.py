"""What launchd keeps running, the application firewall, and how the last run ended (panic reports)."""

import os
import re
from collections.abc import Callable
from datetime import datetime

from agent.collectors.asking import Ask, Tool, Unanswered, answer, ask
from agent.collectors.portable.load import Uptime
from agent.names import PROTECTION, UNIT
from agent.signals import Gap, Metric, Reading

LAUNCHCTL = Tool(("/bin/launchctl",), timeout_s=10.0)
FIREWALL = Tool(("/usr/libexec/ApplicationFirewall/socketfilterfw",), timeout_s=10.0, limit_bytes=16 * 1024)
REPORTS = "/Library/Logs/DiagnosticReports"
UNITS_MAX = 64
DAY_S = 86_400.0
_JOB = re.compile(r"(?P<pid>-|\d+)\t(?P<status>-?\d+|\?\?\?)\t(?P<label>\S+)\Z")
_STATE = re.compile(r"\(State = ([0-2])\)")
_PANIC = re.compile(r"\.(?:panic|kernel)\Z|\A(?:Kernel|panic-full)[-_]")


class Services:
    """`vigia.unit.failed` for each job that is not Apple's, does not run, and ended with a fault."""

    name = "units"
    every_s = 120.0

    def __init__(self, ask: Ask = ask) -> None:
        self._ask = ask

    def read(self, now: datetime) -> Reading:
        lines = answer(self._ask, LAUNCHCTL, ("list",)).splitlines()
        jobs = [_JOB.match(line) for line in lines[1:] if line.strip()]
        if not jobs or None in jobs:
            raise Unanswered("launchctl list: a line that is no job")
        failed = sorted(
            job["label"]
            for job in jobs
            # Apple's own end with all kinds of codes; nothing can be done about them here.
            if job and job["pid"] == "-" and job["status"] not in ("0", "-15", "???")
            and not job["label"].startswith("com.apple.")
        )  # fmt: skip
        metrics = [Metric("vigia.units.failed", len(failed), "{unit}")]
        metrics += [Metric("vigia.unit.failed", 1.0, "1", {UNIT: unit}) for unit in failed[:UNITS_MAX]]
        return Reading(self.name, now, 0.0, tuple(metrics))


class Firewall:
    """`vigia.protection.active` of the application firewall: on, or blocking everything. One that was
    never switched on is not meant to run."""

    name = "protection"
    every_s = 600.0

    def __init__(self, ask: Ask = ask) -> None:
        self._ask = ask

    def read(self, now: datetime) -> Reading:
        state = _STATE.search(answer(self._ask, FIREWALL, ("--getglobalstate",)))
        if state is None:
            raise Unanswered("socketfilterfw: it does not say its state")
        of = {PROTECTION: "firewall"}
        metrics = (
            Metric("vigia.protection.products", 1, "{product}"),
            Metric("vigia.protection.active", float(state[1] != "0"), "1", of),
            Metric("vigia.protection.enabled", 0.0, "1", of),
        )
        return Reading(self.name, now, 0.0, metrics)


class Endings:
    """psutil's uptime, and whether a panic was reported since the boot: the report is written at the next.

    A power cut leaves no trace here: it is unknown whether the last run ended as it should without a panic.
    """

    name = "uptime"
    every_s = 60.0

    def __init__(self, reports: str = REPORTS, up: Callable[[datetime], Reading] | None = None) -> None:
        self._reports = reports
        self._up = up or Uptime().read

    def read(self, now: datetime) -> Reading:
        up = self._up(now)
        boot_s = up.value("vigia.boot.time") or 0.0
        try:
            with os.scandir(self._reports) as entries:
                times = [entry.stat().st_mtime for entry in entries if _PANIC.search(entry.name)]
        except OSError as error:
            gap = Gap(self.name, f"{self._reports}: {error.strerror or error}")
            return Reading(self.name, now, 0.0, up.metrics, (gap,))
        recent = [at for at in times if at >= now.timestamp() - DAY_S]
        metrics = [Metric("vigia.boot.panic_records", len(recent), "{record}")]
        if any(at >= boot_s - 60 for at in times):
            metrics.append(Metric("vigia.boot.unclean", 1.0, "1"))
            metrics.append(Metric("vigia.boot.unclean_24h", len(recent), "{boot}"))
        return Reading(self.name, now, 0.0, (*up.metrics, *metrics))
