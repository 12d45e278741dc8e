"""`vigia incidents ...`: the same verbs as on an incident's page."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from controller.cli.client import Client
from controller.cli.language import _
from controller.cli.options import Wishes, command
from controller.cli.terminal import plain, print_json
from controller.cli.typed import Body, Reason, text

app = typer.Typer()


class Severity(StrEnum):
    CRITICAL = "critical"
    HIGH = "high"
    NORMAL = "normal"


class State(StrEnum):
    OPEN = "open"
    RESOLVED = "resolved"
    CLOSED = "closed"
    ALL = "all"


Which = Annotated[str, typer.Argument(metavar="INCIDENT", help=_("INC-1, or just 1."))]
Channel = Annotated[
    str | None,
    typer.Option(
        "--channel", metavar="CHANNEL", help=_("How the customer was told: phone, email, web, in_person.")
    ),
]
At = Annotated[
    str | None,
    typer.Option("--at", metavar="INSTANT", help=_("When it happened, if earlier: 2026-03-02T10:30-06:00.")),
]
WhyLate = Annotated[
    str | None,
    typer.Option("--reason", metavar="TEXT", help=_("With --at: why it is written down later.")),
]


@command(app, "list", _("The open incidents, the most urgent first."))
def listed(
    wishes: Wishes,
    state: Annotated[State, typer.Option("--state", help=_("Which ones."))] = State.OPEN,
    severity: Annotated[Severity | None, typer.Option("--severity")] = None,
    level: Annotated[int | None, typer.Option("--level", metavar="1..3")] = None,
    customer: Annotated[str | None, typer.Option("--customer", metavar="NAME")] = None,
    machine: Annotated[str | None, typer.Option("--machine", metavar="NAME")] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="1..1000")] = 200,
) -> None:
    found = Client(wishes).get(
        "incidents",
        state=None if state is State.ALL else state.value,
        severity=severity.value if severity else None,
        level=level,
        customer=customer,
        machine=machine,
        limit=limit,
    )
    if wishes.as_json:
        return print_json(found)
    from controller.cli.sheets import print_incidents

    return print_incidents(found, _("No such incidents."))


@command(app, "show", _("One incident whole: clocks, what to do now, timeline, evidence."))
def show(wishes: Wishes, incident: Which) -> None:
    found = Client(wishes).get("incidents", incident)
    if wishes.as_json:
        return print_json(found)
    from controller.cli.sheets import print_incident

    return print_incident(found)


@command(app, "evidence", _("What evidence there is; with an item's name, its text."))
def evidence(
    wishes: Wishes,
    incident: Which,
    item: Annotated[str, typer.Argument(metavar="[ITEM]", help=_("As the list names it."))] = "",
) -> None:
    client = Client(wishes)
    if item:
        text = client.download("incidents", incident, "evidence", item).decode("utf-8", "replace")
        return print_json({"item": item, "text": text}) if wishes.as_json else print(plain(text))
    found = client.get("incidents", incident)
    if wishes.as_json:
        return print_json(found["evidence"])
    from controller.cli.sheets import print_evidence

    return print_evidence(found["evidence"], found["zone"])


@command(app, "open", _("Take down what a customer says; its clocks start now."))
def open_incident(
    wishes: Wishes,
    summary: Annotated[
        str, typer.Argument(metavar="SUMMARY", help=_("What does not work, in one sentence."))
    ],
    customer: Annotated[str, typer.Option("--customer", metavar="NAME", help=_("The customer's name."))],
    severity: Annotated[Severity, typer.Option("--severity")] = Severity.NORMAL,
    body: Annotated[
        str, typer.Option("--body", metavar="TEXT", help=_("More of it; - reads it from standard input."))
    ] = "",
    machine: Annotated[str | None, typer.Option("--machine", metavar="NAME")] = None,
    channel: Annotated[
        str,
        typer.Option(
            "--channel", metavar="CHANNEL", help=_("How it reached us: phone, email, web, in_person.")
        ),
    ] = "phone",
) -> None:
    found = Client(wishes).post(
        "incidents", customer=customer, summary=text("summary", summary), severity=severity.value,
        body=text("body", body), machine=machine, channel=channel,
    )  # fmt: skip
    if wishes.as_json:
        return print_json(found)
    from controller.cli.sheets import print_standing

    return print_standing(found)


@command(app, "forgotten", _("What is open and forgotten; empty when all goes well."))
def forgotten(wishes: Wishes) -> None:
    found = Client(wishes).get("forgotten")
    if wishes.as_json:
        return print_json(found)
    from controller.cli.tables import cell, moment, print_table
    from controller.cli.tables import severity as severity_cell

    rows = (
        (
            cell(one["reference"], "bold"), severity_cell(one["severity"]), one["said"],
            moment(one["since"], one["zone"]), one["title"], one["customer"],
        )
        for one in found
    )  # fmt: skip
    headings = (_("Incident"), _("Severity"), _("Forgotten how"), _("Since"), _("What"), _("Customer"))
    return print_table(headings, rows, _("Nothing is forgotten."))


@command(app, "respond", _("Answer the customer; the first answer stops its clock."))
def respond(
    wishes: Wishes,
    incident: Which,
    body: Body,
    channel: Channel = None,
    at: At = None,
    reason: WhyLate = None,
) -> None:
    _done(wishes, incident, "respond", body=text("body", body), channel=channel, at=at, reason=reason)


@command(app, "update", _("Tell the customer what is new; the clock of the next update starts again."))
def update(
    wishes: Wishes,
    incident: Which,
    body: Body,
    channel: Channel = None,
    at: At = None,
    reason: WhyLate = None,
) -> None:
    _done(wishes, incident, "update", body=text("body", body), channel=channel, at=at, reason=reason)


@command(app, "note", _("Write something down for colleagues; it answers nobody."))
def note(wishes: Wishes, incident: Which, body: Body) -> None:
    _done(wishes, incident, "note", body=text("body", body))


@command(app, "severity", _("Change the severity; the clocks move as the plan says."))
def severity(
    wishes: Wishes,
    incident: Which,
    severity: Annotated[Severity, typer.Argument(metavar="SEVERITY", help="critical, high, normal")],
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help=_("Why; - reads it from standard input."))
    ] = "",
    preview: Annotated[
        bool, typer.Option("--preview", help=_("Only say what it would do to the clocks."))
    ] = False,
) -> None:
    if preview:
        client = Client(wishes)
        effects = client.get("incidents", incident, "severity", severity=severity.value)
        if wishes.as_json:
            return print_json(effects)
        from controller.cli.sheets import print_effects

        return print_effects(effects, client.get("incidents", incident)["zone"])
    return _done(wishes, incident, "severity", severity=severity.value, reason=text("reason", reason))


@command(app, "escalate", _("Hand it to level 2 or 3."))
def escalate(
    wishes: Wishes,
    incident: Which,
    level: Annotated[int, typer.Argument(metavar="LEVEL", help="2, 3")],
    reason: Reason,
) -> None:
    _done(wishes, incident, "escalate", level=level, reason=text("reason", reason))


@command(app, "assign", _("Give it to somebody."))
def assign(wishes: Wishes, incident: Which, login: Annotated[str, typer.Argument(metavar="LOGIN")]) -> None:
    _done(wishes, incident, "assign", login=login)


@command(app, "ack", _("Say that you look after it; nobody else is told then. It answers nobody."))
def acknowledge(wishes: Wishes, incident: Which) -> None:
    _done(wishes, incident, "ack")


@command(app, "resolve", _("Tell the customer what was done; the clocks stop."))
def resolve(wishes: Wishes, incident: Which, body: Body) -> None:
    _done(wishes, incident, "resolve", body=text("body", body))


class Awaited(StrEnum):
    CUSTOMER = "customer"
    CONSENT = "consent"
    THIRD_PARTY = "third_party"
    PART = "part"
    APPOINTMENT = "appointment"


@command(app, "pause", _("Wait for something; the clocks that the plan lets wait stand still."))
def pause(
    wishes: Wishes,
    incident: Which,
    kind: Annotated[Awaited, typer.Option("--for", help=_("What you wait for."), show_default=False)],
    length: Annotated[
        str | None,
        typer.Option(
            "--at-most",
            metavar="LENGTH",
            help=_("90m, 4h or 2d; then it goes on by itself. Without it: as long as the plan allows."),
        ),
    ] = None,
    told: Annotated[
        str,
        typer.Option("--told", metavar="TEXT", help=_("What the customer reads, if not the usual sentence.")),
    ] = "",
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help=_("For colleagues alone."))] = "",
) -> None:
    _done(
        wishes, incident, "pause", kind=kind.value, length=length, told=text("told", told),
        note=text("note", note),
    )  # fmt: skip


@command(app, "resume", _("The wait is over; the clocks run again."))
def resume(
    wishes: Wishes,
    incident: Which,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help=_("The customer sees it."))] = "",
) -> None:
    _done(wishes, incident, "resume", reason=text("reason", reason))


@command(app, "merge", _("It is the same as another incident, which goes on for both with its own clocks."))
def merge(
    wishes: Wishes,
    incident: Which,
    into: Annotated[str, typer.Option("--into", metavar="INCIDENT", help=_("The one that goes on."))],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help=_("The customer sees it."))] = "",
) -> None:
    _done(wishes, incident, "merge", into=into, reason=text("reason", reason))


@command(app, "unmerge", _("They were two after all; possible within a day."))
def unmerge(wishes: Wishes, incident: Which, reason: Reason) -> None:
    _done(wishes, incident, "unmerge", reason=text("reason", reason))


@command(app, "close", _("The end, from open or resolved."))
def close(wishes: Wishes, incident: Which, reason: Reason) -> None:
    _done(wishes, incident, "close", reason=text("reason", reason))


@command(app, "reopen", _("Open it again; the time between does not count."))
def reopen(wishes: Wishes, incident: Which, reason: Reason) -> None:
    _done(wishes, incident, "reopen", reason=text("reason", reason))


def _done(wishes: Wishes, incident: str, verb: str, **said: Any) -> None:
    found = Client(wishes).post("incidents", incident, verb, **said)
    if wishes.as_json:
        return print_json(found)
    from controller.cli.sheets import print_standing

    return print_standing(found)
