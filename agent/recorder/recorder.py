"""The recorder at work: a look every 5 s, durable every 10, frozen when a rule raises a finding.

`kill -9` loses what was seen since the last look (5 s at most), a power cut what was seen since the last
`sync` (10 s at most). A recorder that cannot write records nothing, says so once, and tries again: it never
stops the agent, and it never holds up a finding.
"""

import asyncio
import logging
import math
from array import array
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from threading import Lock

from agent.clock import Clock
from agent.disk import Disk
from agent.layouts import LayoutBook, Series
from agent.recorder.frozen import BOOT, FrozenFiles, Kept, Recorded, last_minutes, with_columns
from agent.recorder.journal import JournalFile
from agent.recorder.kmsg import KernelLog
from agent.recorder.lines import Lines, line_payload
from agent.recorder.record import Kind, Record, boot_tag
from agent.recorder.recording import snapshot_layouts
from agent.recorder.ring import Damage, Ring
from agent.recorder.sampler import Sampler, columns_payload, row_payload
from agent.recorder.top import Top, top_payload

EVERY_S = 5.0
SYNC_EVERY = 2
TOP_EVERY = 12
AGAIN_S = 600.0
TOGETHER_S = 60.0
log = logging.getLogger(__name__)


class Recorder:
    """`open` once, `run` until cancelled. `freeze` and `delivered` are called around a finding's evidence."""

    def __init__(
        self,
        disk: Disk,
        folder: Path,
        clock: Clock,
        layouts: LayoutBook,
        boot_id: str,
        sampler: Sampler | None = None,
        top: Top | None = None,
        lines: Lines | None = None,
    ) -> None:
        self._clock, self._layouts, self._boot_id = clock, layouts, boot_id
        self._folder, self._disk = folder, disk
        self._ring = Ring(disk, folder, boot_id)
        self._frozen = FrozenFiles(disk, folder)
        self._sampler, self._top = sampler or Sampler(), top or Top()
        self._lines = lines or Lines((JournalFile, KernelLog))
        self._snapshots: deque[tuple[int, array[float]]] = deque(maxlen=8)
        self._links: deque[tuple[bool, str]] = deque(maxlen=16)
        self._link: tuple[bool, str] | None = None
        self._columns: tuple[Series, ...] = ()
        self._layout = b""
        self._looks = 0
        self._works = False
        self._lock, self._freezing = Lock(), Lock()
        self._shared: tuple[str, float] | None = None
        self._recorded: dict[str, Recorded] = {}

    def open(self) -> Damage:
        """What was unreadable of the recording before. After an unclean restart its end is put aside."""
        try:
            self._ring.open()
            self._works = True
            if self._ring.began_anew:
                self._frozen.drop(BOOT)  # of a restart before this one
            if self._ring.ended_abruptly:
                data = last_minutes(self._ring, self._boot_id)
                if data:
                    self._keep(BOOT, data)
        except OSError as error:
            log.warning("the flight recorder does not record: %s", error)
        if self._ring.damage.places:
            log.warning("flight recorder: %d unreadable places", self._ring.damage.places)
        self._put(Kind.BEGIN, self._boot_id.encode())
        return self._ring.damage

    @property
    def ended_abruptly(self) -> bool:
        """Whether the last run of the machine ended while we were recording: nobody had stopped us."""
        return self._ring.ended_abruptly

    async def run(self) -> None:
        """Until cancelled."""
        due = self._clock.monotonic()
        while True:
            if not self._works:
                await self._clock.sleep(AGAIN_S)
                await asyncio.to_thread(self.open)
                continue
            try:
                await asyncio.to_thread(self.look)
            except OSError as error:
                log.warning("the flight recorder cannot write: %s", error)
                self._works = False
            due += EVERY_S
            behind_s = self._clock.monotonic() - due
            if behind_s > 0:
                due += (behind_s // EVERY_S + 1) * EVERY_S
            await self._clock.sleep(due - self._clock.monotonic())

    def look(self) -> None:
        """One look, written; the processes once a minute. Blocks some milliseconds; raises OSError."""
        with self._lock:
            self._row()
            for line in self._lines.since(self._at_ms(), self._mono_ms()):
                self._put(Kind.LINE, line_payload(line))
            while self._links:
                connected, reason = self._links.popleft()
                self._put(Kind.LINK, bytes((connected,)) + reason.encode("utf-8", "replace")[:500])
            while self._snapshots:
                layout_id, values = self._snapshots.popleft()
                self._put(Kind.SNAPSHOT, row_payload(layout_id, values))
            if self._looks % TOP_EVERY == 0:
                self._put(Kind.TOP, top_payload(self._top.look(self._clock.monotonic())))
                self._put(Kind.COLUMNS, self._layout)
            self._ring.write()
            self._looks += 1
            if self._looks % SYNC_EVERY == 0:
                self._ring.sync()

    def snapshot(self, layout_id: int, values: Iterable[float]) -> None:
        """What the collectors brought, in the layout of the layout book; written with the next look."""
        self._snapshots.append((layout_id, array("f", values)))

    def link_changed(self, connected: bool, reason: str = "") -> None:
        """The link with the controller came up, or why it went."""
        if (connected, reason) != self._link:
            self._link = (connected, reason)
            self._links.append(self._link)

    async def freeze(self, key: str, *, restart: bool = False) -> None:
        """Puts the last minutes aside for the finding of that id. `restart`: those before this boot.

        Findings of one minute share one recording. Never raises.
        """
        try:
            await asyncio.to_thread(self._put_aside, key, restart=restart)
        except OSError as error:
            log.warning("no recording for %s: %s", key, error)

    def recorded(self, key: str) -> Recorded:
        """What was put aside for a finding, also in an earlier life of the agent."""
        known = self._recorded.get(key)
        if known is not None and known.path is not None:
            return known
        if known is not None and known.same_as:
            first = self._recorded.get(known.same_as)
            # Its bearer never made it into the spool: then this one carries it.
            return first if first is not None and first.path is not None else known
        left = [one for one in self._left() if one.key == key]
        return Recorded(left[-1].path) if left else Recorded()

    def delivered(self, key: str) -> None:
        """The evidence with it is in the spool; what lies on the disk may go."""
        held = self.recorded(key)
        if held.path is None:
            return
        with self._lock:
            for other, one in list(self._recorded.items()):
                if one.path == held.path:
                    self._recorded[other] = Recorded(same_as=key)
            if len(self._recorded) > 64:
                self._recorded.pop(next(iter(self._recorded)))
        for kept in self._left():
            if kept.path == held.path:
                self._frozen.drop(kept.key)

    def goes_with(self, key: str) -> str:
        """The finding that takes along, or took, the recording it shares with this one; "" for its own."""
        known = self._recorded.get(key)
        return known.same_as if known is not None else ""

    def shared(self, key: str, bearer: str) -> None:
        """As `goes_with` said in an earlier life of the agent."""
        self._recorded.setdefault(key, Recorded(same_as=bearer))

    def undelivered(self) -> list[str]:
        """Findings whose recordings lie here since an earlier life: their evidence never left."""
        return [one.key for one in self._left() if one.key != BOOT and one.key not in self._recorded]

    def take_over(self, key: str) -> bool:
        """Whether the minutes before this run of the machine lie here since an earlier life of ours; then
        that finding has them."""
        kept = next((one for one in self._left() if one.key == BOOT), None)
        if kept is None or self._ring.began_anew:
            return False
        self._recorded[key] = Recorded(kept.path)
        return True

    def close(self) -> None:
        """Stopped in order: the ring says so, durably. Raises OSError."""
        with self._lock:
            if self._works:
                self._put(Kind.END, b"")
                self._ring.write()
                self._ring.sync()
            self._ring.close()
            self._sampler.close()
            self._lines.close()

    # -- small print -----------------------------------------------------------------------------------

    def _row(self) -> None:
        values = self._sampler.sample(self._clock.monotonic())
        columns = tuple(values)
        if columns != self._columns:
            self._columns, self._layout = columns, columns_payload(columns)
            self._put(Kind.COLUMNS, self._layout)
        layout_id = int.from_bytes(self._layout[:4], "big")
        self._put(Kind.ROW, row_payload(layout_id, array("f", values.values())))

    def _put_aside(self, key: str, *, restart: bool) -> None:
        with self._freezing:  # two findings of one moment share one
            self._recorded[key] = self._freeze(key, restart=restart)

    def _freeze(self, key: str, *, restart: bool) -> Recorded:
        if restart and any(one.key == BOOT for one in self._left()):
            kept = next(one for one in self._left() if one.key == BOOT)
            return Recorded(kept.path)
        now_s = self._clock.monotonic()
        if self._shared is not None and now_s - self._shared[1] < TOGETHER_S:
            return Recorded(same_as=self._shared[0])
        with self._lock:
            if self._works:
                self._put(Kind.TOP, top_payload(self._top.look(now_s)))
                self._put(Kind.COLUMNS, self._layout)
                self._ring.write()
            data = last_minutes(self._ring)
        if not data:
            return Recorded()
        self._shared = (key, now_s)
        return Recorded(self._keep(key, data).path)

    def _keep(self, key: str, data: bytes) -> Kept:
        payloads = []
        for layout_id in snapshot_layouts(data):
            columns = self._layouts.get(layout_id)
            if columns is not None:
                text = columns_payload(columns)[4:]
                payloads.append(layout_id.to_bytes(4, "big") + text)
        newest = Record(Kind.COLUMNS, boot_tag(self._boot_id), 0, self._at_ms(), self._mono_ms(), b"")
        return self._frozen.keep(key, self._at_ms(), with_columns(data, newest, payloads))

    def _left(self) -> list[Kept]:
        try:
            return self._frozen.kept()
        except OSError:
            return []

    def _put(self, kind: Kind, payload: bytes) -> None:
        self._ring.put(kind, self._at_ms(), self._mono_ms(), payload)

    def _at_ms(self) -> int:
        return max(0, math.floor(self._clock.now().timestamp() * 1000))

    def _mono_ms(self) -> int:
        return math.floor(self._clock.monotonic() * 1000)
