"""Traffic, errors and link of the machine's interfaces, and which one leads out.

From /proc/net/dev, /proc/net/route, /proc/net/ipv6_route and /sys/class/net. The inner interfaces of
containers and virtual machines are left out: they come and go with every start.
"""

from dataclasses import dataclass
from datetime import datetime

from agent.collectors.procfs import MACHINE, Roots, Unreadable, text, word
from agent.collectors.rates import Rates
from agent.names import DIRECTION_NETWORK, INTERFACE
from agent.signals import Metric, Reading

INNER = (
    "lo",
    "veth",
    "docker",
    "br-",
    "virbr",
    "vnet",
    "tap",
    "cali",
    "flannel",
    "cni",
    "ifb",
    "dummy",
    "lxc",
)
INTERFACES_MAX = 64
ROUTE_UP = 0x1
ROUTE_REJECT = 0x200


@dataclass(frozen=True, slots=True)
class Counters:
    """One line of /proc/net/dev, since the interface exists."""

    interface: str
    received_bytes: int
    received_packets: int
    received_errors: int
    received_dropped: int
    sent_bytes: int
    sent_packets: int
    sent_errors: int
    sent_dropped: int


class Network:
    """`vigia.network.up` and `vigia.network.default_route` are 0 or 1; `vigia.network.speed` is in bit/s."""

    name = "network"
    every_s = 10.0

    def __init__(self, roots: Roots = MACHINE) -> None:
        self._proc, self._sys = f"{roots.proc}/net", f"{roots.sys}/class/net"
        self._rates = Rates()

    def read(self, now: datetime) -> Reading:
        self._rates.begin(now)
        leading = self._leading()
        metrics: list[Metric] = []
        for counters in parse_dev(text(f"{self._proc}/dev")):
            metrics += self._traffic(counters)
            metrics += self._link(counters.interface, counters.interface in leading)
        return Reading(self.name, now, 0.0, tuple(metrics))

    def _leading(self) -> set[str]:
        leading = default_routes(text(f"{self._proc}/route"))
        try:
            return leading | default_routes_6(text(f"{self._proc}/ipv6_route"))
        except Unreadable:
            return leading  # IPv6 may be switched off, or the machine may have too many routes to read

    def _traffic(self, seen: Counters) -> list[Metric]:
        of = {INTERFACE: seen.interface}
        metrics = []
        for direction, carried, packets, errors, dropped in (
            (
                "receive",
                seen.received_bytes,
                seen.received_packets,
                seen.received_errors,
                seen.received_dropped,
            ),
            ("transmit", seen.sent_bytes, seen.sent_packets, seen.sent_errors, seen.sent_dropped),
        ):
            way = {**of, DIRECTION_NETWORK: direction}
            metrics += [
                Metric("system.network.io", carried, "By", way),
                Metric("system.network.packet.count", packets, "{packet}", way),
                Metric("system.network.errors", errors, "{error}", way),
                Metric("system.network.packet.dropped", dropped, "{packet}", way),
            ]
            rate = self._rates.per_s(f"{seen.interface} {direction}", carried)
            if rate is not None:
                metrics.append(Metric("vigia.network.io_rate", rate, "By/s", way))
        return metrics

    def _link(self, interface: str, leads: bool) -> list[Metric]:
        of = {INTERFACE: interface}
        metrics = [Metric("vigia.network.default_route", float(leads), "1", of)]
        state = word(f"{self._sys}/{interface}/operstate")
        carrier = word(f"{self._sys}/{interface}/carrier")  # refuses while the interface is switched off
        if state in ("up", "down", "dormant", "lowerlayerdown", "notpresent"):
            metrics.append(Metric("vigia.network.up", float(state == "up"), "1", of))
        elif state == "unknown" and carrier in ("0", "1"):  # tunnels and some drivers never say more
            metrics.append(Metric("vigia.network.up", float(carrier == "1"), "1", of))
        speed = word(f"{self._sys}/{interface}/speed")
        if speed and speed.isdecimal() and int(speed) > 0:
            metrics.append(Metric("vigia.network.speed", int(speed) * 1e6, "bit/s", of))
        return metrics


def parse_dev(dev: str) -> list[Counters]:
    """Outer interfaces, by name, at most INTERFACES_MAX. Raises ValueError."""
    lines = dev.splitlines()
    if len(lines) < 2 or "|" not in lines[0]:
        raise ValueError("not the table of interfaces")
    seen = []
    for line in lines[2:]:
        interface, colon, rest = line.strip().partition(":")
        numbers = [int(field) for field in rest.split()]
        if not colon or len(numbers) < 12 or min(numbers) < 0:
            raise ValueError("a line of the table of interfaces is not sound")
        if not interface.startswith(INNER):
            seen.append(Counters(interface, *numbers[0:4], *numbers[8:12]))
    return sorted(seen, key=lambda counters: counters.interface)[:INTERFACES_MAX]


def default_routes(route: str) -> set[str]:
    """Interfaces with an IPv4 default route that is up. Raises ValueError."""
    leading = set()
    for line in route.splitlines()[1:]:
        fields = line.split()
        if len(fields) < 8:
            raise ValueError("a line of the routing table is not sound")
        if fields[1] == "00000000" and fields[7] == "00000000" and int(fields[3], 16) & ROUTE_UP:
            leading.add(fields[0])
    return leading


def default_routes_6(route: str) -> set[str]:
    """The same for IPv6; the reject route that every kernel keeps on `lo` is none."""
    leading = set()
    for line in route.splitlines():
        fields = line.split()
        if len(fields) >= 10 and fields[0] == "0" * 32 and fields[1] == "00":
            flags = int(fields[8], 16)
            if flags & ROUTE_UP and not flags & ROUTE_REJECT and fields[9] != "lo":
                leading.add(fields[9])
    return leading
