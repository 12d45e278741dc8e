"""The spool itself: put, read, acknowledge. See the brass plate for what it promises.

Its methods may be called from any thread; they block on the disk, so the event loop calls them through one.
"""

import logging
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import RLock
from typing import Self

from agent.chance import Chance
from agent.clock import Clock
from agent.disk import Disk, own_folder
from agent.errors import SpoolFull
from agent.spool.lane import LaneFiles, Segment, Tear
from agent.spool.record import (
    OVERHEAD_BYTES,
    PAYLOAD_MAX_BYTES,
    Kind,
    Lane,
    Record,
    damage_payload,
    dropped,
)
from agent.spool.reserve import RESERVE_BYTES, Reserve, set_aside
from agent.spool.state import CEILING_BLOCK, LaneState, State, read_state, write_state

FAULTS_KEPT_MS = 7 * 86_400_000
# A clock that is put right after the start may go forward by so much.
JUMP_MS = 3_600_000
log = logging.getLogger(__name__)


class Spool:
    """Opened once per data folder. `quota_bytes` bounds both lanes together; a quarter is the faults' own."""

    @classmethod
    def open(
        cls,
        disk: Disk,
        folder: Path,
        clock: Clock,
        chance: Chance,
        quota_bytes: int = 64 * 1024 * 1024,
        reserve_bytes: int = RESERVE_BYTES,
        boot: str = "",
    ) -> Self:
        """Always starts: damage is set aside and reported in the faults lane. OSError: no usable disk."""
        spool = cls(disk, folder, clock, chance, quota_bytes, reserve_bytes)
        spool._load(boot)
        return spool

    def __init__(
        self, disk: Disk, folder: Path, clock: Clock, chance: Chance, quota_bytes: int, reserve_bytes: int
    ) -> None:
        self._disk = disk
        self._folder = folder
        self._clock = clock
        self._chance = chance
        self._quota_bytes = quota_bytes
        self._free_floor_bytes = 4 * reserve_bytes
        self._reserve = Reserve(disk, folder, reserve_bytes)
        self._files = {lane: LaneFiles(disk, folder, lane) for lane in Lane}
        self._next = dict.fromkeys(Lane, 1)
        self._state = State("")
        self._lock = RLock()
        self._opened_ms, self._opened_s = self._now_ms(), clock.monotonic()

    @property
    def epoch(self) -> str:
        """Identity of this spool's sequences; new when the spool was lost (trust.md R2)."""
        return self._state.epoch

    def last(self, lane: Lane) -> int:
        """The highest sequence given out, 0 before the first."""
        return self._next[lane] - 1

    def acknowledged(self, lane: Lane) -> int:
        """The highest sequence the controller said is committed."""
        return self._state.lane(lane).acknowledged

    def acknowledged_here(self, lane: Lane) -> int:
        """The same within this epoch: 0 while nothing of it was acknowledged."""
        held = self._state.lane(lane)
        return held.acknowledged if held.acknowledged > held.floor else 0

    def size_bytes(self, lane: Lane) -> int:
        """Bytes that lane holds on disk."""
        return self._files[lane].size_bytes

    def put(self, lane: Lane, kind: Kind, payload: bytes) -> int:
        """Takes one record in and returns its sequence; a fault is durable then.

        Raises SpoolFull when there is no room even after giving up what may be given up; OSError when the
        disk fails otherwise.
        """
        if len(payload) > PAYLOAD_MAX_BYTES:
            raise SpoolFull(f"a record of {len(payload)} bytes is over the limit of {PAYLOAD_MAX_BYTES}")
        with self._lock:
            self._make_room(lane, kind, len(payload) + OVERHEAD_BYTES)
            self._raise_ceiling(lane)
            sequence = self._next[lane]
            record = Record(lane, sequence, kind, self._now_ms(), payload)
            self._append(record)
            self._next[lane] = sequence + 1
            return sequence

    def read(
        self, lane: Lane, start: int, max_records: int = 64, max_bytes: int = 256 * 1024
    ) -> list[Record]:
        """Records from `start` in order, at least one if there is any; holes come as `dropped` records."""
        with self._lock:
            taken: list[Record] = []
            size = 0
            for record in self._offered(lane, max(1, start)):
                size += len(record.payload)
                if taken and (len(taken) >= max_records or size > max_bytes):
                    break
                taken.append(record)
            return taken

    def _offered(self, lane: Lane, start: int) -> Iterator[Record]:
        floor = self._state.lane(lane).floor
        last = self.last(lane)
        if start <= floor:
            yield dropped(lane, start, floor)
            start = floor + 1
        if start <= last:
            yield from self._files[lane].read(start, last)

    def acknowledge(self, lane: Lane, up_to: int) -> None:
        """Everything up to there is committed elsewhere. Durable before anything is deleted.

        A repeated or older one changes nothing; one beyond what was given out is taken as far as it goes.
        """
        with self._lock:
            held = self._state.lane(lane)
            up_to = min(up_to, self.last(lane))
            if up_to <= held.acknowledged:
                return
            self._state = self._state.with_lane(lane, replace(held, acknowledged=up_to))
            with suppress(OSError):
                if lane is Lane.FAULTS:
                    self._save()
                else:
                    self._forget_metrics()

    def _forget_metrics(self) -> None:
        files = self._files[Lane.METRICS]
        done = [part for part in files.segments[:-1] if part.last <= self.acknowledged(Lane.METRICS)]
        if done:
            self._save()
            for segment in done:
                files.remove(segment)

    def tend(self) -> None:
        """Housekeeping, some minutes apart: old acknowledged faults go (R5), the reserve is filled again."""
        with self._lock, suppress(OSError):
            horizon_ms = self._borne_out_ms() - FAULTS_KEPT_MS
            for segment in self._committed_faults():
                if segment.written_ms < horizon_ms:
                    self._files[Lane.FAULTS].remove(segment)
            self._reserve.keep()

    def renew_epoch(self) -> None:
        """For a spool that came back from an older image: its coming records must not pass for known ones."""
        with self._lock:
            state = State(self._chance.uuid4(), self._state.boot)
            for lane in Lane:
                held = self._state.lane(lane)
                state = state.with_lane(lane, replace(held, floor=held.acknowledged, next=0))
            self._state = state
            self._save()

    def close(self) -> None:
        """Syncs metrics too and remembers the exact sequences; raises OSError when that failed."""
        with self._lock:
            for files in self._files.values():
                files.sync()
                files.close()
            for lane in Lane:
                self._state = self._state.with_lane(
                    lane, replace(self._state.lane(lane), next=self._next[lane])
                )
            self._save()

    # -- opening ---------------------------------------------------------------------------------------

    def _load(self, boot: str) -> None:
        folder_lost = not own_folder(self._disk, self._folder)
        path = self._folder / "state"
        state = read_state(self._disk, path)
        state_lost = folder_lost or (state is None and self._disk.exists(path))
        tears = {lane: self._files[lane].load() for lane in Lane}
        missing = 0
        self._state = state or State(self._chance.uuid4())
        same_boot = bool(boot) and boot == self._state.boot
        self._state = replace(self._state, boot=boot)
        for lane in Lane:
            held = self._state.lane(lane)
            here = max(self._files[lane].last, held.acknowledged, held.floor)
            missing += max(0, held.next - 1 - here)
            self._next[lane] = self._first_unused(
                held, here, sure=not tears[lane] and (same_boot or lane is Lane.FAULTS)
            )
            ceiling = self._next[lane] + CEILING_BLOCK[lane]
            self._state = self._state.with_lane(lane, replace(held, next=0, ceiling=ceiling))
        self._save_or_release()
        self._reserve.keep()
        found = [tear for lane in Lane for tear in tears[lane]]
        if found or missing or state_lost:
            self._report(found, missing, state_lost=state_lost)

    @staticmethod
    def _first_unused(held: LaneState, here: int, *, sure: bool) -> int:
        """A sequence that was surely never given out.

        Exact after a clean close, or when `sure` that the last one here is the last there was; else behind
        the ceiling.
        """
        if held.next:
            return max(held.next, here + 1)
        return here + 1 if sure else max(held.ceiling, here + 1)

    def _report(self, tears: list[Tear], missing: int, *, state_lost: bool) -> None:
        set_aside(self._disk, self._folder / "damaged", tears, f"{self._now_ms():014d}")
        reasons = sorted({f"unreadable records in {tear.name}" for tear in tears})[:8]
        if missing:
            reasons.append(f"{missing} records missing at the end")
        if state_lost:
            reasons.append("state unreadable, new epoch")
        size = sum(len(tear.data) for tear in tears)
        payload = damage_payload(len(tears) + missing, size, "; ".join(reasons))
        log.warning("spool damage: %s", "; ".join(reasons))
        with suppress(OSError, SpoolFull):
            self.put(Lane.FAULTS, Kind.DAMAGE, payload)

    # -- room ------------------------------------------------------------------------------------------

    def _make_room(self, lane: Lane, kind: Kind, size: int) -> None:
        faults, metrics = self._files[Lane.FAULTS], self._files[Lane.METRICS]
        if kind not in (Kind.FINDING, Kind.DAMAGE):
            free = self._disk.free_bytes(self._folder)
            if free < self._free_floor_bytes:
                raise SpoolFull(f"{free} bytes free on the disk: kept for faults")
        if kind in (Kind.EVIDENCE, Kind.INVENTORY) and faults.size_bytes + size > self._quota_bytes * 3 // 4:
            raise SpoolFull("three quarters of the spool hold faults: no more evidence until some are taken")
        own = self._quota_bytes // 4 if lane is Lane.METRICS else 0
        while metrics.size_bytes + max(own, faults.size_bytes) + size > self._quota_bytes:
            if metrics.segments:
                metrics.remove(metrics.segments[0])
            elif not self._give_up_committed_fault():
                raise SpoolFull(f"the spool is full: {faults.size_bytes} bytes of unacknowledged faults")

    def _give_up_committed_fault(self) -> bool:
        for segment in self._committed_faults():
            self._files[Lane.FAULTS].remove(segment)
            return True
        return False

    def _committed_faults(self) -> list[Segment]:
        acknowledged = self.acknowledged(Lane.FAULTS)
        return [part for part in self._files[Lane.FAULTS].segments if part.last <= acknowledged]

    def _append(self, record: Record) -> None:
        sync = record.lane is Lane.FAULTS
        try:
            self._files[record.lane].append(record, sync=sync)
        except OSError:
            if not sync or not self._reserve.release():
                raise
            log.warning("disk full: the reserve is released for faults")
            self._files[record.lane].append(record, sync=True)

    def _raise_ceiling(self, lane: Lane) -> None:
        held = self._state.lane(lane)
        if self._next[lane] >= held.ceiling:
            raised = replace(held, ceiling=self._next[lane] + CEILING_BLOCK[lane])
            before, self._state = self._state, self._state.with_lane(lane, raised)
            try:
                self._save_or_release()
            except OSError:
                self._state = before
                raise

    def _save_or_release(self) -> None:
        try:
            self._save()
        except IsADirectoryError:
            path = self._folder / "state"
            self._disk.rename(path, path.with_name("state.aside"))
            self._save()
        except OSError:
            if not self._reserve.release():
                raise
            self._save()

    def _save(self) -> None:
        write_state(self._disk, self._folder / "state", self._state)

    def _borne_out_ms(self) -> int:
        """Now, as far as the time since the start bears it out: a clock that is set to next year does not
        make old what was acknowledged an hour ago."""
        passed_ms = int((self._clock.monotonic() - self._opened_s) * 1000)
        return min(self._now_ms(), self._opened_ms + passed_ms + JUMP_MS)

    def _now_ms(self) -> int:
        return max(0, int(self._clock.now().timestamp() * 1000))
