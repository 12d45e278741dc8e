"""Problems on paper: a list, one of them whole, the messages to its customers, and how far they are."""

import asyncio
from typing import Any

from controller.cli import tables
from controller.cli.client import Client
from controller.cli.language import _, words
from controller.cli.tables import cell, heading, moment, paragraph, print_facts, print_table
from controller.core.clock import SystemClock
from controller.words import problems

Json = dict[str, Any]
ZONE = "UTC"
"""A problem belongs to no customer, so its times are nobody's local ones."""
_EVERY_S = 0.5

_STATE_STYLES = {"open": "bold red", "investigating": "yellow", "known_error": "yellow", "verified": "green"}
_STATUS_STYLES = {
    "told": "green",
    "stuck": "bold red",
    "no_address": "red",
    "draft": "yellow",
    "held": "yellow",
}


def print_problems(found: list[Json]) -> None:
    headings = (
        _("Problem"), _("State"), _("What"), _("Incidents"), _("Customers"), _("Component"), _("Owner"),
    )  # fmt: skip
    rows = (
        (
            cell(one["reference"], "bold"),
            _state(one["state"]),
            one["title"],
            str(one["incidents"]),
            str(one["customers"]),
            one["component"] or "–",
            one["owner"] or "–",
        )
        for one in found
    )
    print_table(headings, rows, _("No such problems."))


def print_standing(one: Json) -> None:
    """Where a problem stands after something was done to it, in one line."""
    text = cell(one["reference"], "bold")
    parts = [
        _state(one["state"]),
        cell(words().ngettext("{count} incident", "{count} incidents", one["incidents"])),
        cell(words().ngettext("{count} customer", "{count} customers", one["customers"])),
        cell(_("owner {owner}", owner=one["owner"]) if one["owner"] else _("no owner")),
    ]
    if one["sending"]:
        parts.append(cell(_how_far(one["sending"])))
    for part in parts:
        text = text.append(" · ").append_text(part)
    tables.put(text)


def print_problem(one: Json) -> None:
    tables.put(cell(one["reference"], "bold").append("  ").append_text(_state(one["state"])))
    tables.put(cell(one["title"], "bold"))
    print_facts([
        (_("Owner"), one["owner"] or "–"),
        (_("Component"), one["component"]),
        (_("Opened"), moment(one["opened_at"], ZONE)),
    ])  # fmt: skip
    for name, text in ((_("Workaround"), one["workaround"]), (_("Root cause"), one["root_cause"])):
        if text:
            heading(name)
            paragraph(text, 2)
    for language, solution in sorted(one["solution"].items()):
        heading(f"{_('Solution')} ({language})")
        _print_solution(solution)
    heading(_("Linked incidents"))
    from controller.cli.attempts import print_tried
    from controller.cli.sheets import print_incidents

    print_incidents(one["linked"], _("None."))
    if one["reproduction"]:
        heading(_("Reproduced in the lab"))
        print_tried(one["reproduction"], ZONE, "")
    if one["sending"]:
        heading(f"{_('Sending the solution')}: {_how_far(one['sending'])}")
        _print_lines(one["sending"]["customers"])
    heading(_("History"))
    print_facts((f"  {moment(chapter['at'], ZONE)}", chapter["said"]) for chapter in one["history"])


def print_cause(one: Json | None, zone: str) -> None:
    """What an incident says of its problem; nothing when it has none."""
    if one is None:
        return
    heading(_("Problem"))
    head = cell(f"  {one['reference']}").append(" · ").append_text(_state(one["state"]))
    tables.put(head.append(f" · {cell(one['title'])}"))
    sent = _("{at}, approved by {name}", at=moment(one["sent_at"], zone), name=one["approved_by"])
    print_facts([
        (f"  {_('Component')}", one["component"]),
        (f"  {_('Root cause')}", one["root_cause"]),
        (f"  {_('Workaround')}", one["workaround"]),
        (f"  {_('Solution sent')}", sent if one["sent_at"] else _("not yet")),
    ])  # fmt: skip
    if one["solution"]:
        tables.put(cell(f"  {_('Solution')}", "dim"))
        _print_solution(one["solution"], 4)


def print_drafts(found: list[Json]) -> None:
    """Every message whole, as its customer reads it."""
    for one in found:
        tables.put("")
        tables.put(cell(one["customer"], "bold").append("  ").append_text(_status(one)))
        if one["stale"]:
            paragraph(_("The solution was changed since; draft again to take it over."), 2, "yellow")
        if one["message"]:
            paragraph(one["subject"], 2, "bold")
            paragraph(one["message"], 2)
    print_facts([(_("Messages"), str(len(found)))])


def follow(client: Client, one: Json) -> Json:
    """A bar until everybody who can be told has been; Ctrl-C leaves the sending to the controller."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    with Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()) as bar:
        task = bar.add_task(_("Customers told"), total=one["sending"]["total"])
        while True:
            bar.update(task, completed=one["sending"]["told"], total=one["sending"]["total"])
            if not one["sending"]["on_the_way"]:
                return one
            asyncio.run(SystemClock().sleep(_EVERY_S))
            one = client.get("problems", one["reference"])


def _print_solution(one: Json, indent: int = 2) -> None:
    paragraph(one["text"], indent)
    for number, step in enumerate((line for line in one["steps"].splitlines() if line.strip()), 1):
        paragraph(f"{number}. {step.strip()}", indent)
    by = _("written by {name}", name=one["written_by"])
    if one["approved_by"]:
        by += ", " + _("approved by {name}", name=one["approved_by"])
    paragraph(f"({by})", indent, "dim")


def _print_lines(lines: list[Json]) -> None:
    rows = (
        (
            one["customer"],
            ", ".join(one["incidents"]),
            _status(one),
            one["approved_by"] or "–",
            moment(one["posted_at"] or one["told_at"], ZONE) or "–",
            one["error"] or "",
        )
        for one in lines
    )
    headings = (_("Customer"), _("Incidents"), _("Message"), _("Approved by"), _("Told"), "")
    print_table(headings, rows, _("None."))


def _status(one: Json) -> Any:
    return cell(problems.status(words(), one["status"]), _STATUS_STYLES.get(one["status"], ""))


def _state(value: str) -> Any:
    return cell(problems.state(words(), value), _STATE_STYLES.get(value, ""))


def _how_far(sending: Json) -> str:
    if sending["released_at"] is None:
        waiting = sum(one["status"] in ("draft", "missing") for one in sending["customers"])
        if waiting:
            return words().ngettext("{count} draft waits", "{count} drafts wait", waiting)
        return _("approved, not sent")
    return _("{told} of {total} customers told", told=sending["told"], total=sending["total"])
