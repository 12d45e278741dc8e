"""The only place where the controller's parts are built and joined."""

import asyncio
import fcntl
import logging
import os
import resource
from datetime import timedelta
from pathlib import Path

from controller import flow
from controller.blobs.folder import BlobFolder
from controller.config import Config
from controller.core.chance import Chance, SystemChance
from controller.core.changes import Changes
from controller.core.clock import Clock, SystemClock
from controller.core.disk import Disk, OsDisk
from controller.core.errors import Conflict
from controller.detection.lookout import Lookout
from controller.fleet.allowance import MIB
from controller.fleet.identity import rotation
from controller.fleet.identity.authority import Authority
from controller.knowledge import shelf
from controller.notify.channels import Channel
from controller.notify.channels.log import LogChannel
from controller.notify.channels.mail import MailChannel, MailServer
from controller.people import actions as people
from controller.reports.health.watch import Watch
from controller.rpc.server import RpcServers
from controller.sla.actions import seed_default_plan
from controller.storage import Storage, metadata
from controller.storage.engine import sqlite_may_corrupt
from controller.storage.migrations import migrate
from controller.storage.reserve import Reserve
from controller.ticker import Ticker
from controller.web.api.door import build_api
from controller.web.context import Context
from controller.web.site import build_site
from controller.web.socket import ControlDoor, Door, bound, console_door

log = logging.getLogger(__name__)

# Each connected agent is an open file; below this the limit is said at start, not found out at night.
FEWEST_OPEN_FILES = 4_096


