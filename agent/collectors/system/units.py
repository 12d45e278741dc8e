"""Units of systemd that failed, services that are started again and again, and which a contract needs."""

import os
from collections.abc import Callable, Collection
from datetime import datetime

from agent.clock import SystemClock
from agent.collectors.asking import Ask, ProgramMissing, Tool, Unanswered, answer, ask
from agent.config import Config
from agent.names import UNIT
from agent.signals import Gap, Metric, Reading

SYSTEMCTL = Tool(("systemctl",), timeout_s=8.0, limit_bytes=1024 * 1024)
FAILED = ("list-units", "--all", "--state=failed", "--plain", "--no-legend", "--no-pager")
RESTARTS = ("show", "--no-pager", "--property=Id,NRestarts", "--", "*.service")
RESTARTS_EVERY_S = 115.0  # every second look: this answer costs systemd more than the other
NEEDS = ("show", "--no-pager", "--property=Requires,Requisite,BindsTo", "--")
NEEDS_EVERY_S = 3600.0
NEEDS_STEPS = 4
# What everything stands on: behind these lies the whole system.
GROUPS = (".target", ".slice")
UNITS_MAX = 64
_monotonic = SystemClock().monotonic


class Units:
    """`vigia.unit.failed` is 1 for each unit that failed now; `vigia.unit.restarts` how often systemd started
    a service again since it was loaded, where ever; `vigia.units.failed` is their number. Of those told,
    `vigia.unit.needed` is 1 for what a unit that a watch names cannot do without."""

    name = "units"
    every_s = 60.0

    def __init__(
        self,
        ask: Ask = ask,
        run: str = "/run",
        monotonic: Callable[[], float] = _monotonic,
        named: Collection[str] = (),
    ) -> None:
        self._ask, self._run, self._monotonic = ask, run, monotonic
        self._booted = f"{run}/systemd/system"
        self._named = sorted(named)
        self._needed: frozenset[str] = frozenset()
        self._needs_asked_at: float | None = None
        self._restarts: dict[str, int] = {}
        self._asked_at: float | None = None

    def fit(self, config: Config) -> "Units":
        """The same, with the units that watches name."""
        units = {watch.target for watch in config.watches if watch.kind == "unit"}
        return Units(self._ask, self._run, self._monotonic, units)

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
        gaps: tuple[Gap, ...] = ()
        told = {one.attributes[UNIT] for one in metrics if UNIT in one.attributes}
        if told and self._named:
            try:
                metrics += [
                    Metric("vigia.unit.needed", 1.0, "1", {UNIT: unit})
                    for unit in sorted(told & self._needs())
                ]
            except (ProgramMissing, Unanswered) as error:
                gaps = (Gap(self.name, f"what a contract's services need is unknown: {error}"),)
        return Reading(self.name, now, 0.0, tuple(metrics), gaps)

    def _needs(self) -> frozenset[str]:
        """Asked only once something failed, and then once an hour: what is well needs no reason."""
        asked_at, now_s = self._needs_asked_at, self._monotonic()
        if asked_at is None or now_s - asked_at >= NEEDS_EVERY_S:
            found: set[str] = set()
            rest = self._named
            for _ in range(NEEDS_STEPS):
                if not rest:
                    break
                said = needs(answer(self._ask, SYSTEMCTL, (*NEEDS, *rest)))
                rest = sorted(said - found - set(self._named))[:UNITS_MAX]
                found.update(rest)
            self._needed, self._needs_asked_at = frozenset(found), now_s
        return self._needed


def needs(shown: str) -> set[str]:
    """The units in the lists of `systemctl show`, without groups of them."""
    units = {unit for line in shown.splitlines() for unit in line.partition("=")[2].split()}
    return {unit for unit in units if "." in unit and not unit.endswith(GROUPS)}


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
