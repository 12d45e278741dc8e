"""`vigia pull ...` asks and follows; `vigia pulls ...` looks."""

import sys
from typing import Annotated, Any

import typer

from controller.cli.client import Client
from controller.cli.failure import REFUSED
from controller.cli.language import _
from controller.cli.options import Wishes, command
from controller.cli.terminal import line, print_json

app = typer.Typer()
Json = dict[str, Any]
WAIT_S = 15

Which = Annotated[str, typer.Argument(metavar="MACHINE", help=_("Its name, or its id."))]
Case = Annotated[
    str, typer.Option("--case", metavar="INCIDENT", help=_("The incident it is for: INC-1, or just 1."))
]


def register(app: typer.Typer) -> None:
    told = _("Ask a machine for diagnostics because of an incident, and follow until they are here.")
    command(app, "pull", told)(pull)


def pull(
    wishes: Wishes,
    machine: Which,
    case: Case,
    profile: Annotated[str, typer.Option("--profile", metavar="NAME", help=_("What to collect."))] = "basic",
    hours: Annotated[
        float, typer.Option("--hours", metavar="N", help=_("Give up after so many hours."))
    ] = 24.0,
    no_wait: Annotated[bool, typer.Option("--no-wait", help=_("Ask, and do not wait."))] = False,
) -> None:
    """Ctrl-C ends the following, not the pull."""
    client = Client(wishes)
    one = client.post("pulls", machine=machine, case=case, profile=profile, hours=hours)
    if not no_wait:
        try:
            one = _followed(client, one, quiet=wishes.as_json)
        except KeyboardInterrupt:
            print(
                _("It goes on without you; look with: vigia pulls show {id}", id=one["id"]), file=sys.stderr
            )
            raise
    if wishes.as_json:
        print_json(one)
    elif one["has_ended"] or no_wait:
        _say(one)
    if one["has_ended"] and one["state"] != "done":
        raise typer.Exit(REFUSED)


@command(app, "list", _("Every pull, the newest first."))
def listed(
    wishes: Wishes, case: Annotated[str | None, typer.Option("--case", metavar="INCIDENT")] = None
) -> None:
    found = Client(wishes).get("pulls", case=case)
    if wishes.as_json:
        return print_json(found)
    from controller.cli.tables import cell, moment, print_table

    headings = (
        _("Asked"), _("Machine"), _("Incident"), _("Profile"), _("State"), _("How far"), _("Reason"), _("By"),
        _("Pull"),
    )  # fmt: skip
    rows = (
        (
            moment(one["asked_at"], one["zone"]), cell(one["machine"], "bold"), one["case"], one["profile"],
            cell(one["state_said"], _STYLES.get(one["state"], "")), _progress(one), one["reason_said"] or "",
            one["asked_by"], one["id"],
        )
        for one in found
    )  # fmt: skip
    return print_table(headings, rows, _("Nothing was pulled."))


@command(app, "show", _("One pull: how far it is."))
def show(wishes: Wishes, pull: Annotated[str, typer.Argument(metavar="PULL")]) -> None:
    one = Client(wishes).get("pulls", pull)
    if wishes.as_json:
        return print_json(one)
    from controller.cli.tables import cell, moment, print_facts

    return print_facts([
        (_("Pull"), one["id"]),
        (_("Machine"), cell(one["machine"], "bold")),
        (_("Incident"), one["case"]),
        (_("Profile"), one["profile"]),
        (_("State"), cell(one["state_said"], _STYLES.get(one["state"], ""))),
        (_("How far"), _progress(one)),
        (_("Reason"), one["reason_said"]),
        (_("By"), one["asked_by"]),
        (_("Asked"), moment(one["asked_at"], one["zone"])),
        (_("Until"), moment(one["expires_at"], one["zone"])),
    ])  # fmt: skip


_STYLES = {"done": "green", "refused": "yellow", "failed": "red", "expired": "yellow"}


def _followed(client: Client, one: Json, *, quiet: bool) -> Json:
    """Asks again only when there is news: a bar where somebody looks, a line for each state elsewhere."""
    if quiet or not sys.stderr.isatty():
        return _watched(client, one, None if quiet else _Lines())
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    console = Console(stderr=True, highlight=False, markup=False, emoji=False)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TextColumn("{task.fields[far]}"))
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(line(one["state_said"]), total=None, far="")

        def told(now: Json) -> None:
            done, total = _counts(now)
            bar.update(
                task, description=f"{line(now['machine'])}: {now['state_said']}", completed=done,
                total=total or None, far=_progress(now),
            )  # fmt: skip

        return _watched(client, one, told)


class _Lines:
    def __init__(self) -> None:
        self._said = ""

    def __call__(self, one: Json) -> None:
        if one["state_said"] != self._said and not one["has_ended"]:
            self._said = one["state_said"]
            print(f"{line(one['machine'])}: {self._said}", file=sys.stderr, flush=True)


def _watched(client: Client, one: Json, told: Any) -> Json:
    while not one["has_ended"]:
        if told is not None:
            told(one)
        one = client.get("pulls", one["id"], seen=one["changed_at"], wait_s=WAIT_S)
    return one


def _counts(one: Json) -> tuple[int, int]:
    if one["state"] == "collecting":
        return one["items_done"], one["items_total"]
    if one["state"] == "uploading":
        return one["bytes_done"], one["bytes_total"]
    return 0, 0


def _progress(one: Json) -> str:
    from controller.cli.language import language
    from controller.words.formats import size

    done, total = _counts(one)
    if one["state"] == "collecting" and total:
        return _("{done} of {total} items", done=done, total=total)
    if one["state"] == "uploading" and total:
        return _("{done} of {total}", done=size(done, language()), total=size(total, language()))
    return size(one["bytes_total"], language()) if one["state"] == "done" else ""


def _say(one: Json) -> None:
    """One line for the end, or for where it stands."""
    from controller.cli import tables

    text = tables.cell(one["machine"], "bold").append(" · ")
    text.append_text(tables.cell(one["state_said"], _STYLES.get(one["state"], "")))
    if one["state"] == "done":
        text.append(f" · {_progress(one)} · ")
        text.append(_("the diagnostics are attached to {case}", case=one["case"]))
    elif one["reason_said"]:
        text.append(" · ").append_text(tables.cell(one["reason_said"]))
    elif not one["has_ended"]:
        text.append(f" · vigia pulls show {one['id']}")
    tables.put(text)
