"""Where HTTP is served: the console's TCP port, and the controller's own socket for the commands.

The socket is 0660, for the group `vigia` where that exists; who speaks is told by the kernel (SO_PEERCRED),
never by the message. Both servers share the loop of the process and leave its signals alone.
"""

import asyncio
import grp
import os
import shutil
import socket
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from controller.core.errors import Conflict

# What stands for the host in `scope["client"]` on the socket; no TCP peer has such an address.
PEER = "peer-uid"
GROUP = "vigia"


class _PeerProtocol(HttpToolsProtocol):
    """HTTP on the unix socket, with the peer's user id where TCP has its address."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        peer = transport.get_extra_info("socket")
        _, uid, _ = struct.unpack("3i", peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
        self.client = (PEER, uid)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.answers = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.answers.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        # The process has other parts to stop as well: `app.py` decides when.
        yield


class Door:
    """One HTTP server with its task."""

    def __init__(self, config: uvicorn.Config, sockets: list[socket.socket] | None) -> None:
        self._server = _Server(config)
        self._sockets = sockets
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Returns when it answers. Raises what kept it from starting."""
        self._task = asyncio.create_task(self._server.serve(self._sockets), name="http")
        answers = asyncio.create_task(self._server.answers.wait())
        await asyncio.wait({self._task, answers}, return_when=asyncio.FIRST_COMPLETED)
        if not answers.done():
            answers.cancel()
            self._task.result()
            raise Conflict("the HTTP server ended before it began; see the log")

    async def stop(self) -> None:
        if self._task is None:
            return
        self._server.should_exit = True
        with suppress(asyncio.CancelledError):
            await self._task


def _config(site: FastAPI, **more: object) -> uvicorn.Config:
    return uvicorn.Config(
        site,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=3,
        **{"proxy_headers": False, **more},  # type: ignore[arg-type]  # uvicorn's own names, given below
    )


def bound(host: str, port: int) -> socket.socket:
    """A listening TCP socket. Raises `Conflict` naming the port and the way out when it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise Conflict(
            f"console_port: {host}:{port} cannot be used ({error.strerror}); stop what listens there, or set "
            "console_port (VIGIA_CONSOLE_PORT) to another port"
        ) from error
    return listening


def console_door(
    site: FastAPI,
    listening: socket.socket,
    certificate: Path | None = None,
    key: Path | None = None,
    trusted_proxies: Sequence[str] = (),
) -> Door:
    """The console on a bound socket; HTTPS when a certificate is given. What a connection from one of
    `trusted_proxies` says of a browser's address (X-Forwarded-For) counts, and from nobody else."""
    behind: dict[str, object] = {"http": "httptools", "ssl_certfile": certificate, "ssl_keyfile": key}
    if trusted_proxies:
        behind |= {"proxy_headers": True, "forwarded_allow_ips": list(trusted_proxies)}
    return Door(_config(site, **behind), [listening])


class ControlDoor(Door):
    """The commands' API on `path`."""

    def __init__(self, site: FastAPI, path: Path) -> None:
        super().__init__(_config(site, http=_PeerProtocol, uds=str(path)), None)
        self._path = path

    async def start(self) -> None:
        # uvicorn gives a new socket the mode of the old one: leave it one with the right mode.
        self._path.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as placeholder:
            try:
                placeholder.bind(str(self._path))
            except OSError as error:
                raise Conflict(
                    f"{self._path} cannot be made a socket ({error}); choose a data folder with a short path "
                    "on a local file system"
                ) from error
        self._path.chmod(0o660)
        await super().start()
        with suppress(KeyError, PermissionError):
            grp.getgrnam(GROUP)
            shutil.chown(self._path, group=GROUP)

    async def stop(self) -> None:
        await super().stop()
        with suppress(FileNotFoundError):
            os.unlink(self._path)
