"""Installing and taking away, as a list of steps: said by a dry run, done otherwise, in the same order.

Everything that could refuse is asked before the first step, so that a refusal leaves nothing half done.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from agent import VERSION
from agent.installation import account, folders
from agent.installation.places import JOURNAL_GROUP, NAME, ROOT_SERVICE, SERVICE, UNITS, WANTED, Places
from agent.installation.program import Refused
from agent.installation.units import units
from agent.installation.words import told
from agent.processes import ProgramMissing, run
from agent.programs import Tool, located

SYSTEMD = Path("/run/systemd/system")
TIMEOUT_S = 240.0
LIMIT_BYTES = 64 * 1024
OWN_FILES = ("agent.toml", "policy.toml")


@dataclass(frozen=True, slots=True)
class Step:
    """`said` is one sentence for people; `act` raises OSError or Refused."""

    said: str
    act: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Record:
    """What was there before the first installation is not ours to take away."""

    version: str = ""
    program: str = ""
    user_made: bool = True
    folders_made: tuple[str, ...] = ()


def systemctl(*words: str) -> str:
    """What it said. Raises Refused."""
    try:
        done = run((located(Tool(("systemctl",))), *words), TIMEOUT_S, LIMIT_BYTES)
    except ProgramMissing as error:
        raise Refused(str(error)) from None
    if not done.ok:
        said = " ".join(done.stderr.decode("utf-8", "replace").split())
        raise Refused(f"systemctl {' '.join(words)} ended with {done.returncode}: {said or 'without a word'}")
    return done.stdout.decode("utf-8", "replace").strip()


def may(places: Places) -> None:
    """Raises Refused where no service can be installed or taken away."""
    if os.name != "posix" or not hasattr(os, "geteuid"):
        raise Refused("only Linux with systemd is installed to by itself; see --print for the others")
    if os.geteuid() != 0:
        raise Refused("a service is the machine's: run this as root")
    if places.is_real and not SYSTEMD.is_dir():
        raise Refused(
            "this machine does not run systemd: have `vigia-agent run` started by what does so here"
        )
    if not places.units.parent.is_dir():
        raise Refused(f"{places.units.parent} is not there: no systemd keeps its units in this tree")


def is_installed(places: Places) -> bool:
    return (places.units / SERVICE).exists()


def is_enrolled(places: Places) -> bool:
    return (places.data / "identity.json").exists()


def installing(places: Places, program: Path, language: str) -> list[Step]:
    """Again is an upgrade in place: everything is written anew, nothing of the owner's is touched."""
    was, user = _record(places), account.account(places)
    new_folders = [path for path in _wants(places) if not path.exists()]
    record = Record(
        VERSION,
        str(program),
        was.user_made if was else user is None,
        tuple(sorted({*(was.folders_made if was else ()), *map(str, new_folders)})),
    )
    steps: list[Step] = []

    def step(key: str, act: Callable[[], object], **facts: object) -> None:
        steps.append(Step(told(language, key, **facts), act))

    if user is None:
        step("user", lambda: account.make(places), name=NAME)
    step("folder", lambda: folders.make(places.configuration, 0o750, 0, _user(places).gid),
         path=places.configuration, mode="0750", owner=f"root:{NAME}")  # fmt: skip
    for path in (places.configuration / name for name in OWN_FILES):
        if path.exists():
            step("readable", partial(_open, places, path), path=path, name=NAME)
    step("folder", lambda: _data(places), path=places.data, mode="0700", owner=NAME)
    if places.data.is_dir():
        step("owned", lambda: folders.hand_over(places.data, _user(places)), path=places.data, owner=NAME)
    texts = units(program, journal=account.has_group(places, JOURNAL_GROUP))
    for name in UNITS:
        step("unit", partial(_write, places.units / name, texts[name]), path=places.units / name)
    for name, wants in WANTED:
        step("wanted", partial(_want, places, name, wants), unit=name)
    step("record", lambda: _write(places.record, _written(record)), path=places.record)
    if places.is_real:
        step("reload", lambda: systemctl("daemon-reload"))
        # An upgrade must not leave the old door open behind the new one.
        step("stop", lambda: systemctl("stop", ROOT_SERVICE), unit=ROOT_SERVICE)
        step("start", lambda: systemctl("restart", WANTED[1][0]), unit=WANTED[1][0])
        step("start", lambda: systemctl("restart", SERVICE), unit=SERVICE)
    return steps


