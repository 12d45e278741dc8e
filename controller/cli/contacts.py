"""`vigia contacts ...`: a customer's people, who may come to the portal."""

from typing import Annotated

import typer

from controller.cli.client import Client
from controller.cli.customers import Customer
from controller.cli.language import _
from controller.cli.options import Wishes, command
from controller.cli.terminal import line, print_json

app = typer.Typer()
Email = Annotated[str, typer.Argument(metavar="ADDRESS")]


@command(app, "list", _("A customer's people, the first one first."))
def listed(wishes: Wishes, customer: Customer) -> None:
    found = Client(wishes).get("contacts", customer=customer)
    if wishes.as_json:
        return print_json(found)
    from controller.cli.tables import print_table

    rows = (
        (one["name"], one["email"], one["language"], _("yes") if one["active"] else _("no")) for one in found
    )
    headings = (_("Name"), _("Mail"), _("Language"), _("May come in"))
    return print_table(headings, rows, _("Nobody yet; `vigia contacts add` lets somebody in."))


@command(app, "add", _("One more who may come to the portal, by a mailed link."))
def add(
    wishes: Wishes,
    email: Email,
    customer: Customer,
    name: Annotated[str, typer.Option("--name", metavar="NAME", help=_("What they are called."))],
    language: Annotated[
        str, typer.Option("--language", metavar="es|en", help=_("Of notices to them."))
    ] = "es",
) -> None:
    made = Client(wishes).post("contacts", customer=customer, name=name, email=email, language=language)
    if wishes.as_json:
        return print_json(made)
    who, whose = line(made["name"]), line(made["customer"])
    return print(_("{name} of {customer} may come in", name=who, customer=whose))


@command(app, "remove", _("Somebody who may not come in any more; signed out at once."))
def remove(wishes: Wishes, email: Email, customer: Customer) -> None:
    gone = Client(wishes).post("contacts", "remove", customer=customer, email=email)
    if wishes.as_json:
        return print_json(gone)
    who, whose = line(gone["name"]), line(gone["customer"])
    return print(_("{name} of {customer} may not come in any more", name=who, customer=whose))
