"""`vigia-lab run`: a recipe's attempts, with a bar that says how many are left."""

import json
import re
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from lab.attempt import Attempt, Verdict, attempt_to_json, rate
from lab.cli import INTERRUPTED
from lab.cli.desk import AsJson, Data, Desk, desk, read_file
from lab.errors import BenchLost, BenchSoiled, UsageError
from lab.recipe import Recipe
from lab.recipe_reading import BYTES_MAX, CASE, REPEATS_MAX, read_recipe
from lab.running import Plan, Session
from lab.visible import visible
from lab.words import say, say_rate

COLOURS = {Verdict.REPRODUCED: "red", Verdict.NOT_REPRODUCED: "green", Verdict.INCONCLUSIVE: "yellow"}


def run_command(
    recipe: Annotated[
        Path, typer.Argument(metavar="RECIPE", help=say("A TOML file; docs/lab.md says what is in it."))
    ],
    bench: Annotated[
        str, typer.Option("--bench", metavar="local|ssh:NAME", help=say("Instead of the recipe's."))
    ] = "",
    repeats: Annotated[
        int,
        typer.Option(
            "--repeats", min=0, max=REPEATS_MAX, help=say("Instead of the recipe's."), show_default=False
        ),
    ] = 0,
    case: Annotated[str, typer.Option("--case", metavar="INC-1", help=say("The incident it is for."))] = "",
    factors: Annotated[
        list[str] | None,
        typer.Option("--with", metavar="FACTOR", help=say("Apply this factor; may be given again.")),
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help=say("Do not go on with a run that was broken off."))
    ] = False,
    check: Annotated[bool, typer.Option("--check", help=say("Only read the recipe."))] = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Run a recipe. Ctrl-C keeps what was done; the same command goes on with it."""
    read = read_recipe(read_file(recipe, BYTES_MAX, "the recipe"), str(recipe))
    here = desk(data)
    if check:
        here.notes.print(say("{name}: no faults", name=visible(read.name)), style="green")
        return
    if case and not re.fullmatch(CASE, case):
        raise UsageError("--case must read like INC-12")
    plan = Plan(repeats or read.repeats, case or read.case, tuple(factors or ()), fresh)
    raise typer.Exit(_run(here, read, bench or read.bench, plan, as_json))


def _run(here: Desk, recipe: Recipe, bench_name: str, plan: Plan, as_json: bool) -> int:
    with Progress(
        TextColumn("{task.description}"), BarColumn(24), TextColumn("{task.fields[left]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[step]}", style="dim"), console=here.notes, transient=True,
    ) as bar:  # fmt: skip
        task = bar.add_task(visible(recipe.name)[:40], total=plan.repeats, left=_left(plan.repeats), step="")
        session = Session(
            recipe, here.bench(bench_name), here.journal, here.clock, here.chance, here.by,
            lambda step: bar.update(task, step=visible(step)[:30]),
        )  # fmt: skip
        run, before = session.begin(plan)
        made: list[Attempt] = list(before)
        if before:
            here.notes.print(
                say(
                    "going on with run {id} after {done} of {planned} attempts",
                    id=run.id[:8],
                    done=len(before),
                    planned=run.planned,
                )
            )
        bar.update(task, completed=len(before), left=_left(run.planned - len(before)))

        def told(attempt: Attempt) -> None:
            made.append(attempt)
            bar.update(task, completed=len(made), left=_left(run.planned - len(made)))
            _print(here, attempt)

        status, stopped = 0, ""
        try:
            session.go(run, len(before), told)
        except KeyboardInterrupt:
            status, stopped = INTERRUPTED, say("stopped")
        except (BenchLost, BenchSoiled) as error:
            status, stopped = error.exit_code, str(error)
        finally:
            session.close()
    left = run.planned - len(made)
    if stopped:
        more = (
            f"; {say('{count} attempts are left, the same command goes on with them', count=left)}"
            if left
            else ""
        )
        here.notes.print(f"vigia-lab: {visible(stopped)}{more}", style="yellow")
    _summary(here, run.id, made, left, as_json)
    return status


def _print(here: Desk, attempt: Attempt) -> None:
    here.notes.print(f"{attempt.number:>4} ", end="")
    here.notes.print(f"{say(attempt.verdict.value):<15}", style=COLOURS[attempt.verdict], end="")
    reason = f" ({visible(attempt.reason)})" if attempt.verdict is Verdict.INCONCLUSIVE else ""
    here.notes.print(f"{visible(attempt.seen)}{reason}")


def _summary(here: Desk, run_id: str, made: list[Attempt], left: int, as_json: bool) -> None:
    found = rate(made)
    if as_json:
        low, high = found.interval
        table = {
            "run_id": run_id,
            "reproduced": found.seen,
            "told": found.tried,
            "inconclusive": len(made) - found.tried,
            "left": left,
            "interval": [round(low, 4), round(high, 4)],
            "attempts": [attempt_to_json(attempt) for attempt in made],
        }
        here.out.print_json(json.dumps(table))
        return
    unsure = len(made) - found.tried
    template = (
        "run {id}: reproduced {rate}, {count} inconclusive" if unsure else "run {id}: reproduced {rate}"
    )
    here.out.print(say(template, id=run_id[:8], rate=say_rate(found), count=unsure))


def _left(count: int) -> str:
    return say("{count} left", count=count)
