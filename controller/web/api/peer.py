"""Who is speaking on the socket: the kernel's word for it, turned into an actor."""

import os
import pwd
from typing import Annotated

from fastapi import Depends, Request
from pydantic import AfterValidator, StringConstraints

from controller.core.actor import Actor, ActorKind, Role
from controller.core.errors import Refused
from controller.people import store
from controller.people.access import Act, demand
from controller.web.context import Context
from controller.web.socket import PEER

# Lets root act as a member of staff: what an engineer does in a root shell stays theirs in the timeline.
ACT_AS = "x-vigia-as"


def context_of(request: Request) -> Context:
    found: Context = request.app.state.context
    return found


Here = Annotated[Context, Depends(context_of)]


async def peer_of(request: Request, context: Here) -> Actor:
    """The member of staff with the peer's login; root and our own user are administrators besides.

    Raises `Refused` for a peer who is neither, with the way out.
    """
    if request.client is None or request.client.host != PEER:
        raise Refused("this address is served on the controller's own socket only")
    uid = request.client.port
    is_master = uid in (0, os.geteuid())
    try:
        login = pwd.getpwuid(uid).pw_name
    except KeyError:
        login = f"uid-{uid}"
    wanted = request.headers.get(ACT_AS, "")
    if wanted and wanted != login and not is_master:
        raise Refused("only root and the controller's own user may act as somebody else")
    async with context.storage.reading() as connection:
        person = await store.user_named(connection, wanted or login)
    if person is not None and person.active:
        return person.actor
    if wanted:
        raise Refused(f"there is no active user {wanted[:64]!r}; `vigia users list` names them")
    if is_master:
        return Actor(ActorKind.PERSON, login, None, Role.ADMINISTRATOR)
    raise Refused(
        f"{login} is not a user here; an administrator can change that with `vigia users add {login} ...`"
    )


def without_nul(text: str) -> str:
    """PostgreSQL cannot hold it, and no name or word has one."""
    if "\0" in text:
        raise ValueError("holds a NUL character")
    return text


async def reader(actor: Annotated[Actor, Depends(peer_of)]) -> Actor:
    demand(actor, Act.READ)
    return actor


async def worker(actor: Annotated[Actor, Depends(peer_of)]) -> Actor:
    demand(actor, Act.WORK_INCIDENTS)
    return actor


async def fleet_manager(actor: Annotated[Actor, Depends(peer_of)]) -> Actor:
    demand(actor, Act.MANAGE_FLEET)
    return actor


async def people_manager(actor: Annotated[Actor, Depends(peer_of)]) -> Actor:
    demand(actor, Act.MANAGE_PEOPLE)
    return actor


async def plan_manager(actor: Annotated[Actor, Depends(peer_of)]) -> Actor:
    demand(actor, Act.MANAGE_PLANS)
    return actor


# For what people type; the rooms know the real limits, and their errors say more than these.
Words = Annotated[str, StringConstraints(max_length=1_000_000), AfterValidator(without_nul)]
Short = Annotated[str, StringConstraints(max_length=4_000), AfterValidator(without_nul)]

Reader = Annotated[Actor, Depends(reader)]
Worker = Annotated[Actor, Depends(worker)]
FleetManager = Annotated[Actor, Depends(fleet_manager)]
PeopleManager = Annotated[Actor, Depends(people_manager)]
PlanManager = Annotated[Actor, Depends(plan_manager)]
