"""One agent's stream after its welcome: envelopes in, acknowledgements out, until somebody ends it."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, Protocol
from uuid import UUID

from controller.blobs.folder import BlobFolder
from controller.core.clock import Clock
from controller.core.errors import Invalid, Unavailable, VigiaError
from controller.detection.witnesses.inquiries import Inquiries
from controller.fleet.allowance import Allowance, Lack
from controller.fleet.identity.authority import Peer
from controller.fleet.intake.cursor import PATIENCE, Lane
from controller.fleet.intake.report import (
    Entry,
    RefusedEvidence,
    Report,
    ReportedEvidence,
    ReportedFinding,
    Taken,
)
from controller.fleet.presence import Presence
from controller.fleet.series.packing import Layout
from controller.rpc import orders, wire, witnesses
from controller.rpc.batcher import Batcher
from controller.rpc.jobs import Answer, HandOut, Job, Leave, OrderNews, Restate
from protos.vigia.v1 import agent_pb2 as pb

_log = logging.getLogger(__name__)

# Records of one stream that wait for their commit; beyond that it is not read from.
_WINDOW = 128
# Of one message; ours send 16. Without it a small message could hold eighty thousand.
_ITEMS = 500
# Faults are acknowledged at once, metrics after so many records or so long.
_ACK_RECORDS = 16
_ACK_S = 2.0
_RESTATED_FIRST_S = 60.0
# A replayed fault waits for the agent's word on what is still wrong, so that one that is over opens no
# incident (R4). Fewer than an agent sends ahead of its acknowledgements, sooner than it would give us up.
_HELD = 100
_HELD_S = 5.0


class Call(Protocol):
    """What of gRPC's call is used here; anything but a message from `read` is the end."""

    async def read(self) -> object: ...

    async def write(self, message: pb.ConnectResponse, /) -> None: ...


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a stream leaves what it brings."""

    clock: Clock
    presence: Presence
    urgent: Batcher[Job, Answer]
    bulk: Batcher[Job, Answer]
    blobs: BlobFolder
    inquiries: Inquiries
    allowance: Allowance
    is_tight: Callable[[], bool] = lambda: False


@dataclass(frozen=True, slots=True)
class Ending:
    """`invalid` is set when the agent sent what cannot be meant; else it is told to come back."""

    reason: str
    retry_after_s: int = 0
    invalid: bool = False


class Stream:
    """`run` once; `close` from anywhere. `expires_s` and `heard_s` are on the monotonic clock."""

    def __init__(
        self,
        call: Call,
        peer: Peer,
        epoch: str,
        clock: wire.AgentClock,
        connected_at: datetime,
        expires_s: float,
        desk: Desk,
        refill_to: int = 0,
    ) -> None:
        self._call = call
        self._peer = peer
        self._epoch = epoch
        self._agent_clock = clock
        self._connected_at = connected_at
        self._desk = desk
        self._refill_to = refill_to
        self._layouts: dict[int, Layout] = {}
        self._outstanding = 0
        self._room = asyncio.Event()
        self._room.set()
        self._say = asyncio.Event()
        self._out: list[pb.ControllerItem] = []
        self._acknowledged: dict[Lane, int] = {}
        self._unsaid = 0
        self._stated: tuple[frozenset[UUID] | None, datetime | None] | None = None
        self._restated_at_s: float | None = None
        self._held: list[Entry] = []
        self._held_at = connected_at
        self._patience: list[asyncio.Task[None]] = []
        self._patient = True
        self._asking = False
        self._order = asyncio.Lock()
        self._ending: Ending | None = None
        # A future and no task: it is waited for beside reader and writer, of which either may hang.
        self._ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.expires_s = expires_s
        self.heard_s = desk.clock.monotonic()

    @property
    def machine_id(self) -> UUID:
        return self._peer.agent_id

    def close(self, ending: Ending) -> None:
        """End it as soon as may be; the first word counts."""
        if self._ending is None:
            self._ending = ending
            if not self._ended.done():
                self._ended.set_result(None)

    async def run(self, first: Sequence[pb.AgentItem] = ()) -> Ending | None:
        """Takes what came with the hello, then reads and writes until the agent leaves (None) or `close`."""
        tasks: list[asyncio.Future[Any]] = [
            asyncio.create_task(self._read(first)),
            asyncio.create_task(self._write()),
            self._ended,
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        except Invalid as error:
            self.close(Ending(str(error), invalid=True))
        except Unavailable as error:
            self.close(Ending(str(error), retry_after_s=15))
        finally:
            tasks.extend(self._patience)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return self._ending

    def last_words(self) -> list[pb.ControllerItem]:
        """What is committed and not yet said, and the farewell."""
        items = self._due()
        if self._ending is not None and not self._ending.invalid:
            items.append(wire.farewell(self._ending.reason, self._ending.retry_after_s))
        return items

    # -- in ----------------------------------------------------------------------------------------

    async def _read(self, first: Sequence[pb.AgentItem]) -> None:
        if first and await self.take(first):
            return
        while True:
            message = await self._call.read()
            if not isinstance(message, pb.ConnectRequest):
                return
            self._desk.presence.heard(self.machine_id)
            self.heard_s = self._desk.clock.monotonic()
            if await self.take(message.items):
                return

    async def take(self, items: Sequence[pb.AgentItem]) -> bool:
        """One envelope, in its order; True when it said goodbye. Raises `Invalid`, `Unavailable`."""
        if len(items) > _ITEMS:
            raise Invalid("items", f"at most {_ITEMS} in one message")
        received_at = self._desk.clock.now()
        entries: list[Entry] = []
        for item in items:
            match item.WhichOneof("item"):
                case "spooled":
                    entries.append(await self._entry(item.spooled, received_at))
                case "layout":
                    self._learn(item.layout)
                case "beat":
                    self._agent_clock.sample(item.beat.sent_at_unix_ms, received_at)
                case "open_conditions":
                    await self._report(entries, received_at)
                    await self._restate(item.open_conditions, received_at)
                case "order_report":
                    await self._hear_of_order(item.order_report)
                case "testimony":
                    question_id, testimony = witnesses.said(self.machine_id, item.testimony)
                    self._desk.inquiries.hear(self.machine_id, question_id, testimony)
                case "goodbye":
                    await self._report(entries, received_at)
                    await self._release()
                    await self._leave(item.goodbye)
                    return True
                case "hello":
                    raise Invalid("hello", "only the first item of a stream may be one")
                case _:
                    continue  # of a newer protocol
        await self._report(entries, received_at)
        return False

    async def _entry(self, spooled: pb.Spooled, received_at: datetime) -> Entry:
        entry = wire.entry(spooled, self._layouts, self._agent_clock, received_at)
        if isinstance(entry.record, ReportedEvidence):
            lack = await self._lack(entry.record)
            if lack is not None:
                return replace(entry, record=lack)
            # Before its row: a row without its content would be a promise broken.
            await self._desk.blobs.put(spooled.evidence.bundle)
        return entry

    async def _lack(self, evidence: ReportedEvidence) -> RefusedEvidence | None:
        """It is refused and not put off: behind it in its lane wait faults, which need less room."""
        facts = evidence.finding_id, evidence.size_bytes
        if self._desk.is_tight():
            return RefusedEvidence("evidence", "the controller's disk is almost full", *facts, Lack.DISK)
        if await self._desk.allowance.lacks(self.machine_id, evidence.size_bytes):
            return RefusedEvidence("evidence", self._desk.allowance.in_words, *facts, Lack.QUOTA)
        return None

    def _learn(self, message: pb.Layout) -> None:
        if len(self._layouts) >= wire.LAYOUTS_LIMIT and message.layout_id not in self._layouts:
            raise Invalid("layout", f"at most {wire.LAYOUTS_LIMIT} a connection")
        self._layouts[message.layout_id] = wire.layout_of(message)

    async def _report(self, entries: list[Entry], received_at: datetime) -> None:
        faults = [entry for entry in entries if entry.lane is Lane.FAULTS]
        metrics = tuple(entry for entry in entries if entry.lane is Lane.METRICS)
        entries.clear()
        if faults:
            self._held.extend(faults)
            self._held_at = received_at
            if not self._may_be_over() or len(self._held) >= _HELD:
                await self._release()
            elif self._patient:
                self._patient = False
                self._patience.append(asyncio.create_task(self._wait_no_longer()))
        if metrics:
            await self._put(self._desk.bulk, self._as_report(metrics, received_at), len(metrics))

    def _may_be_over(self) -> bool:
        """Whether among the held is a fault from before this stream, of which the agent has not said yet
        whether it lasts."""
        return self._stated is None and any(
            isinstance(entry.record, ReportedFinding) and entry.record.observed_at < self._connected_at
            for entry in self._held
        )

    async def _release(self) -> None:
        """Hand over what is held, in its order and as one report."""
        async with self._order:
            held, self._held = tuple(self._held), []
            if held:
                await self._put(self._desk.urgent, self._as_report(held, self._held_at), len(held))

    async def _wait_no_longer(self) -> None:
        """An agent that never says what lasts is taken at its records' word."""
        await self._desk.clock.sleep(_HELD_S)
        self._stated = self._stated or (None, None)
        await self._release()

    async def _ask_again(self) -> None:
        """A gap that nobody filled no longer holds the acknowledgement, even if nothing else comes."""
        await self._desk.clock.sleep(PATIENCE.total_seconds() + 1.0)
        self._asking = False
        self._patience = [task for task in self._patience if not task.done()]
        await self._put(self._desk.urgent, self._as_report((), self._desk.clock.now()), 1)

    def _as_report(self, entries: tuple[Entry, ...], received_at: datetime) -> Report:
        stated, stated_at = self._stated or (None, None)
        return Report(
            self.machine_id,
            self._epoch,
            received_at,
            self._connected_at,
            entries,
            stated,
            stated_at,
            self._refill_to,
        )

    async def _restate(self, message: pb.OpenConditions, received_at: datetime) -> None:
        try:
            conditions, stated_at = wire.conditions(message, self._agent_clock, received_at)
        except Invalid as error:
            # Said by name, but no reason to part: the records themselves still come.
            self._out.append(wire.refusal(Lane.FAULTS, 0, error.field, error.limit))
            self._say.set()
            return
        now_s = self._desk.clock.monotonic()
        first = self._restated_at_s is None or now_s - self._restated_at_s < _RESTATED_FIRST_S
        if self._restated_at_s is None:
            self._restated_at_s = now_s
        self._stated = (frozenset(one.finding_id for one in conditions), stated_at)
        await self._release()
        job = Restate(self._as_report((), received_at), conditions, stated_at, first)
        await self._put(self._desk.urgent, job, 1 + len(conditions))

    def tell(self, item: pb.ControllerItem) -> None:
        """Something that concerns every machine, said with the next words."""
        self._out.append(item)
        self._say.set()

    async def hand_out(self) -> None:
        """Says what the machine has to do. Once after the welcome, and whenever something was asked."""
        handed = await self._desk.urgent.ask(HandOut(self.machine_id))
        if isinstance(handed, tuple) and handed:
            self._out.extend(orders.told(handed))
            self._say.set()

    async def _hear_of_order(self, message: pb.OrderReport) -> None:
        try:
            news = OrderNews(self.machine_id, orders.progress(message))
        except Invalid as error:
            self._out.append(wire.refusal(Lane.FAULTS, 0, error.field, error.limit))
            self._say.set()
            return
        await self._desk.urgent.ask(news)

    async def _leave(self, message: pb.Goodbye) -> None:
        reason, expected_return_at = wire.goodbye(message, self._agent_clock)
        # What came before it is committed before it, and said before the stream ends.
        while self._outstanding:
            self._room.clear()
            await self._room.wait()
        await self._desk.urgent.ask(Leave(self.machine_id, reason, expected_return_at))
        self.close(Ending(f"goodbye: {reason.value}"))

    async def _put(self, batcher: Batcher[Job, Answer], job: Job, rows: int) -> None:
        while self._outstanding >= _WINDOW:
            self._room.clear()
            await self._room.wait()
        self._outstanding += rows
        lane = Lane.METRICS if batcher is self._desk.bulk else Lane.FAULTS
        await batcher.put(job, partial(self._written, lane, rows), rows)

    # -- out ---------------------------------------------------------------------------------------

    def _written(self, lane: Lane, rows: int, answer: Answer | Exception) -> None:
        """Called after the commit, or with what prevented it."""
        self._outstanding -= rows
        self._room.set()
        if isinstance(answer, Exception):
            known = isinstance(answer, VigiaError)
            reason = str(answer) if known else "a report could not be taken"
            self.close(Ending(reason, retry_after_s=15 if known else 60))
            return
        if not isinstance(answer, Taken):
            return
        self._acknowledged.update(answer.acknowledged)
        self._out.extend(wire.resends(answer))
        if answer.wanted and not self._asking:
            self._asking = True
            self._patience.append(asyncio.create_task(self._ask_again()))
        self._out.extend(
            wire.refusal(of, sequence, record.field, record.limit) for of, sequence, record in answer.refused
        )
        self._unsaid += rows
        if lane is Lane.FAULTS or self._unsaid >= _ACK_RECORDS or self._out:
            self._unsaid = _ACK_RECORDS
        self._say.set()

    async def _write(self) -> None:
        clock = self._desk.clock
        while True:
            await self._say.wait()
            if self._unsaid < _ACK_RECORDS and not self._out:
                # Company may come: one acknowledgement says it for all.
                await clock.sleep(_ACK_S)
            self._say.clear()
            items = self._due()
            if items:
                await self._call.write(pb.ConnectResponse(items=items))

    def _due(self) -> list[pb.ControllerItem]:
        items = [wire.ack(self._epoch, lane, up_to) for lane, up_to in self._acknowledged.items()]
        items.extend(self._out)
        self._acknowledged, self._out, self._unsaid = {}, [], 0
        return items
