"""The agent, joined: collectors -> rules -> spool -> link, and a goodbye at the end.

The only place where its parts are built. No part that fails stops another: each task is begun again after a
pause, with one line in the log.
"""

import asyncio
import json
import logging
import os
import signal
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from agent import VERSION, wire
from agent.audit import Audit
from agent.chance import Chance, SystemChance
from agent.clock import Clock, SystemClock
from agent.collectors import ALL, Collector, fitted
from agent.collectors.watches import watch_collectors
from agent.config import Config
from agent.diagnostics.child import take_evidence
from agent.diagnostics.pull.asking import Collected, collect
from agent.diagnostics.pull.request import Step
from agent.disk import Disk, OsDisk
from agent.errors import AgentError, SpoolFull
from agent.health import Health
from agent.identity import Identity, IdentityStore
from agent.inventory.keeping import InventoryKeeper, take
from agent.inventory.told import Told
from agent.jumps import Jumps
from agent.lastlink import LastLinkFile
from agent.layouts import LayoutBook
from agent.leaving import reason_to_leave
from agent.link.conversation import Subject, Timing
from agent.link.stream import Link, LinkState
from agent.link.uploads import send
from agent.machine import boot_id, introduction, uptime_s
from agent.neighbours import desk as neighbours
from agent.neighbours.looking import Eye, connected
from agent.neighbours.surroundings import read_next_door, read_surroundings
from agent.orders.book import Book
from agent.orders.desk import Means, OrderDesk
from agent.policy import read_policy
from agent.recorder.recorder import Recorder
from agent.recorder.witness import witnessed
from agent.recovery import AttemptFile
from agent.renewal import Renewal
from agent.reporting import BOOT_RULE, Reporter, TakeEvidence
from agent.rules import Judge
from agent.schedule import Schedule
from agent.signals import Finding, Reading
from agent.spool import Kind, Lane, Spool
from agent.spool.record import damage_payload
from agent.supervision import Supervision

