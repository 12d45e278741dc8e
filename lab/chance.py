"""The lab's only source of randomness."""

import os
import uuid
from typing import Protocol


class Chance(Protocol):
    """Ids and secrets."""

    def uuid4(self) -> str:
        """A random UUID as text."""

    def token_bytes(self, count: int) -> bytes:
        """`count` bytes fit for secrets."""


class SystemChance:
    """The operating system's randomness."""

    def uuid4(self) -> str:
        return str(uuid.uuid4())

    def token_bytes(self, count: int) -> bytes:
        return os.urandom(count)
