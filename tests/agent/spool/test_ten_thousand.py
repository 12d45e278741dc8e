"""Bits flip and ends are lost, ten thousand times, in the spool and in the flight recorder.

Each time the agent starts, at most one record is missing (of a cut file: what was cut), and it says so. Some
run always, all of them in `make faults`.
"""

import copy
import json
import random
from pathlib import Path

import pytest

from agent.layouts import LayoutBook
from agent.recorder.record import Kind as Recorded
from agent.recorder.recorder import Recorder
from agent.recorder.ring import Ring
from agent.spool import Kind, Lane, Spool
from tests.agent.spool.test_power_cuts import FOLDER, everything, open_spool
from tests.support.agent_fakes import HandClock
from tests.support.forgetful_disk import ForgetfulDisk

RECORDER = Path("/data/recorder")
RING_BYTES = 4_096


def lived(*, clean: bool) -> tuple[ForgetfulDisk, HandClock]:
    """An agent's disk after some days: both lanes, part of it acknowledged, a recorder in its second lap."""
    disk, clock = ForgetfulDisk(), HandClock()
    spool = open_spool(disk, clock)
    for number in range(40):
        spool.put(Lane.FAULTS, Kind.FINDING, b"fault %03d " % number + bytes(range(number)))
        spool.put(Lane.METRICS, Kind.SNAPSHOT, b"metric %03d " % number + bytes(80))
    spool.acknowledge(Lane.FAULTS, 10)
    if clean:
        spool.close()
    ring = open_ring(disk)
    for number in range(300):
        ring.put(Recorded.ROW, number, number, b"row %03d " % number + bytes(range(1, 60)))
        ring.write()
    if clean:
        ring.put(Recorded.END, 300, 300, b"")
        ring.write()
    ring.sync()
    return disk, clock


def open_ring(disk: ForgetfulDisk) -> Ring:
    ring = Ring(disk, RECORDER, "boot 0", segments=4, size=RING_BYTES)
    ring.open()
    return ring


def spooled(spool: Spool) -> set[bytes]:
    held = (record for lane in Lane for record in everything(spool, lane))
    return {payload for _, kind, payload in held if kind in (Kind.FINDING, Kind.SNAPSHOT)}


def recorded(ring: Ring) -> set[bytes]:
    return {record.payload for record, _ in ring.records() if record.payload}


def reports(spool: Spool) -> list[str]:
    held = everything(spool, Lane.FAULTS)
    return [str(json.loads(payload)["reason"]) for _, kind, payload in held if kind is Kind.DAMAGE]


def targets(disk: ForgetfulDisk) -> list[Path]:
    """Every file but the reserve, whose content nobody reads."""
    files = [folder / name for folder in (FOLDER, RECORDER) for name in disk.list(folder)]
    return [path for path in files if path.name != "reserve" and disk.size(path)]


def suffer(count: int, seed: int) -> None:
    print("seed", seed)
    chance = random.Random(seed)
    lives = {clean: lived(clean=clean) for clean in (False, True)}
    for _ in range(count):
        clean = chance.random() < 0.5
        disk, clock = copy.deepcopy(lives[clean][0]), HandClock()
        before, rows = (
            spooled(open_spool(copy.deepcopy(disk), clock)),
            recorded(open_ring(copy.deepcopy(disk))),
        )
        path = chance.choice(targets(disk))
        size = disk.size(path)
        cut = chance.random() < 0.3
        whole = disk.read(path)
        if cut:
            place = chance.randrange(size)
            disk.cut(path, place)
        else:
            place = chance.randrange(size * 8)
            disk.flip(path, place)
        story = f"{'cut' if cut else 'flip'} at {place} of {size} in {path}, clean={clean}"
        _see(disk, clock, path, whole, before, rows, cut=cut, clean=clean, story=story)


def _see(
    disk: ForgetfulDisk, clock: HandClock, path: Path, whole: bytes, before: set[bytes], rows: set[bytes],
    *, cut: bool, clean: bool, story: str,
) -> None:  # fmt: skip
    spool, ring = open_spool(disk, clock), open_ring(disk)
    after, kept = spooled(spool), recorded(ring)
    assert after <= before and kept <= rows, f"{story}: something that was never written"
    lost = len(before - after) + len(rows - kept)
    # What lay whole behind the cut is gone with it; nothing else may be.
    gone = sum(1 for payload in (before | rows) if cut and payload in whole) or 1
    assert lost <= gone, f"{story}: {lost} lost"
    told = bool(reports(spool)) or bool(ring.damage.places)
    if not cut or clean or path.parent == RECORDER:
        assert told, f"{story}: not reported"
    elif lost and not told:
        # An agent that was killed does not know where its end was; the controller asks for what is missing.
        assert path.name.startswith(("metrics", "faults")), story
    assert spool.put(Lane.FAULTS, Kind.FINDING, b"next") > 40 or cut, f"{story}: a sequence is used again"
    ring.put(Recorded.ROW, 1, 1, b"next")
    ring.write()
    assert b"next" in recorded(ring), story
    assert not open_ring(disk).damage.places, f"{story}: told twice"


def test_a_hundred_and_fifty_times() -> None:
    suffer(150, seed=7)


@pytest.mark.faults
def test_ten_thousand_times() -> None:
    suffer(10_000, seed=random.SystemRandom().randrange(2**32))


@pytest.mark.parametrize("seed", range(40))
def test_it_starts_from_every_state_of_the_disk(seed: int) -> None:
    """Files missing, empty, of another's making, half as long, or full of another's content."""
    chance = random.Random(seed)
    disk, clock = lived(clean=chance.random() < 0.5)
    disk.mkdir(Path("/data/layouts"))
    disk.replace(Path("/data/layouts/7.json"), b'[["a", "1", []]]')
    files = [*targets(disk), Path("/data/layouts/7.json")]
    for path in chance.sample(files, chance.randrange(1, len(files) + 1)):
        match chance.randrange(5):
            case 0:
                disk.unlink(path)
            case 1:
                disk.replace(path, b"")
            case 2:
                disk.replace(path, chance.randbytes(chance.randrange(3_000)))
            case 3:
                disk.cut(path, disk.size(path) // 2)
            case _:
                disk.replace(path, disk.read(chance.choice(files)) if disk.exists(files[0]) else b"x")
    layouts = LayoutBook(disk, Path("/data/layouts"))
    layouts.load()
    spool = open_spool(disk, clock)
    recorder = Recorder(disk, RECORDER, clock, layouts, "boot 0")
    recorder.open()
    recorder.look()
    sequence = spool.put(Lane.FAULTS, Kind.FINDING, b"after all that")
    assert (sequence, Kind.FINDING, b"after all that") in everything(spool, Lane.FAULTS)
    recorder.close()
