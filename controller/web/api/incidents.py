"""Incidents over the API: the same verbs as on their pages."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from controller.core.actor import Actor
from controller.core.errors import Invalid, NotFound, Unavailable
from controller.core.severity import Severity
from controller.fleet import store as fleet
from controller.incidents import actions, store
from controller.incidents.case import CaseState, Incident
from controller.incidents.post import post_of
from controller.people import store as people
from controller.storage import Connection, Unit
from controller.web.api import companions, problem_shapes, shapes
from controller.web.api.evidence import evidence
from controller.web.api.explanation import explanation
from controller.web.api.peer import Here, Reader, Short, Words, Worker
from controller.web.console import download
from controller.web.problem import known_cause

router = APIRouter(prefix="/api/v1/incidents")
Language = Annotated[str, Query(max_length=35)]
MOST = 10_000


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Message(_Body):
    body: Words
    channel: Words | None = None
    at: Short | None = None
    reason: Words | None = None

    def said(self) -> dict[str, Any]:
        """As the room takes it. Raises `Invalid` for an `at` that is no instant."""
        return {**self.model_dump(), "at": instant(self.at)}


class Text(_Body):
    body: Words


class Reason(_Body):
    reason: Words


class NewSeverity(_Body):
    severity: Severity
    reason: Words


class NewLevel(_Body):
    level: int
    reason: Words


class NewOwner(_Body):
    login: Words


def instant(text: str | None) -> datetime | None:
    """Date, time and offset. Raises `Invalid` showing the format."""
    if text is None:
        return None
    way_out = "Write it as 2026-03-02T10:30-06:00, or with Z for UTC"
    try:
        read = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Invalid("at", f"{text[:60]!r} is no date and time", way_out) from None
    if read.tzinfo is None:
        raise Invalid("at", f"{text[:60]!r} does not say in which time zone", way_out)
    try:
        return read.astimezone(UTC)
    except OverflowError:
        raise Invalid("at", f"{text[:60]!r} is beyond all calendars", way_out) from None


async def found(connection: Connection, reference: str) -> Incident:
    """By "INC-12" or "12". Raises `NotFound`."""
    digits = reference.strip().upper().removeprefix("INC-")
    incident = None
    if digits.isascii() and digits.isdigit() and len(digits) < 10:
        incident = await store.incident_numbered(connection, int(digits))
    if incident is None:
        raise NotFound("incident", reference[:40])
    return incident


@router.get("")
async def listed(
    context: Here,
    _: Reader,
    state: CaseState | None = None,
    level: Annotated[int | None, Query(ge=1, le=3)] = None,
    severity: Severity | None = None,
    customer: Short | None = None,
    machine: Short | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    lang: Language = "en",
) -> list[dict[str, Any]]:
    """The most urgent first: by the next deadline, then by severity."""
    async with context.storage.reading() as connection:
        customer_id = machine_id = None
        if customer is not None:
            known = await fleet.customer_named(connection, customer)
            if known is None:
                raise NotFound("customer", customer)
            customer_id = known.id
        if machine is not None:
            of = await fleet.machine_named(connection, machine)
            if of is None:
                raise NotFound("machine", machine)
            machine_id = of.id
        rows = await store.queue(
            connection,
            state=state,
            level=level,
            severity=severity,
            customer_id=customer_id,
            machine_id=machine_id,
            # The most urgent may be the oldest: all are weighed, then the list is cut.
            limit=MOST,
        )
        return await shapes.incidents(connection, rows, lang, context.clock.now(), limit)


@router.get("/{reference}")
async def whole(context: Here, _: Reader, reference: str, lang: Language = "en") -> dict[str, Any]:
    async with context.storage.reading() as connection:
        incident = await found(connection, reference)
        shown = await shapes.whole_incident(connection, incident, lang, context.clock.now())
        cause = problem_shapes.cause(await known_cause(connection, incident, lang))
        rows = await companions.bundles_of(connection, incident)
        together = await companions.shaped(connection, incident, lang)
    return {**shown, **together, "problem": cause, "evidence": await evidence(context.blobs, rows, lang)}


@router.get("/{reference}/explain")
async def explained(context: Here, _: Reader, reference: str, lang: Language = "en") -> dict[str, Any]:
    async with context.storage.reading() as connection:
        incident = await found(connection, reference)
        return await explanation(connection, incident, lang, context.clock.now())


@router.get("/{reference}/evidence/{item:path}")
async def evidence_item(context: Here, _: Reader, reference: str, item: Words) -> Response:
    """One item's text, whole, from the newest bundle that lists it. Raises `NotFound`."""
    async with context.storage.reading() as connection:
        incident = await found(connection, reference)
        rows = await companions.bundles_of(connection, incident)
    for row in sorted(rows, key=lambda one: one.taken_at, reverse=True):
        try:
            return await download.answer(context.blobs, row, item, item)
        except (NotFound, Unavailable):
            continue
    raise NotFound("item", item[:80])


