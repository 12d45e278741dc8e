"""One stream with the controller, from hello to its end.

Faults go before metrics, several items to an envelope; cumulative acknowledgements move the spool on. Any
message is a heartbeat. What was sent must be acknowledged within a deadline of our own: a half-dead
connection is dropped sooner than TCP or HTTP/2 would notice (design wire.md).
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import grpc
import grpc.aio

from agent import wire
from agent.clock import Clock
from agent.identity import Offered
from agent.layouts import LayoutBook
from agent.link import witnesses
from agent.link.trouble import in_words
from agent.neighbours.testimony import Asked, Testimony
from agent.signals import Finding
from agent.spool import Lane, Record, Spool
from agent.spool.record import dropped
from protos.vigia.v1 import agent_pb2 as pb

log = logging.getLogger(__name__)
Call = grpc.aio.StreamStreamCall[pb.ConnectRequest, pb.ConnectResponse]


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds, and the window of unacknowledged records. The defaults are those of trust.md and wire.md."""

    welcome_deadline_s: float = 30.0
    acknowledge_deadline_s: float = 30.0
    restate_s: float = 600.0
    replay_pause_s: float = 0.05
    first_retry_s: float = 5.0
    retry_max_s: float = 60.0
    goodbye_s: float = 3.0
    envelope_items: int = 16
    envelope_bytes: int = 256 * 1024
    window: int = 128


@dataclass(frozen=True, slots=True)
class Ended:
    """How it ended: `reason` for the log; `retry_after_s` is the controller's hint, if it gave one."""

    reason: str
    welcomed: bool
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """What a conversation is about, joined by the app."""

    spool: Spool
    layouts: LayoutBook
    introduction: Callable[[], wire.Introduction]
    open_conditions: Callable[[], tuple[Finding, ...]]
    on_welcome: Callable[[wire.Welcomed], None]
    on_order: Callable[[wire.Ordered], None] = field(default=lambda _: None)
    order_reports: Callable[[], list[wire.OrderReport]] = field(default=list)
    on_roots: Callable[[Offered], None] = field(default=lambda _: None)
    on_witness: Callable[[Asked], None] = field(default=lambda _: None)
    testimonies: Callable[[], list[Testimony]] = field(default=list)


