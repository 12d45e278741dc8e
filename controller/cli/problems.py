"""`vigia problems ...`: from many incidents to one cause, and to a solution for everyone who has it."""

import sys
from enum import StrEnum
from typing import Annotated, Any

import typer

from controller.cli.client import Client
from controller.cli.language import _
from controller.cli.options import Wishes, command
from controller.cli.terminal import print_json
from controller.cli.typed import Body, text

app = typer.Typer()


class State(StrEnum):
    OPEN = "open"
    INVESTIGATING = "investigating"
    KNOWN_ERROR = "known_error"
    SOLUTION_PROPOSED = "solution_proposed"
    VERIFIED = "verified"
    CLOSED = "closed"


class Wanted(StrEnum):
    LIVE = "live"
    ALL = "all"
    OPEN = "open"
    INVESTIGATING = "investigating"
    KNOWN_ERROR = "known_error"
    SOLUTION_PROPOSED = "solution_proposed"
    VERIFIED = "verified"
    CLOSED = "closed"


class Written(StrEnum):
    ES = "es"
    EN = "en"


Which = Annotated[str, typer.Argument(metavar="PROBLEM", help=_("PRB-1, or just 1."))]
Incidents = Annotated[list[str], typer.Argument(metavar="INCIDENT...", help=_("INC-1, or just 1."))]
Why = Annotated[
    str, typer.Option("--reason", metavar="TEXT", help=_("Why it goes back, or is closed unsolved."))
]


@command(app, "list", _("The problems that are not closed, the newest first."))
def listed(
    wishes: Wishes, state: Annotated[Wanted, typer.Option("--state", help=_("Which ones."))] = Wanted.LIVE
) -> None:
    found = Client(wishes).get("problems", state=state.value)
    if wishes.as_json:
        return print_json(found)
    from controller.cli.problem_sheets import print_problems

    return print_problems(found)


@command(app, "open", _("A new problem; whoever opens it owns it."))
def open_problem(
    wishes: Wishes,
    title: Annotated[str, typer.Argument(metavar="TITLE", help=_("In a few words, for colleagues."))],
    incident: Annotated[
        list[str] | None, typer.Option("--incident", metavar="INC-1", help=_("To link at once; repeatable."))
    ] = None,
) -> None:
    _told(wishes, Client(wishes).post("problems", title=title, incidents=incident or []))


@command(app, "show", _("One problem whole: incidents, workaround, cause, solution, who was told."))
def show(wishes: Wishes, problem: Which) -> None:
    found = Client(wishes).get("problems", problem)
    if wishes.as_json:
        return print_json(found)
    from controller.cli.problem_sheets import print_problem

    return print_problem(found)


@command(app, "link", _("These incidents have this cause."))
def link(wishes: Wishes, problem: Which, incidents: Incidents) -> None:
    _each(wishes, problem, "link", incidents)


@command(app, "unlink", _("They have another one; what was told stays told."))
def unlink(wishes: Wishes, problem: Which, incidents: Incidents) -> None:
    _each(wishes, problem, "unlink", incidents)


@command(app, "own", _("One specialist owns it from start to end."))
def own(wishes: Wishes, problem: Which, login: Annotated[str, typer.Argument(metavar="LOGIN")]) -> None:
    _done(wishes, problem, "own", login=login)


@command(app, "state", _("Move it on; back only with a reason."))
def state(
    wishes: Wishes,
    problem: Which,
    state: Annotated[State, typer.Argument(metavar="STATE", help=", ".join(State))],
    reason: Why = "",
) -> None:
    _done(wishes, problem, "state", state=state.value, reason=text("reason", reason))


@command(app, "workaround", _("How to live with it; stands on every linked incident."))
def workaround(wishes: Wishes, problem: Which, body: Body) -> None:
    _done(wishes, problem, "workaround", body=text("workaround", body))


@command(app, "cause", _("The root cause, for colleagues."))
def cause(wishes: Wishes, problem: Which, body: Body) -> None:
    _done(wishes, problem, "cause", body=text("root_cause", body))


@command(app, "component", _("What is to blame: a driver, a model, a service."))
def component(wishes: Wishes, problem: Which, body: Body) -> None:
    _done(wishes, problem, "component", body=text("component", body))


@command(app, "solution", _("What the customers must read, in one language."))
def solution(
    wishes: Wishes,
    problem: Which,
    body: Body,
    language: Annotated[Written, typer.Option("--language", help=_("The language of these words."))],
    steps: Annotated[
        str, typer.Option("--steps", metavar="TEXT", help=_("What to do, one step a line; - reads it."))
    ] = "",
) -> None:
    said = {"body": text("text", body), "steps": text("steps", steps)}
    _done(wishes, problem, "solution", language=language.value, **said)


@command(app, "draft", _("Make the message to each customer, in their language."))
def draft(
    wishes: Wishes,
    problem: Which,
    again: Annotated[
        bool, typer.Option("--again", help=_("Another round, for another solution than the one sent."))
    ] = False,
) -> None:
    found = Client(wishes).post("problems", problem, "draft", again=again)
    if wishes.as_json:
        return print_json(found)
    return _previews(wishes, problem)


@command(app, "drafts", _("Read each message as it will be sent, or was."))
def drafts(wishes: Wishes, problem: Which) -> None:
    if wishes.as_json:
        return print_json(Client(wishes).get("problems", problem, "drafts"))
    return _previews(wishes, problem)


@command(app, "edit", _("Change one customer's message; it needs approval again."))
def edit(
    wishes: Wishes,
    problem: Which,
    body: Body,
    customer: Annotated[str, typer.Option("--customer", metavar="NAME", help=_("The customer's name."))],
) -> None:
    _done(wishes, problem, "edit", customer=customer, body=text("body", body))


@command(app, "approve", _("A second pair of eyes: somebody else than the writer."))
def approve(wishes: Wishes, problem: Which) -> None:
    _done(wishes, problem, "approve")


@command(app, "send", _("Send what was approved; late reporters get it on arrival."))
def send(
    wishes: Wishes,
    problem: Which,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help=_("Show how far it is."))] = True,
) -> None:
    found = Client(wishes).post("problems", problem, "send")
    if wait and not wishes.as_json and sys.stdout.isatty():
        from controller.cli.problem_sheets import follow

        found = follow(Client(wishes), found)
    _told(wishes, found)


@command(app, "close", _("The end; before it was verified only with a reason."))
def close(wishes: Wishes, problem: Which, reason: Why = "") -> None:
    _done(wishes, problem, "state", state=State.CLOSED.value, reason=text("reason", reason))


def _each(wishes: Wishes, problem: str, verb: str, incidents: list[str]) -> None:
    for incident in incidents:
        found = Client(wishes).post("problems", problem, verb, incident=incident)
    _told(wishes, found)


def _done(wishes: Wishes, problem: str, verb: str, **said: Any) -> None:
    _told(wishes, Client(wishes).post("problems", problem, verb, **said))


def _told(wishes: Wishes, found: dict[str, Any]) -> None:
    if wishes.as_json:
        return print_json(found)
    from controller.cli.problem_sheets import print_standing

    return print_standing(found)


def _previews(wishes: Wishes, problem: str) -> None:
    from controller.cli.problem_sheets import print_drafts

    print_drafts(Client(wishes).get("problems", problem, "drafts"))
