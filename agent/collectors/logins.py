"""What the log of logins (wtmp) says about earlier boots: was the machine shut down, or did it just stop?

utmp(5): records of 384 bytes; a boot writes BOOT_TIME, an orderly shutdown RUN_LVL with the user "shutdown".
"""

import struct
from dataclasses import dataclass
from itertools import pairwise

RECORD = struct.Struct("<hxxi32s4s32s256shhiii16x20x")
RUN_LEVEL, BOOT_TIME = 1, 2


@dataclass(frozen=True, slots=True)
class Turn:
    """The machine went up (`up`) or down, at that Unix second."""

    up: bool
    at_unix_s: int


def turns(wtmp: bytes) -> list[Turn]:
    """Boots and orderly shutdowns, in the order written. A torn last record is left out."""
    found = []
    for offset in range(0, len(wtmp) - RECORD.size + 1, RECORD.size):
        fields = RECORD.unpack_from(wtmp, offset)
        kind, user, at = fields[0], fields[4].rstrip(b"\0"), fields[9]
        if kind == BOOT_TIME:
            found.append(Turn(True, at))
        elif kind == RUN_LEVEL and user == b"shutdown":
            found.append(Turn(False, at))
    return found


def unclean_boots(seen: list[Turn]) -> list[int]:
    """When the machine came up without having been shut down before, Unix seconds.

    The first record of the log says nothing about what was before it.
    """
    return [after.at_unix_s for before, after in pairwise(seen) if before.up and after.up]
