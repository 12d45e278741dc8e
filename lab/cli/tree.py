"""Which commands there are."""

import typer

from lab.cli import benches, controller, environments, records, running
from lab.words import say


def build() -> typer.Typer:
    """What an engineer types most stands alone; benches have a group."""
    app = typer.Typer(
        help=say("Make a problem happen again, count how often, keep the proof."),
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    for name, command, told in (
        (
            "manifest",
            environments.manifest_command,
            say("Say what a bench is made of. With --json, as a file for `compare`."),
        ),
        (
            "compare",
            environments.compare_command,
            say("Say what differs between two manifests, most telling first."),
        ),
        (
            "run",
            running.run_command,
            say("Run a recipe. Ctrl-C keeps what was done; the same command goes on with it."),
        ),
        (
            "record",
            records.record_command,
            say("Record an attempt made by hand; its files are redacted before they are kept."),
        ),
        ("list", records.list_command, say("List the runs in the journal, the newest last.")),
        ("show", records.show_command, say("Show one attempt, or each of a run.")),
        (
            "enrol",
            controller.enrol_command,
            say("Give this lab its identity: paste the line that `vigia enrol --role lab` prints."),
        ),
        (
            "push",
            controller.push_command,
            say("Hand in the journal: each attempt once, however often this is run."),
        ),
        ("benches", benches.list_command, say("List the benches that can be used.")),
    ):
        app.command(name, help=told)(command)
    app.add_typer(benches.app, name="bench", no_args_is_help=True, help=say("Pin, unpin and clean benches."))
    return app
