"""A customer asks for help in their own words."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from controller.core.errors import Invalid, NotFound
from controller.core.severity import Severity
from controller.fleet import store as fleet
from controller.incidents import actions
from controller.sla import store as plans
from controller.sla.versions.version import Governing
from controller.web.console.typed import typed_in
from controller.web.context import Context
from controller.web.fault import Fault, fault
from controller.web.pages import pages_of
from controller.web.plans import week
from controller.web.portal.cases import path_of
from controller.web.portal.guest import HOME, Member, Signed
from controller.web.reader import Here
from controller.words import formats
from controller.words import plans as names
from controller.words.catalogue import Translator

router = APIRouter(prefix=HOME)
# How it is for them -> what the contract calls it.
HARM = {
    Severity.CRITICAL: "Nothing works: we cannot do our business, or we are losing data",
    Severity.HIGH: "It hinders us badly, but we can go on somehow",
    Severity.NORMAL: "It is a nuisance, a question or a wish",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """`promise`: when a person answers, by their plan; "" where it promises nothing."""

    value: str
    words: str
    promise: str


@router.get("/ask")
async def ask_page(request: Request, member: Signed, context: Here) -> Response:
    return await _shown(request, member, context)


@router.post("/ask")
async def ask(request: Request, member: Signed, context: Here) -> Response:
    """Opens the incident. What cannot be taken comes back as it was typed."""
    typed = await typed_in(request)
    try:
        async with context.storage.unit(member.actor) as unit:
            case = await actions.open_by_person(
                unit,
                customer_id=member.customer.id,
                summary=typed.get("summary", ""),
                body=typed.get("body", ""),
                severity=_severity(typed.get("severity", "")),
                machine_id=_machine(typed.get("machine", "")),
            )
    except Invalid as error:
        return await _shown(request, member, context, 422, typed=typed, faults=fault(member.words, error))
    context.wake_ticker()
    return RedirectResponse(f"{path_of(case)}?done=opened", 303)


def _severity(text: str) -> Severity:
    found = next((one for one in Severity if one.value == text), None)
    if found is None:
        raise Invalid("harm", "is missing", "Choose one")
    return found


def _machine(text: str) -> UUID | None:
    """Whose it is, the room looks up. Raises `NotFound` for what is no id."""
    try:
        return UUID(text) if text else None
    except ValueError:
        raise NotFound("machine", text[:40]) from None


async def _shown(
    request: Request, member: Member, context: Context, status: int = 200, *,
    typed: Mapping[str, str] | None = None, faults: Fault | None = None,
) -> Response:  # fmt: skip
    async with context.storage.reading() as connection:
        machines = await fleet.machines(connection, member.customer.id)
        governing = await plans.in_force(connection, member.customer.id, context.clock.now())
    return pages_of(request).shown(
        member.guest, "portal/ask", status, here="ask", choices=_choices(governing, member.words),
        machines=[(str(one.id), one.name) for one in machines if one.banned_at is None],
        typed=typed or {}, faults=faults,
    )  # fmt: skip


def _choices(governing: Governing, words: Translator) -> tuple[Choice, ...]:
    return tuple(
        Choice(severity.value, words._(said), _answer(governing, severity, words))
        for severity, said in HARM.items()
    )


def _answer(governing: Governing, severity: Severity, words: Translator) -> str:
    """With the hours or days that it counts, where those are not all of them (contract.md T11)."""
    known = governing.plan.severities.get(severity.value)
    promised = known.promises.get("first_response") if known else None
    if promised is None:
        return ""
    name = governing.plan.hours.get("first_response")
    calendar = next((one for one in governing.calendar_versions if one.name == name), None)
    if calendar is None:
        return words._("A person answers within {span}.", span=formats.duration(promised.nominal))
    span, hours = names.promise(words, str(promised)), week(calendar, words)
    if promised.days:
        return words._("A person answers within {span}, counting days on which we are open ({hours}).",
                       span=span, hours=hours)  # fmt: skip
    return words._(
        "A person answers within {span}, counting the hours in which we are open ({hours}).",
        span=span, hours=hours,
    )  # fmt: skip
