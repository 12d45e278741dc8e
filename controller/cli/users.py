"""`vigia users ...`: members of staff."""

import sys
from enum import StrEnum
from typing import Annotated, Any

import typer

from controller.cli.client import Client
from controller.cli.language import _
from controller.cli.options import Wishes, command
from controller.cli.terminal import line, print_json

app = typer.Typer()
Login = Annotated[str, typer.Argument(metavar="LOGIN")]


class Role(StrEnum):
    VIEWER = "viewer"
    ENGINEER = "engineer"
    ADMINISTRATOR = "administrator"


class Duty(StrEnum):
    ON = "on"
    OFF = "off"


@command(app, "add", _("A new member of staff; prints the link where they choose a password."))
def add(
    wishes: Wishes,
    login: Login,
    name: Annotated[str, typer.Option("--name", metavar="NAME", help=_("As it is shown to customers."))],
    email: Annotated[str, typer.Option("--email", metavar="ADDRESS", help=_("Where notices go."))],
    role: Annotated[Role, typer.Option("--role")] = Role.ENGINEER,
    level: Annotated[int, typer.Option("--level", metavar="1..3", help=_("The support level."))] = 1,
    on_duty: Annotated[
        bool, typer.Option("--on-duty/--off-duty", help=_("Whether notices of that level go there now."))
    ] = True,
    language: Annotated[str, typer.Option("--language", metavar="es|en")] = "es",
    zone: Annotated[str, typer.Option("--zone", metavar="ZONE")] = "America/Mexico_City",
) -> None:
    made = Client(wishes).post(
        "users", login=login, name=name, email=email, role=role.value, level=level, on_duty=on_duty,
        language=language, zone=zone,
    )  # fmt: skip
    _give_link(wishes, made)


@command(app, "link", _("A new link for somebody to choose a password; older ones die."))
def link(wishes: Wishes, login: Login) -> None:
    _give_link(wishes, Client(wishes).post("users", login, "link"))


@command(app, "duty", _("Put somebody on duty, or take them off."))
def duty(wishes: Wishes, login: Login, duty: Annotated[Duty, typer.Argument(metavar="on|off")]) -> None:
    changed = Client(wishes).patch("users", login, on_duty=duty is Duty.ON)
    if wishes.as_json:
        return print_json(changed)
    told = _("{login} is on duty at level {level}") if changed["on_duty"] else _("{login} is off duty")
    if changed["rota"]:
        note = _("level {level} has a rota, which decides: vigia duty show", level=changed["level"])
        print(note, file=sys.stderr)
    return print(told.format(login=line(changed["login"]), level=changed["level"]))


@command(app, "change", _("Change somebody; who is made inactive is signed out at once."))
def change(
    wishes: Wishes,
    login: Login,
    name: Annotated[str | None, typer.Option("--name", metavar="NAME")] = None,
    email: Annotated[str | None, typer.Option("--email", metavar="ADDRESS")] = None,
    role: Annotated[Role | None, typer.Option("--role")] = None,
    level: Annotated[int | None, typer.Option("--level", metavar="1..3")] = None,
    language: Annotated[str | None, typer.Option("--language", metavar="es|en")] = None,
    zone: Annotated[str | None, typer.Option("--zone", metavar="ZONE")] = None,
    active: Annotated[
        bool | None, typer.Option("--active/--inactive", help=_("Whether they may come in at all."))
    ] = None,
) -> None:
    """Only what is given changes."""
    changed = Client(wishes).patch(
        "users", login, name=name, email=email, role=role.value if role else None, level=level,
        language=language, zone=zone, active=active,
    )  # fmt: skip
    if wishes.as_json:
        return print_json(changed)
    told = _("{login} is changed") if changed["active"] else _("{login} is inactive and signed out")
    return print(told.format(login=line(changed["login"])))


@command(app, "list", _("Everybody who works here."))
def listed(wishes: Wishes) -> None:
    found = Client(wishes).get("users")
    if wishes.as_json:
        return print_json(found)
    from controller.cli.tables import cell, named, print_table

    yes, no = _("yes"), _("no")
    headings = (
        _("Login"), _("Name"), _("Mail"), _("Role"), _("Level"), _("On duty"), _("Language"), _("Password"),
        _("Active"),
    )  # fmt: skip
    rows = (
        (
            cell(one["login"], "bold"),
            one["name"],
            one["email"],
            named(one["role"]),
            str(one["level"]),
            yes if one["on_duty"] else no,
            one["language"],
            yes if one["has_password"] else no,
            yes if one["active"] else no,
        )
        for one in found
    )
    return print_table(headings, rows, _("Nobody yet; `vigia users add LOGIN` is the beginning."))


def _give_link(wishes: Wishes, made: dict[str, Any]) -> None:
    """The link alone goes to standard output."""
    if wishes.as_json:
        return print_json(made)
    told = _("{login} chooses a password here, once, within 24 hours:", login=line(made["login"]))
    print(told, file=sys.stderr, flush=True)
    return print(line(made["link"]))
