"""Commands that root calls on a machine with the service: done as the service's user, with its eyes.

What root would write into the service's folder, the service could not read; and what root sees is more than
the service does, so that `coverage` and `doctor` would tell of another machine.
"""

import os
import sys
from pathlib import Path

from agent.errors import AgentError
from agent.installation.places import JOURNAL_GROUP, SERVICE, Places
from agent.processes import run

ENROL_S = 120.0
LIMIT_BYTES = 64 * 1024


def owner_of(data: Path) -> tuple[int, int] | None:
    """Whose the data folder is, when we are root and it is another's; None: go on as we are."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return None
    try:
        seen = data.stat()
    except OSError:
        return None
    return (seen.st_uid, seen.st_gid) if seen.st_uid else None


def step_down(data: Path) -> None:
    """This process is the folder's owner from now on, with the groups that the service has."""
    owner = owner_of(data)
    if owner is None:
        return
    uid, gid = owner
    os.setgroups(_groups(gid))
    os.setgid(gid)
    os.setuid(uid)
    os.environ["HOME"] = str(data)


def enrol_as_owner(data: Path, words: list[str]) -> int | None:
    """`enrol` in a child that is the service's user, then the service is started; its exit code.

    None: we are whom we should be, and nothing was done. Raises AgentError.
    """
    owner = owner_of(data)
    if owner is None:
        return None
    frozen = bool(getattr(sys, "frozen", False))
    command = [sys.executable, *([] if frozen else ["-P", "-m", "agent"]), *words]
    paths = {} if frozen else {"PYTHONPATH": str(Path(__file__).parents[2])}
    ended = run(command, ENROL_S, LIMIT_BYTES, environment=paths, user=(*owner, tuple(_groups(owner[1]))))
    print(ended.stdout.decode("utf-8", "replace").rstrip())
    if ended.stderr:
        print(ended.stderr.decode("utf-8", "replace").rstrip(), file=sys.stderr)
    if ended.timed_out:
        raise AgentError(f"no answer within {ENROL_S:.0f} s: paste the line again, it goes on from there")
    if ended.returncode == 0:
        _start(data)
    return ended.returncode


def _start(data: Path) -> None:
    from agent.installation.steps import SYSTEMD, is_installed, systemctl

    places = Places()
    if data == places.data and SYSTEMD.is_dir() and is_installed(places):
        systemctl("restart", SERVICE)


def _groups(gid: int) -> list[int]:
    import grp

    found = [gid]
    for name in (JOURNAL_GROUP,):
        try:
            found.append(grp.getgrnam(name).gr_gid)
        except KeyError:
            continue
    return found
