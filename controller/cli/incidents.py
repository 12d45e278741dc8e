"""`vigia incidents ...`: the same verbs as on an incident's page."""

import sys
from enum import StrEnum
from typing import Annotated, Any

import typer

from controller.cli.client import Client
from controller.cli.failure import WRONG, failure
from controller.cli.language import _
from controller.cli.options import Wishes, command
from controller.cli.terminal import print_json

app = typer.Typer()
STDIN_BYTES = 1024 * 1024


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
Body = Annotated[str, typer.Argument(metavar="TEXT", help=_("What to say; - reads it from standard input."))]
Reason = Annotated[
    str, typer.Option("--reason", metavar="TEXT", help=_("Why; - reads it from standard input."))
]
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


@command(app, "respond", _("Answer the customer; the first answer stops its clock."))
def respond(
    wishes: Wishes,
    incident: Which,
    body: Body,
    channel: Channel = None,
    at: At = None,
    reason: WhyLate = None,
) -> None:
    _done(wishes, incident, "respond", body=_text("body", body), channel=channel, at=at, reason=reason)


@command(app, "update", _("Tell the customer what is new; the clock of the next update starts again."))
def update(
    wishes: Wishes,
    incident: Which,
    body: Body,
    channel: Channel = None,
    at: At = None,
    reason: WhyLate = None,
) -> None:
    _done(wishes, incident, "update", body=_text("body", body), channel=channel, at=at, reason=reason)


@command(app, "note", _("Write something down for colleagues; it answers nobody."))
def note(wishes: Wishes, incident: Which, body: Body) -> None:
    _done(wishes, incident, "note", body=_text("body", body))


@command(app, "severity", _("Change the severity; the clocks move as the plan says."))
def severity(
    wishes: Wishes,
    incident: Which,
    severity: Annotated[Severity, typer.Argument(metavar="SEVERITY", help="critical, high, normal")],
    reason: Reason,
) -> None:
    _done(wishes, incident, "severity", severity=severity.value, reason=_text("reason", reason))


@command(app, "escalate", _("Hand it to level 2 or 3."))
def escalate(
    wishes: Wishes,
    incident: Which,
    level: Annotated[int, typer.Argument(metavar="LEVEL", help="2, 3")],
    reason: Reason,
) -> None:
    _done(wishes, incident, "escalate", level=level, reason=_text("reason", reason))


@command(app, "assign", _("Give it to somebody."))
def assign(wishes: Wishes, incident: Which, login: Annotated[str, typer.Argument(metavar="LOGIN")]) -> None:
    _done(wishes, incident, "assign", login=login)


@command(app, "resolve", _("Tell the customer what was done; the clocks stop."))
def resolve(wishes: Wishes, incident: Which, body: Body) -> None:
    _done(wishes, incident, "resolve", body=_text("body", body))


@command(app, "close", _("The end, from open or resolved."))
def close(wishes: Wishes, incident: Which, reason: Reason) -> None:
    _done(wishes, incident, "close", reason=_text("reason", reason))


@command(app, "reopen", _("Open it again; the time between does not count."))
def reopen(wishes: Wishes, incident: Which, reason: Reason) -> None:
    _done(wishes, incident, "reopen", reason=_text("reason", reason))


def _done(wishes: Wishes, incident: str, verb: str, **said: Any) -> None:
    found = Client(wishes).post("incidents", incident, verb, **said)
    if wishes.as_json:
        return print_json(found)
    from controller.cli.sheets import print_standing

    return print_standing(found)


def _text(field: str, given: str) -> str:
    """What was typed, or all of standard input for `-`. Raises `Failure` for what is no text."""
    if given != "-":
        return given
    try:
        data = sys.stdin.buffer.read(STDIN_BYTES + 1) if sys.stdin else b""
    except OSError as error:
        message = _("{field}: standard input cannot be read ({reason})", field=field, reason=error.strerror)
        raise failure(WRONG, "invalid", message, field=field) from None
    if len(data) > STDIN_BYTES:
        limit = _("standard input holds more than {most} bytes", most=STDIN_BYTES)
        raise failure(
            WRONG, "invalid", _("{field}: {limit}. Shorten it", field=field, limit=limit), field=field
        )
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        message = _("{field}: standard input is no UTF-8 text. Convert it first", field=field)
        raise failure(WRONG, "invalid", message, field=field) from None