class App:
    """One controller process: `start`, `run_until`, `stop`. Clock, chance, disk and channels may be a test's.

    `console_url` and `first_link` (None once there is an administrator) hold after `start`.
    """

    def __init__(
        self,
        config: Config,
        clock: Clock | None = None,
        chance: Chance | None = None,
        disk: Disk | None = None,
    ) -> None:
        self.config = config
        self.clock = clock or SystemClock()
        self.chance = chance or SystemChance()
        self.disk = disk or OsDisk()
        self.storage = Storage(config.storage_url, self.clock, self.chance)
        self.changes = Changes()
        self.reserve = Reserve(config.data, self.disk, self.clock)
        self.watch = Watch(self.storage, self.disk, config.data)
        self.lookout = Lookout(self.storage, snapshots_days=config.snapshot_days)
        self.channels = channels_of(config)
        self.ticker = Ticker(
            self.storage,
            self.channels,
            self.clock,
            hooks=(self.lookout.turn, self.lookout.prune, self.reserve.turn, self.watch.turn),
        )
        self.first_link: str | None = None
        self._doors: list[Door] = []
        self._ticking: asyncio.Task[None] | None = None
        self._lock: int | None = None

    async def start(self) -> None:
        """Raises `VigiaError` saying what is in the way; what was started by then is stopped by `stop`."""
        self._take_folder()
        self._warn()
        await migrate(self.storage, metadata)
        self.storage.dispatcher = flow.dispatcher(self.changes, self.ticker.wake)
        async with self.storage.unit() as unit:
            await seed_default_plan(unit, self.config.zone)
            await shelf.prepare(unit)
        authority = Authority.open(
            self.config.data / "authority",
            self.disk,
            self.chance,
            self.clock.now(),
            [self.config.public_host],
        )
        await rotation.follow(self.storage, authority)
        self.watch.authority = authority
        blobs = BlobFolder(self.config.data / "blobs", self.disk)
        listening = bound(self.config.console_bind, self.config.console_port)
        self.console_port: int = listening.getsockname()[1]
        self.storage.console_url = self.console_url
        await self.lookout.start()
        self.rpc = RpcServers(
            self.storage,
            authority,
            self.lookout,
            blobs,
            bind=self.config.bind,
            agents_port=self.config.agents_port,
            enrolment_port=self.config.enrolment_port,
            public_host=self.config.public_host,
            recovery=timedelta(days=self.config.recovery_days),
            changes=self.changes,
            evidence_limit_bytes=self.config.evidence_mib * MIB,
            is_tight=lambda: self.reserve.is_tight,
        )
        await self.rpc.start()
        context = Context(
            storage=self.storage,
            clock=self.clock,
            chance=self.chance,
            blobs=blobs,
            changes=self.changes,
            secure=self.config.console_certificate is not None,
            wake_ticker=self.ticker.wake,
            authority=authority,
            enrolment_endpoint=f"{self.config.public_host}:{self.rpc.enrolment_port}",
            console_url=self.console_url,
            mail_is_set_up=bool(self.config.smtp.host),
            watch=self.watch,
            first_link_used=lambda: self.disk.remove(self._first_link_note),
        )
        self._doors = [
            console_door(
                build_site(context),
                listening,
                self.config.console_certificate,
                self.config.console_key,
                self.config.trusted_proxies,
            ),
            ControlDoor(build_api(context), self.config.control_socket),
        ]
        for door in self._doors:
            await door.start()
        await self._invite()
        self._ticking = asyncio.create_task(self.ticker.run(), name="ticker")
        log.info("controller started console=%s data=%s", self.console_url, self.config.data)

    @property
    def console_url(self) -> str:
        if self.config.console_url:
            return self.config.base_url
        return self.config.base_url.rpartition(":")[0] + f":{self.console_port}"

    async def run_until(self, ended: asyncio.Event) -> None:
        """Until `ended` is set. Raises what ended the ticker, without which no promise is kept."""
        assert self._ticking is not None
        waiting = asyncio.create_task(ended.wait())
        await asyncio.wait({waiting, self._ticking}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if self._ticking.done():
            self._ticking.result()

    async def stop(self) -> None:
        """Agents are told to come back, what they sent is committed, and this run's end is written down."""
        self.changes.close()
        if self._ticking:
            self._ticking.cancel()
            await asyncio.gather(self._ticking, return_exceptions=True)
        if hasattr(self, "rpc"):
            await self.rpc.stop()
        for door in self._doors:
            await door.stop()
        await self.lookout.stop()
        await self.storage.close()
        if self._lock is not None:
            os.close(self._lock)
        log.info("controller stopped")

    def _take_folder(self) -> None:
        """One controller for one data folder: two would fight over ports, socket and SQLite's writer."""
        folder = self.config.data
        try:
            folder.mkdir(mode=0o750, exist_ok=True)
            self._lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise Conflict(
                f"data: {folder} cannot be used ({error.strerror}); make it writable for this user, or name "
                "another folder with --data"
            ) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Conflict(f"another controller is running on {folder}; stop it first") from error

    def _warn(self) -> None:
        if self.storage.is_sqlite and sqlite_may_corrupt():
            log.warning(
                "this SQLite may damage a database in WAL mode (fixed in 3.51.3, 3.50.7, 3.44.6); one "
                "connection alone writes and checkpoints here, which avoids it"
            )
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft < hard:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
            soft = hard
        if soft < FEWEST_OPEN_FILES:
            log.warning("open files are limited to %d: enough for %d agents", soft, max(0, soft - 1_000))

    @property
    def _first_link_note(self) -> Path:
        return self.config.data / "first-administrator-link"

    async def _invite(self) -> None:
        """While there is no administrator: a one-time link, on the machine only."""
        note = self._first_link_note
        try:
            async with self.storage.unit() as unit:
                token = await people.issue_link(unit, None)
        except Conflict:
            self.disk.remove(note)
            return
        self.first_link = f"{self.console_url}/link/{token}"
        self.disk.write_durably(note, f"{self.first_link}\n".encode())


def channels_of(config: Config) -> dict[str, Channel]:
    """The ways to reach people, the preferred first: mail where a server is named, and always the log."""
    channels: dict[str, Channel] = {}
    smtp = config.smtp
    if smtp.host:
        channels["mail"] = MailChannel(
            MailServer(
                host=smtp.host,
                port=smtp.port,
                sender=smtp.sender,
                user=smtp.user,
                password=smtp.password.get_secret_value(),
                tls=smtp.security,
            )
        )
    channels["log"] = LogChannel()
    return channels
