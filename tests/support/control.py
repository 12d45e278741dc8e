"""The commands' door on a real socket over a real desk, and the commands as real programs before it."""

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from controller.blobs.folder import BlobFolder
from controller.core.disk import OsDisk
from controller.fleet.identity.authority import Authority
from controller.web.api.door import build_api
from controller.web.context import Context
from controller.web.socket import ControlDoor
from tests.support.commands import ROOT, Ran, run
from tests.support.desk import Desk

__all__ = ["ROOT", "Control", "Ran", "open_control", "vigia"]


@dataclass(frozen=True, slots=True)
class Control:
    """`data` is the folder with the socket; its path is short, since a socket's path may not be long.

    `api` speaks on the socket as this process's own user; `dropped` grows when banned streams are ended.
    """

    data: Path
    desk: Desk
    context: Context
    api: httpx.AsyncClient
    dropped: list[str]

    @property
    def blobs(self) -> BlobFolder:
        return self.context.blobs

    async def vigia(
        self, *words: str, stdin: bytes = b"", before: Sequence[str] = (), lang: str = "en", **variables: str
    ) -> Ran:
        """Runs `vigia words...` before this controller, in English; `before` is a program that runs it."""
        return await vigia(
            *words, stdin=stdin, before=before, **{"VIGIA_DATA": str(self.data), "LANG": lang, **variables}
        )


async def vigia(*words: str, stdin: bytes = b"", before: Sequence[str] = (), **variables: str) -> Ran:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    if not before:
        return await asyncio.to_thread(run, words, {**kept, **variables}, stdin)
    process = await asyncio.create_subprocess_exec(
        *before, sys.executable, "-m", "controller.cli", *words, cwd=ROOT, env={**kept, **variables},
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate(stdin)
    assert process.returncode is not None
    return Ran(process.returncode, out.decode(), err.decode())


@asynccontextmanager
async def open_control(desk: Desk) -> AsyncIterator[Control]:
    data = Path(tempfile.mkdtemp(prefix="vigia-"))
    data.chmod(0o755)
    storage = desk.storage
    dropped: list[str] = []
    context = Context(
        storage,
        desk.clock,
        storage.chance,
        BlobFolder(data / "blobs", OsDisk()),
        desk.changes,
        wake_ticker=desk.ticker.wake,
        authority=Authority.open(
            data / "authority", OsDisk(), storage.chance, desk.clock.now(), ["vigia.example"]
        ),
        enrolment_endpoint="vigia.example:7444",
        drop_banned=lambda: dropped.append("now"),
        console_url="https://vigia.example",
        mail_is_set_up=True,
    )
    door = ControlDoor(build_api(context), data / "control.sock")
    await door.start()
    transport = httpx.AsyncHTTPTransport(uds=str(data / "control.sock"))
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://vigia/api/v1") as api:
            yield Control(data, desk, context, api, dropped)
    finally:
        await door.stop()
        shutil.rmtree(data)
