"""`vigia machines ...`."""

from typing import Annotated, Any

import typer

from controller.cli.client import Client
from controller.cli.language import _
from controller.cli.options import Wishes, command
from controller.cli.terminal import line, print_json
from controller.cli.typed import Reason, text

app = typer.Typer()
Which = Annotated[str, typer.Argument(metavar="MACHINE", help=_("Its name, or its id."))]


@command(app, "list", _("Every machine, its state and when it was last heard."))
def listed(
    wishes: Wishes,
    customer: Annotated[str | None, typer.Option("--customer", metavar="NAME")] = None,
    every: Annotated[bool, typer.Option("--all", help=_("The banned ones too."))] = False,
) -> None:
    found = Client(wishes).get("machines", customer=customer, all="1" if every else None)
    if wishes.as_json:
        return print_json(found)
    from controller.cli.tables import STATE_STYLES, cell, moment, named, print_table

    headings = (
        _("Machine"), _("State"), _("Customer"), _("Site"), _("Role"), _("System"), _("Agent"),
        _("Last heard"),
    )  # fmt: skip
    rows = (
        (
            cell(one["name"], "bold"),
            cell(named(one["state"]), STATE_STYLES.get(one["state"], "")),
            one["customer"],
            one["site"] or "–",
            named(one["role"]),
            f"{one['os_name']} {one['os_version']}",
            one["agent_version"],
            moment(one["last_seen_at"], one["zone"]) or "–",
        )
        for one in found
    )
    return print_table(headings, rows, _("No machine is enrolled; `vigia enrol --customer NAME` says how."))


@command(app, "show", _("One machine: its facts, open incidents and history."))
def show(wishes: Wishes, machine: Which) -> None:
    found = Client(wishes).get("machines", machine)
    if wishes.as_json:
        return print_json(found)
    return _print_machine(found)


@command(app, "ban", _("Put a machine out: its certificates die, its streams end within seconds."))
def ban(wishes: Wishes, machine: Which, reason: Reason) -> None:
    found = Client(wishes).post("machines", machine, "ban", reason=text("reason", reason))
    if wishes.as_json:
        return print_json(found)
    from controller.cli.tables import moment

    at = moment(found["banned_at"], found["zone"])
    return print(_("{machine} is banned since {at}", machine=line(found["name"]), at=at))


@command(app, "unban", _("Let a banned machine in again, with the certificate that it has."))
def unban(wishes: Wishes, machine: Which) -> None:
    found = Client(wishes).post("machines", machine, "unban")
    if wishes.as_json:
        return print_json(found)
    return print(_("{machine} may connect again", machine=line(found["name"])))


@command(app, "release", _("End a machine's quarantine: you have seen to it that only one has its identity."))
def release(wishes: Wishes, machine: Which) -> None:
    found = Client(wishes).post("machines", machine, "release")
    if wishes.as_json:
        return print_json(found)
    return print(_("{machine} is out of its quarantine", machine=line(found["name"])))


@command(
    app,
    "readmit",
    _("Let a machine in that was off for too long: the key it has may recover once, for a week."),
)
def readmit(wishes: Wishes, machine: Which) -> None:
    found = Client(wishes).post("machines", machine, "readmit")
    if wishes.as_json:
        return print_json(found)
    from controller.cli.tables import moment

    until = moment(found["until"], found["zone"])
    return print(
        _("{machine} may come back until {until}; its agent asks once an hour, and when it is restarted",
          machine=line(found["name"]), until=until)
    )  # fmt: skip


@command(
    app,
    "hours",
    _("When a desktop or laptop is expected to be on: only then its silence is an incident."),
)
def hours(
    wishes: Wishes,
    machine: Which,
    days: Annotated[str, typer.Option("--days", help=_("As mon-fri or mon,wed,sat."))] = "",
    opens: Annotated[
        str,
        typer.Option(
            "--from", metavar="HH:MM", help=_("In the customer's zone, by the quarter of an hour: 08:45.")
        ),
    ] = "",
    closes: Annotated[str, typer.Option("--to", metavar="HH:MM")] = "",
    learnt: Annotated[
        bool, typer.Option("--learnt", help=_("Forget what was stated; count what is learnt."))
    ] = False,
) -> None:
    if days or opens or closes or learnt:
        given: dict[str, Any] = {"days": days, "from": opens, "to": closes, "learnt": learnt}
        Client(wishes).post("machines", machine, "hours", **given)
    found = Client(wishes).get("machines", machine)
    if wishes.as_json:
        return print_json(found["hours"])
    said = found["hours"]["said"] if found["hours"] else _("at all hours")
    return print(f"{line(found['name'])}: {line(said)}")


def _print_machine(one: dict[str, Any]) -> None:
    from controller.cli.sheets import print_incidents
    from controller.cli.tables import STATE_STYLES, cell, heading, moment, named, print_facts, put

    zone = one["zone"]
    top = cell(one["name"], "bold").append("  ")
    put(top.append_text(cell(named(one["state"]), STATE_STYLES.get(one["state"], ""))))
    print_facts([
        (_("Customer"), one["customer"]),
        (_("Site"), one["site"]),
        (_("Role"), named(one["role"])),
        (_("Expected on"), one["hours"]["said"] if one["hours"] else _("at all hours")),
        (_("Host"), one["host_name"]),
        (_("System"), f"{one['os_name']} {one['os_version']} {one['architecture']}".strip()),
        (_("Agent"), one["agent_version"]),
        (_("Watches"), ", ".join(one["watches"])),
        (_("Enrolled"), moment(one["enrolled_at"], zone)),
        (_("Started"), moment(one["boot_at"], zone)),
        (_("Last heard"), moment(one["last_seen_at"], zone)),
        (_("Silent since"), moment(one["silent_since"], zone)),
        (_("Said goodbye"), moment(one["goodbye_at"], zone)),
        (_("Back by"), moment(one["expected_return_at"], zone)),
        (_("Banned"), moment(one["banned_at"], zone)),
        (_("Reason"), one["ban_reason"]),
        (_("In quarantine since"), moment(one["quarantined_at"], zone)),
        ("Id", one["id"]),
    ])  # fmt: skip
    heading(_("Open incidents"))
    print_incidents(one["incidents"], _("None."))
    heading(_("History"))
    print_facts((f"  {moment(event['at'], zone)}", event["said"]) for event in one["history"])
