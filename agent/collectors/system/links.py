"""What a network card agreed on with its switch, and whether every cable of a bond carries."""

from datetime import datetime

from agent.collectors.network import INNER, INTERFACES_MAX
from agent.collectors.procfs import MACHINE, Roots, names, word
from agent.names import INTERFACE
from agent.signals import Metric, Reading

MEMBERS_MAX = 32


class Links:
    """`vigia.network.link_speed` in bit/s and `vigia.network.full_duplex` (0 or 1) of cards with a carrier;
    `vigia.network.bond.members` and `vigia.network.bond.members_up` of each bond."""

    name = "links"
    every_s = 30.0

    def __init__(self, roots: Roots = MACHINE) -> None:
        self._net = f"{roots.sys}/class/net"

    def read(self, now: datetime) -> Reading:
        metrics: list[Metric] = []
        cards = [card for card in names(self._net) if not card.startswith(INNER)]
        for card in cards[:INTERFACES_MAX]:
            metrics += self._agreed(card)
            metrics += self._bond(card)
        metrics.append(Metric("vigia.network.cards", len(cards), "{card}"))
        return Reading(self.name, now, 0.0, tuple(metrics))

    def _agreed(self, card: str) -> list[Metric]:
        if word(f"{self._net}/{card}/carrier") != "1":
            return []
        of = {INTERFACE: card}
        metrics = []
        speed = word(f"{self._net}/{card}/speed")  # -1 or refused where it means nothing
        if speed and speed.isdecimal() and 0 < int(speed) < 10_000_000:
            metrics.append(Metric("vigia.network.link_speed", int(speed) * 1e6, "bit/s", of))
        duplex = word(f"{self._net}/{card}/duplex")
        if duplex in ("full", "half"):
            metrics.append(Metric("vigia.network.full_duplex", float(duplex == "full"), "1", of))
        return metrics

    def _bond(self, card: str) -> list[Metric]:
        members = word(f"{self._net}/{card}/bonding/slaves")
        if members is None:
            return []
        members_seen = members.split()[:MEMBERS_MAX]
        up = sum(1 for member in members_seen if self._carries(member))
        of = {INTERFACE: card}
        return [
            Metric("vigia.network.bond.members", len(members_seen), "{card}", of),
            Metric("vigia.network.bond.members_up", up, "{card}", of),
        ]

    def _carries(self, member: str) -> bool:
        told = word(f"{self._net}/{member}/bonding_slave/mii_status")
        return told == "up" if told else word(f"{self._net}/{member}/carrier") == "1"
