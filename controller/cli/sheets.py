"""Incidents on paper: a list, one of them whole, its proof."""

import sys
from typing import Any

from rich.text import Text

from controller.cli import tables
from controller.cli.language import _, words
from controller.cli.problem_sheets import print_cause
from controller.cli.tables import cell, countdown, heading, moment, named, paragraph, print_facts, print_table
from controller.words import clocks

Json = dict[str, Any]


def print_incidents(found: list[Json], empty: str) -> None:
    headings = (
        _("Incident"), _("Severity"), _("Next promise"), _("What"), _("Customer"), _("Machine"), _("Level"),
        _("Owner"), _("State"),
    )  # fmt: skip
    rows = (
        (
            cell(one["reference"], "bold"),
            tables.severity(one["severity"]),
            _promise(one),
            one["title"],
            one["customer"],
            one["machine"] or "–",
            str(one["level"]),
            one["owner"] or (one["acknowledgement"] or {}).get("said") or "–",
            named(one["state"]),
        )
        for one in found
    )
    print_table(headings, rows, empty)


def _promise(one: Json) -> Text:
    """What ends first, and that some of its clocks wait."""
    if not one["waiting_since"]:
        return countdown(one["next_clock"])
    waits = cell(_("waiting"), "yellow")
    return (
        waits if one["next_clock"] is None else countdown(one["next_clock"]).append(" · ").append_text(waits)
    )


def print_standing(one: Json) -> None:
    """Where an incident stands after something was done to it, in one line."""
    text = cell(one["reference"], "bold")
    for part in (
        tables.severity(one["severity"]),
        cell(named(one["state"])),
        cell(_("level {level}", level=one["level"])),
        cell(_("owner {owner}", owner=one["owner"]) if one["owner"] else _("no owner")),
        *([cell(one["acknowledgement"]["said"])] if one["acknowledgement"] else []),
        _promise(one),
    ):
        text = text.append(" · ").append_text(part)
    tables.put(text)
    if one.get("post") == "no_address":
        paragraph(_("Nothing was sent: the customer's contact has no mail address."), 0, "yellow")
    elif one.get("post") == "not_set_up":
        paragraph(_("Nothing was sent: mail is not set up on this controller."), 0, "yellow")


def print_incident(one: Json) -> None:
    _print_head(one)
    print_facts([(f"  {name}", value) for name, value in one["facts_named"]])
    if one["summary"] and one["rule"]:
        paragraph(one["summary"], 2)
    heading(_("Clocks"))
    print_facts((f"  {_clock_name(clock)}", _clock_state(clock, one["zone"])) for clock in one["clocks"])
    if one["remedy"] and one["state"] == "open" and not one["cleared_at"]:
        heading(_("What to do now"))
        for number, step in enumerate(one["remedy"], 1):
            paragraph(f"{number}. {step}", 2)
    print_cause(one["problem"], one["zone"])
    heading(_("Timeline"))
    _print_entries(one["timeline"], one["zone"])
    _print_others(one)
    if one["evidence"]:
        heading(_("Evidence"))
        print_evidence(one["evidence"], one["zone"])


def print_explanation(one: Json) -> None:
    """The story with its times, then why each clock says what it says."""
    from controller.words.formats import duration

    _print_head(one)
    print_facts([
        (_("Plan"), f"{one['plan']['name']} ({_since(one['plan']['version'])})"),
        *(
            (_("Opening hours"), f"{each['name']} ({each['version']}, {each['zone']}): {each['hours']}")
            for each in one["plan"]["calendars"]
        ),
        (_("As of"), moment(one["as_of"], one["zone"])),
        (_("Lasted undetected"), duration(one["undetected_s"]) if one["undetected_s"] else None),
    ])  # fmt: skip
    print_cause(one["problem"], one["zone"])
    heading(_("What happened"))
    _print_entries(one["story"], one["zone"])
    _print_others(one)
    heading(_("Why each clock says what it says"))
    for clock in one["clocks"]:
        paragraph(clock["verdict"], 2, _verdict_style(clock["state"]))
        for step in clock["proof"]:
            paragraph(f"- {step}", 4)
    heading(_("How long each level took to act"))
    for reaction in one["reactions"]:
        paragraph(f"- {reaction['said']}", 2)
    for corrected in one["corrections"]:
        paragraph(corrected["said"], 2)


