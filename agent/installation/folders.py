"""Folders with their owners and modes, in trees that the service's user may have prepared against root.

Nothing is followed: a link is left alone, a file that has a second name elsewhere is not given away.
"""

import os
import stat
from pathlib import Path

from agent.installation.account import Account

_FLAGS = os.O_RDONLY | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


def make(path: Path, mode: int, uid: int, gid: int) -> bool:
    """The folder with this mode and owner; whether it was not there before. Raises OSError."""
    new = False
    try:
        os.mkdir(path, 0o700)
        new = True
    except FileExistsError:
        pass
    descriptor = os.open(path, _FLAGS | os.O_DIRECTORY)
    try:
        os.fchown(descriptor, uid, gid)
        os.fchmod(descriptor, mode)
    finally:
        os.close(descriptor)
    return new


def hand_over(folder: Path, to: Account, from_uid: int = 0) -> int:
    """What is root's in the folder becomes the account's: how many files and folders. Raises OSError."""
    count = 0
    for _, folders, files, at in os.fwalk(folder, follow_symlinks=False):
        for name in (*folders, *files):
            try:
                descriptor = os.open(name, _FLAGS, dir_fd=at)
            except OSError:
                continue  # a link, a socket, or gone
            try:
                seen = os.fstat(descriptor)
                alone = stat.S_ISDIR(seen.st_mode) or (stat.S_ISREG(seen.st_mode) and seen.st_nlink == 1)
                if alone and seen.st_uid == from_uid:
                    os.fchown(descriptor, to.uid, to.gid)
                    count += 1
            finally:
                os.close(descriptor)
    return count


def open_to(path: Path, gid: int) -> None:
    """The group may read the file, which stays its owner's. A link is left alone. Raises OSError."""
    try:
        descriptor = os.open(path, _FLAGS)
    except OSError:
        return
    try:
        seen = os.fstat(descriptor)
        if stat.S_ISREG(seen.st_mode) and not seen.st_mode & 0o004:
            os.fchown(descriptor, -1, gid)
            os.fchmod(descriptor, seen.st_mode & 0o7777 | 0o040)
    finally:
        os.close(descriptor)
