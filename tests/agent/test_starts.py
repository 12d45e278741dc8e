"""Whatever its data folder has become, the agent starts, or says in one line why not and what to do (R4)."""

import asyncio
import errno
import os
import random
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from agent.app import App, Surroundings
from agent.config import Config
from agent.disk import AppendHandle, Disk, OsDisk, PatchHandle
from agent.errors import AgentError
from agent.identity import IdentityStore
from agent.inventory.told import Told
from agent.link.conversation import Timing
from agent.names import WATCH, WATCH_KIND, WATCH_TARGET
from agent.signals import Finding, Metric, Reading, WatchResult
from tests.support.agent_authority import TestAuthority

NOWHERE = "127.0.0.1:1"
PATIENCE_S = 8.0


class Broken:
    """A watch that finds an outage at once."""

    name = "watch:broken"
    every_s = 0.05

    def __init__(self, called: str) -> None:
        self._called = called

    def read(self, now: datetime) -> Reading:
        of = {WATCH: self._called, WATCH_KIND: "tcp", WATCH_TARGET: NOWHERE}
        return Reading(self.name, now, 0.0, (Metric("vigia.watch.result", WatchResult.REFUSED, "1", of),))


async def evidence(_finding: Finding, _before: object) -> bytes:
    return b"evidence"


async def inventory() -> Told:
    raise ValueError("not before 20 s")


async def life(data: Path, called: str = "shop", disk: Disk | None = None) -> None:
    """Begins, finds a fault and has it on the disk, leaves. Raises what the start raised."""
    around = Surroundings(
        disk=disk or OsDisk(),
        collectors=(Broken(called),),
        take_evidence=evidence,
        take_inventory=inventory,
        timing=Timing(goodbye_s=0.1),
    )
    app = App(Config(data=data, controller=NOWHERE), around)
    running = asyncio.create_task(app.run())
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not _is_kept(data, called):
                assert not running.done(), "it ended by itself"
                await asyncio.sleep(0.02)
    finally:
        app.stop()
        await running


def _is_kept(data: Path, called: str) -> bool:
    segments = [path for path in (data / "spool").glob("faults-*.seg") if path.is_file()]
    return any(called.encode() in path.read_bytes() for path in segments)


