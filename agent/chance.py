"""The agent's only source of randomness, so that a seeded run can repeat itself (trust.md R12)."""

import os
import random
import uuid
from typing import Protocol


class Chance(Protocol):
    """Ids, jitter and secrets."""

    def uuid4(self) -> str:
        """A random UUID as text."""

    def uniform(self, low: float, high: float) -> float:
        """A number between the two, for jitter; not for secrets."""

    def token_bytes(self, count: int) -> bytes:
        """`count` bytes fit for secrets."""


class SystemChance:
    """The operating system's randomness."""

    def uuid4(self) -> str:
        return str(uuid.uuid4())

    def uniform(self, low: float, high: float) -> float:
        return random.uniform(low, high)  # noqa: S311 - jitter is no secret

    def token_bytes(self, count: int) -> bytes:
        return os.urandom(count)
