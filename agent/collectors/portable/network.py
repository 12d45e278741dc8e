"""Traffic, errors and link of the machine's interfaces, by psutil; which one leads out, by asking the system
where it would send from."""

import socket
from collections.abc import Callable
from datetime import datetime
from typing import Any

import psutil

from agent.collectors.rates import Rates
from agent.names import DIRECTION_NETWORK, INTERFACE
from agent.signals import Metric, Reading

# Inner ones of the system and of virtual machines: they come and go.
INNER = ("lo", "gif", "stf", "anpi", "awdl", "llw", "utun", "bridge", "ap", "vmenet", "veth", "docker", "br-",
         "loopback", "teredo", "isatap", "vethernet", "local area connection*", "npcap")  # fmt: skip
INTERFACES_MAX = 64
# Addresses that belong to nobody (RFC 5737, RFC 3849): nothing is sent to them.
AWAY = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))


class Network:
    """`vigia.network.up` and `.default_route` 0 or 1, `vigia.network.speed` in bit/s, and the counters since
    the interface is."""

    name = "network"
    every_s = 10.0

    def __init__(self, source: Any = psutil, sending: Callable[[], frozenset[str]] | None = None) -> None:
        self._source, self._sending = source, sending or sending_addresses
        self._rates = Rates()

    def read(self, now: datetime) -> Reading:
        self._rates.begin(now)
        counters, states = self._source.net_io_counters(pernic=True), self._source.net_if_stats()
        own = self._source.net_if_addrs()
        out = self._sending()
        chosen = [name for name in sorted(counters) if not name.lower().startswith(INNER)][:INTERFACES_MAX]
        metrics: list[Metric] = []
        for name in chosen:
            metrics += self._counted(name, counters[name])
            state = states.get(name)
            if state is not None:
                of = {INTERFACE: name}
                leads = any(one.address.partition("%")[0] in out for one in own.get(name, ()))
                metrics.append(Metric("vigia.network.up", float(state.isup), "1", of))
                metrics.append(Metric("vigia.network.default_route", float(leads), "1", of))
                if state.speed > 0:
                    metrics.append(Metric("vigia.network.speed", state.speed * 1e6, "bit/s", of))
        return Reading(self.name, now, 0.0, tuple(metrics))

    def _counted(self, name: str, told: Any) -> list[Metric]:
        metrics: list[Metric] = []
        for way, carried, packets, errors, dropped in (
            ("receive", told.bytes_recv, told.packets_recv, told.errin, told.dropin),
            ("transmit", told.bytes_sent, told.packets_sent, told.errout, told.dropout),
        ):
            if min(carried, packets, errors, dropped) < 0:
                raise ValueError(f"{name}: a counter is negative")
            of = {INTERFACE: name, DIRECTION_NETWORK: way}
            metrics += [
                Metric("system.network.io", carried, "By", of),
                Metric("system.network.packet.count", packets, "{packet}", of),
                Metric("system.network.errors", errors, "{error}", of),
                Metric("system.network.packet.dropped", dropped, "{packet}", of),
            ]
            rate = self._rates.per_s(f"{name} {way}", carried)
            if rate is not None:
                metrics.append(Metric("vigia.network.io_rate", rate, "By/s", of))
        return metrics


def sending_addresses() -> frozenset[str]:
    """The addresses of ours that what leaves the machine would carry: connecting a datagram socket only looks
    up the route. None without a way out."""
    found = set()
    for family, address in AWAY:
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as asked:
                asked.connect((address, 9))
                found.add(str(asked.getsockname()[0]).partition("%")[0])
        except OSError:
            continue
    return frozenset(found)
