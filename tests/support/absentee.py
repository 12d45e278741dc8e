"""The part of a real agent that looks after its identity: link, renewal and recovery, on a real disk."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from agent import wire
from agent.clock import SystemClock
from agent.disk import OsDisk
from agent.enrolment import PastedLine, enrol
from agent.identity import Identity, IdentityStore, identity_from, request_for
from agent.lastlink import LastLinkFile
from agent.layouts import LayoutBook
from agent.link.conversation import Subject, Timing
from agent.link.stream import Link, LinkState
from agent.recovery import AttemptFile
from agent.renewal import Renewal
from agent.spool import Spool
from controller.fleet.identity import store
from controller.fleet.identity.authority import request_key
from tests.support.agent_fakes import SeededChance
from tests.support.stations import Station

FAST = Timing(welcome_deadline_s=5.0, first_retry_s=0.1, retry_max_s=0.2)


class WrongClock(SystemClock):
    """The machine's own, `off` from the true time."""

    def __init__(self, off: timedelta) -> None:
        self.off = off

    def now(self) -> datetime:
        return super().now() + self.off


@dataclass
class Absentee:
    """`off`: how far the machine's clock is ahead. What happens is in `welcomes` and `states`."""

    folder: Path
    off: timedelta = timedelta()
    welcomes: list[wire.Welcomed] = field(default_factory=list)
    states: list[LinkState] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock = WrongClock(self.off)
        self.disk = OsDisk()
        self.identities = IdentityStore(self.disk, self.folder)
        self.attempts = AttemptFile(self.disk, self.folder)

    @property
    def identity(self) -> Identity:
        return self.identities.load()

    async def enrol(self, station: Station) -> None:
        line = PastedLine(station.enrolment, await station.token(), station.authority.root_text)
        await enrol(line, self.identities, SystemClock(), SeededChance())

    async def sleep_for(self, station: Station, away: timedelta) -> None:
        """As if it had got its certificate so long ago, used it, and been off since."""
        identity = self.identity
        pending = await request_for(self.identities, "of a test", identity.root_pem)
        then = station.storage.clock.now() - away
        peer_id = UUID(identity.agent_id)
        leaf = station.authority.leaf(peer_id, request_key(pending.csr_der), then)
        async with station.storage.unit() as unit:
            await unit.connection.execute(store.certificates_table.delete())
            await store.add_certificate(unit.connection, peer_id, leaf, then)
        aged = await identity_from(
            pending, leaf.certificate_der, identity.agent_id, identity.endpoint, identity.root_pem,
            SeededChance(), None, identity.enrolment_endpoint,
        )  # fmt: skip
        self.identities.save(aged)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Renewal]:
        """A run of it, from start to power-off."""
        spool = Spool.open(self.disk, self.folder / "spool", self.clock, SeededChance())
        layouts = LayoutBook(self.disk, self.folder / "layouts")
        layouts.load()
        introduction = wire.Introduction("1.0", "till-1", "Debian", "12", "x86_64", "server", "boot-1", None)

        last = LastLinkFile(self.disk, self.folder)

        def welcomed(welcome: wire.Welcomed) -> None:
            self.welcomes.append(welcome)
            now = self.clock.now()
            last.connected(now, (now - welcome.controller_time).total_seconds())
            renewal.welcomed(welcome)

        def changed(state: LinkState) -> None:
            self.states.append(state)
            renewal.lost(state.reason)

        subject = Subject(
            spool, layouts, lambda: introduction, tuple, welcomed,
            on_roots=lambda offered: renewal.told(offered),
        )  # fmt: skip
        link = Link(subject, self.identities.load, self.clock, SeededChance(), FAST, changed)
        renewal = Renewal(self.identities, self.clock, SeededChance(), self.attempts, link.reconnect)
        tasks = [asyncio.create_task(one) for one in (link.run(), renewal.run())]
        try:
            yield renewal
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            spool.close()
