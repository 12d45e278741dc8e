"""A controller's machine door for tests: real servers on free ports, over a real database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from controller.blobs.folder import BlobFolder
from controller.core.disk import OsDisk
from controller.core.events import Event
from controller.detection.lookout import Lookout
from controller.fleet import actions as fleet
from controller.fleet.identity.authority import Authority
from controller.rpc.server import RpcServers
from controller.storage import Storage, Unit
from tests.support.simulated_agent import SimulatedAgent


@dataclass
class Station:
    """`told` are the events of all committed units, in order."""

    storage: Storage
    authority: Authority
    lookout: Lookout
    servers: RpcServers
    blobs: BlobFolder
    customer_id: UUID
    told: list[Event] = field(default_factory=list)

    @property
    def enrolment(self) -> str:
        return f"127.0.0.1:{self.servers.enrolment_port}"

    async def token(self) -> str:
        async with self.storage.unit() as unit:
            return await fleet.issue_token(unit, self.authority, self.customer_id)

    async def agent(self, host_name: str = "simulated") -> SimulatedAgent:
        """Enrolled, not yet connected."""
        made = SimulatedAgent(self.authority.root_pem, host_name, self.storage.clock.now)
        await made.enrol(self.enrolment, await self.token())
        return made


def note_events(storage: Storage) -> list[Event]:
    """Listens to what is announced; only what commits is kept."""
    told: list[Event] = []

    async def listen(unit: Unit, event: Event) -> None:
        unit.after_commit(lambda: told.append(event))

    storage.dispatcher = listen
    return told


@asynccontextmanager
async def running_station(storage: Storage, folder: Path, **settings: object) -> AsyncIterator[Station]:
    """Started on free ports; stopped when the block ends."""
    told = note_events(storage)
    authority = Authority.open(folder / "authority", OsDisk(), storage.chance, storage.clock.now())
    lookout = Lookout(storage)
    await lookout.start()
    blobs = BlobFolder(folder / "blobs", OsDisk())
    options: dict[str, object] = {"agents_port": 0, "enrolment_port": 0, "public_host": "127.0.0.1"}
    servers = RpcServers(storage, authority, lookout, blobs, **(options | settings))  # type: ignore[arg-type]
    await servers.start()
    async with storage.unit() as unit:
        known = await fleet.add_customer(unit, f"Cliente {unit.chance.uuid()}")
    try:
        yield Station(storage, authority, lookout, servers, blobs, known.id, told)
    finally:
        await servers.stop(grace_s=1.0)
        await lookout.stop()
