"""`vigia articles ...`: what was learnt, from a draft to its readers."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from controller.cli.client import Client
from controller.cli.language import _, words
from controller.cli.options import Wishes, command
from controller.cli.terminal import print_json
from controller.cli.typed import Reason, text

app = typer.Typer()


class Audience(StrEnum):
    STAFF = "staff"
    CUSTOMERS = "customers"


class Written(StrEnum):
    ES = "es"
    EN = "en"


Which = Annotated[str, typer.Argument(metavar="ARTICLE", help=_("ART-1, or just 1."))]
Spoken = Annotated[Written, typer.Option("--language", help=_("In which language it is written."))]
Title = Annotated[str | None, typer.Option("--title", metavar="TEXT")]
Symptom = Annotated[
    str | None,
    typer.Option("--symptom", metavar="TEXT", help=_("What happens, as the customer would say it.")),
]
Cause = Annotated[str | None, typer.Option("--cause", metavar="TEXT")]
Steps = Annotated[
    str | None, typer.Option("--steps", metavar="TEXT", help=_("What to do, one step a line; - reads them."))
]
Check = Annotated[
    str | None, typer.Option("--check", metavar="TEXT", help=_("How to see that the symptom is gone."))
]


@command(app, "list", _("Every article, the last changed first."))
def listed(wishes: Wishes) -> None:
    _lines(wishes, Client(wishes).get("articles"), _("No article yet."))


@command(app, "search", _("Published articles that answer a question, the best first."))
def search(
    wishes: Wishes,
    question: Annotated[str, typer.Argument(metavar="WORDS", help=_("As people type, accents or not."))],
    audience: Annotated[
        Audience, typer.Option("--as-seen-by", help=_("Whose search it is."))
    ] = Audience.STAFF,
) -> None:
    found = Client(wishes).get("articles", q=question, audience=audience.value)
    _lines(wishes, found, _("Nothing answers that."))


@command(app, "show", _("One article: its newest version, who wrote and reviewed it."))
def show(wishes: Wishes, article: Which) -> None:
    _told(wishes, Client(wishes).get("articles", article))


@command(app, "draft", _("A new draft, from a problem or from what you write."))
def draft(
    wishes: Wishes,
    origin: Annotated[
        str, typer.Option("--from", metavar="PROBLEM", help=_("PRB-1: its words are where the draft begins."))
    ] = "",
    language: Spoken = Written.ES,
    title: Title = None,
    symptom: Symptom = None,
    cause: Cause = None,
    steps: Steps = None,
    check: Check = None,
) -> None:
    said = _said(title=title, symptom=symptom, cause=cause, steps=steps, check=check)
    _told(wishes, Client(wishes).post("articles", origin=origin, language=language.value, **said))


@command(app, "write", _("Write it, or one language of it, anew; what is not given stays."))
def write(
    wishes: Wishes,
    article: Which,
    language: Spoken = Written.ES,
    title: Title = None,
    symptom: Symptom = None,
    cause: Cause = None,
    steps: Steps = None,
    check: Check = None,
) -> None:
    said = _said(title=title, symptom=symptom, cause=cause, steps=steps, check=check)
    _told(wishes, Client(wishes).post("articles", article, "write", language=language.value, **said))


@command(app, "review", _("Say that it is right, clear and free of personal data; not for its writers."))
def review(wishes: Wishes, article: Which) -> None:
    _told(wishes, Client(wishes).post("articles", article, "review"))


@command(app, "publish", _("Let staff, or customers too, find it."))
def publish(
    wishes: Wishes,
    article: Which,
    audience: Annotated[Audience, typer.Option("--for", help=_("Its readers."))],
) -> None:
    _told(wishes, Client(wishes).post("articles", article, "publish", audience=audience.value))


@command(app, "prove", _("Say that you did what it says and it helped, just now."))
def prove(wishes: Wishes, article: Which) -> None:
    _told(wishes, Client(wishes).post("articles", article, "prove"))


@command(app, "withdraw", _("Let nobody find it any more."))
def withdraw(wishes: Wishes, article: Which, reason: Reason) -> None:
    _told(wishes, Client(wishes).post("articles", article, "withdraw", reason=text("reason", reason)))


def _said(**given: str | None) -> dict[str, str]:
    return {name: text(name, value) for name, value in given.items() if value is not None}


def _lines(wishes: Wishes, found: Any, empty: str) -> None:
    if wishes.as_json:
        return print_json(found)
    from controller.cli.tables import cell, print_table
    from controller.words.requests import AUDIENCES

    rows = (
        (
            cell(one["reference"], "bold"), one["title"],
            words()._(AUDIENCES[one["audience"]]) if one["audience"] else _("not published"),
            _("version {number}", number=one["version"]), (one["proven_at"] or "–")[:10],
        )
        for one in found
    )  # fmt: skip
    headings = (_("Article"), _("What"), _("Readers"), _("Version"), _("Seen to help"))
    return print_table(headings, rows, empty)


def _told(wishes: Wishes, one: Any) -> None:
    if wishes.as_json:
        return print_json(one)
    from controller.cli.tables import cell, heading, paragraph, print_facts, put
    from controller.words.requests import ARTICLE_STATES, AUDIENCES

    top = cell(one["reference"], "bold").append(f" · {words()._(ARTICLE_STATES[one['state']])}")
    if one["audience"]:
        top.append(f" · {words()._(AUDIENCES[one['audience']])}")
    put(top)
    print_facts([
        (_("From"), one["origin"]), (_("Version"), str(one["version"])), (_("Written by"), one["written_by"]),
        (_("Reviewed by"), one["reviewed_by"]), (_("Seen to help"), (one["proven_at"] or "")[:10] or None),
    ])  # fmt: skip
    for language, said in one["texts"].items():
        heading(f"[{language}] {said['title']}")
        for label, name in (
            (_("What happens"), "symptom"), (_("Why"), "cause"), (_("What to do"), "steps"),
            (_("How to see that it works"), "check"),
        ):  # fmt: skip
            if said[name]:
                put(cell(f"  {label}", "dim"))
                paragraph(said[name], 4)
    return None
