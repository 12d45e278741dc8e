"""Gateway, names, internet: which of the steps outwards works. What cannot be told is no step.

Nothing leaves the machine for the last step while the link to a controller elsewhere stands: that is proof.
"""

import ipaddress
import struct
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from agent.collectors.procfs import MACHINE, Roots, Unreadable, text
from agent.collectors.system.reach import probes
from agent.config import Config
from agent.disk import OsDisk
from agent.lastlink import LastLinkFile
from agent.names import REACH, REACH_TARGET
from agent.signals import Gap, Metric, Reading

TIMEOUT_S = 2.0
NAMESERVERS_MAX = 3
COMPLETE = 0x2
GATEWAY_PORTS = (53, 80, 443)


class Probing(Protocol):
    """What of `probes` is used here."""

    def nudge(self, address: str) -> None: ...
    def connects(self, host: str, port: int, timeout_s: float) -> bool: ...
    def resolves(self, server: str, port: int, name: str, timeout_s: float, number: int) -> bool: ...


class Reach:
    """`vigia.reach.up` 0 or 1 for the hops "gateway", "dns" and "internet", with the target asked last.

    Where no file of the kernel names the gateway, that hop is a gap; the others are looked at all the same.

    `internet`: host:port; port 53 is asked a question, any other is connected to. `name` is what
    resolvers are asked for, the root when empty.
    """

    name = "reach"
    every_s = 30.0

    def __init__(
        self,
        roots: Roots = MACHINE,
        etc: str = "/etc",
        internet: Sequence[str] = (),
        data: Path | None = None,
        name: str = "",
        probing: Probing | None = None,
        linked: Callable[[], bool] | None = None,
    ) -> None:
        self._roots, self._etc, self._internet, self._asked = roots, etc, internet, name
        self._probing: Probing = probing or probes
        link = LastLinkFile(OsDisk(), data) if data else None
        self._linked = linked or (lambda: link is not None and standing(link))
        self._number = 0

    def fit(self, config: Config) -> "Reach":
        """The same, with the configuration's targets and the controller's name to ask for."""
        return Reach(self._roots, self._etc, config.reach_internet, config.data, "", self._probing)

    def read(self, now: datetime) -> Reading:
        self._number += 1
        gaps: tuple[Gap, ...] = ()
        nearest: tuple[str, bool | None] = ("", None)
        try:
            nearest = self._gateway()
        except (Unreadable, ValueError) as error:
            gaps = (Gap(self.name, f"the gateway is unknown: {error}"),)
        hops = [
            ("gateway", *nearest),
            ("dns", *self._names()),
            ("internet", *self._outside()),
        ]
        metrics = tuple(
            Metric("vigia.reach.up", float(up), "1", {REACH: hop, REACH_TARGET: target})
            for hop, target, up in hops
            if up is not None
        )
        count = Metric("vigia.reach.hops", len(metrics), "{hop}")
        return Reading(self.name, now, 0.0, (*metrics, count), gaps)

    def _gateway(self) -> tuple[str, bool | None]:
        """The kernel's own search for the neighbour says it; ports only where there is no such search."""
        address = gateway(text(f"{self._roots.proc}/net/route"))
        if address is None:
            return "", None
        self._probing.nudge(address)
        known = neighbour(text(f"{self._roots.proc}/net/arp"), address)
        if known:
            return address, True
        answered = any(self._probing.connects(address, port, TIMEOUT_S / 2) for port in GATEWAY_PORTS)
        return address, answered or (None if known is None else False)

    def _names(self) -> tuple[str, bool | None]:
        try:
            servers = nameservers(text(f"{self._etc}/resolv.conf"))
        except Unreadable:
            return "", None
        for server in servers:
            if self._probing.resolves(server, probes.DNS_PORT, self._asked, TIMEOUT_S, self._number):
                return server, True
        return (servers[0], False) if servers else ("", None)

    def _outside(self) -> tuple[str, bool | None]:
        if not self._internet:
            return "", None
        if self._linked():
            return "controller", True
        for target in self._internet:
            host, _, port = target.rpartition(":")
            if int(port) == probes.DNS_PORT:
                up = self._probing.resolves(host.strip("[]"), int(port), "", TIMEOUT_S, self._number)
            else:
                up = self._probing.connects(host.strip("[]"), int(port), TIMEOUT_S)
            if up:
                return target, True
        return self._internet[0], False


def standing(link: LastLinkFile) -> bool:
    """Whether the link to the controller stands, as far as it wrote down."""
    last = link.read()
    return last.connected_at is not None and not last.trouble


def gateway(route: str) -> str | None:
    """The IPv4 default gateway with the lowest metric; None without one. Raises ValueError."""
    found = []
    for line in route.splitlines()[1:]:
        fields = line.split()
        if len(fields) < 8:
            raise ValueError("a line of the routing table is not sound")
        if fields[1] == fields[7] == "00000000" and fields[2] != "00000000":
            address = ipaddress.IPv4Address(struct.pack("=I", int(fields[2], 16)))
            found.append((int(fields[6]), str(address)))
    return min(found)[1] if found else None


def neighbour(arp: str, address: str) -> bool | None:
    """Whether the address answers on the wire, by /proc/net/arp; None when the kernel never looked for it."""
    for line in arp.splitlines()[1:]:
        fields = line.split()
        if len(fields) >= 4 and fields[0] == address:
            return bool(int(fields[2], 16) & COMPLETE)
    return None


def nameservers(resolv: str) -> list[str]:
    """See resolv.conf(5); only addresses, at most three."""
    found = []
    for line in resolv.splitlines():
        words = line.split()
        if len(words) >= 2 and words[0] == "nameserver":
            try:
                found.append(str(ipaddress.ip_address(words[1].partition("%")[0])))
            except ValueError:
                continue
    return found[:NAMESERVERS_MAX]
