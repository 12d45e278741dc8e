"""Duty: who serves in the next weeks, where nobody does, swapping turns, and the schedule itself."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from controller.core.errors import Conflict, Invalid, NotFound
from controller.escalation.acknowledgement import actions as acknowledgement
from controller.escalation.rota import actions, store
from controller.escalation.rota.cover import Cover, can_serve, cover
from controller.escalation.rota.schedule_file import ScheduleInvalid
from controller.people import store as people
from controller.people.access import Act, may
from controller.people.user import User
from controller.web.console.duty_picture import in_words, midnight, moment, picture
from controller.web.console.incident import found as incident_found
from controller.web.console.typed import typed_in
from controller.web.context import Context
from controller.web.duty import instant, zone_of
from controller.web.fault import Fault, fault, refused, told
from controller.web.pages import pages_of
from controller.web.reader import Here, Reader, Staff
from controller.words.catalogue import Translator

router = APIRouter()
WEEKS = (1, 2, 4, 8)
WEEKS_USUAL = 2
MOST_GAPS = 6
_EFFECTIVE = re.compile(r"^\s*effective_from\s*=.*\n?", re.MULTILINE)
_SAMPLE = """# One table for each rota; a level may have several. Users by their login.
[rota.weeks]
level = 1
zone = "{zone}"
members = [{members}]
starts = {starts}
every_days = 7
hand_over = "mon 09:00"

