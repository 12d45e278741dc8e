"""The second witness on the machine: what may be looked at, what is seen, and who may forbid it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from pathlib import Path
from uuid import uuid4

import pytest

from agent.audit import Audit
from agent.clock import SystemClock
from agent.disk import OsDisk
from agent.neighbours.desk import QUESTIONS_A_MINUTE, Means, WitnessDesk
from agent.neighbours.looking import GATEWAY_PORTS, MACHINE_PORTS, SETTLED_S, Eye, connected
from agent.neighbours.surroundings import Surroundings, from_routes, known_next_door, near_ones
from agent.neighbours.testimony import Asked, Sight, Testimony
from agent.policy import parse

# As a machine in 192.168.7.0/24 shows it, with a VPN's route through the gateway.
ROUTES = """Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eno1\t00000000\t0107A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0
eno1\t0007A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0
eno1\t0000000A\t0107A8C0\t0003\t0\t0\t100\t000000FF\t0\t0\t0
torn line
"""
ARP = """IP address       HW type     Flags       HW address            Mask     Device
192.168.7.10     0x1         0x2         52:54:00:aa:bb:01     *        eno1
192.168.7.11     0x1         0x0         00:00:00:00:00:00     *        eno1
192.168.7.12     0x1         0x2         00:00:00:00:00:00     *        eno1
"""
DEAD, FIREWALLED, GATEWAY = (IPv4Address(f"192.168.7.{last}") for last in (11, 10, 1))


class QuickClock(SystemClock):
    """Counts what is slept, and sleeps not."""

    slept_s = 0.0

    async def sleep(self, seconds: float) -> None:
        self.slept_s += seconds


def test_the_kernel_says_what_is_near() -> None:
    around = from_routes(ROUTES)
    assert [str(one) for one in around.networks] == ["192.168.7.0/24"]
    assert around.gateway == GATEWAY
    assert known_next_door(ARP) == {FIREWALLED}


def test_nobody_can_scan_with_it() -> None:
    """Not the internet, not what lies behind a router, not the broadcast, not this machine, no names."""
    asked = [
        "8.8.8.8", "10.1.2.3", "127.0.0.1", "192.168.7.0", "192.168.7.255", "224.0.0.1", "router", "::1",
        "192.168.7.11", "192.168.7.11", "192.168.8.1", "169.254.1.1",
    ]  # fmt: skip
    assert near_ones(asked, from_routes(ROUTES), 4) == [DEAD]
    everything = [f"192.168.7.{last}" for last in range(2, 200)]
    assert len(near_ones(everything, from_routes(ROUTES), 4)) == 4
    public = Surroundings(from_routes(ROUTES.replace("0007A8C0\t00000000", "00080808\t00000000")).networks)
    assert near_ones(["8.8.8.8"], public, 4) == []


@dataclass
class Network:
    """Who speaks at which port, and whom the kernel knows; `tried` is every connection."""

    speaks: Mapping[IPv4Address, int] = field(default_factory=dict)
    tried: list[tuple[IPv4Address, int]] = field(default_factory=list)

    async def connect(self, address: IPv4Address, port: int, limit_s: float) -> bool:
        assert limit_s < SETTLED_S
        self.tried.append((address, port))
        return self.speaks.get(address) == port


@pytest.mark.parametrize(
    ("address", "sight"),
    [(GATEWAY, Sight.ANSWERED), (FIREWALLED, Sight.ANSWERED), (DEAD, Sight.NOTHING), (None, Sight.UNKNOWN)],
)
async def test_what_is_seen(address: IPv4Address | None, sight: Sight) -> None:
    """A port that speaks; a firewall that drops, but the network card answers; nothing; nowhere to look."""
    clock, network = QuickClock(), Network({GATEWAY: GATEWAY_PORTS[0]})
    eye = Eye(clock, network.connect, lambda: known_next_door(ARP))
    assert await eye.look([address] if address else [], (*MACHINE_PORTS, *GATEWAY_PORTS)) is sight
    if address in (FIREWALLED, DEAD):
        assert clock.slept_s > SETTLED_S - 1


async def test_a_real_refusal_and_a_real_answer_are_answers() -> None:
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    assert await connected(IPv4Address("127.0.0.1"), port, 2.0)
    server.close()
    await server.wait_closed()
    assert await connected(IPv4Address("127.0.0.1"), port, 2.0)


@dataclass
class Desk:
    desk: WitnessDesk
    network: Network
    audit: Audit

    async def answers(self, *addresses: str) -> Testimony:
        self.desk.hear(Asked(str(uuid4()), "caja-1", addresses))
        running = asyncio.create_task(self.desk.run())
        try:
            async with asyncio.timeout(2):
                while not (said := self.desk.testimonies()):
                    await asyncio.sleep(0.001)
        finally:
            running.cancel()
        return said[0]


def desk_of(folder: Path, policy: str = "") -> Desk:
    clock, disk, network = QuickClock(), OsDisk(), Network({GATEWAY: GATEWAY_PORTS[1]})
    audit = Audit(disk, folder, clock)
    eye = Eye(clock, network.connect, lambda: known_next_door(ARP))
    means = Means(lambda: parse(policy), audit, lambda: from_routes(ROUTES), eye, lambda: None)
    return Desk(WitnessDesk(clock, means), network, audit)


async def test_the_answer_and_the_line_in_the_machines_own_record(tmp_path: Path) -> None:
    """Only what is near was touched; the owner reads who was looked at, and how many were refused."""
    desk = desk_of(tmp_path)
    said = await desk.answers("192.168.7.11", "8.8.8.8")
    assert (said.machine, said.gateway) == (Sight.NOTHING, Sight.ANSWERED)
    assert {address for address, _ in desk.network.tried} == {DEAD, GATEWAY}
    [line] = desk.audit.lines()
    assert (line.act, line.facts["suspect"]) == ("witness.looked", "caja-1")
    assert (line.facts["addresses"], line.facts["refused_addresses"]) == ("192.168.7.11", "1")


@pytest.mark.parametrize(("policy", "addresses"), [('L1 = "never"', "192.168.7.11"), ("", "8.8.8.8")])
async def test_where_the_owner_forbids_it_or_nothing_is_near_nothing_is_touched(
    tmp_path: Path, policy: str, addresses: str
) -> None:
    desk = desk_of(tmp_path, policy)
    said = await desk.answers(addresses)
    assert (said.machine, said.gateway) == (Sight.UNKNOWN, Sight.UNKNOWN)
    assert desk.network.tried == []


async def test_a_flood_of_questions_is_not_answered(tmp_path: Path) -> None:
    desk = desk_of(tmp_path)
    for _ in range(3 * QUESTIONS_A_MINUTE):
        await asyncio.sleep(0)
        desk.desk.hear(Asked(str(uuid4()), "caja-1", ("192.168.7.11",)))
    desk.desk.hear(Asked("../../etc", "caja-1", ("192.168.7.11",)))
    running = asyncio.create_task(desk.desk.run())
    await asyncio.sleep(0.2)
    running.cancel()
    assert len(desk.desk.testimonies()) <= QUESTIONS_A_MINUTE
