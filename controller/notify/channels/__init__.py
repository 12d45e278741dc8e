"""Ways to reach a person, one a file."""

from typing import Protocol

from controller.core.errors import VigiaError
from controller.notify.notice import Notice


class Refusal(VigiaError):
    """The other side will never take this notice (an unknown address): trying again is useless."""


class Channel(Protocol):
    def reaches(self, notice: Notice, /) -> bool:
        """Whether it can be tried for this recipient."""
        ...

    async def send(self, notice: Notice) -> None:
        """Returns when the other side has taken it. Raises `Refusal`, or anything else to try again later."""
        ...


__all__ = ["Channel", "Refusal"]