SNAPSHOT_EVERY_S = 10.0
TEND_EVERY_S = 600.0
AGAIN_S = 5.0
GOODBYE_S = 3.0
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Everything outside of the agent that it touches; a test gives its own."""

    clock: Clock = field(default_factory=SystemClock)
    chance: Chance = field(default_factory=SystemChance)
    disk: Disk = field(default_factory=OsDisk)
    collectors: Sequence[Collector] = ALL
    take_evidence: TakeEvidence | None = None
    take_inventory: Callable[[], Awaitable[Told]] = take
    timing: Timing = field(default_factory=Timing)
    supervision: Supervision = field(default_factory=lambda: Supervision(os.environ))


class App:
    """Built from a configuration; `run` lasts until `stop`."""

    def __init__(self, config: Config, around: Surroundings) -> None:
        self._config, self._around = config, around
        self._clock = around.clock
        self._stop = asyncio.Event()
        self._leaving: wire.Leaving | None = None
        self._snapshot_every_s = SNAPSHOT_EVERY_S
        disk, data = around.disk, config.data
        self._identities = IdentityStore(disk, data)
        self._identity()  # not enrolled: said before anything is opened
        disk.mkdir(data)
        if not disk.lock(data / "lock"):
            raise AgentError(
                f"another vigia-agent runs on {data}: stop it first, or give --data another folder"
            )
        self._last_link = LastLinkFile(disk, data)
        self._layouts = LayoutBook(disk, data / "layouts")
        self._layouts.load()
        self._spool = Spool.open(
            disk, data / "spool", around.clock, around.chance, config.spool_quota_bytes, boot=boot_id()
        )
        self._health = Health(self._layouts)
        self._recorder = Recorder(disk, data / "recorder", around.clock, self._layouts, boot_id())
        self._watches = watch_collectors(config.watches)
        self._judge = Judge(config.role, around.chance.uuid4, config.rules, config.watched)
        self._ahead_s = self._last_link.read().clock_ahead_s or 0.0
        # One writer of its chain, whoever acts.
        self._audit = Audit(disk, data, around.clock)
        self._orders = OrderDesk(
            Book(disk, data), disk, around.clock, around.chance,
            Means(
                policy=lambda: read_policy(disk, config.policy),
                audit=self._audit,
                collect=self._collect,
                send=lambda parcel: send(self._identity(), parcel, disk),
                ahead_s=lambda: self._ahead_s,
                about=self._about,
                wake_link=lambda: self._link.wake(),
            ),
        )  # fmt: skip
        self._witness = neighbours.WitnessDesk(
            around.clock,
            neighbours.Means(
                policy=lambda: read_policy(disk, config.policy),
                audit=self._audit,
                surroundings=read_surroundings,
                eye=Eye(around.clock, connected, read_next_door),
                wake_link=lambda: self._link.wake(),
            ),
        )
        subject = Subject(
            self._spool,
            self._layouts,
            lambda: introduction(config),
            self._judge.open_conditions,
            self._welcomed,
            self._orders.hear,
            self._orders.reports,
            lambda offered: self._renewal.told(offered),
            self._witness.hear,
            self._witness.testimonies,
        )
        self._link = Link(
            subject, self._identity, around.clock, around.chance, around.timing, self._link_changed
        )
        self._renewal = Renewal(
            self._identities, around.clock, around.chance, AttemptFile(disk, data), self._link.reconnect,
            os.environ, config.controller,
        )  # fmt: skip
        self._reporter = Reporter(
            self._judge,
            self._health,
            self._spool,
            disk,
            data / "judge.json",
            around.clock,
            self._link.wake,
            around.take_evidence or self._take_evidence,
            self._recorder,
        )
        self._inventory = InventoryKeeper(
            disk,
            data / "inventory.json",
            around.clock,
            self._spool,
            self._link.wake,
            self._reporter.judge,
            around.take_inventory,
        )

    def stop(self, reason: wire.Leaving | None = None) -> None:
        """Ends `run` after a goodbye; without a reason it finds out itself."""
        self._leaving = self._leaving or reason
        self._stop.set()

    def sleep(self) -> None:
        """The machine is about to sleep, which is a goodbye (trust.md R6)."""
        self._link.sleep()

    def awake(self) -> None:
        """It woke up."""
        self._link.awake()

    async def run(self) -> None:
        """Until stopped. Whatever happens to one of its parts, the others go on."""
        self._remember_judge()
        await asyncio.to_thread(self._open_recorder)
        collectors = (*fitted(self._around.collectors, self._config), *self._watches)
        schedule = Schedule(collectors, self._clock, self._taken, self._around.chance)
        link = asyncio.create_task(self._again("link", self._link.run))
        parts: dict[str, Callable[[], Awaitable[None]]] = {
            "schedule": schedule.run,
            "recorder": self._recorder.run,
            "inventory": self._inventory.run,
            "reporter": self._reporter.run,
            "evidence": self._reporter.gather_evidence,
            "snapshots": self._measure,
            "housekeeping": self._tend,
            "renewal": self._renewal.run,
            "orders": self._orders.run,
            "witness": self._witness.run,
            "supervision": lambda: self._around.supervision.run(self._clock),
        }
        tasks = [asyncio.create_task(self._again(name, part)) for name, part in parts.items()]
        log.info("running; collectors: %d, watches: %d", len(collectors), len(self._watches))
        self._around.supervision.ready()
        await self._stop.wait()
        self._around.supervision.stopping()
        try:
            await self._part(tasks, link)
        finally:
            await asyncio.to_thread(self._close)

    def _taken(self, reading: Reading) -> None:
        self._reporter.take(witnessed(reading, abrupt=self._recorder.ended_abruptly))

    async def _part(self, tasks: list["asyncio.Task[None]"], link: "asyncio.Task[None]") -> None:
        """Nothing new is looked at; what was found is written; then goodbye, waited for 3 s at most."""
        reason = self._leaving or await reason_to_leave()
        await _ended(tasks)
        await self._reporter.flush()
        await self._reporter.remember()
        self._link.say_goodbye(reason)
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(link), GOODBYE_S)
        await _ended([link])
        log.info("goodbye: %s", reason.value)

    def _close(self) -> None:
        for name, part in (("recorder", self._recorder), ("spool", self._spool)):
            try:
                part.close()
            except OSError as error:
                log.warning("%s not closed cleanly: %s", name, error)

    def _open_recorder(self) -> None:
        """What was unreadable of it goes the way of the spool's own damage; what never left is sent now."""
        damage = self._recorder.open()
        if damage.places:
            reason = f"flight recorder: unreadable in {', '.join(damage.names)}"
            with suppress(OSError, SpoolFull):
                told = damage_payload(damage.places, damage.size_bytes, reason)
                self._spool.put(Lane.FAULTS, Kind.DAMAGE, told)
        owed = self._reporter.owed()
        left = {*self._recorder.undelivered(), *owed}
        for key, bearer in owed.items():
            if bearer:
                self._recorder.shared(key, bearer)
        self._reporter.evidence_again(
            [
                one
                for one in self._judge.open_conditions()
                if one.finding_id in left
                or (one.rule == BOOT_RULE and self._recorder.take_over(one.finding_id))
            ]
        )

    async def _again(self, name: str, part: Callable[[], Awaitable[None]]) -> None:
        """Begins a part again when it fails, until it ends by itself."""
        while True:
            try:
                await part()
                return
            except Exception:
                log.exception("%s failed; beginning again in %.0f s", name, AGAIN_S)
                await self._clock.sleep(AGAIN_S)

    async def _measure(self) -> None:
        jumps = Jumps(self._clock)
        while True:
            await self._clock.sleep(self._snapshot_every_s)
            jumps.look()
            await self._reporter.measure()

    async def _tend(self) -> None:
        while True:
            await asyncio.to_thread(self._spool.tend)
            await self._clock.sleep(TEND_EVERY_S)
            await self._reporter.remember()

    def _identity(self) -> Identity:
        identity = self._identities.load()
        if self._config.controller:
            return replace(identity, endpoint=self._config.controller)
        return identity

    async def _collect(
        self, profile: str, path: Path, about: Mapping[str, str], on_step: Callable[[Step], None]
    ) -> Collected:
        return await collect(profile, path, self._around.disk, VERSION, about, on_step)

    def _about(self) -> dict[str, str]:
        """The agent's own state, as a bundle says it."""
        link, spool = self._last_link.read(), self._spool
        return {
            "version": VERSION,
            "role": self._config.role.value,
            "configuration": self._config.source,
            "policy": str(self._config.policy),
            "watches": ", ".join(f"{one.name} ({one.kind} {one.target})" for one in self._config.watches),
            "spool_faults_last": str(spool.last(Lane.FAULTS)),
            "spool_metrics_last": str(spool.last(Lane.METRICS)),
            "connected_at": str(link.connected_at or ""),
            "clock_ahead_s": f"{self._ahead_s:.3f}",
            "open_findings": ", ".join(f"{one.rule} {one.object}" for one in self._judge.open_conditions()),
        }

    async def _take_evidence(self, finding: Finding, before: Iterable[Reading]) -> bytes | None:
        names = [watch.name for watch in self._watches]
        own = f"watch:{finding.object}" if finding.rule == "watch.down" else ""
        listener = self._watches[names.index(own)].last_listener if own in names else None
        recorded = await asyncio.to_thread(self._recorder.recorded, finding.finding_id)
        patience = self._reporter.tries(finding.finding_id)
        return await take_evidence(finding, before, self._clock, listener, VERSION, recorded, patience)

    def _remember_judge(self) -> None:
        """Findings that were open before a restart keep their identity (and clear under it)."""
        path = self._config.data / "judge.json"
        try:
            self._judge.load(json.loads(self._around.disk.read(path)))
        except FileNotFoundError:
            pass
        except (OSError, ValueError, AgentError) as error:
            log.warning("open findings of the last run are forgotten: %s", error)
        gone = self._judge.retire({watch.name for watch in self._config.watches}, self._clock.now())
        self._reporter.decided(gone)

    def _welcomed(self, welcome: wire.Welcomed) -> None:
        now = self._clock.now()
        ahead_s = (now - welcome.controller_time).total_seconds()
        self._snapshot_every_s = welcome.snapshot_interval_s
        self._ahead_s = ahead_s
        self._last_link.connected(now, ahead_s, boot_id(), uptime_s())
        self._recorder.link_changed(True)
        self._renewal.welcomed(welcome)
        log.info("connected as %s; our clock is %+.1f s from the controller's", welcome.agent_id, ahead_s)

    def _link_changed(self, state: LinkState) -> None:
        self._last_link.trouble(self._clock.now(), state.reason)
        self._recorder.link_changed(False, state.reason)
        self._renewal.lost(state.reason)


async def _ended(tasks: list["asyncio.Task[None]"]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def run_until_signalled(config: Config, around: Surroundings) -> None:
    """The agent as a service: SIGTERM and SIGINT end it with a goodbye, SIGUSR1 says that the machine goes to
    sleep and SIGUSR2 that it woke. Raises AgentError at the start."""
    app = App(config, around)
    loop = asyncio.get_running_loop()
    if hasattr(signal, "SIGUSR1"):
        loop.add_signal_handler(signal.SIGUSR1, app.sleep)
        loop.add_signal_handler(signal.SIGUSR2, app.awake)
    for name, how in ((signal.SIGTERM, ()), (signal.SIGINT, (wire.Leaving.STOPPED,))):
        try:
            loop.add_signal_handler(name, app.stop, *how)
        except NotImplementedError:  # Windows: its loop hears none
            signal.signal(name, lambda *_, how=how: loop.call_soon_threadsafe(app.stop, *how))
    await app.run()
