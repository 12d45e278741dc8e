"""The service's own user: made and taken away by the system's commands, which leave no other trace.

Those commands keep a copy of each file as it was before them (`passwd-` and three more). We put the copies
back as we found them: they are of the owner's last change, not of ours.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from agent.installation.places import NAME, Places
from agent.installation.program import Refused
from agent.processes import ProgramMissing, run
from agent.programs import Tool, located

COPIES = ("passwd-", "group-", "shadow-", "gshadow-")
LIMIT_BYTES = 16 * 1024
TIMEOUT_S = 30.0
NO_SHELL = ("/usr/sbin/nologin", "/sbin/nologin", "/bin/false")


@dataclass(frozen=True, slots=True)
class Account:
    """Numbers as the tree's own files have them."""

    uid: int
    gid: int


def account(places: Places) -> Account | None:
    """The service's user, None when there is none."""
    if places.is_real:
        import pwd

        try:
            found = pwd.getpwnam(NAME)
        except KeyError:
            return None
        return Account(found.pw_uid, found.pw_gid)
    for line in _lines(places.root / "etc/passwd"):
        fields = line.split(":")
        if fields[0] == NAME and len(fields) > 3:
            return Account(int(fields[2]), int(fields[3]))
    return None


def has_group(places: Places, name: str) -> bool:
    return any(line.split(":")[0] == name for line in _lines(places.root / "etc/group"))


def make(places: Places) -> Account:
    """Without a password, a shell or a home that is made. Raises Refused."""
    home, shell = f"/var/lib/{NAME}", next((one for one in NO_SHELL if os.path.exists(one)), NO_SHELL[0])
    with _copies_kept(places.root / "etc"):
        _told(places, "useradd", "--system", "--user-group", "--no-create-home", "--no-log-init",
              "--home-dir", home, "--shell", shell, "--comment", "Vigia agent", NAME)  # fmt: skip
    made = account(places)
    if made is None:
        raise Refused(f"useradd made no user {NAME}: see its own words above, or make it by hand")
    return made


def remove(places: Places) -> None:
    """The group goes with its user, unless somebody else was put into it. Raises Refused."""
    with _copies_kept(places.root / "etc"):
        _told(places, "userdel", NAME)
        if has_group(places, NAME):
            _told(places, "groupdel", NAME)


def _told(places: Places, name: str, *words: str) -> None:
    where = () if places.is_real else ("--prefix", str(places.root))
    try:
        done = run((located(Tool((name,))), *where, *words), TIMEOUT_S, LIMIT_BYTES)
    except ProgramMissing:
        raise Refused(f"{name} is not installed here: the service needs a user of its own") from None
    if not done.ok:
        said = " ".join(done.stderr.decode("utf-8", "replace").split())
        raise Refused(f"{name} ended with {done.returncode}: {said or 'without a word'}")


@contextmanager
def _copies_kept(etc: Path) -> Iterator[None]:
    held = {name: _held(etc / name) for name in COPIES}
    try:
        yield
    finally:
        for name, before in held.items():
            path = etc / name
            if before is None:
                path.unlink(missing_ok=True)
            elif _held(path) != before:
                data, mode, uid, gid = before
                draft = etc / f".{name}{NAME}"
                descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
                with open(descriptor, "wb") as file:
                    file.write(data)
                    os.fchown(descriptor, uid, gid)
                    os.fchmod(descriptor, mode)
                draft.replace(path)


def _held(path: Path) -> tuple[bytes, int, int, int] | None:
    try:
        seen = path.stat()
        return path.read_bytes(), seen.st_mode & 0o7777, seen.st_uid, seen.st_gid
    except FileNotFoundError:
        return None


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(errors="replace").splitlines()
    except OSError:
        return []
