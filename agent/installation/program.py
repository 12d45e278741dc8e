"""What the service would be started from, and whether root may trust it: nobody else can change it."""

import os
import re
import stat
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import agent
from agent.errors import AgentError

# What needs no quoting in a unit file.
PLAIN = re.compile(r"/[A-Za-z0-9._/@+-]+\Z")
MANIFEST = "MANIFEST.sha256"


class Refused(AgentError):
    """Not installed, or not taken away, and nothing was changed; the text says why and the way out."""


def program() -> Path:
    """The command of this installation: of its environment, or of the folder build. Raises Refused."""
    if getattr(sys, "frozen", False):
        return Path(sys.executable).resolve()
    started = Path(sys.argv[0])
    candidates = (started.resolve(), Path(sys.prefix) / "bin" / "vigia-agent")
    for path in candidates:
        if path.name == "vigia-agent" and path.is_file():
            return path
    raise Refused(
        "this agent runs from its sources: install its wheel in an environment, such as /opt/vigia-agent"
    )


def parts(of: Path) -> tuple[Path, ...]:
    """What is executed when the command is: itself, its interpreter, our packages."""
    if getattr(sys, "frozen", False):
        return (of, of.parent / "_internal")
    return (of, Path(sys.executable), Path(sys.executable).resolve(), Path(agent.__file__).parent)


def fault(paths: Iterable[Path], look: Callable[[Path], os.stat_result] = os.lstat) -> str | None:
    """Why root must not run them as a service, in words; None when it may.

    Each of them and every folder above must be root's, changeable by nobody else, and open to the service's
    user.
    """
    for path in paths:
        if not PLAIN.match(str(path)):
            return f"{path}: a service's program needs a path of plain letters, digits and ._@+-"
        for place in (path, *path.parents):
            seen = look(place)
            linked, folder = stat.S_ISLNK(seen.st_mode), stat.S_ISDIR(seen.st_mode)
            if seen.st_uid != 0:
                return f"{place} is not root's: its owner could change what root starts; chown -R root it"
            if not linked and seen.st_mode & 0o022:
                return f"{place} may be changed by others: chmod -R go-w it, or install in /opt/vigia-agent"
            if not linked and not seen.st_mode & (0o001 if folder else 0o004):
                return f"{place} is closed to the service's user: install in /opt/vigia-agent"
    return None


def manifest_fault(of: Path) -> str | None:
    """Of a folder build: the first file that is not as its manifest says, in words. None: as it was built.

    An environment has no manifest: there, pip looked after the hashes.
    """
    if not getattr(sys, "frozen", False):
        return None
    return folder_fault(of.parent)


def folder_fault(folder: Path) -> str | None:
    """Raises nothing: what cannot be read is a fault."""
    try:
        lines = (folder / MANIFEST).read_text().splitlines()
    except OSError as error:
        return f"{folder / MANIFEST}: {error.strerror}: unpack the folder again"
    listed = {}
    for line in lines:
        wanted, _, name = line.partition("  ")
        listed[name] = wanted
    try:
        held = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
        held.discard(MANIFEST)
        if more := sorted(held ^ set(listed)):
            return f"{folder / more[0]}: in the folder or in its {MANIFEST}, but not in both: unpack it again"
        for name, wanted in listed.items():
            if _sha256(folder / name) != wanted:
                return f"{folder / name} is not what {MANIFEST} says: unpack the folder again"
    except OSError as error:
        return f"{error.filename}: {error.strerror}"
    return None


def _sha256(path: Path) -> str:
    import hashlib  # only here: it brings OpenSSL along

    if path.is_symlink():
        return hashlib.sha256(os.readlink(path).encode()).hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
