"""Users over the API: add, list, a link for a password, duty."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from controller.core.actor import Role
from controller.core.errors import NotFound
from controller.escalation.rota import store as schedules
from controller.people import actions, store
from controller.people.user import User
from controller.web.api.peer import Here, PeopleManager, Reader, Short

router = APIRouter(prefix="/api/v1/users")


class NewUser(BaseModel):
    model_config = ConfigDict(extra="forbid")

    login: Short
    name: Short
    email: Short
    role: Role = Role.ENGINEER
    level: int = 1
    on_duty: bool = True
    language: Short = "es"
    zone: Short = "UTC"


class Changed(BaseModel):
    """Only what is given changes."""

    model_config = ConfigDict(extra="forbid")

    name: Short | None = None
    email: Short | None = None
    role: Role | None = None
    level: int | None = None
    on_duty: bool | None = None
    language: Short | None = None
    zone: Short | None = None
    active: bool | None = None


def shape(person: User) -> dict[str, Any]:
    return {
        "login": person.login,
        "name": person.name,
        "email": person.email,
        "role": person.role.value,
        "level": person.level,
        "on_duty": person.on_duty,
        "language": person.language,
        "zone": person.zone,
        "active": person.active,
        "has_password": person.has_password,
    }


async def _named(context: Here, login: Short) -> User:
    async with context.storage.reading() as connection:
        person = await store.user_named(connection, login)
    if person is None:
        raise NotFound("user", login)
    return person


@router.get("")
async def listed(context: Here, _: Reader) -> list[dict[str, Any]]:
    async with context.storage.reading() as connection:
        return [shape(person) for person in await store.users(connection)]


@router.post("")
async def add(context: Here, actor: PeopleManager, new: NewUser) -> dict[str, Any]:
    """The user, and `link`: the page where they choose a password, once, within 24 h."""
    async with context.storage.unit(actor) as unit:
        person = await actions.add_user(unit, **new.model_dump())
        token = await actions.issue_link(unit, person.id)
    return {**shape(person), "link": f"{context.console_url}/link/{token}"}


@router.post("/{login}/link")
async def link(context: Here, actor: PeopleManager, login: Short) -> dict[str, Any]:
    person = await _named(context, login)
    async with context.storage.unit(actor) as unit:
        token = await actions.issue_link(unit, person.id)
    return {**shape(person), "link": f"{context.console_url}/link/{token}"}


@router.patch("/{login}")
async def change(context: Here, actor: PeopleManager, login: Short, changed: Changed) -> dict[str, Any]:
    """`rota`: whether a rota names who is on duty at that level, whatever `on_duty` says."""
    person = await _named(context, login)
    async with context.storage.unit(actor) as unit:
        made = await actions.change_user(unit, person.id, **changed.model_dump(exclude_none=True))
        version = await schedules.version_at(unit.connection, unit.now)
    return {**shape(made), "rota": bool(version and version.schedule.at(made.level))}
