"""Units of systemd that failed, and services that are started again and again."""

import os
from collections.abc import Callable
from datetime import datetime

from agent.clock import SystemClock
from agent.collectors.asking import Ask, Tool, answer, ask
from agent.names import UNIT
from agent.signals import Gap, Metric, Reading

SYSTEMCTL = Tool(("systemctl",), timeout_s=8.0, limit_bytes=1024 * 1024)
FAILED = ("list-units", "--all", "--state=failed", "--plain", "--no-legend", "--no-pager")
RESTARTS = ("show", "--no-pager", "--property=Id,NRestarts", "--", "*.service")
RESTARTS_EVERY_S = 115.0  # every second look: this answer costs systemd more than the other
UNITS_MAX = 64
_monotonic = SystemClock().monotonic


class Units:
    """`vigia.unit.failed` is 1 for each unit that failed now; `vigia.unit.restarts` how often systemd started
    a service again since it was loaded, where ever; `vigia.units.failed` is their number."""

    name = "units"
    every_s = 60.0

    def __init__(
        self, ask: Ask = ask, run: str = "/run", monotonic: Callable[[], float] = _monotonic
    ) -> None:
        self._ask, self._booted, self._monotonic = ask, f"{run}/systemd/system", monotonic
        self._restarts: dict[str, int] = {}
        self._asked_at: float | None = None

    def read(self, now: datetime) -> Reading:
        if not os.path.isdir(self._booted):
            return Reading(self.name, now, 0.0, gaps=(Gap(self.name, "systemd does not run this machine"),))
        failed = failed_units(answer(self._ask, SYSTEMCTL, FAILED))
        if self._asked_at is None or self._monotonic() - self._asked_at >= RESTARTS_EVERY_S:
            self._restarts = restarts(answer(self._ask, SYSTEMCTL, RESTARTS))
            self._asked_at = self._monotonic()
        metrics = [Metric("vigia.units.failed", len(failed), "{unit}")]
        metrics += [Metric("vigia.unit.failed", 1.0, "1", {UNIT: unit}) for unit in failed[:UNITS_MAX]]
        metrics += [
            Metric("vigia.unit.restarts", count, "{restart}", {UNIT: unit})
            for unit, count in sorted(self._restarts.items(), key=lambda one: (-one[1], one[0]))[:UNITS_MAX]
        ]
        return Reading(self.name, now, 0.0, tuple(metrics))


def failed_units(listed: str) -> list[str]:
    """Names from `systemctl list-units --plain`: UNIT LOAD ACTIVE SUB DESCRIPTION. Raises ValueError."""
    units = []
    for line in listed.splitlines():
        fields = line.lstrip("\N{BLACK CIRCLE}*× ").split(None, 4)
        if not fields:
            continue
        if len(fields) < 4 or "." not in fields[0]:
            raise ValueError("systemctl: a line that is no unit")
        if fields[2] == "failed":
            units.append(fields[0])
    return sorted(units)


def restarts(shown: str) -> dict[str, int]:
    """Services that systemd started again at least once, from `systemctl show`."""
    found = {}
    for block in shown.split("\n\n"):
        facts = dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
        count = facts.get("NRestarts", "")
        if count.isdecimal() and int(count) and facts.get("Id"):
            found[facts["Id"]] = int(count)
    return found
