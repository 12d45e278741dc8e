"""`vigia forecast`: which promises the next hours will miss, and what would save most."""

from typing import Annotated, Any

import typer
from rich.text import Text

from controller.cli.client import Client
from controller.cli.language import _
from controller.cli.options import Wishes, command
from controller.cli.terminal import print_json

Json = dict[str, Any]
_STYLES = {"missed": "bold red", "likely_missed": "red", "at_risk": "yellow", "safe": "green"}
PATIENCE_S = 60.0


def register(app: typer.Typer) -> None:
    command(app, "forecast", _("Which promises the next hours will miss, and what would save most."))(
        forecast
    )


def forecast(
    wishes: Wishes,
    hours: Annotated[
        int, typer.Option("--hours", metavar="N", help=_("So many hours ahead, from 1 to 48."))
    ] = 8,
) -> None:
    found = Client(wishes, PATIENCE_S).get("forecast", hours=hours)
    if wishes.as_json:
        return print_json(found)
    return _print(found)


def _print(found: Json) -> None:
    from controller.cli.language import words
    from controller.cli.tables import cell, heading, moment, paragraph, print_facts, print_table, severity
    from controller.words.forecast import CHANCES, chance
    from controller.words.formats import duration

    zone = found["zone"]
    print_facts((
        (_("As of"), moment(found["as_of"], zone)),
        (_("Until"), moment(found["until"], zone)),
        *((chance(words(), name), str(found["counts"][name])) for name in CHANCES),
    ))  # fmt: skip
    heading(_("What would save most"))
    if found["savings"]:
        for number, one in enumerate(found["savings"], 1):
            paragraph(f"{number}. {one['said']}", 2)
    elif found["counts"]["likely_missed"] + found["counts"]["at_risk"]:
        paragraph(_("Nothing we know of would change it."), 2)
    else:
        paragraph(_("Nothing needs to be saved: all that falls due is likely kept."), 2)
    heading(_("Promises that fall due"))
    rows = [
        (
            cell(one["incident"], "bold"), severity(one["severity"]), one["clock_name"],
            moment(one["due"], zone), moment(one["expected_at"], zone) or "–",
            Text(one["chance_name"], style=_STYLES[one["chance"]]), one["said"],
        )
        for one in found["promises"]
        if one["chance"] != "safe" or not one["follows"]
    ]  # fmt: skip
    headings = (_("Incident"), _("Severity"), _("Promise"), _("Due"), _("Expected"), _("Chance"), _("Why"))
    print_table(headings, rows, _("Nothing falls due in that time."))
    heading(_("Hour by hour"))
    print_table(
        (_("Hour"), _("Due"), _("Likely missed"), _("At risk"), _("Work"), _("On duty (levels 1 / 2 / 3)")),
        [
            (
                moment(one["start"], zone), str(sum(one[name] for name in CHANCES)),
                str(one["missed"] + one["likely_missed"]), str(one["at_risk"]), duration(one["work_s"]),
                " / ".join(str(one["on_duty"][level]) for level in "123"),
            )
            for one in found["by_hour"]
        ],
        "",
    )  # fmt: skip
    for sentence in found["notes"]:
        paragraph(sentence, 0, "dim")