[acknowledge]
critical = "5m"
high = "15m"
normal = "never"
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table. `who` is "" for a gap."""

    level: int
    who: str
    start: str
    end: str
    how: str
    gap: bool


@dataclass(frozen=True, slots=True)
class Swap:
    """An override to come, as people read it."""

    number: int
    level: int
    who: str
    span: str
    reason: str
    by: str


@router.get("/duty")
async def duty_page(
    request: Request, reader: Staff, context: Here, weeks: str = "", done: str = ""
) -> Response:
    return await _shown(request, reader, context, weeks=weeks, done=_DONE.get(done, ""))


@router.post("/duty/override")
async def override(request: Request, reader: Staff, context: Here) -> Response:
    typed = await typed_in(request)
    assert reader.session is not None
    try:
        level = int(typed["level"]) if typed.get("level") in ("1", "2", "3") else 0
        async with context.storage.unit(reader.session.user.actor) as unit:
            zone = await zone_of(unit.connection, unit.now)
            await actions.override(
                unit, level, typed.get("who", ""), instant("start", typed.get("start", ""), zone),
                instant("until", typed.get("until", ""), zone), typed.get("reason", ""),
            )  # fmt: skip
    except Invalid as error:
        # What commands call --from and --to; other forms have fields of those names.
        field = {"from": "start", "to": "until"}.get(error.field, error.field)
        wrong = fault(reader.words, Invalid(field, error.limit, error.way_out))
        return await _shown(request, reader, context, 422, typed=typed, faults=wrong)
    return RedirectResponse("/duty?done=override", 303)


@router.post("/duty/overrides/{number}/drop")
async def drop(request: Request, reader: Staff, context: Here, number: int) -> Response:
    assert reader.session is not None
    try:
        async with context.storage.unit(reader.session.user.actor) as unit:
            await actions.drop_override(unit, number)
    except (Conflict, NotFound) as error:
        return await _shown(request, reader, context, 409, refusal=refused(reader.words, error))
    return RedirectResponse("/duty?done=drop", 303)


@router.post("/duty/schedule")
async def schedule(request: Request, reader: Staff, context: Here) -> Response:
    typed = await typed_in(request)
    assert reader.session is not None
    try:
        async with context.storage.unit(reader.session.user.actor) as unit:
            await actions.set_schedule(unit, typed.get("document", ""))
    except ScheduleInvalid as error:
        words = reader.words
        lines = []
        for one in error.faults:
            where = words._("line {line}, {path}", line=one.line, path=one.path) if one.line else one.path
            said = f"{told(words, one.limit)}." + (f" {told(words, one.way_out)}." if one.way_out else "")
            lines.append(f"{where}: {said}")
        return await _shown(request, reader, context, 422, typed=typed, document_faults=lines)
    return RedirectResponse("/duty?done=schedule", 303)


@router.post("/duty/calendar")
async def renew(request: Request, reader: Staff, context: Here) -> Response:
    """The page with the new link, which is shown this once."""
    assert reader.session is not None
    async with context.storage.unit(reader.session.user.actor) as unit:
        token = await actions.renew_link(unit, reader.session.user.id)
    return await _shown(request, reader, context, link=f"{context.console_url}/duty/calendar/{token}")


@router.post("/incidents/{reference}/ack")
async def acknowledge(reader: Staff, context: Here, reference: str) -> Response:
    """Whoever presses it looks after the incident. Pressed too late, it says how things stand."""
    assert reader.session is not None
    case = await incident_found(context, reference)
    try:
        async with context.storage.unit(reader.session.user.actor) as unit:
            await acknowledgement.acknowledge(unit, case.id)
    except Conflict:
        return RedirectResponse(f"/incidents/{case.reference}", 303)
    context.wake_ticker()
    return RedirectResponse(f"/incidents/{case.reference}?done=ack", 303)


# msgids
_DONE = {
    "override": "The turn is taken over.",
    "drop": "The override is taken back.",
    "schedule": "The schedule is in force.",
}


async def _shown(
    request: Request, reader: Reader, context: Context, status: int = 200, *, weeks: str = "",
    done: str = "", link: str = "", refusal: str = "", typed: Mapping[str, str] | None = None,
    faults: Fault | None = None, document_faults: list[str] | None = None,
) -> Response:  # fmt: skip
    assert reader.session is not None
    now, words, user = context.clock.now(), reader.words, reader.session.user
    count = int(weeks) if weeks in map(str, WEEKS) else WEEKS_USUAL
    async with context.storage.reading() as connection:
        zone = await zone_of(connection, now)
        day = now.astimezone(ZoneInfo(zone)).date()
        start, end = midnight(day, zone), midnight(day + timedelta(weeks=count), zone)
        found = await cover(connection, start, end)
        current = await store.version_at(connection, now)
        to_come = [one for one in await store.versions(connection) if one.effective_from > now]
        staff = await people.users(connection)
        linked_at = await store.link_made_at(connection, user.id)
    gaps = [gap for gap in found.gaps if gap.end > now]
    document = _EFFECTIVE.sub("", current.document) if current else _sample(staff, zone, now)
    facts: dict[str, Any] = {
        "picture": picture(found, now, zone, words),
        "rows": _rows(found, now, zone, words),
        "gaps": [in_words(gap, zone, words) for gap in gaps[:MOST_GAPS]],
        "unmanned": sorted({gap.level for gap in found.unmanned}),
        "more_gaps": max(0, len(gaps) - MOST_GAPS),
        "swaps": _swaps(found, staff, now, zone, words),
        "serving": [(one.login, one.name) for one in staff if can_serve(one)],
        "document": (typed or {}).get("document", document),
        "since": moment(current.effective_from, zone, words) if current else "",
        "to_come": [moment(one.effective_from, zone, words) for one in to_come],
        "may_manage": may(user.actor, Act.MANAGE_PEOPLE),
        "linked": moment(linked_at, zone, words) if linked_at else "",
    }
    return pages_of(request).shown(
        reader, "duty", status, here="duty", zone=zone, weeks=count, choices=WEEKS,
        done=words._(done) if done else "", link=link, refusal=refusal, typed=typed or {}, faults=faults,
        document_faults=document_faults or [], may_write=reader.may_write, path="/duty", **facts,
    )  # fmt: skip


def _rows(found: Cover, now: datetime, zone: str, words: Translator) -> list[Row]:
    """What is over already is not told again."""
    rows = []
    for one in found.watches:
        if one.end > now:
            how = one.rota or words._("by hand")
            if one.override is not None:
                how = words._("override {number}", number=one.override)
            if not one.active:
                how += ", " + words._("inactive: nobody is told")
            start, end = (moment(at, zone, words) for at in (one.start, one.end))
            rows.append((one.level, one.start, Row(one.level, one.name, start, end, how, False)))
    for gap in (*found.gaps, *found.unmanned):
        if gap.end > now:
            start, end = (moment(at, zone, words) for at in (gap.start, gap.end))
            why = in_words(gap, zone, words).rpartition("(")[2].removesuffix(")")
            rows.append((gap.level, gap.start, Row(gap.level, "", start, end, why, True)))
    return [row for _, _, row in sorted(rows, key=lambda row: (row[0], row[1], row[2].who))]


def _swaps(found: Cover, staff: tuple[User, ...], now: datetime, zone: str, words: Translator) -> list[Swap]:
    names = {one.login: one.name for one in staff}
    return [
        Swap(
            one.number, one.level, names.get(one.who, one.who),
            f"{moment(one.start, zone, words)} – {moment(one.end, zone, words)}", one.reason, one.by,
        )
        for one in found.overrides
        if one.end > now
    ]  # fmt: skip


def _sample(staff: tuple[User, ...], zone: str, now: datetime) -> str:
    """To begin with: everybody of level 1, a week each."""
    own = [one.login for one in staff if can_serve(one) and one.level == 1]
    members = ", ".join(f'"{login}"' for login in own)
    return _SAMPLE.format(zone=zone, members=members, starts=now.astimezone(ZoneInfo(zone)).date())
