"""The spool's small durable memory: epoch, what is acknowledged, how far sequences may have been used.

Written whole, with a checksum, before anything is deleted because of it (trust.md R4).
"""

import json
import zlib
from dataclasses import dataclass, replace
from pathlib import Path

from agent.disk import Disk
from agent.spool.record import Lane

CEILING_BLOCK = {Lane.FAULTS: 64, Lane.METRICS: 32}


@dataclass(frozen=True, slots=True)
class LaneState:
    """`acknowledged`: highest committed sequence. `ceiling`: no sequence >= it was ever given out.

    `floor`: sequences up to it belong to an earlier epoch and are not offered in this one.
    `next`: exact only after a clean close, else 0.
    """

    acknowledged: int = 0
    ceiling: int = 1
    floor: int = 0
    next: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """`epoch` names the life of these sequences: UUID text, new when the spool was lost (trust.md R2).

    `boot`: the kernel's id of the boot it was written in, empty when unknown. Within one boot nothing that
    was written is lost, synced or not, however the agent ended.
    """

    epoch: str
    boot: str = ""
    faults: LaneState = LaneState()
    metrics: LaneState = LaneState()

    def lane(self, lane: Lane) -> LaneState:
        return self.faults if lane is Lane.FAULTS else self.metrics

    def with_lane(self, lane: Lane, value: LaneState) -> "State":
        return replace(self, faults=value) if lane is Lane.FAULTS else replace(self, metrics=value)


def read_state(disk: Disk, path: Path) -> State | None:
    """The state as last written; None when there is none or it cannot be trusted."""
    try:
        crc, _, text = disk.read(path).partition(b"\n")
        if crc != b"%08x" % zlib.crc32(text):
            return None
        held = json.loads(text)
        lanes = LaneState(**held["faults"]), LaneState(**held["metrics"])
        return State(held["epoch"], held["boot"], *lanes)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_state(disk: Disk, path: Path, state: State) -> None:
    """Durable when it returns; raises OSError and leaves the old one."""
    lanes = {
        lane.name.lower(): {
            "acknowledged": held.acknowledged,
            "ceiling": held.ceiling,
            "floor": held.floor,
            "next": held.next,
        }
        for lane, held in ((Lane.FAULTS, state.faults), (Lane.METRICS, state.metrics))
    }
    text = json.dumps({"epoch": state.epoch, "boot": state.boot, **lanes}, separators=(",", ":")).encode()
    disk.replace(path, b"%08x\n%s" % (zlib.crc32(text), text))
