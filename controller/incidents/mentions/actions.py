"""A note is written, and whoever it names is remembered."""

from controller.core.errors import Invalid
from controller.incidents import store as incidents
from controller.incidents.case import Incident
from controller.incidents.mentions import store
from controller.incidents.mentions.mention import named
from controller.incidents.timeline import EntryKind
from controller.incidents.writing import append
from controller.people import store as people
from controller.people.user import User
from controller.storage import Connection, Unit

MOST = 20


async def write_note(unit: Unit, case: Incident, body: str, console_url: str = "") -> Incident:
    """For staff alone. Raises `Invalid` naming every login that is nobody's."""
    found = await _mentioned(unit.connection, body)
    facts = {"mentions": ",".join(user.login for user in found)} if found else {}
    if found and console_url:
        facts["link"] = f"{console_url}/incidents/{case.reference}"
    entry = await append(unit, case.id, EntryKind.NOTE, body=body, facts=facts)
    for user in found:
        await store.add(unit.connection, user.id, entry.id, case.id, entry.at)
    return await incidents.save(unit.connection, case, unit.now)


async def _mentioned(connection: Connection, body: str) -> tuple[User, ...]:
    logins = named(body)
    if len(logins) > MOST:
        raise Invalid("body", f"names {len(logins)} people, at most {MOST} are told", "Name fewer")
    found, unknown = [], []
    for login in logins:
        user = await people.user_named(connection, login)
        if user is None or not user.active:
            unknown.append(f"@{login}")
        else:
            found.append(user)
    if unknown:
        raise Invalid(
            "body",
            f"there is nobody here called {', '.join(unknown)}",
            "Write their login, or put what is no name between `backticks`",
        )
    return tuple(found)
