"""Traffic, errors and link of the machine's interfaces, by psutil. Which one leads out is not told."""

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


class Network:
    """`vigia.network.up` 0 or 1, `vigia.network.speed` in bit/s, and the counters since the interface is."""

    name = "network"
    every_s = 10.0

    def __init__(self, source: Any = psutil) -> None:
        self._source = source
        self._rates = Rates()

    def read(self, now: datetime) -> Reading:
        self._rates.begin(now)
        counters, states = self._source.net_io_counters(pernic=True), self._source.net_if_stats()
        chosen = [name for name in sorted(counters) if not name.lower().startswith(INNER)][:INTERFACES_MAX]
        metrics: list[Metric] = []
        for name in chosen:
            metrics += self._counted(name, counters[name])
            state = states.get(name)
            if state is not None:
                of = {INTERFACE: name}
                metrics.append(Metric("vigia.network.up", float(state.isup), "1", of))
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
