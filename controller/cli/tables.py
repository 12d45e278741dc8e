"""How answers look in a terminal: tables, lines, moments. Everything printed here was made safe first."""

import os
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from controller.cli.language import _, language, words
from controller.cli.terminal import line, plain
from controller.words import clocks

Cell = str | Text
SEVERITY_STYLES = {"critical": "bold red", "high": "yellow", "normal": "cyan"}
STATE_STYLES = {
    "silent": "bold red", "lost": "yellow", "banned": "red", "connected": "green", "away": "dim",
    "never": "dim",
}  # fmt: skip
PIPED_WIDTH = 200
"""Of lines that go to a file or a program: nothing is cut, little is wrapped."""


def put(shown: RenderableType) -> None:
    """Colours only where somebody looks; COLUMNS and NO_COLOR are minded. No line ends in white space."""
    is_piped = not sys.stdout.isatty() and not os.environ.get("COLUMNS")
    console = Console(width=PIPED_WIDTH if is_piped else None, highlight=False, markup=False, emoji=False)
    with console.capture() as drawn:
        console.print(shown)
    sys.stdout.write("".join(f"{text.rstrip()}\n" for text in drawn.get().splitlines()))


def cell(text: object, style: str = "") -> Text:
    return Text(line(text), style=style, overflow="fold")


def print_table(headings: Sequence[str], rows: Iterable[Sequence[Cell]], empty: str) -> None:
    """`empty` is said instead of a table without rows, and to people only."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(one if isinstance(one, Text) else cell(one) for one in row))
    if table.row_count:
        put(table)
    else:
        print(empty, file=sys.stderr)


def print_facts(pairs: Iterable[tuple[str, object]]) -> None:
    """Names and values under each other; what is None or empty is left out."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in pairs:
        if value not in (None, ""):
            grid.add_row(name, value if isinstance(value, Text) else cell(value))
    put(grid)


def heading(text: str) -> None:
    put("")
    put(Text(text, style="bold"))


def paragraph(text: object, indent: int, style: str = "") -> None:
    """Somebody's words, line by line as they were given."""
    put(Padding(Text(plain(text), style=style, overflow="fold"), (0, 0, 0, indent), expand=False))


def severity(value: str) -> Text:
    return cell(words()._(value), SEVERITY_STYLES.get(value, ""))


def moment(iso: str | None, zone: str) -> str:
    """The API's instant, as the sentences of the story write it: "2 Mar 2026, 06:00:05 CST"."""
    from controller.words.formats import instant

    return instant(datetime.fromisoformat(iso), language(), zone) if iso else ""


def countdown(clock: dict[str, Any] | None) -> Text:
    """The promise that ends first: "first response: 28 min left"."""
    from controller.words.formats import duration

    if clock is None:
        return Text("–", style="dim")
    name = clocks.clock(words(), clock["clock"])
    left_s = int(clock["left_s"])
    if left_s < 0 or clock["state"] == "breached":
        return cell(_("{clock}: {span} late", clock=name, span=duration(-left_s)), "bold red")
    return cell(_("{clock}: {span} left", clock=name, span=duration(left_s)))


def states() -> dict[str, str]:
    """What the API calls them -> what people call them."""
    return {
        "open": _("Open").lower(), "resolved": _("Resolved").lower(), "closed": _("Closed").lower(),
        "connected": _("connected"),
        "silent": _("silent"), "away": _("away, said goodbye"), "lost": _("connection lost"),
        "never": _("not heard yet"), "banned": _("banned"), "server": _("server"), "desktop": _("desktop"),
        "laptop": _("laptop"), "viewer": _("viewer"), "engineer": _("engineer"),
        "administrator": _("administrator"),
    }  # fmt: skip


def named(value: str) -> str:
    return states().get(value, value)
