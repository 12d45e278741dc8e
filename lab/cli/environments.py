"""`vigia-lab manifest` and `vigia-lab compare`: what a bench is made of, and what differs."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table

from evidence.compare import compare, unread
from evidence.environment import BYTES_MAX, Environment, environment_from_json, environment_to_json
from evidence.errors import EnvironmentUnreadable
from evidence.redact import Redactor
from lab.cli.desk import AsJson, Data, desk, read_file
from lab.errors import UsageError
from lab.manifest import manifest
from lab.visible import visible
from lab.words import say


def manifest_command(
    bench: Annotated[str, typer.Option("--bench", metavar="local|ssh:NAME")] = "local",
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Say what a bench is made of. With --json, as a file for `compare`."""
    here = desk(data)
    there = here.bench(bench)
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), console=here.notes, transient=True
    ) as bar:
        task = bar.add_task(say("connecting"))
        there.open()
        try:
            redactor = Redactor(here.chance.token_bytes(32))
            found = manifest(there, here.clock, redactor, lambda name: bar.update(task, description=name))
        finally:
            there.close()
    if as_json:
        here.out.out(environment_to_json(found).decode(), end="", highlight=False)
        return
    table = Table(say("kind"), say("factor"), say("value"), box=None, pad_edge=False)
    for factor, fact in sorted(found.facts.items(), key=lambda pair: (pair[1].kind.rank, pair[0])):
        table.add_row(fact.kind.value, visible(factor), visible(fact.value)[:100])
    here.out.print(table)
    for name, reason in sorted(found.gaps.items()):
        here.notes.print(
            say("not read: {name}: {reason}", name=visible(name), reason=visible(reason)), style="yellow"
        )
    here.notes.print(say("{count} facts of {host}", count=len(found.facts), host=visible(found.host)))


def compare_command(
    a: Annotated[Path, typer.Argument(metavar="A", help=say("A manifest, the healthy one."))],
    b: Annotated[Path, typer.Argument(metavar="B", help=say("A manifest, the ill one."))],
    as_json: AsJson = False,
) -> None:
    """Say what differs between two manifests, most telling first."""
    here = desk(None)
    good, bad = _read(a), _read(b)
    found, gaps = compare(good, bad), unread(good, bad)
    if as_json:
        rows = [{"factor": one.factor, "kind": one.kind.value, "a": one.good, "b": one.bad} for one in found]
        here.out.print_json(json.dumps({"differences": rows, "unread": list(gaps)}))
        return
    table = Table(
        say("kind"),
        say("factor"),
        visible(good.host) or "A",
        visible(bad.host) or "B",
        box=None,
        pad_edge=False,
    )
    for one in found:
        table.add_row(one.kind.value, visible(one.factor), _side(one.good), _side(one.bad))
    if found:
        here.out.print(table)
    here.notes.print(say("{count} differences", count=len(found)) if found else say("nothing differs"))
    if gaps:
        here.notes.print(
            say("not compared, at least one side could not read it: {names}", names=visible(", ".join(gaps))),
            style="yellow",
        )


def _side(value: str | None) -> str:
    return "–" if value is None else visible(value)[:60]


def _read(path: Path) -> Environment:
    try:
        return environment_from_json(read_file(path, BYTES_MAX, "the manifest"))
    except EnvironmentUnreadable as error:
        raise UsageError(f"{path}: {error}") from None
