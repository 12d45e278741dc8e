"""Keeps OpenSSL out of the resident agent: four of its 45 MiB. To be imported before asyncio.

asyncio and hashlib load it at import for what they can do with it, and do without where it cannot be loaded.
The agent's own TLS is gRPC's; whoever else wants `ssl` (a watch of https, `doctor`) imports it and has it.
"""

import sys

_LEFT_OUT = ("ssl", "_hashlib")


def _begin() -> None:
    """Imports what would load it, with the door closed; a process that has it already keeps it."""
    closed = [name for name in _LEFT_OUT if name not in sys.modules]
    for name in closed:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        import asyncio
        import asyncio.sslproto
        import hashlib

        assert asyncio
        assert hashlib
    finally:
        for name in closed:
            del sys.modules[name]


_begin()