def _since(version: str) -> str:
    """A plan's version is the day from which it is in force; the first one always was."""
    return _("since the beginning") if version == "1970-01-01" else version


def print_effects(effects: list[Json], zone: str) -> None:
    """Each clock that runs: its deadline now, and under the other severity."""
    if not effects:
        print(_("No clock runs for this incident."), file=sys.stderr)
    for one in effects:
        before, after = (moment(one[name], zone) if one[name] else "–" for name in ("before", "after"))
        said = _("missed by the change") if one["missed"] else ""
        name = clocks.clock(words(), one["clock"])
        paragraph(f"{name}: {before} → {after}{f', {said}' if said else ''}", 2, "red" if said else "")


def _print_head(one: Json) -> None:
    top = cell(one["reference"], "bold").append("  ")
    top.append_text(tables.severity(one["severity"])).append(f" · {named(one['state'])} · ")
    top.append(_("level {level}", level=one["level"]))
    tables.put(top)
    tables.put(cell(one["title"], "bold"))
    zone = one["zone"]
    print_facts([
        (_("Customer"), one["customer"]),
        (_("Site"), one["site"]),
        (_("Machine"), one["machine"]),
        (_("Owner"), one["owner"] or "–"),
        (_("Acknowledgement"), one["acknowledgement"]["said"] if one["acknowledgement"] else None),
        (_("Began"), moment(one["began_at"], zone)),
        (_("Opened"), moment(one["opened_at"], zone)),
        (_("Symptom ended"), moment(one["cleared_at"], zone)),
        (_("Times seen"), str(one["finding_count"]) if one["finding_count"] > 1 else None),
        (_("Next promise"), countdown(one["next_clock"])),
        (_("Waiting"), _waiting(one)),
        (_("Merged into"), one["merged_into"]["reference"] if one.get("merged_into") else None),
    ])  # fmt: skip


def _waiting(one: Json) -> str | None:
    if not one.get("waiting"):
        return None
    until = one["waiting"]["until"]
    said = str(one["waiting"]["said"])
    return said + (", " + _("until {at} at the latest", at=moment(until, one["zone"])) if until else "")


def _print_others(one: Json) -> None:
    """The stories of those that are told together with it."""
    into = [one["merged_into"]] if one.get("merged_into") else []
    for other in [*into, *one.get("merged", [])]:
        heading(_("{case}, merged with it: {title}", case=other["reference"], title=other["title"]))
        _print_entries(other["timeline"], one["zone"])


def _print_entries(entries: list[Json], zone: str) -> None:
    for entry in entries:
        said = cell(moment(entry["at"], zone), "dim").append("  ")
        tables.put(said.append_text(cell(entry["said"], "not dim")))
        if entry["body"]:
            paragraph(entry["body"], 6)


def print_evidence(bundles: list[Json], zone: str) -> None:
    from controller.words.formats import size

    if not bundles:
        print(_("No evidence has come in yet."), file=sys.stderr)
    for bundle in bundles:
        taken = _("taken {at}, {size}", at=moment(bundle["taken_at"], zone),
                  size=size(bundle["size_bytes"], words().language))  # fmt: skip
        paragraph(taken, 2)
        if bundle["fault"]:
            paragraph(bundle["fault"], 4, "red")
        for item in bundle["items"]:
            gap = f": {item['gap']}" if item["gap"] else ""
            paragraph(f"- {item['name']}{gap}", 4)


def _clock_name(clock: Json) -> str:
    name = clocks.clock(words(), clock["clock"])
    return f"{name} {clock['window'] + 1}" if clock["clock"] == "update" else name


def _clock_state(clock: Json, zone: str) -> object:
    state = clocks.clock_state(words(), clock["state"])
    due = f", {_('due {at}', at=moment(clock['due'], zone))}" if clock["due"] else ""
    return cell(state + due, _verdict_style(clock["state"]))


def _verdict_style(state: str) -> str:
    return {"breached": "red", "met": "green"}.get(state, "")
