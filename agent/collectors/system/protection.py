"""Firewalls and security products: which of those that are meant to run do run."""

import os
from datetime import datetime

from agent.collectors.asking import Ask, Tool, answer, ask
from agent.names import PROTECTION
from agent.signals import Gap, Metric, Reading

SYSTEMCTL = Tool(("systemctl",), timeout_s=8.0, limit_bytes=256 * 1024)
# Units whose names are those of their products, by what they protect.
UNITS = (
    "ufw", "firewalld", "nftables", "iptables", "netfilter-persistent", "shorewall",
    "fail2ban", "crowdsec", "auditd", "apparmor",
    "clamav-daemon", "clamd@scan", "mdatp", "falcon-sensor", "wazuh-agent", "sentinelone", "cbdaemon",
    "sophos-spl", "eset", "esets", "ds_agent", "xagt", "elastic-agent", "traps_pmd",
)  # fmt: skip
PROPERTIES = "--property=Id,LoadState,ActiveState,UnitFileState"


class Protection:
    """`vigia.protection.active` 0 or 1 for each product installed here as a unit, `vigia.protection.enabled`
    whether it is to be started with the machine, `vigia.protection.products` their number."""

    name = "protection"
    every_s = 300.0

    def __init__(self, ask: Ask = ask, run: str = "/run") -> None:
        self._ask, self._booted = ask, f"{run}/systemd/system"

    def read(self, now: datetime) -> Reading:
        if not os.path.isdir(self._booted):
            return Reading(self.name, now, 0.0, gaps=(Gap(self.name, "systemd does not run this machine"),))
        units = [f"{unit}.service" for unit in UNITS]
        states = installed(answer(self._ask, SYSTEMCTL, ("show", "--no-pager", PROPERTIES, "--", *units)))
        metrics = [Metric("vigia.protection.products", len(states), "{product}")]
        for product, (active, enabled) in sorted(states.items()):
            of = {PROTECTION: product}
            metrics.append(Metric("vigia.protection.active", float(active), "1", of))
            metrics.append(Metric("vigia.protection.enabled", float(enabled), "1", of))
        return Reading(self.name, now, 0.0, tuple(metrics))


def installed(shown: str) -> dict[str, tuple[bool, bool]]:
    """(active, enabled) of each unit that is installed. Raises ValueError when it is no such answer."""
    states = {}
    for block in shown.strip().split("\n\n"):
        facts = dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
        if not {"Id", "LoadState", "ActiveState"} <= facts.keys():
            raise ValueError("systemctl show: a unit without its state")
        if facts["LoadState"] == "loaded":
            active = facts["ActiveState"] in ("active", "reloading", "activating")
            enabled = facts.get("UnitFileState", "").startswith("enabled")
            states[facts["Id"].removesuffix(".service")] = (active, enabled)
    return states
