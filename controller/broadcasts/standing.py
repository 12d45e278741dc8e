"""How a broadcast stands: each customer on the list, and how far their message is."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from uuid import UUID

from controller.broadcasts import store
from controller.broadcasts.broadcast import Broadcast, Draft
from controller.broadcasts.letters import recipients_of
from controller.fleet import store as fleet
from controller.fleet.customer import Customer
from controller.incidents import store as incidents
from controller.incidents.case import Incident
from controller.notify import store as outbox
from controller.notify.notice import Notice
from controller.problems import store as problems
from controller.problems.problem import Link
from controller.storage import Connection
from controller.timers import store as timers

TIMER = "broadcast"


class Status(Enum):
    """How far one customer's message is, in the order in which it goes.

    `missing`: no draft yet, or no solution in their language; `held`: the problem was moved back meanwhile;
    `stuck`: telling them failed five times; `told`: in the outbox.
    """

    MISSING = "missing"
    DRAFT = "draft"
    APPROVED = "approved"
    QUEUED = "queued"
    HELD = "held"
    NO_ADDRESS = "no_address"
    STUCK = "stuck"
    TOLD = "told"


@dataclass(frozen=True, slots=True)
class Line:
    """`notice` is the message in the outbox, which knows whether the mail went out; None until told."""

    customer: Customer
    cases: tuple[Incident, ...]
    draft: Draft | None
    status: Status
    notice: Notice | None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """`lines` by the customers' names: all who have the problem now, and all who have been told."""

    broadcast: Broadcast | None
    lines: tuple[Line, ...]

    def count(self, *statuses: Status) -> int:
        return sum(line.status in statuses for line in self.lines)

    @property
    def told(self) -> int:
        return self.count(Status.TOLD)

    @property
    def is_done(self) -> bool:
        """Sent, and everybody on the list has been told."""
        released = self.broadcast is not None and self.broadcast.released_at is not None
        return released and self.told == len(self.lines)


def timer_key(draft_id: UUID) -> str:
    return f"{TIMER}:{draft_id}"


def occasion(draft: Draft) -> str:
    """The natural key of a message: the broadcast and the customer."""
    return f"broadcast/{draft.broadcast_id}/{draft.customer_id}"


async def standing(connection: Connection, problem_id: UUID, *, sendable: bool) -> Standing:
    """`sendable`: whether the problem's state lets its solution out (`broadcast.SENDABLE`)."""
    sent = await store.latest(connection, problem_id)
    drafts = await store.drafts(connection, sent.id) if sent else {}
    by_customer = await cases_by_customer(connection, await problems.links(connection, problem_id))
    customers = {one.id: one for one in await fleet.customers(connection)}
    wanted = {*by_customer, *(found for found, draft in drafts.items() if draft.told_at is not None)}
    notices = await outbox.notices(connection, [sent.id]) if sent and drafts else ()
    stuck = {one.subject: one.last_error for one in await timers.set_aside(connection) if one.kind == TIMER}
    lines = []
    for customer in sorted((customers[found] for found in wanted), key=lambda one: one.name.casefold()):
        draft = drafts.get(customer.id)
        notice = None
        if draft is not None and draft.told_at is not None:
            notice = next((one for one in notices if one.key.startswith(f"{occasion(draft)}/")), None)
        error = stuck.get(draft.id, "") if draft else ""
        cases = by_customer.get(customer.id, ())
        reachable = bool(customer.contact_email) or bool(
            await recipients_of(connection, customer, cases, customer.language)
        )
        status = _status(draft, sent, reachable, error, sendable)
        lines.append(Line(customer, cases, draft, status, notice, error))
    return Standing(sent, tuple(lines))


def _status(
    draft: Draft | None, sent: Broadcast | None, reachable: bool, error: str, sendable: bool
) -> Status:
    if draft is None or sent is None:
        return Status.MISSING
    if draft.told_at is not None:
        return Status.TOLD
    if not reachable:
        return Status.NO_ADDRESS
    if draft.approved_at is None:
        return Status.DRAFT
    if sent.released_at is None:
        return Status.APPROVED
    if error:
        return Status.STUCK
    return Status.QUEUED if sendable else Status.HELD


async def cases_by_customer(
    connection: Connection, links: tuple[Link, ...]
) -> Mapping[UUID, tuple[Incident, ...]]:
    """The linked incidents of each customer, in order of their numbers."""
    cases = await incidents.several(connection, [link.incident_id for link in links])
    found: dict[UUID, tuple[Incident, ...]] = {}
    for case in sorted(cases, key=lambda one: one.number):
        found[case.customer_id] = (*found.get(case.customer_id, ()), case)
    return found
