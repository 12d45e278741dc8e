"""Which commands there are."""

import typer

from lab.cli import benches, controller, environments, records, running


def build() -> typer.Typer:
    """What an engineer types most stands alone; benches have a group."""
    app = typer.Typer(
        help="Make a problem happen again, count how often, keep the proof.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.command("manifest")(environments.manifest_command)
    app.command("compare")(environments.compare_command)
    app.command("run")(running.run_command)
    app.command("record")(records.record_command)
    app.command("list")(records.list_command)
    app.command("show")(records.show_command)
    app.command("enrol")(controller.enrol_command)
    app.command("push")(controller.push_command)
    app.command("benches")(benches.list_command)
    app.add_typer(benches.app, name="bench", no_args_is_help=True, help="Pin, unpin and clean benches.")
    return app