def removing(places: Places, language: str, *, keep_data: bool) -> list[Step]:
    """Nothing is left but the program itself; with `keep_data`, settings, data and their user are kept."""
    was = _record(places) or Record(user_made=account.account(places) is not None)
    steps: list[Step] = []

    def step(key: str, act: Callable[[], object], **facts: object) -> None:
        steps.append(Step(told(language, key, **facts), act))

    if places.is_real and any((places.units / name).exists() for name in UNITS):
        for name in (SERVICE, WANTED[1][0], ROOT_SERVICE):
            step("stop", partial(_stop, name), unit=name)
    links = [places.units / wants / name for name, wants in WANTED]
    drop_ins = [places.units / f"{name}.d" for name in UNITS]
    gone = [*links, *(places.units / name for name in UNITS), *drop_ins, places.run, places.record]
    if not keep_data:
        gone += [places.configuration, places.data]
    for path in gone:
        if path.is_symlink() or path.exists():
            step("remove", partial(_gone, path), path=path)
    for path in (Path(name) for name in was.folders_made):
        step("remove", partial(_gone_if_empty, path), path=path)
    if places.is_real and steps:
        step("reload", lambda: systemctl("daemon-reload"))
    if was.user_made and not keep_data and account.account(places) is not None:
        step("no_user", lambda: account.remove(places), name=NAME)
    return steps


def done(steps: Iterable[Step]) -> None:
    """All of them, in order. Raises Refused with the step that failed: again goes on from there."""
    for step in steps:
        try:
            step.act()
        except OSError as error:
            raise Refused(f"{step.said}: {error.strerror or error}; nothing after that was done") from None


def _user(places: Places) -> account.Account:
    found = account.account(places)
    if found is None:
        raise Refused(f"there is no user {NAME}, although it was just made: are names served from elsewhere?")
    return found


def _data(places: Places) -> None:
    user = _user(places)
    folders.make(places.data, 0o700, user.uid, user.gid)


def _open(places: Places, path: Path) -> None:
    folders.open_to(path, _user(places).gid)


def _wants(places: Places) -> list[Path]:
    return [places.units, *(places.units / wants for _, wants in WANTED)]


def _want(places: Places, name: str, wants: str) -> None:
    """What `systemctl enable` would do for the unit's one line of [Install]."""
    folder = places.units / wants
    folder.mkdir(mode=0o755, exist_ok=True)
    link = folder / name
    with suppress(FileNotFoundError):
        link.unlink()
    link.symlink_to(places.told(places.units / name))


def _write(path: Path, text: str) -> None:
    """Whole or not at all; readable by everybody, root's."""
    path.parent.mkdir(mode=0o755, exist_ok=True)
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fchmod(descriptor, 0o644)
        os.fsync(descriptor)
    draft.replace(path)


def _stop(unit: str) -> None:
    """A unit that is not loaded is stopped."""
    with suppress(Refused):
        systemctl("stop", unit)
    with suppress(Refused):
        systemctl("reset-failed", unit)


def _gone(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _gone_if_empty(path: Path) -> None:
    with suppress(OSError):
        path.rmdir()


def _record(places: Places) -> Record | None:
    try:
        held = json.loads(places.record.read_text())
        return Record(
            str(held["version"]), str(held["program"]), bool(held["user_made"]),
            tuple(str(one) for one in held["folders_made"]),
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _written(record: Record) -> str:
    held = {
        "version": record.version,
        "program": record.program,
        "user_made": record.user_made,
        "folders_made": list(record.folders_made),
    }
    return json.dumps(held, indent=1) + "\n"