Verb = Callable[[Unit, UUID], Awaitable[Incident]]


async def act(context: Here, actor: Actor, reference: str, verb: Verb) -> dict[str, Any]:
    """Does it, and says how the incident stands."""
    async with context.storage.unit(actor) as unit:
        incident = await verb(unit, (await found(unit.connection, reference)).id)
        unit.after_commit(context.wake_ticker)
    async with context.storage.reading() as connection:
        return (await shapes.incidents(connection, [incident], "en", context.clock.now()))[0]


async def tell(context: Here, actor: Actor, reference: str, verb: Verb) -> dict[str, Any]:
    """As `act`, with what becomes of the words: `post` is goes, no_address or not_set_up."""
    standing = await act(context, actor, reference, verb)
    async with context.storage.reading() as connection:
        case = await found(connection, reference)
        post = await post_of(connection, case, mail_is_set_up=context.mail_is_set_up)
    return {**standing, "post": post.value}


@router.post("/{reference}/respond")
async def respond(context: Here, actor: Worker, reference: str, message: Message) -> dict[str, Any]:
    said = message.said()
    return await tell(context, actor, reference, lambda unit, case: actions.respond(unit, case, **said))


@router.post("/{reference}/update")
async def update(context: Here, actor: Worker, reference: str, message: Message) -> dict[str, Any]:
    said = message.said()
    return await tell(
        context, actor, reference, lambda unit, case: actions.update_customer(unit, case, **said)
    )


@router.post("/{reference}/note")
async def note(context: Here, actor: Worker, reference: str, text: Text) -> dict[str, Any]:
    return await act(
        context,
        actor,
        reference,
        lambda unit, case: actions.note(unit, case, text.body, console_url=context.console_url),
    )


@router.post("/{reference}/severity")
async def severity(context: Here, actor: Worker, reference: str, new: NewSeverity) -> dict[str, Any]:
    return await act(
        context,
        actor,
        reference,
        lambda unit, case: actions.change_severity(unit, case, new.severity, new.reason),
    )


@router.post("/{reference}/escalate")
async def escalate(context: Here, actor: Worker, reference: str, new: NewLevel) -> dict[str, Any]:
    return await act(
        context, actor, reference, lambda unit, case: actions.escalate(unit, case, new.level, new.reason)
    )


@router.post("/{reference}/assign")
async def assign(context: Here, actor: Worker, reference: str, new: NewOwner) -> dict[str, Any]:
    async with context.storage.reading() as connection:
        owner = await people.user_named(connection, new.login)
    if owner is None or not owner.active:
        raise NotFound("user", new.login)
    return await act(context, actor, reference, lambda unit, case: actions.assign(unit, case, owner.id))


@router.post("/{reference}/resolve")
async def resolve(context: Here, actor: Worker, reference: str, text: Text) -> dict[str, Any]:
    return await tell(context, actor, reference, lambda unit, case: actions.resolve(unit, case, text.body))


@router.post("/{reference}/close")
async def close(context: Here, actor: Worker, reference: str, why: Reason) -> dict[str, Any]:
    return await act(context, actor, reference, lambda unit, case: actions.close(unit, case, why.reason))


@router.post("/{reference}/reopen")
async def reopen(context: Here, actor: Worker, reference: str, why: Reason) -> dict[str, Any]:
    return await act(context, actor, reference, lambda unit, case: actions.reopen(unit, case, why.reason))
