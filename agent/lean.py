"""Keeps OpenSSL out of the resident agent: four of its 45 MiB. To be called before asyncio is imported.

asyncio and hashlib load it at import for what they can do with it, and do without where it cannot be loaded.
The agent's own TLS is gRPC's; whoever else wants `ssl` (a watch of https, `doctor`) imports it and has it.
"""

import sys
from importlib import import_module

_LEFT_OUT = ("ssl", "_hashlib")


def without_openssl() -> None:
    """Imports what would load it, with the door closed; a process that has it already keeps it."""
    closed = [name for name in _LEFT_OUT if name not in sys.modules]
    for name in closed:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        for name in ("asyncio.sslproto", "asyncio", "hashlib"):
            import_module(name)
    finally:
        for name in closed:
            del sys.modules[name]
