"""RAID controllers with a command of their own: storcli and perccli (JSON), ssacli (text).

Which one to ask is told by the kernel's driver: a controller whose command is missing is a gap. Seldom: these
commands are heavy. `nolog`, because storcli would write a log where it is started.
"""

from collections.abc import Callable
from datetime import datetime

from agent.collectors.asking import Ask, ProgramMissing, Tool, Unanswered, answer, ask
from agent.collectors.hardware.raid import ssacli, storcli
from agent.collectors.procfs import MACHINE, Roots, Unreadable, names
from agent.signals import Gap, Metric, Reading

STORCLI = Tool(
    (
        "storcli64", "storcli", "/opt/MegaRAID/storcli/storcli64",
        "perccli64", "perccli", "/opt/MegaRAID/perccli/perccli64",
    ),
    timeout_s=60.0,
)  # fmt: skip
SSACLI = Tool(("ssacli", "hpssacli", "hpacucli"), timeout_s=60.0)
UNSPOKEN = {"aacraid": "arcconf", "arcmsr": "areca-cli", "3w-9xxx": "tw-cli", "3w-sas": "tw-cli"}


class Controllers:
    """Logical drives, physical drives and cache batteries of every controller that has a driver bound."""

    name = "raid:controllers"
    every_s = 900.0
    first_s = 20.0

    def __init__(self, roots: Roots = MACHINE, ask: Ask = ask) -> None:
        self._drivers, self._ask = f"{roots.sys}/bus/pci/drivers", ask

    def read(self, now: datetime) -> Reading:
        metrics: list[Metric] = []
        gaps: list[Gap] = []
        looks: tuple[tuple[bool, Callable[[], list[Metric]]], ...] = (
            (self._bound("megaraid_sas"), self._storcli),
            (self._bound("hpsa") or self._bound("smartpqi"), self._ssacli),
        )
        for there, look in looks:
            try:
                metrics += look() if there else []
            except (ProgramMissing, Unanswered) as error:
                gaps.append(Gap(self.name, f"a RAID controller cannot be asked: {error}"))
        for driver, tool in UNSPOKEN.items():
            if self._bound(driver):
                gaps.append(Gap(self.name, f"a RAID controller cannot be asked: {tool} is not spoken here"))
        return Reading(self.name, now, 0.0, tuple(metrics), tuple(gaps))

    def _bound(self, driver: str) -> bool:
        try:
            return any(entry.count(":") == 2 for entry in names(f"{self._drivers}/{driver}"))
        except Unreadable:
            return False

    def _storcli(self) -> list[Metric]:
        return storcli.metrics(answer(self._ask, STORCLI, ("/call", "show", "nolog", "J")))

    def _ssacli(self) -> list[Metric]:
        config = answer(self._ask, SSACLI, ("controller", "all", "show", "config"))
        status = answer(self._ask, SSACLI, ("controller", "all", "show", "status"))
        return ssacli.metrics(config, status)
