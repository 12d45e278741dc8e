"""What root agrees to start as a service, and what it refuses, each in one line with the way out."""

import hashlib
import os
import stat
from pathlib import Path

import pytest

from agent.installation.program import MANIFEST, fault, folder_fault

COMMAND = Path("/opt/vigia-agent/bin/vigia-agent")
FOLDER, FILE = stat.S_IFDIR | 0o755, stat.S_IFREG | 0o755


def seen(**odd: tuple[int, int]):  # type: ignore[no-untyped-def]
    """Everything is root's and well, but for these: mode and owner by the path's last name."""

    def look(path: Path) -> os.stat_result:
        mode, uid = odd.get(path.name.replace("-", "_") or "root", (FILE if path == COMMAND else FOLDER, 0))
        return os.stat_result((mode, 0, 0, 1, uid, 0, 0, 0, 0, 0))

    return look


def test_a_program_that_only_root_can_change_is_fine() -> None:
    assert fault([COMMAND], seen()) is None


@pytest.mark.parametrize(
    ("odd", "says"),
    [
        ({"opt": (FOLDER, 1000)}, "/opt is not root's"),
        ({"bin": (stat.S_IFDIR | 0o775, 0)}, "may be changed by others"),
        ({"vigia_agent": (stat.S_IFREG | 0o777, 0)}, "may be changed by others"),
        ({"opt": (stat.S_IFDIR | stat.S_ISVTX | 0o777, 0)}, "may be changed by others"),
        ({"opt": (stat.S_IFDIR | 0o700, 0)}, "closed to the service's user"),
    ],
)
def test_one_that_others_could_change_is_refused(odd: dict[str, tuple[int, int]], says: str) -> None:
    found = fault([COMMAND], seen(**odd))
    assert found is not None and says in found and "\n" not in found


@pytest.mark.parametrize("path", ["/opt/a b/vigia-agent", "/opt/a%n/vigia-agent", "/opt/a;b/x", "/opt/ñ/x"])
def test_a_path_that_a_unit_would_misread_is_refused(path: str) -> None:
    assert "plain letters" in (fault([Path(path)], seen()) or "")


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A folder build of two files and a link."""
    (tmp_path / "_internal").mkdir()
    (tmp_path / "vigia-agent").write_bytes(b"program")
    (tmp_path / "_internal/library.so").write_bytes(b"library")
    (tmp_path / "_internal/link.so").symlink_to("library.so")
    lines = {
        "vigia-agent": b"program", "_internal/library.so": b"library", "_internal/link.so": b"library.so",
    }  # fmt: skip
    text = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in lines.items())
    (tmp_path / MANIFEST).write_text(text)
    return tmp_path


def test_a_folder_as_it_was_built_is_fine(built: Path) -> None:
    assert folder_fault(built) is None


def test_a_folder_with_one_file_changed_added_or_gone_is_refused_by_name(built: Path) -> None:
    (built / "_internal/library.so").write_bytes(b"librarY")
    assert "library.so is not what" in (folder_fault(built) or "")
    (built / "_internal/library.so").write_bytes(b"library")
    (built / "_internal/more.so").write_bytes(b"")
    assert "more.so: in the folder or in its" in (folder_fault(built) or "")
    (built / "_internal/more.so").unlink()
    (built / "vigia-agent").unlink()
    assert "vigia-agent: in the folder or in its" in (folder_fault(built) or "")
    (built / MANIFEST).unlink()
    assert "unpack the folder again" in (folder_fault(built) or "")
