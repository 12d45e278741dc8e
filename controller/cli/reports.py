"""`vigia report`, `vigia replay` and `vigia incidents export`: what was kept, and what would have been."""

import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from controller.cli import incidents
from controller.cli.client import Client
from controller.cli.failure import REFUSED, WRONG, Failure, failure
from controller.cli.language import _
from controller.cli.options import Wishes, command
from controller.cli.terminal import line, print_json

PATIENCE_S = 600.0
"""A report of a year reads a year."""
_STDOUT = Path("-")


class By(StrEnum):
    SEVERITY = "severity"
    CUSTOMER = "customer"
    MONTH = "month"
    WEEK = "week"
    DAY = "day"


From = Annotated[
    str | None,
    typer.Option(
        "--from", metavar="DAY", help=_("First day of opening, such as 2026-03-02. Otherwise 30 days in all.")
    ),
]
To = Annotated[
    str | None, typer.Option("--to", metavar="DAY", help=_("Last day of opening. Otherwise today."))
]
Customer = Annotated[
    str | None, typer.Option("--customer", metavar="NAME", help=_("Of this customer alone."))
]


def register(app: typer.Typer) -> None:
    command(app, "report", _("How many promises were kept: on screen, or as CSV, XLSX or PDF."))(report)
    command(app, "replay", _("What the history would have been under another plan; nothing is changed."))(
        replay
    )
    command(incidents.app, "export", _("The history as one case a line, for anyone to recompute."))(export)


def report(
    wishes: Wishes,
    since: From = None,
    until: To = None,
    customer: Customer = None,
    by: Annotated[By | None, typer.Option("--by", help=_("A line for each."))] = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help=_("Write CSV; - is standard output."))
    ] = None,
    xlsx: Annotated[Path | None, typer.Option("--xlsx", metavar="FILE", help=_("Write a workbook."))] = None,
    pdf: Annotated[Path | None, typer.Option("--pdf", metavar="FILE", help=_("Write PDF."))] = None,
) -> None:
    """Several files may be asked for at once; each is written whole or not at all."""
    asked: dict[str, Any] = {"from": since, "to": until, "customer": customer, "by": by.value if by else None}
    client = Client(wishes, PATIENCE_S)
    wanted = [(kind, path) for kind, path in (("csv", csv), ("xlsx", xlsx), ("pdf", pdf)) if path is not None]
    for kind, path in wanted:
        _write(path, client.download("reports", "compliance", kind, **asked))
    if wanted:
        return None
    found = client.get("reports", "compliance", **asked)
    if wishes.as_json:
        return print_json(found)
    from controller.cli.report_sheets import print_report

    return print_report(found)


def export(wishes: Wishes, since: From = None, until: To = None, customer: Customer = None) -> None:
    """One JSON object a line; with --json one array, as `vigia evaluate` reads it."""
    before = "["
    for page in _pages(wishes, "history", since, until, customer):
        for case in page["cases"]:
            # ASCII: nothing in it can steer a terminal.
            text = json.dumps(case)
            sys.stdout.write(f"{before}{text}" if wishes.as_json else f"{text}\n")
            before = ",\n"
    if wishes.as_json:
        sys.stdout.write("]\n" if before != "[" else "[]\n")


def replay(
    wishes: Wishes,
    plan: Annotated[Path, typer.Option("--plan", metavar="FILE", help=_("The other plan, as TOML."))],
    calendar: Annotated[
        list[Path] | None,
        typer.Option("--calendar", metavar="FILE", help=_("Opening hours that it names; repeatable.")),
    ] = None,
    since: From = None,
    until: To = None,
    customer: Customer = None,
) -> None:
    """Computed in this process: the controller only tells what happened."""
    from controller.cli.progress import counting
    from controller.reports.replay import Replay
    from controller.sla.errors import PlanInvalid

    try:
        text, given = _text(plan), [_text(path) for path in calendar or ()]
        read = Replay.of(text, [*given, *_kept_calendars(wishes, text, given, customer)])
        pages = _pages(wishes, "outlines", since, until, customer)
        with counting(_("replaying the history")) as count:
            for page in pages:
                read.add(page)
                count(page["read"], page["every"])
    except PlanInvalid as error:
        raise failure(WRONG, "invalid", f"{line(plan)}:\n{error}", field=error.field) from None
    if wishes.as_json:
        return print_json(read.result())
    from controller.cli.report_sheets import print_replay

    return print_replay(read.result())


def _kept_calendars(wishes: Wishes, plan: str, given: list[str], customer: str | None) -> Iterator[str]:
    """Opening hours that the plan names and nobody handed over, as the controller has them in force."""
    from controller.sla.plan import ALL_HOURS
    from controller.sla.plan_file import read_calendar, read_plan

    named = {name for name in read_plan(plan, None).hours.values() if name != ALL_HOURS}
    for name in sorted(named - {read_calendar(text).name for text in given}):
        try:
            yield Client(wishes).get("calendars", "version", name=name, customer=customer)["document"]
        except Failure as error:
            if error.error.get("kind") != "not_found":
                raise  # else the plan's own fault says it


def _pages(
    wishes: Wishes, what: str, since: str | None, until: str | None, customer: str | None
) -> Iterator[dict[str, Any]]:
    """The next one is fetched while this one is worked on: two processes, two cores."""
    client = Client(wishes, PATIENCE_S)
    asked: dict[str, Any] = {"from": since, "to": until, "customer": customer, "after": 0}
    with ThreadPoolExecutor(1) as ahead:
        coming = ahead.submit(client.get, "reports", what, **asked)
        while True:
            page: dict[str, Any] = coming.result()
            # What the first page settled holds for all: midnight may pass, and things go on happening.
            asked.update({name: page[name] for name in ("from", "to", "as_of", "after")})
            if page["after"] is not None:
                coming = ahead.submit(client.get, "reports", what, **asked)
            yield page
            if page["after"] is None:
                return


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or _("it is no UTF-8 text")
        message = _("{path} cannot be read: {reason}", path=line(path), reason=reason)
        raise failure(WRONG, "invalid", message) from None


def _write(path: Path, data: bytes) -> None:
    try:
        if path == _STDOUT:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
            return
        part = path.with_name(f"{path.name}.part")
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        message = _(
            "{path} cannot be written: {reason}", path=line(path), reason=error.strerror or str(error)
        )
        raise failure(REFUSED, "fault", message) from None
    print(_("{path} written", path=line(path)), file=sys.stderr)
