"""Duty over the API: who serves when, overrides, gaps, calendars; and the acknowledgement of an incident."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from controller.core.errors import NotFound
from controller.escalation.acknowledgement import actions as acknowledgement
from controller.escalation.rota import actions, store
from controller.escalation.rota.cover import Gap, Watch, cover
from controller.escalation.rota.rota import LEVELS, Override
from controller.escalation.rota.subscription import subscribed
from controller.people import store as people
from controller.web.api import shapes
from controller.web.api.incidents import found as incident_found
from controller.web.api.peer import Here, PeopleManager, Reader, Short, Words, Worker
from controller.web.duty import instant, zone_of
from controller.words import duty
from controller.words.catalogue import Translator, chosen, translator

router = APIRouter(prefix="/api/v1")
Language = Annotated[str, Query(max_length=35)]
Level = Annotated[int | None, Query(ge=1, le=3)]
Days = Annotated[int, Query(ge=1, le=366)]


class NewSchedule(BaseModel):
    model_config = ConfigDict(extra="forbid")

    document: Words


class NewOverride(BaseModel):
    """`from` and `to`: local to the level's rota, unless they say otherwise."""

    model_config = ConfigDict(extra="forbid")

    level: int
    who: Short
    start: Short = Field(alias="from")
    end: Short = Field(alias="to")
    reason: Short = ""


@router.get("/duty")
async def laid_out(
    context: Here, _: Reader, level: Level = None, days: Days = 14, lang: Language = "en"
) -> dict[str, Any]:
    """From now on. `gaps`: nobody is on duty, the administrators are told; `unmanned`: levels that have no
    rota and nobody put on duty."""
    now, words = context.clock.now(), translator(lang)
    end = now + timedelta(days=days)
    async with context.storage.reading() as connection:
        found = await cover(connection, now, end, (level,) if level else LEVELS)
        zone = await zone_of(connection, now, level)
    return {
        "from": shapes.iso(now),
        "to": shapes.iso(end),
        "zone": zone,
        "watches": [_watch(one) for one in found.watches],
        "gaps": [_gap(one, words) for one in found.gaps],
        "unmanned": [_gap(one, words) for one in found.unmanned],
        "overrides": [_override(one) for one in found.overrides if level in (None, one.level)],
    }


@router.get("/duty/gaps")
async def gaps(
    context: Here, _: Reader, level: Level = None, days: Days = 90, lang: Language = "en"
) -> dict[str, Any]:
    whole = await laid_out(context, _, level, days, lang)
    return {name: whole[name] for name in ("from", "to", "zone", "gaps", "unmanned")}


@router.get("/duty/schedule")
async def schedule(context: Here, _: Reader) -> dict[str, Any]:
    """`document` in force now, "" before the first; `versions` counts also those to come."""
    now = context.clock.now()
    async with context.storage.reading() as connection:
        known = await store.versions(connection)
        current = await store.version_at(connection, now)
    return {
        "document": current.document if current else "",
        "effective_from": shapes.iso(current.effective_from) if current else None,
        "created_by": current.created_by if current else None,
        "to_come": [shapes.iso(one.effective_from) for one in known if one.effective_from > now],
    }


@router.post("/duty/schedule")
async def set_schedule(context: Here, actor: PeopleManager, new: NewSchedule) -> dict[str, Any]:
    async with context.storage.unit(actor) as unit:
        made = await actions.set_schedule(unit, new.document)
        since = made.effective_from or unit.now
    rotas = [{"name": one.name, "level": one.level, "members": list(one.members)} for one in made.rotas]
    return {"effective_from": shapes.iso(since), "rotas": rotas}


@router.post("/duty/overrides")
async def override(context: Here, actor: Worker, new: NewOverride) -> dict[str, Any]:
    async with context.storage.unit(actor) as unit:
        zone = await zone_of(unit.connection, unit.now, new.level)
        start, end = instant("from", new.start, zone), instant("to", new.end, zone)
        made = await actions.override(unit, new.level, new.who, start, end, new.reason)
    return {**_override(made), "zone": zone}


@router.post("/duty/overrides/{number}/drop")
async def drop(context: Here, actor: Worker, number: int) -> dict[str, Any]:
    async with context.storage.unit(actor) as unit:
        return _override(await actions.drop_override(unit, number))


@router.get("/duty/calendar")
async def calendar(
    context: Here, _: Reader, level: Level = None, who: Short | None = None, lang: Language = "en"
) -> Response:
    """iCalendar, RFC 5545. Raises `NotFound`."""
    async with context.storage.reading() as connection:
        if who is not None and await people.user_named(connection, who) is None:
            raise NotFound("user", who)
        text = await subscribed(connection, context.clock.now(), chosen(lang), level, who)
    return Response(text, media_type="text/calendar; charset=utf-8")


@router.post("/incidents/{reference}/ack")
async def acknowledge(context: Here, actor: Worker, reference: str) -> dict[str, Any]:
    """The actor looks after it. Raises `Conflict` when nobody is waited for."""
    async with context.storage.unit(actor) as unit:
        case = await incident_found(unit.connection, reference)
        done = await acknowledgement.acknowledge(unit, case.id)
        unit.after_commit(context.wake_ticker)
    async with context.storage.reading() as connection:
        return (await shapes.incidents(connection, [done], "en", context.clock.now()))[0]


def _watch(one: Watch) -> dict[str, Any]:
    return {
        "level": one.level,
        "from": shapes.iso(one.start),
        "to": shapes.iso(one.end),
        "login": one.login,
        "name": one.name,
        "rota": one.rota or None,
        "override": one.override,
        "active": one.active,
    }


def _gap(one: Gap, words: Translator) -> dict[str, Any]:
    who = ", ".join(one.who)
    return {
        "level": one.level,
        "from": shapes.iso(one.start),
        "to": shapes.iso(one.end),
        "reason": one.reason.value,
        "who": list(one.who),
        "said": duty.gap(words, one.reason.value, who),
    }


def _override(one: Override) -> dict[str, Any]:
    return {
        "number": one.number,
        "level": one.level,
        "who": one.who,
        "from": shapes.iso(one.start),
        "to": shapes.iso(one.end),
        "reason": one.reason,
        "by": one.by,
    }
