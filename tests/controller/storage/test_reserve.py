"""The reserve is given back when the disk fills up, and taken again when there is room."""

from pathlib import Path

from controller.core.disk import OsDisk
from controller.storage.reserve import RESERVE_BYTES, Reserve
from tests.support.clocks import JumpingClock

MIB = 1024 * 1024


class SizedDisk(OsDisk):
    """Says that so much is free; files are real."""

    free = 1024 * MIB

    def free_bytes(self, path: Path) -> int:
        return self.free


async def test_the_reserve_comes_and_goes_without_a_see_saw(tmp_path: Path) -> None:
    disk = SizedDisk()
    reserve = Reserve(tmp_path, disk, JumpingClock())
    await reserve.turn()
    assert (tmp_path / "reserve").stat().st_size == RESERVE_BYTES
    assert not reserve.is_tight

    disk.free = 10 * MIB
    await reserve.turn()
    assert not (tmp_path / "reserve").exists()
    assert reserve.is_tight

    disk.free = 60 * MIB
    await reserve.turn()
    assert reserve.is_tight, "a little room is soon full again"
    assert not (tmp_path / "reserve").exists()

    disk.free = 200 * MIB
    await reserve.turn()
    assert not reserve.is_tight
    assert (tmp_path / "reserve").exists()
