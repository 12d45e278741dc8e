"""Takes orders in and does them, one after another: allowed, recorded, collected, sent."""

import asyncio
import errno
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from agent.audit import Audit, AuditUnwritable
from agent.chance import Chance
from agent.clock import Clock
from agent.diagnostics.pull.asking import Collected, CollectingFailed
from agent.diagnostics.pull.names import profiles
from agent.diagnostics.pull.request import Step
from agent.disk import Disk
from agent.errors import AgentError
from agent.link.uploads import Outcome, Parcel, Sent
from agent.orders.book import Book, Entry, Stage
from agent.policy import Level, Policy
from agent.wire import Ordered, OrderReport, OrderStage

WAITING_MAX = 16
FIRST_PAUSE_S = 1.0
PAUSE_MAX_S = 60.0
REPORT_EVERY_S = 0.5
log = logging.getLogger(__name__)

Collect = Callable[[str, Path, Mapping[str, str], Callable[[Step], None]], Awaitable[Collected]]
Send = Callable[[Parcel], Awaitable[Sent]]


@dataclass(frozen=True, slots=True)
class Means:
    """What a desk works with. `policy` reads the file anew and may raise AgentError; `ahead_s` is how far our
    clock is before the controller's; `about` is the agent's own state, for the bundle."""

    policy: Callable[[], Policy]
    audit: Audit
    collect: Collect
    send: Send
    ahead_s: Callable[[], float]
    about: Callable[[], Mapping[str, str]]
    wake_link: Callable[[], None]


