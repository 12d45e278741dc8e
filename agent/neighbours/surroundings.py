"""This machine's own networks, its gateway and whom it knows next door, as the kernel tells. Linux only."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

ROUTES = Path("/proc/net/route")
ARP = Path("/proc/net/arp")
_UP, _VIA_GATEWAY = 0x1, 0x2
_COMPLETE = 0x2


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`networks`: those that are reached without a router. `gateway` is None where there is none."""

    networks: tuple[IPv4Network, ...] = ()
    gateway: IPv4Address | None = None

    def is_near(self, address: IPv4Address) -> bool:
        """Whether it may be looked at: private, and on one of our own networks, as one machine of it."""
        if not (address.is_private or address.is_link_local) or address.is_loopback or address.is_multicast:
            return False
        return any(
            address in network and address not in (network.network_address, network.broadcast_address)
            for network in self.networks
        )


def from_routes(text: str) -> Surroundings:
    """/proc/net/route; lines that cannot be read say nothing."""
    networks, gateway = [], None
    for line in text.splitlines()[1:]:
        try:
            _, destination, via, flags, _, _, _, mask = line.split()[:8]
            set_flags, wide = int(flags, 16), _address(mask)
            if not set_flags & _UP:
                continue
            if set_flags & _VIA_GATEWAY:
                if int(destination, 16) == 0 and gateway is None:
                    gateway = _address(via)
            elif int(mask, 16):
                networks.append(IPv4Network((int(_address(destination)), str(wide))))
        except ValueError:
            continue
    return Surroundings(tuple(networks), gateway)


def known_next_door(text: str) -> frozenset[IPv4Address]:
    """/proc/net/arp: who has answered the kernel's question for its hardware address."""
    found = set()
    for line in text.splitlines()[1:]:
        parts = line.split()
        try:
            if len(parts) >= 4 and int(parts[2], 16) & _COMPLETE and parts[3] != "00:00:00:00:00:00":
                found.add(IPv4Address(parts[0]))
        except ValueError:
            continue
    return frozenset(found)


def _address(little_endian_hex: str) -> IPv4Address:
    return IPv4Address(int.from_bytes(bytes.fromhex(little_endian_hex), "little"))


def can_witness() -> bool:
    """Whether this system tells what is needed."""
    return ROUTES.exists() and ARP.exists()


def read_surroundings(routes: Path = ROUTES) -> Surroundings:
    """Nothing where the system does not say."""
    try:
        return from_routes(routes.read_text())
    except OSError:
        return Surroundings()


def read_next_door(arp: Path = ARP) -> frozenset[IPv4Address]:
    try:
        return known_next_door(arp.read_text())
    except OSError:
        return frozenset()


def near_ones(addresses: Iterable[str], around: Surroundings, most: int) -> list[IPv4Address]:
    """Those that may be looked at; what is no address is passed over."""
    found: list[IPv4Address] = []
    for text in addresses:
        try:
            address = IPv4Address(text)
        except ValueError:
            continue
        if around.is_near(address) and address not in found:
            found.append(address)
    return found[:most]
