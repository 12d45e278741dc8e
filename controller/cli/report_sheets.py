"""Reports and replays in a terminal."""

from typing import Any

from rich.text import Text

from controller.cli.language import _, language, words
from controller.cli.tables import cell, heading, moment, paragraph, print_facts, print_table
from controller.words import clocks, formats
from controller.words import reports as names

Json = dict[str, Any]
_EMPTY = "–"
_BLOCKS = " ▁▂▃▄▅▆▇█"


def print_report(found: Json) -> None:
    print_facts((
        (_("Incidents opened"), _("from {since} to {until}", since=found["from"], until=found["to"])),
        (_("Customer"), found["customer"] or _("All customers")),
        (_("As of"), moment(found["as_of"], found["zone"])),
    ))  # fmt: skip
    by = found["by"]
    heading(_("Promises kept"))
    headings = [names.group(words(), by) if by else "", _("Incidents")]
    for name in names.PROMISES:
        headings += [names.promise(words(), name), _("kept"), _("missed"), _("undecided"), _("target")]
    print_table(headings, [_row(one) for one in (*found["lines"], found["total"])], "")
    for sentence in found["notes"]:
        paragraph(sentence, 0)


def _row(line: Json) -> list[str | Text]:
    cells: list[str | Text] = [cell(line["name"], "" if line["key"] else "bold"), str(line["incidents"])]
    for name in names.PROMISES:
        tally = line[name]
        style = {True: "green", False: "bold red", None: "dim"}[tally["holds"]]
        cells.append(Text(_percent(tally["ratio"]), style=style))
        cells += [str(tally[key]) for key in ("kept", "missed", "undecided")]
        cells.append(_percent(tally["target"]))
    return cells


def _percent(ratio: float | None) -> str:
    """Never rounded up to a target."""
    return _EMPTY if ratio is None else formats.ratio(int(ratio * 1000 + 1e-9) / 1000, language())


def print_replay(found: Json) -> None:
    print_facts((
        (_("Plan"), found["plan"]),
        (_("Incidents opened"), _("from {since} to {until}", since=found["from"], until=found["to"])),
        (_("Incidents"), found["total"]["incidents"]),
    ))  # fmt: skip
    heading(_("Missed promises, as it was and as it would have been"))
    headings = (_("Customer"), _("Promise"), _("As it was"), _("Simulated"), _("Gained"), _("Lost"))
    rows: list[list[str | Text]] = []
    for one in found["customers"]:
        rows += [_changed(one["customer"], clocks.clock(words(), c["clock"]), c) for c in one["clocks"]]
    rows.append(_changed(_("In all"), _("all"), found["total"]))
    print_table(headings, rows, "")
    heading(_("Deadlines in each hour of the day ({zone})", zone=found["zone"]))
    rows = [_loaded(name, found["load"][key], found["zone"]) for key, name in (("before", _("As it was")),
                                                               ("after", _("Simulated")))]  # fmt: skip
    print_table(("", "00 – 23", _("In all"), _("Busiest hour"), _("Deadlines in it")), rows, "")
    paragraph(_("A simulation: no incident and no plan was changed."), 0, "dim")


def _changed(customer: str, promise: str, change: Json) -> list[str | Text]:
    gained, lost = change["gained"], change["lost"]
    return [
        cell(customer), promise, str(change["before"]), str(change["after"]),
        Text(f"+{gained}" if gained else "0", style="red" if gained else "dim"),
        Text(f"-{lost}" if lost else "0", style="green" if lost else "dim"),
    ]  # fmt: skip


def _loaded(name: str, load: Json, zone: str) -> list[str | Text]:
    most = max(load["by_hour_of_day"]) or 1
    bars = "".join(_BLOCKS[-(-count * 8 // most)] for count in load["by_hour_of_day"])
    busiest = moment(load["busiest_hour"], zone)
    return [name, Text(bars), str(load["deadlines"]), busiest, str(load["busiest"])]