class OrderDesk:
    """`hear` and `reports` are the conversation's, on the event loop; `run` does the work until cancelled."""

    def __init__(self, book: Book, disk: Disk, clock: Clock, chance: Chance, means: Means) -> None:
        self._book, self._disk, self._clock, self._chance, self._means = book, disk, clock, chance, means
        self._entries = book.open(clock.now())
        self._waiting: deque[Ordered] = deque(maxlen=WAITING_MAX)
        self._news = asyncio.Event()
        self._current = ""
        self._said: dict[str, OrderReport] = {}
        self._unsaid: dict[str, OrderReport] = {}
        self._said_at_s = 0.0

    def hear(self, asked: Ordered) -> None:
        """An order, perhaps not for the first time. What is known of it is said again."""
        try:
            UUID(asked.order_id)
        except ValueError:
            log.warning("an order without a usable id was passed over")
            return
        known = self._entries.get(asked.order_id)
        if known is not None and known.stage in (Stage.REFUSED, Stage.FAILED):
            self._report(_ending(known))
        elif asked.order_id == self._current or asked.order_id in {one.order_id for one in self._waiting}:
            if asked.order_id in self._said:
                self._report(self._said[asked.order_id])
        else:
            self._waiting.append(asked)
            self._news.set()

    def reports(self) -> list[OrderReport]:
        """What has not been said yet, the newest word of each order."""
        unsaid, self._unsaid = list(self._unsaid.values()), {}
        return unsaid

    async def run(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            while self._waiting:
                asked = self._waiting.popleft()
                self._current = asked.order_id
                try:
                    await self._perform(asked)
                finally:
                    self._current = ""

    async def _perform(self, asked: Ordered) -> None:
        entry = self._entries.get(asked.order_id)
        if entry is None or entry.stage is Stage.SENT:
            # Stated again after it was sent: the controller lost it, with a database from before.
            entry = Entry(asked.order_id, asked.case, asked.asked_by, asked.profile, asked.expires_at)
        try:
            if entry.stage is Stage.WAITING:
                entry = await self._collect(entry)
            if entry.stage is Stage.COLLECTED:
                entry = await self._send(entry)
        except OSError as error:
            reason = "disk_full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "disk_failed"
            entry = await self._end(entry, Stage.FAILED, reason, error.strerror or str(error))
        except Exception as error:
            log.exception("order %s failed", entry.order_id)
            entry = await self._end(
                entry, Stage.FAILED, "collector_failed", f"{type(error).__name__}: {error}"
            )
        log.info("order %s for %s: %s %s", entry.order_id, entry.case, entry.stage.value, entry.reason)
        if entry.stage in (Stage.REFUSED, Stage.FAILED):
            self._report(_ending(entry))

    # -- collecting ------------------------------------------------------------------------------------

    async def _collect(self, entry: Entry) -> Entry:
        refusal = await asyncio.to_thread(self._refusal, entry)
        if refusal is not None:
            return refusal
        self._report(OrderReport(entry.order_id, OrderStage.COLLECTING))
        await asyncio.to_thread(self._keep, entry)
        part = self._book.folder / f"{entry.order_id}.{self._chance.uuid4()}.part"
        try:
            found = await self._means.collect(
                entry.profile, part, self._means.about(), lambda step: self._step(entry, step)
            )
        except CollectingFailed as error:
            return await self._end(entry, Stage.FAILED, error.reason, error.detail)
        await asyncio.to_thread(self._book.adopt, part, entry.order_id)
        collected = replace(
            entry,
            stage=Stage.COLLECTED,
            sha256=found.sha256,
            size_bytes=found.size_bytes,
            taken_at=self._clock.now(),
        )
        await asyncio.to_thread(self._keep, collected)
        return collected

    def _refusal(self, entry: Entry) -> Entry | None:
        """The entry as refused, or None when it may be done and the machine's record says that it will be."""
        if not entry.profile or entry.profile not in profiles():
            return self._ended(entry, Stage.FAILED, "profile_unknown", f"{entry.profile!r} is not known here")
        if self._has_expired(entry):
            return self._ended(entry, Stage.FAILED, "expired", "it came too late")
        try:
            why, detail = self._means.policy().refusal(Level.L1, self._clock.now().astimezone()), ""
        except AgentError as error:
            why, detail = "policy_unreadable", str(error)
        facts = {"order": entry.order_id, "case": entry.case, "by": entry.asked_by, "profile": entry.profile}
        try:
            if why:
                self._means.audit.write("pull.refused", **facts, reason=why)
            else:
                self._means.audit.write("pull.begun", **facts)
        except AuditUnwritable as error:
            why, detail = why or "audit_unwritable", detail or str(error)
        return self._ended(entry, Stage.REFUSED, why, detail) if why else None

    def _step(self, entry: Entry, step: Step) -> None:
        now_s = self._clock.monotonic()
        if now_s - self._said_at_s >= REPORT_EVERY_S or step.done == step.total:
            self._said_at_s = now_s
            report = OrderReport(entry.order_id, OrderStage.COLLECTING, step.done, step.total)
            if report != self._said.get(entry.order_id):
                self._report(report)

    # -- sending ---------------------------------------------------------------------------------------

    async def _send(self, entry: Entry) -> Entry:
        path = self._book.bundle(entry.order_id)
        if not self._disk.exists(path):
            return await self._end(entry, Stage.FAILED, "bundle_lost", "it is not on the disk any more")
        try:
            await asyncio.to_thread(
                self._means.audit.write, "pull.sending", order=entry.order_id, case=entry.case,
                sha256=entry.sha256, size_bytes=entry.size_bytes,
            )  # fmt: skip
        except AuditUnwritable as error:
            self._book.drop_bundle(entry.order_id)
            return await self._end(entry, Stage.REFUSED, "audit_unwritable", str(error))
        self._report(OrderReport(entry.order_id, OrderStage.UPLOADING, size_bytes=entry.size_bytes))
        taken_at = entry.taken_at or self._clock.now()
        parcel = Parcel(entry.order_id, path, entry.sha256, entry.size_bytes, taken_at)
        sent = await self._send_on(entry, parcel)
        self._book.drop_bundle(entry.order_id)
        with suppress(AuditUnwritable):
            facts = {"order": entry.order_id, "case": entry.case, "outcome": sent.outcome.value}
            await asyncio.to_thread(lambda: self._means.audit.write("pull.ended", **facts))
        if sent.outcome is Outcome.STORED:
            return await self._end(entry, Stage.SENT, "", "")
        return await self._end(entry, Stage.FAILED, "upload_refused", sent.reason)

    async def _send_on(self, entry: Entry, parcel: Parcel) -> Sent:
        """Until it is stored, not wanted any more, or too late: a cut line only costs the wait."""
        failures, furthest = 0, 0
        while True:
            sent = await self._means.send(parcel)
            if sent.outcome is not Outcome.CUT:
                return sent
            if self._has_expired(entry):
                return Sent(Outcome.GONE, sent.offset, f"expired; at last: {sent.reason}")
            failures = 1 if sent.offset > furthest else failures + 1
            furthest = max(furthest, sent.offset)
            ceiling_s = min(PAUSE_MAX_S, FIRST_PAUSE_S * 2.0 ** min(failures - 1, 10))
            pause_s = self._chance.uniform(ceiling_s / 2, ceiling_s)
            log.info("upload cut at %d: %s; again in %.1f s", sent.offset, sent.reason, pause_s)
            await self._clock.sleep(pause_s)

    # -- the end ---------------------------------------------------------------------------------------

    async def _end(self, entry: Entry, stage: Stage, reason: str, detail: str) -> Entry:
        return await asyncio.to_thread(self._ended, entry, stage, reason, detail)

    def _ended(self, entry: Entry, stage: Stage, reason: str, detail: str) -> Entry:
        ended = replace(entry, stage=stage, reason=reason, detail=detail)
        try:
            self._keep(ended)
        except OSError as error:
            log.warning("the end of order %s is not written down: %s", entry.order_id, error)
            self._entries[ended.order_id] = ended
        return ended

    def _keep(self, entry: Entry) -> None:
        self._book.keep(entry)
        self._entries[entry.order_id] = entry

    def _has_expired(self, entry: Entry) -> bool:
        ours = entry.expires_at + timedelta(seconds=self._means.ahead_s())
        return self._clock.now() >= ours

    def _report(self, report: OrderReport) -> None:
        self._said[report.order_id] = self._unsaid[report.order_id] = report
        self._means.wake_link()


def _ending(entry: Entry) -> OrderReport:
    stage = OrderStage.REFUSED if entry.stage is Stage.REFUSED else OrderStage.FAILED
    return OrderReport(entry.order_id, stage, reason=entry.reason, detail=entry.detail)