def enrolled(data: Path) -> Path:
    IdentityStore(OsDisk(), data).save(TestAuthority().identity(NOWHERE))
    return data


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an agent that has lived, with a file of every kind that it keeps."""
    data = enrolled(tmp_path_factory.mktemp("lived") / "data")
    asyncio.run(life(data))
    (data / "link.json").write_text('{"connected_at": null}')
    (data / "inventory.json").write_text('{"sha256": "00", "epoch": "x", "at_unix_s": 1.0}')
    return data


def _replaced(make: Callable[[Path], object]) -> Callable[[Path], None]:
    def state(path: Path) -> None:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
        make(path)

    return state


def _truncated(path: Path) -> None:
    if path.is_file():
        os.truncate(path, path.stat().st_size // 2)


def _elsewhere(path: Path) -> None:
    """Moved away, with a link in its place."""
    there = path.parent.parent / f"moved-{path.name}"
    path.rename(there)
    path.symlink_to(there)


STATES: dict[str, Callable[[Path], object]] = {
    "missing": _replaced(lambda path: None),
    "empty": _replaced(lambda path: path.touch()),
    "garbage": _replaced(lambda path: path.write_bytes(random.Random(7).randbytes(3_000))),
    "json of another": _replaced(lambda path: path.write_text('{"version": 99, "tracks": 5}')),
    "truncated": _truncated,
    "a folder": _replaced(lambda path: (path / "in it").mkdir(parents=True)),
    "a link to nowhere": _replaced(lambda path: path.symlink_to("/nowhere/at/all")),
    "a link to itself": _replaced(lambda path: path.symlink_to(path)),
    "elsewhere": _elsewhere,
}
KEPT = (
    "identity.json", "lock", "judge.json", "link.json", "inventory.json", "layouts", "spool", "spool/state",
    "spool/reserve", "spool/faults-00000000000000000001.seg", "recorder", "recorder/ring-0",
    "recorder/ring-7",
)  # fmt: skip
# Without these there is nothing to be: it says so.
NEEDED = {"identity.json"}


async def tried(lived: Path, folder: Path, name: str, state: str) -> str:
    """ "starts", or the line it ends with."""
    data = folder / "data"
    shutil.copytree(lived, data)
    path = data / name
    assert path.exists(), f"no {name} to harm: {sorted(str(p.relative_to(data)) for p in data.rglob('*'))}"
    STATES[state](path)
    return await begun(data)


async def begun(data: Path, disk: Disk | None = None) -> str:
    """ "starts", or the line it ends with."""
    try:
        await life(data, "another shop", disk)
    except (AgentError, OSError) as error:
        return str(error)
    return "starts"


async def see(lived: Path, folder: Path, name: str, state: str) -> None:
    ended = await tried(lived, folder, name, state)
    if ended != "starts":
        print(f"{name}, {state}: {ended}")
        assert str(folder) in ended or name in NEEDED, f"it does not say where to look: {ended}"
    if name not in NEEDED and state in HARMLESS:
        assert ended == "starts"


HARMLESS = ("missing", "empty", "garbage", "truncated", "json of another", "elsewhere")
ALWAYS = ("missing", "garbage", "a folder")


@pytest.mark.parametrize("name", KEPT)
@pytest.mark.parametrize("state", ALWAYS)
async def test_a_file_that_is_missing_or_is_something_else(
    lived: Path, tmp_path: Path, name: str, state: str
) -> None:
    await see(lived, tmp_path, name, state)


@pytest.mark.faults
@pytest.mark.parametrize("name", KEPT)
@pytest.mark.parametrize("state", [state for state in STATES if state not in ALWAYS])
async def test_any_file_in_any_other_state(lived: Path, tmp_path: Path, name: str, state: str) -> None:
    await see(lived, tmp_path, name, state)


class ForeignDisk(OsDisk):
    """The real disk with files and folders that belong to somebody else: what is in `refused` may not be read
    nor written, and nothing in or below `readonly` may change."""

    def __init__(self, refused: frozenset[Path] = frozenset(), readonly: Path | None = None) -> None:
        self._refused, self._readonly = refused, readonly

    def _check(self, path: Path, *, writes: bool) -> None:
        if path in self._refused:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        if writes and self._readonly is not None and path.is_relative_to(self._readonly):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))

    def read(self, path: Path, offset: int = 0, length: int | None = None) -> bytes:
        self._check(path, writes=False)
        return super().read(path, offset, length)

    def append(self, path: Path, mode: int = 0o600) -> AppendHandle:
        self._check(path, writes=True)
        return super().append(path, mode)

    def patch(self, path: Path) -> PatchHandle:
        self._check(path, writes=True)
        return super().patch(path)

    def replace(self, path: Path, data: bytes, mode: int = 0o600) -> None:
        self._check(path, writes=True)
        super().replace(path, data, mode)

    def unlink(self, path: Path) -> None:
        self._check(path, writes=True)
        super().unlink(path)

    def lock(self, path: Path) -> bool:
        self._check(path, writes=True)
        return super().lock(path)


@pytest.mark.parametrize("name", [name for name in KEPT if "." in name or name == "spool/state"])
async def test_a_file_of_somebody_else(lived: Path, tmp_path: Path, name: str) -> None:
    """Not ours to read: it goes on without it, or says which one it is."""
    data = tmp_path / "data"
    shutil.copytree(lived, data)
    ended = await begun(data, ForeignDisk(frozenset({data / name})))
    assert ended == "starts" or (
        str(data / name) in ended and name in ("identity.json", "lock", "spool/state")
    )


@pytest.mark.parametrize("name", ["", "spool", "recorder", "layouts"])
async def test_a_folder_that_may_only_be_read(lived: Path, tmp_path: Path, name: str) -> None:
    """Without its spool it would promise what it cannot keep: it says so. The recorder is no such promise."""
    data = tmp_path / "data"
    shutil.copytree(lived, data)
    ended = await begun(data, ForeignDisk(readonly=data / name if name else data))
    if name in ("", "spool"):
        assert "Read-only file system" in ended
        assert str(data) in ended
    else:
        assert ended == "starts"
