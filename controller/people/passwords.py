"""Passwords as Argon2id hashes. Hashing takes some 50 ms of a core by design: never on the event loop."""

import asyncio

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError

from controller.core.errors import Invalid

SHORTEST = 10
LONGEST = 1_024

_hasher = PasswordHash.recommended()
# Verified when there is no such account, so that the answer takes as long as for one that exists.
_NOBODY = _hasher.hash("nobody has this password")


def check_length(password: str) -> None:
    """Raise `Invalid` unless it has 10 to 1,024 characters (NIST SP 800-63B: length, not tricks)."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Invalid("password", f"has {len(password)} characters", f"Use {SHORTEST} to {LONGEST:,}")


async def hashed(password: str) -> str:
    """The Argon2id hash, made in a thread. Raises `Invalid` for a length outside the limits."""
    check_length(password)
    return await asyncio.to_thread(_hasher.hash, password)


async def matches(password: str, stored: str | None) -> bool:
    """Whether it is the password; with no hash stored the answer is no, after the same time."""

    def verify() -> bool:
        try:
            return _hasher.verify(password[:LONGEST], stored or _NOBODY) and stored is not None
        except UnknownHashError:
            return False

    return await asyncio.to_thread(verify)
