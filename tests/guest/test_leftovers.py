"""Installed and taken away again: the disk is as if the agent had never been a service there.

What a machine changes by itself meanwhile is known from a second one that was only started and stopped.
"""

import hashlib
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.guest.conftest import Begin
from tests.guest.customer import Customer
from tests.guest.machine import Guest
from tests.guest.recipe import SBIN, Disk
from tests.support.street import pass_by

pytestmark = pytest.mark.guest
LIVED_S = 60.0
# Of a run of the machine itself, under names that are new each time.
ITS_OWN = (
    "var/log/journal/",
    "var/lib/systemd/",
    "var/cache/",
    "var/tmp/systemd-private-",
    "tmp/systemd-private-",
)


def test_install_and_uninstall_leave_nothing(begin: Begin, disk: Disk, tmp_path: Path) -> None:
    """Every path, with its owner, mode, size and hash, on both disks and on the one they began with."""
    customer: Customer = begin()
    customer.watched(LIVED_S)
    customer.uninstall()
    customer.guest.shut_down()
    control = Guest(tmp_path / "control", disk)
    control.start()
    pass_by(LIVED_S)
    control.shut_down()

    began = listed(disk.raw, "raw", tmp_path)
    with_us = changed(began, listed(customer.guest.overlay, "qcow2", tmp_path))
    without = changed(began, listed(control.overlay, "qcow2", tmp_path))
    left = {
        path: told for path, told in with_us.items() if path not in without and not path.startswith(ITS_OWN)
    }
    print(
        f"\n  {len(began)} files; changed by a run alone {len(without)}, with the agent installed, working "
        f"for {LIVED_S:.0f} s and uninstalled {len(with_us)}; left by us: {len(left)}",
        flush=True,
    )
    assert left == {}


Files = dict[str, str]


def listed(image: Path, kind: str, folder: Path) -> Files:
    """Every path of the image: kind and mode, owner, and what is in it."""
    raw = folder / "looked-at.raw"
    words = ["qemu-img", "convert", "-f", kind, "-O", "raw", str(image), str(raw)]
    subprocess.run(words, check=True, capture_output=True, env={**os.environ, "PATH": SBIN})
    with mounted(raw, folder / "root") as root:
        return {path.relative_to(root).as_posix(): _said(path) for path in sorted(root.rglob("*"))}


def changed(before: Files, after: Files) -> Files:
    """What is new, other, or gone."""
    paths = {*before, *after}
    return {path: after.get(path, "gone") for path in paths if before.get(path) != after.get(path)}


def _said(path: Path) -> str:
    seen = path.lstat()
    if path.is_symlink():
        held = os.readlink(path)
    elif path.is_file():
        held = hashlib.sha256(path.read_bytes()).hexdigest()
    else:
        held = ""
    return f"{seen.st_mode:o} {seen.st_uid}:{seen.st_gid} {held}"


@contextmanager
def mounted(raw: Path, place: Path) -> Iterator[Path]:
    place.mkdir(exist_ok=True)
    path = {**os.environ, "PATH": SBIN}
    subprocess.run(["mount", "-o", "loop,ro,noload", str(raw), str(place)], check=True, env=path)
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True, env=path)
