"""What goes into a customer's message: the words of the draft, and the customer's own incidents."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from controller.broadcasts.broadcast import Draft
from controller.escalation.told.duty import contacts_of
from controller.fleet import store as fleet
from controller.fleet.customer import Customer
from controller.incidents.case import Incident
from controller.notify.notice import Recipient
from controller.problems.problem import Solution
from controller.storage import Connection
from controller.words import rules
from controller.words.catalogue import translator
from controller.words.notices import Written, render

TEMPLATE = "solution_contact"
_NAMED = 3
"""So many references stand in the subject; all of them in the message."""


def composed(solution: Solution) -> str:
    """The draft's first words: the solution, and its steps with numbers."""
    if not solution.steps:
        return solution.text
    lines = [line.strip() for line in solution.steps.splitlines() if line.strip()]
    steps = "\n".join(f"{number}. {line}" for number, line in enumerate(lines, 1))
    return f"{solution.text}\n\n{translator(solution.language)._('What to do:')}\n{steps}"


async def recipients_of(
    connection: Connection, customer: Customer, cases: Sequence[Incident], language: str
) -> tuple[Recipient, ...]:
    """The customer's contact, and whoever of theirs reported one of `cases`; each address once, in the
    draft's language, so that frame and words agree. Empty when we have no address there."""
    found: dict[str, Recipient] = {}
    for case in cases:
        for one in await contacts_of(connection, customer, case):
            found.setdefault(one.address.lower(), replace(one, language=language))
    return tuple(found.values())


async def facts_of(
    connection: Connection, draft: Draft, customer: Customer, cases: Sequence[Incident], recipient: str
) -> Mapping[str, str]:
    """What the template asks for. `cases` are not empty."""
    names = [case.reference for case in cases]
    facts = {
        "reference": ", ".join(names[:_NAMED]) + (" …" if len(names) > _NAMED else ""),
        "count": str(len(cases)),
        "customer": customer.name,
        "recipient": recipient,
        "body": draft.body,
        "actor": draft.approver_name,
        "by_person": "1" if draft.approver_name else "",
    }
    titles = [await _title(connection, case, draft.language) for case in cases]
    if len(cases) > 1:
        rows = (f"{name}: {title}" for name, title in zip(names, titles, strict=True))
        return {**facts, "incidents": "\n".join(rows)}
    (case,) = cases
    machine = await fleet.machine(connection, case.machine_id) if case.machine_id else None
    return {
        **facts,
        "summary": titles[0],
        "machine": machine.name if machine else "",
        "severity": case.severity.value,
        "opened_at": case.opened_at.isoformat(),
    }


async def preview(
    connection: Connection, draft: Draft, customer: Customer, cases: Sequence[Incident]
) -> Written:
    """The message as the customer would get it now."""
    known = await recipients_of(connection, customer, cases, draft.language)
    name = known[0].name if known else customer.contact_name or customer.name
    facts = await facts_of(connection, draft, customer, cases, name)
    return render(TEMPLATE, draft.language, customer.zone, facts)


async def _title(connection: Connection, case: Incident, language: str) -> str:
    if not case.rule:
        return rules.cleaned(case.summary.splitlines()[0]) if case.summary else case.reference
    machine = await fleet.machine(connection, case.machine_id) if case.machine_id else None
    return rules.title(
        translator(language), case.rule, case.object, case.facts, machine.name if machine else ""
    )
