"""From a reading to the spool: judged at once, faults written durably in order, evidence taken beside.

`take` runs on the event loop and is quick; `run` does the writing. The judge's state is kept as it was when a
finding was decided and written after the finding, so that a crash in between repeats a finding (it joins what
is open) and never loses one.
"""

import asyncio
import hashlib
import json
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from agent import wire
from agent.clock import Clock
from agent.disk import Disk
from agent.errors import AgentError, OutOfTime, SpoolFull
from agent.health import Health
from agent.owed import Owed
from agent.signals import Finding, FindingState, Reading
from agent.spool import Kind, Lane, Spool

RETRY_S = 5.0
WAITING_MAX = 512
EVIDENCE_WAITING_MAX = 8
EVIDENCE_PER_HOUR = 30
# What comes and goes is one incident: its first bundles tell it, and the others' must not wait for more.
EVIDENCE_PER_OBJECT = 3
HOUR_S = 3_600.0
# A machine that just started, or thrashes, gets longer each time; the recording waits on its disk.
EVIDENCE_TRIES = 4
EVIDENCE_AGAIN_S = 60.0
# What came before this one happened in the machine's run before.
BOOT_RULE = "boot.unexpected"
log = logging.getLogger(__name__)

TakeEvidence = Callable[[Finding, Iterable[Reading]], Awaitable[bytes | None]]


class Judging(Protocol):
    """What of agent.rules.Judge is used here."""

    def judge(self, reading: Reading, now: Any) -> list[Finding]: ...

    def open_conditions(self) -> tuple[Finding, ...]: ...

    def dump(self) -> dict[str, Any]: ...


class Recording(Protocol):
    """What of agent.recorder is used here: called around the evidence of a finding."""

    def freeze(self, key: str, *, restart: bool = False) -> Coroutine[Any, Any, None]: ...

    def delivered(self, key: str) -> None: ...

    def goes_with(self, key: str) -> str: ...

    def shared(self, key: str, bearer: str) -> None: ...

    def snapshot(self, layout_id: int, values: Iterable[float]) -> None: ...


