"""Set the schedule, override a turn, take an override back, renew a calendar's link."""

from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from controller.audit.actions import record
from controller.core.errors import Conflict, Invalid, NotFound
from controller.escalation.rota import store
from controller.escalation.rota.cover import can_serve
from controller.escalation.rota.rota import LEVELS, Override, Schedule
from controller.escalation.rota.schedule_file import read_schedule
from controller.people import store as people
from controller.people.access import Act, demand
from controller.people.user import User
from controller.storage import Connection, Unit

LONGEST_OVERRIDE = timedelta(days=92)
REASON_CHARACTERS = 500


async def set_schedule(unit: Unit, document: str) -> Schedule:
    """In force from its `effective_from`, else from now; what was before stays history.

    For administrators. Raises ScheduleInvalid with every fault.
    """
    demand(unit.actor, Act.MANAGE_PEOPLE)
    serving = {user.login for user in await people.users(unit.connection) if can_serve(user)}
    schedule = read_schedule(document, serving, unit.now)
    effective_from = schedule.effective_from or unit.now
    await store.add_version(unit.connection, effective_from, document, unit.now, unit.actor.name)
    rotas = ", ".join(f"{rota.name} (level {rota.level})" for rota in schedule.rotas)
    await record(
        unit, "duty.schedule", "duty", {"effective_from": effective_from.isoformat(), "rotas": rotas}
    )
    return schedule


async def override(
    unit: Unit, level: int, login: str, start: datetime, end: datetime, reason: str = ""
) -> Override:
    """`login` has the duty at `level` in [start, end), whoever would have had it.

    For everybody who works on incidents: people swap turns among themselves. Raises `Invalid`.
    """
    demand(unit.actor, Act.WORK_INCIDENTS)
    if level not in LEVELS:
        raise Invalid("level", f"{level} is no support level", "Choose 1, 2 or 3")
    who = await people.user_named(unit.connection, login)
    if who is None or not can_serve(who):
        raise Invalid("who", f"{login[:64]!r} is nobody active who may work on incidents",
                      "`vigia users list` names them")  # fmt: skip
    if end <= start:
        raise Invalid("to", "is not after the beginning", "Give a later instant")
    if end <= unit.now:
        raise Invalid("to", "is in the past", "Who was on duty stays: choose a time to come")
    if end - start > LONGEST_OVERRIDE:
        raise Invalid("to", f"is more than {LONGEST_OVERRIDE.days} days after the beginning",
                      "Change the rota instead")  # fmt: skip
    if len(reason) > REASON_CHARACTERS:
        raise Invalid("reason", f"has {len(reason)} characters, at most {REASON_CHARACTERS} are taken",
                      "Shorten it")  # fmt: skip
    # What has passed already was somebody else's duty, and stays theirs.
    made = Override(0, level, who.login, max(start, unit.now), end, reason.strip(), unit.actor.name, unit.now)
    number = await store.add_override(unit.connection, made)
    found = await store.override(unit.connection, number)
    assert found is not None
    await record(unit, "duty.override", f"override {number}", {
        "level": str(level), "who": who.login, "from": made.start.isoformat(), "to": end.isoformat(),
        "reason": made.reason,
    })  # fmt: skip
    return found


async def drop_override(unit: Unit, number: int) -> Override:
    """From now on the rota speaks again. Raises `NotFound`, `Conflict` for one that is over."""
    demand(unit.actor, Act.WORK_INCIDENTS)
    found = await store.override(unit.connection, number)
    if found is None:
        raise NotFound("override", str(number))
    if found.end <= unit.now:
        raise Conflict(f"override {number} is over")
    await store.drop_override(unit.connection, number, unit.now)
    await record(unit, "duty.override_dropped", f"override {number}")
    return found


async def renew_link(unit: Unit, user_id: UUID) -> str:
    """The token of a new private link to one's calendar; the old one is dead. Nothing else opens with it."""
    token = urlsafe_b64encode(unit.chance.token_bytes(32)).rstrip(b"=").decode()
    await store.save_link(unit.connection, user_id, _hash(token), unit.now)
    return token


async def owner_of_link(connection: Connection, token: str) -> User:
    """Raises `NotFound` for a link that was renewed, or whose owner may not come in any more."""
    user_id = await store.link_owner(connection, _hash(token))
    user = await people.user(connection, user_id) if user_id else None
    if user is None or not user.active:
        raise NotFound("calendar", "")
    return user


def _hash(token: str) -> str:
    return sha256(token.encode(errors="replace")).hexdigest()
