"""`vigia customers ...`, `vigia sites ...`, and `vigia enrol`, which brings a customer's machine in."""

import sys
from enum import StrEnum
from typing import Annotated

import typer

from controller.cli.client import Client
from controller.cli.language import _
from controller.cli.options import Wishes, command
from controller.cli.terminal import line, print_json

app = typer.Typer()
sites = typer.Typer()


class Role(StrEnum):
    SERVER = "server"
    DESKTOP = "desktop"
    LAPTOP = "laptop"
    LAB = "lab"


Customer = Annotated[str, typer.Option("--customer", metavar="NAME", help=_("The customer's name."))]


@command(app, "add", _("A new customer."))
def add(
    wishes: Wishes,
    name: Annotated[str, typer.Argument(metavar="NAME")],
    language: Annotated[
        str, typer.Option("--language", metavar="es|en", help=_("Of notices to them."))
    ] = "es",
    contact_name: Annotated[str, typer.Option("--contact-name", metavar="NAME")] = "",
    contact_email: Annotated[
        str, typer.Option("--contact-email", metavar="ADDRESS", help=_("Where notices go."))
    ] = "",
    zone: Annotated[
        str, typer.Option("--zone", metavar="ZONE", help=_("Their time zone."))
    ] = "America/Mexico_City",
) -> None:
    made = Client(wishes).post(
        "customers", name=name, language=language, contact_name=contact_name, contact_email=contact_email,
        zone=zone,
    )  # fmt: skip
    if wishes.as_json:
        return print_json(made)
    return print(_("customer {name} added", name=line(made["name"])))


@command(app, "change", _("Change who gets their notices, in which language, at which hours."))
def change(
    wishes: Wishes,
    name: Annotated[str, typer.Argument(metavar="NAME")],
    language: Annotated[
        str | None, typer.Option("--language", metavar="es|en", help=_("Of notices to them."))
    ] = None,
    contact_name: Annotated[str | None, typer.Option("--contact-name", metavar="NAME")] = None,
    contact_email: Annotated[
        str | None, typer.Option("--contact-email", metavar="ADDRESS", help=_("Where notices go."))
    ] = None,
    zone: Annotated[str | None, typer.Option("--zone", metavar="ZONE", help=_("Their time zone."))] = None,
) -> None:
    """Only what is given changes."""
    changed = Client(wishes).patch(
        "customers", name, language=language, contact_name=contact_name, contact_email=contact_email,
        zone=zone,
    )  # fmt: skip
    if wishes.as_json:
        return print_json(changed)
    contact = " ".join(one for one in (changed["contact_name"], changed["contact_email"]) if one)
    return print(_("customer {name} changed; contact: {contact}", name=line(changed["name"]),
                   contact=line(contact or _("none"))))  # fmt: skip


@command(app, "list", _("Every customer."))
def listed(wishes: Wishes) -> None:
    found = Client(wishes).get("customers")
    if wishes.as_json:
        return print_json(found)
    from controller.cli.tables import print_table

    headings = (_("Customer"), _("Contact"), _("Mail"), _("Language"), _("Time zone"))
    rows = ((c["name"], c["contact_name"], c["contact_email"], c["language"], c["zone"]) for c in found)
    return print_table(headings, rows, _("No customer yet; `vigia customers add NAME` makes one."))


@command(sites, "add", _("A new site of a customer's."))
def add_site(
    wishes: Wishes, name: Annotated[str, typer.Argument(metavar="NAME")], customer: Customer
) -> None:
    made = Client(wishes).post("sites", customer=customer, name=name)
    if wishes.as_json:
        return print_json(made)
    return print(
        _("site {name} of {customer} added", name=line(made["name"]), customer=line(made["customer"]))
    )


@command(sites, "list", _("A customer's sites."))
def list_sites(wishes: Wishes, customer: Customer) -> None:
    found = Client(wishes).get("sites", customer=customer)
    if wishes.as_json:
        return print_json(found)
    from controller.cli.tables import print_table

    return print_table((_("Site"),), ((site["name"],) for site in found), _("No site yet."))


def register(app: typer.Typer) -> None:
    command(app, "enrol", _("Print the line to paste on a customer's machine; it works once."))(enrol)


def enrol(
    wishes: Wishes,
    customer: Customer,
    site: Annotated[str | None, typer.Option("--site", metavar="NAME")] = None,
    role: Annotated[Role, typer.Option("--role", help=_("How its silence is judged."))] = Role.SERVER,
    hours: Annotated[
        float, typer.Option("--hours", metavar="HOURS", help=_("How long the line can be used."))
    ] = 24,
) -> None:
    """The line alone goes to standard output, so that it can be piped."""
    made = Client(wishes).post("enrol", customer=customer, site=site, role=role.value, hours=hours)
    if wishes.as_json:
        return print_json(made)
    from controller.cli.tables import moment

    at = moment(made["expires_at"], made["zone"])
    told = _(
        "Paste this line on a machine of {customer}, as root. It works once, until {at}.",
        at=at,
        customer=line(made["customer"]),
    )
    if role is Role.LAB:
        told = _("Paste this line on an engineer's bench. It works once, until {at}.", at=at)
    print(told, file=sys.stderr, flush=True)
    return print(line(made["line"]))
