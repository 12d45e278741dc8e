"""The page docs/coverage.md, made of the rows and of what each rule says of itself."""

from collections.abc import Sequence
from inspect import getdoc

from agent.coverage.row import Row, elsewhere
from agent.rules import ALL, Rule

HEAD = """\
# What is watched, and what is not

Made by `vigia-agent coverage --page` from the declarations in `agent/coverage`; a test compares. On a
machine, `vigia-agent coverage` says which of it is watched there, and why the rest is not.

What cannot be read is *unknown*: a gap that the agent reports, never taken for health and never for a fault.
A part that a machine does not have is no gap. Linux is read in full. What is read on Windows and macOS was
made after documented formats and has never been seen to work there: it is marked "not yet proven there"; else
their columns name what would tell. Programs that are named here are asked where they are installed; none is
brought along.

Samples of programs and kernel files that the tests use are made after the documented formats where they are
not recorded; they are marked so.
"""


def page(rows: Sequence[Row], rules: Sequence[Rule] = ALL) -> str:
    """Markdown, ending in a line end."""
    lines = [HEAD, "| signal | Linux | Windows | macOS | judged by |", "|---|---|---|---|---|"]
    for row in rows:
        told = row.linux + (f" (not seen: {row.unseen[0]})" if row.unseen[0] else "")
        windows = elsewhere(row.windows, unproven="windows" in row.unproven)
        macos = elsewhere(row.macos, unproven="macos" in row.unproven)
        cells = (row.title[0], told, windows, macos, ", ".join(row.rules))
        lines.append(f"| {' | '.join(cells)} |")
    lines += ["", "## What each rule takes for what", ""]
    lines += [
        "Thresholds can be changed in the agent's configuration; `vigia-agent config` shows those in force."
    ]
    lines += ["", "| rule | says |", "|---|---|"]
    lines += [f"| `{rule.id}` | {_first(rule)} |" for rule in rules]
    lines += [
        "",
        "The controller alone sees what no agent can say: a machine or a whole site that is silent.",
    ]
    return "\n".join(lines) + "\n"


def _first(rule: Rule) -> str:
    """The first paragraph of what the rule says of itself."""
    return " ".join((getdoc(type(rule)) or "").split("\n\n")[0].split()).replace("|", "\\|")
