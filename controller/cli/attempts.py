"""`vigia incidents attempts`: what was tried in the lab, on paper."""

from typing import Annotated, Any

import typer

from controller.cli import tables
from controller.cli.client import Client
from controller.cli.incidents import Which
from controller.cli.language import _, words
from controller.cli.options import Wishes, command
from controller.cli.tables import cell, heading, moment, paragraph, print_table
from controller.cli.terminal import print_json

Json = dict[str, Any]
_STYLES = {"reproduced": "bold red", "not_reproduced": "green", "inconclusive": "yellow"}


def register(app: typer.Typer) -> None:
    """Among the verbs of incidents."""
    told = _("What was tried in the lab to make it happen again: how often it did, and how sure that is.")
    command(app, "attempts", told)(attempts)


def attempts(
    wishes: Wishes,
    incident: Which,
    run: Annotated[
        str | None, typer.Option("--run", metavar="ID", help=_("Only this run, by its id."))
    ] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="1..1000")] = 200,
) -> None:
    found = Client(wishes).get("incidents", incident, "attempts", run=run, limit=limit)
    if wishes.as_json:
        return print_json(found)
    print_tried(found, found["zone"], _("Nobody has tried to make it happen again."))
    if not found["list"]:
        return None
    heading(_("Attempts"))
    headings = (_("When"), _("Attempt"), _("Verdict"), _("Seen"), _("Reason"), _("Files"))
    rows = (
        (
            moment(one["began_at"], found["zone"]), f"{one['run'][:8]} {one['number']}/{one['planned']}",
            cell(one["verdict_said"], _STYLES[one["verdict"]]), one["seen"], one["reason"] or "–",
            ", ".join(file["name"] for file in one["files"]) or "–",
        )
        for one in found["list"]
    )  # fmt: skip
    print_table(headings, rows, "")
    if found["left_out"]:
        paragraph(
            words().ngettext(
                "The newest {count} attempt is shown; all are in the console.",
                "The newest {count} attempts are shown; all are in the console.",
                len(found["list"]),
            ),
            0,
        )
    return None


def print_tried(tried: Json, zone: str, empty: str) -> None:
    """The rate with its interval, and each run with its own."""
    if tried["attempts"]:
        parts = [cell(tried["said"] or "–", "bold")]
        parts.append(cell(words().ngettext("{count} attempt", "{count} attempts", tried["attempts"])))
        if tried["inconclusive"]:
            parts.append(cell(_unsure(tried["inconclusive"])))
        parts.append(cell(", ".join(tried["tried_by"])))
        text = parts[0]
        for part in parts[1:]:
            text = text.append(" · ").append_text(part)
        tables.put(text)
    headings = (
        _("Run"), _("Incident"), _("What was tried"), _("Where"), _("Reproduced"), _("By"), _("When"),
    )  # fmt: skip
    rows = (
        (
            cell(one["run"][:8], "bold"), one["incident"], one["recipe_said"], one["bench_said"],
            one["said"] or _unsure(one["inconclusive"]), one["by"], moment(one["ended_at"], zone),
        )
        for one in tried["runs"]
    )  # fmt: skip
    print_table(headings, rows, empty)


def _unsure(count: int) -> str:
    return words().ngettext("{count} inconclusive", "{count} inconclusive", count)
