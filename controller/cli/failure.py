"""What kept a command from being done: one line for people, one object for programs, one exit status."""

from collections.abc import Mapping
from typing import Any

REFUSED = 1
WRONG = 2


class Failure(Exception):
    """`error` has the API's shape: kind, message, field, limit, way_out, retry_after_s."""

    def __init__(self, status: int, error: Mapping[str, Any]) -> None:
        super().__init__(str(error.get("message", "")))
        self.status = status
        self.error = dict(error)


def failure(status: int, kind: str, message: str, **more: Any) -> Failure:
    """One that the command saw by itself; `message` is in the reader's language already."""
    return Failure(status, {"kind": kind, "message": message, "translated": True, **more})
