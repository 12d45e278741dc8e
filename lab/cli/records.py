"""`vigia-lab record`, `list`, `show`: what was tried, by recipes and by hand."""

import json
import re
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from evidence.redact import Redactor
from evidence.transcript import masked_text, transcript_from_asciicast
from lab.attempt import Attempt, File, Origin, Verdict, attempt_to_json, rate
from lab.cli.desk import AsJson, Data, Desk, desk, read_file
from lab.cli.running import COLOURS
from lab.errors import LabError, UsageError
from lab.journal import Record
from lab.recipe_reading import CASE
from lab.visible import visible, visible_lines
from lab.words import say, say_rate

FILE_BYTES_MAX = 4 * 1024 * 1024
FILES_MAX = 20
TEXT_MAX = 2_000


def record_command(
    expected: Annotated[
        str, typer.Option("--expected", help=say("What should be seen if the problem is there."))
    ],
    seen: Annotated[str, typer.Option("--seen", help=say("What was seen."))],
    verdict: Annotated[Verdict, typer.Option("--verdict", help=say("Whether that is the problem."))],
    case: Annotated[str, typer.Option("--case", metavar="INC-1", help=say("The incident it is for."))] = "",
    bench: Annotated[str, typer.Option("--bench", help=say("Where it was tried, in words."))] = "by hand",
    reason: Annotated[
        str, typer.Option("--reason", help=say("Why the verdict; must be given when inconclusive."))
    ] = "",
    files: Annotated[
        list[Path] | None,
        typer.Option("--file", metavar="FILE", help=say("What proves it; may be given again.")),
    ] = None,
    title: Annotated[
        str, typer.Option("--title", help=say("What was tried, in a few words."))
    ] = "tried by hand",
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Record an attempt made by hand; its files are redacted before they are kept."""
    here = desk(data)
    if case and not re.fullmatch(CASE, case):
        raise UsageError("--case must read like INC-12")
    for name, text in (
        ("--expected", expected),
        ("--seen", seen),
        ("--reason", reason),
        ("--title", title),
        ("--bench", bench),
    ):
        most = TEXT_MAX if name in ("--expected", "--seen", "--reason") else 255
        if len(text) > most:
            raise UsageError(f"{name} has {len(text)} characters, at most {most} are taken")
        if not text.strip() and (name != "--reason" or verdict is Verdict.INCONCLUSIVE):
            raise UsageError(f"{name} must not be empty")
    redactor = Redactor(here.chance.token_bytes(32))
    kept, counts = _shelved(here, files or [], redactor)
    now = here.clock.now()
    made = Attempt(
        id=here.chance.uuid4(), run_id=here.chance.uuid4(), number=1, planned=1, case=case,
        origin=Origin.HAND, recipe=masked_text(title, redactor), recipe_sha256="", bench=bench, factors=(),
        started_at=now, finished_at=now,
        expected=masked_text(expected, redactor), seen=masked_text(seen, redactor), verdict=verdict,
        reason=masked_text(reason, redactor), by=here.by, files=kept, redactions=counts,
    )  # fmt: skip
    here.journal.add(made)
    if as_json:
        here.out.print_json(json.dumps(attempt_to_json(made)))
    else:
        here.out.print(say("attempt {id} recorded: {verdict}", id=made.id[:8], verdict=say(verdict.value)))


def _shelved(here: Desk, paths: list[Path], redactor: Redactor) -> tuple[tuple[File, ...], dict[str, int]]:
    if len(paths) > FILES_MAX:
        raise UsageError(f"--file may be given {FILES_MAX} times, not {len(paths)}")
    names = [path.name for path in paths]
    doubled = {name for name in names if names.count(name) > 1}
    if doubled:
        raise UsageError(f"two files are named {min(doubled)!r}; rename one")
    read = [(path.name, read_file(path, FILE_BYTES_MAX, "the file")) for path in paths]
    kept: list[File] = []
    counts: dict[str, int] = {}
    for name, clean in redactor.redact_all(read):
        if clean.status == "withheld":
            # Pictures and the like: what a person chose to show is kept, and said to be unread.
            here.notes.print(
                say(
                    "{name}: kept as it is, it cannot be redacted ({reason})",
                    name=visible(name),
                    reason=clean.reason,
                ),
                style="yellow",
            )
            content = dict(read)[name]
        else:
            content = clean.data
        for rule, count in clean.counts.items():
            counts[rule] = counts.get(rule, 0) + count
        if content:
            kept.append(File(name, here.journal.keep(content), len(content)))
    return tuple(kept), counts


def list_command(
    case: Annotated[str, typer.Option("--case", metavar="INC-1", help=say("Only of this incident."))] = "",
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """List the runs in the journal, the newest last."""
    here = desk(data)
    record = here.journal.read()
    attempts = [one for one in record.attempts.values() if not case or one.case == case]
    if as_json:
        here.out.print_json(json.dumps([_row(record, attempt) for attempt in attempts]))
        return
    runs: dict[str, list[Attempt]] = {}
    for attempt in attempts:
        runs.setdefault(attempt.run_id, []).append(attempt)
    table = Table(box=None, pad_edge=False)
    for name in ("run", "when", "case", "recipe", "bench", "reproduced", "handed in"):
        table.add_column(say(name), no_wrap=name in ("run", "when", "case", "reproduced"))
    for run_id, made in runs.items():
        first, found = made[0], rate(made)
        unsure, often = len(made) - found.tried, say_rate(found)
        if unsure:
            often = say("{rate} (+{count} inconclusive)", rate=often, count=unsure)
        handed = sum(attempt.id in record.handed_in for attempt in made)
        table.add_row(
            run_id[:8], f"{first.started_at.astimezone():%Y-%m-%d %H:%M}", first.case or "–",
            visible(first.recipe)[:40], visible(first.bench), often,
            say("{count} of {all}", count=handed, all=len(made)),
        )  # fmt: skip
    here.out.print(table)
    _warn(here, record)


def show_command(
    reference: Annotated[
        str, typer.Argument(metavar="ID", help=say("An attempt's or a run's; its beginning is enough."))
    ],
    transcript: Annotated[
        bool, typer.Option("--transcript", help=say("Print what the programs wrote."))
    ] = False,
    save: Annotated[
        Path | None, typer.Option("--save", metavar="DIR", help=say("Write its files there."))
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Show one attempt, or each of a run."""
    here = desk(data)
    record = here.journal.read()
    attempts = record.found(reference) if len(reference) >= 4 else []
    if not attempts:
        raise LabError(f"no attempt or run begins with {reference[:60]!r}; `vigia-lab list` lists them")
    if as_json:
        here.out.print_json(json.dumps([_row(record, attempt) for attempt in attempts]))
        return
    for attempt in attempts:
        _show(here, record, attempt, transcript)
        if save is not None:
            _save(here, attempt, save)
    _warn(here, record)


def _show(here: Desk, record: Record, attempt: Attempt, transcript: bool) -> None:
    here.out.print(
        say(
            "attempt {id}, {number} of {planned}: ",
            id=attempt.id,
            number=attempt.number,
            planned=attempt.planned,
        ),
        end="",
    )
    here.out.print(say(attempt.verdict.value), style=COLOURS[attempt.verdict])
    handed = record.handed_in.get(attempt.id)
    rows = {
        "recipe": attempt.recipe,
        "case": attempt.case or say("none"),
        "bench": attempt.bench,
        "factors": ", ".join(attempt.factors),
        "when": say(
            "{when} by {who}", when=f"{attempt.started_at.astimezone():%Y-%m-%d %H:%M:%S}", who=attempt.by
        ),
        "expected": attempt.expected,
        "seen": attempt.seen,
        "reason": attempt.reason,
        "files": ", ".join(f"{file.name} ({file.size_bytes} B)" for file in attempt.files),
        "masked": ", ".join(f"{count} {rule}" for rule, count in attempt.redactions.items()),
        "handed in": say("to {case}", case=handed)
        if handed
        else record.refused.get(attempt.id, say("not yet")),
    }
    for name, value in rows.items():
        if value:
            here.out.print(f"  {say(name):<10}{visible(value)}")
    cast = next((file for file in attempt.files if file.name == "transcript.cast"), None)
    if transcript and cast is not None:
        text = transcript_from_asciicast(here.journal.kept(cast.sha256)).text
        here.out.print(visible_lines(text).rstrip("\n"))


def _save(here: Desk, attempt: Attempt, folder: Path) -> None:
    """Names come from records made elsewhere too: only their last part is used."""
    target = folder / attempt.id[:8]
    target.mkdir(parents=True, exist_ok=True)
    for file in attempt.files:
        name = re.sub(r"[^\w.-]", "_", Path(file.name).name) or "file"
        (target / name).write_bytes(here.journal.kept(file.sha256))
    here.notes.print(say("{count} files written to {folder}", count=len(attempt.files), folder=target))


def _row(record: Record, attempt: Attempt) -> dict[str, object]:
    handed, refused = record.handed_in.get(attempt.id), record.refused.get(attempt.id)
    return {**attempt_to_json(attempt), "handed_in": handed, "refused": refused}


def _warn(here: Desk, record: Record) -> None:
    if record.damaged_lines:
        here.notes.print(
            say("{count} lines of the journal are damaged and were left out", count=record.damaged_lines),
            style="yellow",
        )
