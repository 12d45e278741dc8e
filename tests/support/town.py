"""A small town to look at: three customers, six machines, and some trouble in every state.

Everything happens through the rooms' own actions, at the instants where the clock stands.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from controller.core.severity import Severity
from controller.fleet import actions as fleet_actions
from controller.fleet import store as fleet
from controller.fleet.findings import EvidenceReceived, Finding, FindingCleared, FindingRaised
from controller.fleet.machine import MachineEvent
from controller.fleet.series.packing import Channel, layout, pack
from controller.fleet.series.store import PackedSnapshot, add_snapshots
from controller.incidents import actions as incidents
from controller.incidents import store as incident_store
from controller.storage import Storage
from controller.ticker import HANDLERS
from controller.timers import Engine
from evidence.bundle import BundleWriter
from evidence.manifest import Item
from tests.support import recordings
from tests.support.clocks import JumpingClock
from tests.support.console import Console
from tests.support.made_of import bring_inventories

GIB = 1024**3


@dataclass(frozen=True, slots=True)
class Town:
    """`bakery` has the incident to open: INC-`number`, an outage with evidence."""

    machines: dict[str, UUID]
    number: int
    incident_id: UUID


class _Builder:
    def __init__(self, console: Console, clock: JumpingClock) -> None:
        self.console = console
        self.storage: Storage = console.storage
        self.clock = clock
        self.machines: dict[str, UUID] = {}

    async def customer(
        self, name: str, contact: str, email: str, language: str, site: str
    ) -> tuple[UUID, UUID]:
        async with self.storage.unit() as unit:
            made = await fleet_actions.add_customer(unit, name, language, contact, email)
            place = await fleet_actions.add_site(unit, made.id, site)
        return made.id, place.id

    async def machine(
        self, name: str, place: tuple[UUID, UUID], role: str, os_name: str, watches: list[str], **more: object
    ) -> UUID:
        now = self.clock.now()
        async with self.storage.unit() as unit:
            machine_id = unit.chance.uuid()
            values = {
                "id": machine_id,
                "customer_id": place[0],
                "site_id": place[1],
                "name": name,
                "role": role,
                "host_name": f"{name}.local",
                "os_name": os_name,
                "os_version": "12",
                "architecture": "x86_64",
                "agent_version": "0.1.0",
                "watches": watches,
                "boot_id": "b",
                "ban_reason": "",
                "boot_at": now - timedelta(days=17, hours=4),
                "enrolled_at": now - timedelta(days=90),
                "connected": True,
                "connected_at": now - timedelta(hours=5),
                "last_seen_at": now,
                "clock_offset_s": 0.012,
                **more,
            }
            await fleet.add_machine(unit.connection, values)
            await fleet.remember(
                unit.connection,
                [
                    MachineEvent(machine_id, now - timedelta(days=90), now, "enrolled", {}),
                    MachineEvent(machine_id, now - timedelta(days=17, hours=4), now, "rebooted", {}),
                    MachineEvent(machine_id, now - timedelta(hours=5), now, "connected", {}),
                ],
            )
        self.machines[name] = machine_id
        return machine_id

    async def fault(
        self, machine: str, rule: str, object_: str, severity: Severity, **facts: str
    ) -> tuple[UUID, Finding]:
        """The incident it opened."""
        async with self.storage.unit() as unit:
            finding = Finding(
                unit.chance.uuid(),
                self.machines[machine],
                rule,
                object_,
                severity,
                unit.now - timedelta(seconds=95),
                unit.now,
                facts,
            )
            unit.announce(FindingRaised(finding))
        async with self.storage.reading() as connection:
            case = await incident_store.incident_of_finding(connection, finding.finding_id)
        assert case is not None
        return case.id, finding

    async def act(self) -> None:
        """The engine does what is due now."""
        await Engine(self.storage, HANDLERS).turn()

    async def evidence(self, finding: Finding) -> None:
        data = _bundle(self.clock.now())
        digest = await self.console.context.blobs.put(data)
        async with self.storage.unit() as unit:
            unit.announce(
                EvidenceReceived(finding.machine_id, finding.finding_id, digest, len(data), unit.now)
            )

    async def health(self, machine: str, until: datetime) -> None:
        """An hour of it, each 10 s."""
        channels, taken = _channels(), []
        shape = layout(channels)
        for step in range(360):
            at = until - timedelta(seconds=10 * (359 - step))
            taken.append(PackedSnapshot(self.machines[machine], at, shape, pack(_values(step)), None))
        async with self.storage.unit() as unit:
            await add_snapshots(unit.connection, taken)


async def build_town(console: Console, clock: JumpingClock) -> Town:
    """Leaves the clock at the instant from which the town is to be looked at."""
    town = _Builder(console, clock)
    end = clock.now() + timedelta(hours=30)
    bakery = await town.customer(
        "Panadería La Espiga", "Lucía Ortega", "lucia@laespiga.example", "es", "Centro"
    )
    dentist = await town.customer(
        "Clínica Dental Núñez", "Dr. Núñez", "recepcion@nunez.example", "es", "Consulta"
    )
    workshop = await town.customer("Harbour Workshop", "Tom Reed", "tom@harbour.example", "en", "Pier 4")
    clock.set(end)
    await town.machine("caja-1", bakery, "server", "Debian GNU/Linux", ["tienda-web", "impresora"])
    await town.machine("obrador", bakery, "desktop", "Debian GNU/Linux", [])
    await town.machine(
        "recepcion",
        dentist,
        "server",
        "Ubuntu",
        ["agenda"],
        connected=False,
        last_seen_at=end - timedelta(minutes=7),
        silent_since=end - timedelta(minutes=7),
    )
    await town.machine("rayos-x", dentist, "desktop", "Debian GNU/Linux", [])
    await town.machine("files", workshop, "server", "Debian GNU/Linux", ["samba"])
    await town.machine(
        "toms-laptop",
        workshop,
        "laptop",
        "Fedora Linux",
        [],
        connected=False,
        goodbye_reason="suspend",
        goodbye_at=end - timedelta(hours=2),
        last_seen_at=end - timedelta(hours=2),
    )
    clock.set(end - timedelta(hours=26))
    disk, _ = await town.fault(
        "files", "filesystem.space", "/srv", Severity.NORMAL, disk_free_bytes=str(18 * GIB)
    )
    clock.set(end - timedelta(hours=25))
    await _say(town, disk, "We have seen it and will make room this afternoon.", "email")
    async with town.storage.unit(console.ana.actor) as unit:
        await incidents.update_customer(
            unit, disk, "The old backups are being moved. Nothing to do for you.", "email"
        )
    clock.set(end - timedelta(hours=3))
    await town.fault("rayos-x", "disk.latency", "sda", Severity.HIGH, disk_name="sda", disk_latency_s="0.412")
    clock.set(end - timedelta(hours=1, minutes=58))
    await town.act()
    clock.set(end - timedelta(minutes=52))
    down, finding = await town.fault(
        "caja-1",
        "watch.down",
        "tienda-web",
        Severity.CRITICAL,
        watch_kind="http",
        watch_target="http://127.0.0.1:8080/",
        watch_outcome="refused",
    )
    await town.evidence(finding)
    clock.set(end - timedelta(minutes=37))
    await town.act()
    clock.set(end - timedelta(minutes=29))
    await _say(
        town,
        down,
        "Buenos días, Lucía: la tienda no responde desde hace un rato. Ya estamos en ello "
        "y le llamo en media hora.",
        "phone",
    )
    clock.set(end - timedelta(minutes=21))
    async with town.storage.unit(console.ana.actor) as unit:
        await incidents.note(
            unit, down, "El servicio murió por falta de memoria; ver `journal` en la evidencia."
        )
    clock.set(end - timedelta(minutes=16))
    await town.fault("recepcion", "agent.silent", "", Severity.CRITICAL)
    clock.set(end - timedelta(minutes=11))
    _, swap_finding = await town.fault(
        "obrador", "memory.available", "", Severity.HIGH, memory_available_bytes=str(190 * 1024**2)
    )
    clock.set(end - timedelta(minutes=4))
    async with town.storage.unit() as unit:
        unit.announce(FindingCleared(swap_finding))
    clock.set(end)
    await town.act()
    for name in ("caja-1", "files", "obrador"):
        await town.health(name, end)
    await bring_inventories(console.storage, town.machines["caja-1"], end)
    async with town.storage.reading() as connection:
        case = await incident_store.incident(connection, down)
    assert case is not None
    return Town(town.machines, case.number, down)


async def _say(town: _Builder, case: UUID, body: str, channel: str) -> None:
    async with town.storage.unit(town.console.ana.actor) as unit:
        await incidents.respond(unit, case, body, channel)


def _bundle(now: datetime) -> bytes:
    writer = BundleWriter(agent_version="0.1.0", host="caja-1", started_at=now - timedelta(seconds=3))
    writer.add(
        Item("processes.txt", "processes", "ps -eo pid,pcpu,rss,args", 0, 41, redactions={"password": 1}),
        b"  PID %CPU    RSS COMMAND\n  812  3.1 412000 /usr/sbin/mariadbd\n"
        b" 1188 41.0 903112 java -jar tienda.jar --db-password [redacted:password:1f3a9c0e]\n",
    )
    writer.add(
        Item("listening-ports.txt", "listening_ports", "/proc/net/tcp", None, 6),
        b"LISTEN 0.0.0.0:22 sshd\nLISTEN 127.0.0.1:3306 mariadbd\n",
    )
    writer.add(
        Item(
            "journal.txt",
            "journal",
            "journalctl -u tienda-web -n 200",
            0,
            120,
            truncated=True,
            cut_bytes=20480,
        ),
        "".join(
            f"mar 03 17:0{minute}:12 caja-1 tienda[1188]: GC overhead limit exceeded ({minute})\n"
            for minute in range(9)
        ).encode()
        + b"mar 03 17:08:40 caja-1 kernel: Out of memory: Killed process 1188 (java)\n",
    )
    writer.add(
        Item("disk-use.txt", "disk_use", "statvfs", None, 2),
        b"/      38 % of 118 GiB\n/srv   71 % of 931 GiB\n",
    )
    for label, data in recordings.items(now - timedelta(minutes=2)).items():
        writer.add(Item(label, label.partition(".")[0], "the agent's flight recorder", None, 12), data)
    writer.add_gap(
        Item("largest-folders.txt", "largest_folders", "os.scandir", timed_out=True, duration_ms=5000)
    )
    return writer.finish(now)


def _channels() -> list[Channel]:
    mount = {"system.filesystem.mountpoint": "/"}
    data = {"system.filesystem.mountpoint": "/srv"}
    state = "system.filesystem.state"
    return [
        Channel("vigia.cpu.busy", "1", {}),
        Channel("vigia.memory.available", "1", {}),
        Channel("vigia.disk.io_rate", "By/s", {"disk.io.direction": "read", "system.device": "sda"}),
        Channel("vigia.disk.io_rate", "By/s", {"disk.io.direction": "write", "system.device": "sda"}),
        Channel(
            "vigia.network.io_rate",
            "By/s",
            {"network.io.direction": "receive", "network.interface.name": "eth0"},
        ),
        Channel(
            "vigia.network.io_rate",
            "By/s",
            {"network.io.direction": "transmit", "network.interface.name": "eth0"},
        ),
        Channel("system.filesystem.usage", "By", {**mount, state: "used"}),
        Channel("system.filesystem.usage", "By", {**mount, state: "free"}),
        Channel("system.filesystem.usage", "By", {**data, state: "used"}),
        Channel("system.filesystem.usage", "By", {**data, state: "free"}),
        Channel("vigia.watch.up", "1", {"vigia.watch.name": "tienda-web"}),
        Channel("vigia.watch.up", "1", {"vigia.watch.name": "impresora"}),
        Channel("vigia.watch.up", "1", {"vigia.watch.name": "samba"}),
    ]


def _values(step: int) -> list[float]:
    wave = math.sin(step / 19) * 0.5 + math.sin(step / 5) * 0.2 + math.sin(step * 1.7) * 0.1
    fault = step > 300
    return [
        min(1.0, max(0.01, 0.24 + 0.16 * wave + (0.35 if 270 < step <= 300 else 0.0))),
        max(0.03, 0.46 + 0.08 * wave - (step / 800 if step <= 300 else 0.0)),
        max(0.0, 2.2e6 + 2.1e6 * wave),
        max(0.0, 0.9e6 - 0.6e6 * wave),
        max(0.0, 340e3 + 300e3 * wave),
        max(0.0, 120e3 - 90e3 * wave),
        45.0 * GIB,
        73.0 * GIB,
        661.0 * GIB,
        270.0 * GIB,
        0.0 if fault else 1.0,
        1.0,
        1.0,
    ]
