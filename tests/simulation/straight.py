"""SQLite without a thread of its own for each connection: the same database, at half the cost.

In a year of simulation a hundred statements a second change threads and back; nothing here waits for a disk.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from aiosqlite import Connection


@contextmanager
def straight_sqlite() -> Iterator[None]:
    """Connections made within run where they are called."""
    with patch.object(Connection, "_execute", _execute), patch.object(Connection, "_connect", _connect):
        yield


async def _execute(self: Any, function: Callable[..., Any], *given: Any, **named: Any) -> Any:
    if self._connection is None:
        raise ValueError("Connection closed")
    return function(*given, **named)


async def _connect(self: Any) -> Any:
    if self._connection is None:
        self._connection = self._connector()
    return self