class Conversation:
    """`run` once; `wake` when there is something new to say; `leave` to end it politely."""

    def __init__(self, call: Call, subject: Subject, clock: Clock, timing: Timing) -> None:
        self._call = call
        self._subject = subject
        self._spool = subject.spool
        self._epoch = subject.spool.epoch
        self._clock = clock
        self._timing = timing
        self._wake = asyncio.Event()
        self._welcomed = asyncio.Event()
        self._over = asyncio.Event()
        self._reason = ""
        self._retry_after_s: float | None = None
        self._leaving: wire.Leaving | None = None
        self._cursor = dict.fromkeys(Lane, 1)
        self._in_flight: dict[Lane, deque[tuple[int, float]]] = {lane: deque() for lane in Lane}
        self._asked: deque[wire.Asked] = deque(maxlen=16)
        self._layouts_sent: set[int] = set()
        self._beat_interval_s = 10.0
        self._restate_at: float | None = None
        self._wrote_at = self._heard_at = clock.monotonic()
        self._writing_since: float | None = None

    def wake(self) -> None:
        self._wake.set()

    def leave(self, reason: wire.Leaving) -> None:
        """Says goodbye as soon as the stream is free, then ends; at once when nobody listens yet."""
        self._leaving = reason
        if not self._welcomed.is_set():
            self.end("stopped before the controller answered")
        self._wake.set()

    def end(self, reason: str, retry_after_s: float | None = None) -> None:
        """Ends it at once; only the first reason counts."""
        if not self._over.is_set():
            self._reason, self._retry_after_s = reason, retry_after_s
            self._over.set()
            self._wake.set()
            self._welcomed.set()

    async def run(self) -> Ended:
        """Until either side ends it. Never raises for what the network or the controller does."""
        helpers = [asyncio.create_task(self._listen()), asyncio.create_task(self._watch())]
        try:
            await self._talk()
        except grpc.aio.AioRpcError as error:
            self.end(in_words(error.code(), error.details()))
        except asyncio.InvalidStateError:  # a write after the peer had ended the call
            await self._clock.wait(self._over, 1.0)
            self.end("the controller ended the stream")
        finally:
            self.end("stopped")
            self._call.cancel()
            for helper in helpers:
                helper.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)
        return Ended(self._reason, self._restate_at is not None, self._retry_after_s)

    # -- talking ---------------------------------------------------------------------------------------

    async def _talk(self) -> None:
        now = self._clock.now()
        told = self._spool.acknowledged_here(Lane.FAULTS)
        await self._write([wire.hello(self._subject.introduction(), self._epoch, now, told)])
        await self._clock.wait(self._welcomed, self._timing.welcome_deadline_s)
        if not self._welcomed.is_set():
            self.end("no welcome from the controller")
        while not self._over.is_set():
            self._wake.clear()
            if self._leaving is not None:
                await self._part(self._leaving)
                return
            if not await self._say_next():
                await self._clock.wait(self._wake, self._quiet_s())

    async def _say_next(self) -> bool:
        """Sends the most urgent envelope there is; False when there is nothing to say now."""
        if self._asked:
            return await self._answer(self._asked.popleft())
        if self._backlog(Lane.FAULTS) and self._window_open():
            return await self._forward(Lane.FAULTS)
        reports = self._subject.order_reports()
        if reports:
            await self._write([wire.order_report(report) for report in reports])
            return True
        seen = self._subject.testimonies()
        if seen:
            await self._write([witnesses.said(one) for one in seen])
            return True
        now_s = self._clock.monotonic()
        if self._restate_at is not None and now_s >= self._restate_at:
            self._restate_at = now_s + self._timing.restate_s
            conditions = self._subject.open_conditions()
            await self._write([wire.open_conditions(conditions, self._clock.now())])
            return True
        if self._backlog(Lane.METRICS) and self._window_open():
            return await self._forward(Lane.METRICS)
        if now_s - self._wrote_at >= self._beat_interval_s:
            await self._write([wire.beat(self._clock.now())])
            return True
        return False

    def _backlog(self, lane: Lane) -> int:
        return self._spool.last(lane) + 1 - self._cursor[lane]

    def _window_open(self) -> bool:
        return sum(map(len, self._in_flight.values())) < self._timing.window

    async def _forward(self, lane: Lane) -> bool:
        records = await self._read(lane, self._cursor[lane])
        if not records:
            return False
        await self._write(await self._items(records))
        now_s = self._clock.monotonic()
        self._in_flight[lane].extend((record.sequence, now_s) for record in records)
        self._cursor[lane] = records[-1].sequence + 1
        if self._backlog(lane):
            # Replay is paced: a fleet that comes back together must not drown its controller (R4).
            await self._clock.sleep(self._timing.replay_pause_s)
        return True

    async def _answer(self, asked: wire.Asked) -> bool:
        first, last = max(1, asked.first), min(asked.last, self._cursor[asked.lane] - 1)
        if first > last:
            return True
        records = [record for record in await self._read(asked.lane, first) if record.sequence <= last]
        if not records:
            records = [dropped(asked.lane, first, last)]
        await self._write(await self._items(records))
        if records[-1].sequence < last:
            self._asked.append(wire.Asked(asked.lane, records[-1].sequence + 1, last))
        await self._clock.sleep(self._timing.replay_pause_s)
        return True

    async def _read(self, lane: Lane, start: int) -> list[Record]:
        return await asyncio.to_thread(
            self._spool.read, lane, start, self._timing.envelope_items, self._timing.envelope_bytes
        )

    async def _items(self, records: list[Record]) -> list[pb.AgentItem]:
        items: list[pb.AgentItem] = []
        for record in records:
            try:
                item = wire.spooled(record)
            except (ValueError, KeyError):
                log.warning("unreadable record %d of lane %s passed over", record.sequence, record.lane.name)
                item = wire.spooled(dropped(record.lane, record.sequence, record.sequence))
            needed = wire.layout_of(item)
            if needed is not None and needed not in self._layouts_sent:
                columns = self._subject.layouts.get(needed)
                if columns is None:
                    item = wire.spooled(dropped(record.lane, record.sequence, record.sequence))
                else:
                    await self._write([wire.layout(needed, columns)])
                    self._layouts_sent.add(needed)
            items.append(item)
        return items

    async def _part(self, reason: wire.Leaving) -> None:
        if self._backlog(Lane.FAULTS):
            await self._forward(Lane.FAULTS)
        await self._write([wire.goodbye(reason)])
        await self._call.done_writing()
        await self._clock.wait(self._over, self._timing.goodbye_s)
        self.end(f"goodbye: {reason.value}")

    async def _write(self, items: list[pb.AgentItem]) -> None:
        self._writing_since = self._clock.monotonic()
        await self._call.write(pb.ConnectRequest(items=items))
        self._writing_since = None
        self._wrote_at = self._clock.monotonic()

    def _quiet_s(self) -> float:
        """How long nothing needs saying, unless somebody wakes us."""
        now_s = self._clock.monotonic()
        due = [self._wrote_at + self._beat_interval_s]
        if self._restate_at is not None:
            due.append(self._restate_at)
        return max(0.01, min(due) - now_s)

    # -- listening -------------------------------------------------------------------------------------

    async def _listen(self) -> None:
        try:
            while (response := await self._call.read()) is not grpc.aio.EOF:
                assert isinstance(response, pb.ConnectResponse)
                self._heard_at = self._clock.monotonic()
                for told in wire.heard(response, self._epoch):
                    await self._take(told)
                for question in witnesses.asked(response):
                    self._subject.on_witness(question)
                self._wake.set()
            code, details = await self._call.code(), await self._call.details()
            self.end(
                "the controller ended the stream" if code is grpc.StatusCode.OK else in_words(code, details)
            )
        except grpc.aio.AioRpcError as error:
            self.end(in_words(error.code(), error.details()))
        except (OSError, ValueError, OverflowError) as error:
            self.end(f"what the controller said could not be acted on: {error}")

    async def _take(self, told: wire.Heard) -> None:
        match told:
            case wire.Welcomed():
                await self._begin(told)
            case wire.Acknowledged():
                if told.epoch == self._epoch:
                    await self._acknowledge(told.lane, told.up_to)
            case wire.Asked():
                self._asked.append(told)
            case Offered():
                self._subject.on_roots(told)
            case wire.Ordered():
                self._subject.on_order(told)
            case wire.Refused():
                log.warning("refused: record %d of %s: %s", told.sequence, told.lane, told.reason)
            case wire.Dismissed():
                self.end(f"farewell from the controller: {told.reason}", told.retry_after_s)

    async def _begin(self, welcome: wire.Welcomed) -> None:
        if self._restate_at is not None:
            return
        for lane in Lane:
            known = welcome.resume.get(lane, 0)
            if known > self._spool.last(lane):
                # The controller has more of this epoch than we ever gave out: this disk is an older image.
                await asyncio.to_thread(self._spool.renew_epoch)
                self.end("the spool is older than what the controller has: new epoch")
                return
            await asyncio.to_thread(self._spool.acknowledge, lane, known)
            self._cursor[lane] = known + 1
        self._beat_interval_s = welcome.beat_interval_s
        self._restate_at = self._clock.monotonic()
        self._subject.on_welcome(welcome)
        self._welcomed.set()

    async def _acknowledge(self, lane: Lane, up_to: int) -> None:
        flying = self._in_flight[lane]
        while flying and flying[0][0] <= up_to:
            flying.popleft()
        await asyncio.to_thread(self._spool.acknowledge, lane, min(up_to, self._cursor[lane] - 1))

    # -- watching --------------------------------------------------------------------------------------

    async def _watch(self) -> None:
        """Drops a stream on which what was said stays without any answer."""
        limit_s = self._timing.acknowledge_deadline_s
        while not await self._clock.wait(self._over, limit_s / 6):
            sent = [flying[0][1] for flying in self._in_flight.values() if flying]
            if self._writing_since is not None:
                sent.append(self._writing_since)
            if sent and self._clock.monotonic() - max(min(sent), self._heard_at) > limit_s:
                self.end(f"no answer for {limit_s:.0f} s")
                self._call.cancel()
