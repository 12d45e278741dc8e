"""The console on a real port, over real stores and the real story, on a clock of the test's choice."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import hatch_build
from controller import flow
from controller.blobs.folder import BlobFolder
from controller.core.actor import Role
from controller.core.chance import SeededChance
from controller.core.changes import Changes
from controller.core.clock import Clock
from controller.core.disk import OsDisk
from controller.people import actions as people
from controller.people import passwords
from controller.people import store as people_rows
from controller.people.user import User
from controller.sla.actions import seed_default_plan
from controller.storage import Storage
from controller.web.context import Context
from controller.web.site import build_site
from controller.web.socket import bound, console_door
from tests.support.stores import fresh_storage

PASSWORD = "una linterna en la torre"
_HASHES: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Console:
    """`url` has no slash at its end. `ana` is an engineer, `vera` a viewer; both have `PASSWORD`."""

    url: str
    context: Context
    ana: User
    vera: User

    @property
    def storage(self) -> Storage:
        return self.context.storage


@asynccontextmanager
async def running_console(
    folder: Path, clock: Clock, backend: str = "sqlite", wake: Callable[[], None] = lambda: None
) -> AsyncIterator[Console]:
    """Signed-in people are made, machines and incidents are the caller's (`tests.support.town`)."""
    await asyncio.to_thread(hatch_build.build_web)
    async with fresh_storage(backend, folder, clock, SeededChance(7)) as storage:
        changes = Changes()
        storage.dispatcher = flow.dispatcher(changes, wake)
        async with storage.unit() as unit:
            await seed_default_plan(unit)
        ana = await _person(storage, "ana", "Ana Ruiz", Role.ENGINEER)
        vera = await _person(storage, "vera", "Vera Sol", Role.VIEWER)
        blobs = BlobFolder(folder / "blobs", OsDisk())
        listening = bound("127.0.0.1", 0)
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        context = Context(
            storage,
            clock,
            storage.chance,
            blobs,
            changes,
            wake_ticker=wake,
            console_url=url,
            mail_is_set_up=True,
        )
        door = console_door(build_site(context), listening)
        await door.start()
        try:
            yield Console(url, context, ana, vera)
        finally:
            changes.close()
            await door.stop()


async def _person(storage: Storage, login: str, name: str, role: Role) -> User:
    async with storage.unit() as unit:
        user = await people.add_user(
            unit, login, name, f"{login}@vigia.example", role=role, zone="America/Mexico_City"
        )
        if PASSWORD not in _HASHES:
            _HASHES[PASSWORD] = await passwords.hashed(PASSWORD)  # once: it is slow on purpose
        await people_rows.save_password(unit.connection, user.id, _HASHES[PASSWORD])
    return user


async def session_token(console: Console, user: User) -> str:
    """A signed-in browser's cookie, without the page."""
    token, _ = await people.start_session(console.storage, user)
    return token


Patience = Callable[[], Awaitable[bool]]


async def until(holds: Patience, *, seconds: float = 10.0) -> None:
    """For what a browser does in its own time. Fails when it has not happened by then."""
    async with asyncio.timeout(seconds):
        while not await holds():
            await asyncio.sleep(0.05)  # the browser's clock is not ours
