"""The only place that draws lots: identifiers, tokens, jitter. A simulation gives a seeded one."""

import random
import secrets
from typing import Protocol
from uuid import UUID, uuid4


class Chance(Protocol):
    def uuid(self) -> UUID: ...

    def token_bytes(self, count: int) -> bytes:
        """`count` bytes fit for a secret."""
        ...

    def uniform(self, low: float, high: float) -> float: ...


class SystemChance:
    """Secrets from the operating system; jitter from the ordinary generator."""

    def uuid(self) -> UUID:
        return uuid4()

    def token_bytes(self, count: int) -> bytes:
        return secrets.token_bytes(count)

    def uniform(self, low: float, high: float) -> float:
        return random.uniform(low, high)  # noqa: S311 - jitter, not a secret


class SeededChance:
    """The same draws for the same seed. For simulations and tests; never for a real secret."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - repeatable on purpose

    def uuid(self) -> UUID:
        return UUID(int=self._random.getrandbits(128), version=4)

    def token_bytes(self, count: int) -> bytes:
        return self._random.randbytes(count)

    def uniform(self, low: float, high: float) -> float:
        return self._random.uniform(low, high)
