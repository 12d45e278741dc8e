"""The real disk keeps the promises that the forgetful one is built on."""

import stat
from pathlib import Path

import pytest

from agent.disk import OsDisk


def test_files_are_born_with_their_final_mode(tmp_path: Path) -> None:
    """A key that is readable for a moment was readable."""
    disk = OsDisk()
    disk.replace(tmp_path / "key", b"secret")
    with disk.append(tmp_path / "log") as handle:
        handle.write(b"line")
        handle.sync()
    for name in ("key", "log"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_replace_leaves_no_draft_and_survives_an_old_one(tmp_path: Path) -> None:
    (tmp_path / "file.new").write_bytes(b"left by a crash")
    OsDisk().replace(tmp_path / "file", b"whole")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert OsDisk().read(tmp_path / "file", 1, 3) == b"hol"


def test_a_replace_that_fails_leaves_the_old(tmp_path: Path) -> None:
    target = tmp_path / "folder"
    target.mkdir()
    (target / "inside").touch()
    with pytest.raises(OSError, match="directory"):
        OsDisk().replace(target, b"whole")
    assert not (tmp_path / "folder.new").exists()


def test_append_truncate_list_rename_unlink(tmp_path: Path) -> None:
    disk, path = OsDisk(), tmp_path / "a" / "b" / "file"
    disk.mkdir(path.parent)
    for _ in range(2):
        with disk.append(path) as handle:
            handle.write(b"12345")
    disk.truncate(path, 7)
    assert disk.read(path) == b"1234512"
    assert disk.size(path) == 7
    disk.rename(path, path.with_name("other"))
    disk.sync_folder(path.parent)
    assert disk.list(path.parent) == ("other",)
    disk.unlink(path.with_name("other"))
    assert not disk.exists(path.with_name("other"))
    assert disk.list(tmp_path / "none") == ()
    assert disk.free_bytes(tmp_path) > 0


def test_a_lock_is_held_by_one(tmp_path: Path) -> None:
    assert OsDisk().lock(tmp_path / "lock")
    assert not OsDisk().lock(tmp_path / "lock")