class Reporter:
    """One per agent. `wake_link` is called whenever the spool has something new."""

    def __init__(
        self,
        judge: Judging,
        health: Health,
        spool: Spool,
        disk: Disk,
        judge_path: Path,
        clock: Clock,
        wake_link: Callable[[], None],
        take_evidence: TakeEvidence,
        recorder: Recording | None = None,
    ) -> None:
        self._judge, self._health, self._spool, self._disk = judge, health, spool, disk
        self._judge_path, self._clock = judge_path, clock
        self._wake_link, self._take_evidence = wake_link, take_evidence
        self._recorder = recorder
        self._waiting: deque[tuple[list[Finding], bytes]] = deque(maxlen=WAITING_MAX)
        self._news = asyncio.Event()
        self._evidence: asyncio.Queue[Finding] = asyncio.Queue(EVIDENCE_WAITING_MAX)
        self._frozen: dict[str, asyncio.Task[None]] = {}
        self._evidence_taken: deque[tuple[float, str, str]] = deque(maxlen=EVIDENCE_PER_HOUR)
        self._seen: deque[str] = deque(maxlen=WAITING_MAX)
        self._tries: dict[str, int] = {}
        self._owed = Owed(disk, judge_path.with_name("owed.json"), spool)

    def take(self, reading: Reading) -> None:
        """One reading from the schedule. A rule that fails costs this reading's judgement, nothing else."""
        self._health.take(reading)
        self.judge(reading)

    def judge(self, reading: Reading) -> None:
        """A reading for the rules alone: what is no measurement of this moment has no place in snapshots."""
        try:
            found = self._judge.judge(reading, self._clock.now())
        except Exception:
            log.exception("judging %s failed", reading.collector)
            return
        self.decided(found)

    def decided(self, found: list[Finding]) -> None:
        """Findings that came from elsewhere than a reading, too: written as soon as `run` gets to it."""
        if found:
            self._waiting.append((found, self._state()))
            self._news.set()

    async def run(self) -> None:
        """Writes findings as they come, until cancelled."""
        while True:
            await self._news.wait()
            self._news.clear()
            if not await self.flush():
                await self._clock.sleep(RETRY_S)
                self._news.set()

    async def flush(self) -> bool:
        """Writes all that waits; False when the disk would not take it (it stays waiting)."""
        while self._waiting:
            found, state = self._waiting[0]
            while found:
                if not await self._put(Kind.FINDING, wire.finding_payload(found[0]), found[0].rule):
                    return False
                self._tell(found.pop(0))
            self._waiting.popleft()
            await self._keep(state)
        await self._keep_owed()
        return True

    async def measure(self) -> None:
        """Puts one snapshot; without room it is not kept, which the spool's owner was told to accept (R4)."""
        try:
            snapshot = self._health.snapshot(self._clock.now())
        except OSError as error:
            log.warning("no snapshot: %s", error)
            return
        if snapshot is not None:
            if self._recorder is not None:
                self._recorder.snapshot(snapshot.layout_id, snapshot.values)
            await self._put(Kind.SNAPSHOT, wire.snapshot_payload(snapshot), "snapshot")

    async def remember(self) -> None:
        """Keeps the judge's state between findings: holds and slow fits live in it too."""
        if not self._waiting:
            await self._keep(self._state())

    def owed(self) -> dict[str, str]:
        """What an earlier life of the agent did not get to: `Owed.read`."""
        return self._owed.read()

    def evidence_again(self, findings: Iterable[Finding]) -> None:
        """For findings of an earlier life whose evidence never left."""
        for finding in findings:
            with suppress(asyncio.QueueFull):
                self._evidence.put_nowait(finding)
                self._owed.ids.add(finding.finding_id)

    def tries(self, finding_id: str) -> int:
        """Which attempt at its evidence this is, counted from 1."""
        return self._tries.get(finding_id, 0) + 1

    async def gather_evidence(self) -> None:
        """Takes a bundle for each new finding, one at a time, until cancelled. What runs out of time waits a
        while, lets the others pass, and is tried again."""
        async with asyncio.TaskGroup() as waiting:
            while True:
                finding = await self._evidence.get()
                frozen = self._frozen.pop(finding.finding_id, None)
                if frozen is not None:
                    await frozen
                try:
                    await self._gather(finding)
                except OutOfTime as error:
                    tries = self.tries(finding.finding_id)
                    if tries < EVIDENCE_TRIES:
                        pause_s = EVIDENCE_AGAIN_S * tries
                        log.info("evidence for %s: %s; again in %.0f s", finding.finding_id, error, pause_s)
                        self._tries[finding.finding_id] = tries
                        waiting.create_task(self._queue_later(finding, pause_s))
                        continue
                    log.warning("no evidence for %s %s: %s", finding.rule, finding.object, error)
                except (AgentError, OSError, ValueError) as error:
                    log.warning("no evidence for %s %s: %s", finding.rule, finding.object, error)
                self._tries.pop(finding.finding_id, None)
                self._owed.ids.discard(finding.finding_id)
                await self._keep_owed()

    async def _queue_later(self, finding: Finding, pause_s: float) -> None:
        await self._clock.sleep(pause_s)
        await self._evidence.put(finding)

    async def _gather(self, finding: Finding) -> None:
        began_s = self._clock.monotonic()
        bundle = await self._take_evidence(finding, self._health.before())
        if not bundle:
            return  # whoever took it said why
        payload = wire.evidence_payload(
            finding.finding_id, hashlib.sha256(bundle).digest(), bundle, self._clock.now()
        )
        took_s = self._clock.monotonic() - began_s
        if await self._put(Kind.EVIDENCE, payload, "evidence"):
            if self._recorder is not None:
                await asyncio.to_thread(self._recorder.delivered, finding.finding_id)
            log.info("evidence for %s: %d bytes in %.1f s", finding.finding_id, len(bundle), took_s)

    def _tell(self, finding: Finding) -> None:
        log.info(
            "%s %s %r %s %s",
            finding.state.value,
            finding.rule,
            finding.object,
            finding.severity.value,
            finding.finding_id,
        )
        if finding.state is FindingState.CLEARED or finding.finding_id in self._seen:
            return
        self._seen.append(finding.finding_id)
        now_s = self._clock.monotonic()
        taken = self._evidence_taken
        while taken and now_s - taken[0][0] >= HOUR_S:
            taken.popleft()
        if len(taken) == EVIDENCE_PER_HOUR:
            log.warning("no evidence for %s: %d bundles in the last hour", finding.rule, EVIDENCE_PER_HOUR)
            return
        about = (finding.rule, finding.object)
        same = sum(1 for _, rule, name in taken if (rule, name) == about)
        if same == EVIDENCE_PER_OBJECT:
            log.info(
                "no more evidence for %s %r: %d bundles in the last hour", finding.rule, finding.object, same
            )
            return
        try:
            self._evidence.put_nowait(finding)
            self._owed.ids.add(finding.finding_id)
            self._freeze(finding)
            taken.append((now_s, finding.rule, finding.object))
        except asyncio.QueueFull:
            log.warning("no evidence for %s: %d findings wait for theirs", finding.rule, EVIDENCE_WAITING_MAX)

    def _freeze(self, finding: Finding) -> None:
        """At once, while the minutes before it are still there; the bundle takes its turn, and a slow disk
        never holds up the next finding."""
        if self._recorder is not None:
            freezing = self._recorder.freeze(finding.finding_id, restart=finding.rule == BOOT_RULE)
            self._frozen[finding.finding_id] = asyncio.create_task(freezing)

    async def _put(self, kind: Kind, payload: bytes, what: str) -> bool:
        lane = Lane.METRICS if kind is Kind.SNAPSHOT else Lane.FAULTS
        try:
            await asyncio.to_thread(self._spool.put, lane, kind, payload)
        except (OSError, SpoolFull) as error:
            log.warning("%s not written: %s", what, error)
            return False
        self._wake_link()
        return True

    def _state(self) -> bytes:
        return json.dumps(self._judge.dump()).encode()

    async def _keep_owed(self) -> None:
        bearer = self._recorder.goes_with if self._recorder is not None else lambda _: ""
        await asyncio.to_thread(self._owed.keep, bearer)

    async def _keep(self, state: bytes) -> None:
        try:
            await asyncio.to_thread(self._disk.replace, self._judge_path, state)
        except OSError as error:
            log.warning("judge state not written: %s", error)
