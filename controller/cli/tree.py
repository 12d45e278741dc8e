"""Which commands there are."""

import typer

from controller.cli import (
    articles,
    attempts,
    authority,
    calendars,
    contacts,
    customers,
    duty,
    explain,
    forecast,
    health,
    incidents,
    inventory,
    machines,
    maintenance,
    plans,
    problems,
    pulls,
    reports,
    requests,
    running,
    timers,
    users,
)
from controller.cli.language import _
from controller.cli.options import everywhere


def build() -> typer.Typer:
    """A group for each noun, and what stands alone."""
    app = typer.Typer(
        help=_("Vigía: incidents that open by themselves, and promises that are kept."),
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        callback=everywhere,
    )
    attempts.register(incidents.app)
    inventory.register(machines.app)
    for group, name, help_text in (
        (incidents.app, "incidents", _("What customers suffer: list, answer, escalate, resolve.")),
        (problems.app, "problems", _("The cause of many incidents: link, solve, tell everyone.")),
        (requests.app, "requests", _("What incidents ask of others: bugs, changes, work orders.")),
        (articles.app, "articles", _("What was learnt: draft, review, publish, search.")),
        (machines.app, "machines", _("What is watched: list, show, inventory, ban.")),
        (maintenance.app, "maintenance", _("When faults are expected: list, show, add, end.")),
        (pulls.app, "pulls", _("Diagnostics asked of machines: list, show.")),
        (customers.app, "customers", _("Whom we serve.")),
        (customers.sites, "sites", _("Where customers' machines stand.")),
        (plans.app, "plans", _("What is promised: list, show, check, add, withdraw.")),
        (calendars.app, "calendars", _("Opening hours that promises count: list, show, check, add.")),
        (contacts.app, "contacts", _("Customers' people, who may come to the portal.")),
        (duty.app, "duty", _("Who is on duty when: show, set, override, gaps, ical.")),
        (authority.app, "authority", _("The root that machines trust: show, rotate, finish.")),
        (timers.app, "timers", _("Deadlines of ours that failed: list, release.")),
        (users.app, "users", _("Who works here: add, duty, links to sign in.")),
    ):
        app.add_typer(group, name=name, help=help_text, no_args_is_help=True)
    customers.register(app)
    explain.register(app)
    reports.register(app)
    forecast.register(app)
    health.register(app)
    pulls.register(app)
    running.register(app)
    return app
