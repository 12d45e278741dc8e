"""Customers, sites, the line to paste, machines and users by command."""

import json

from controller.people import actions as people
from tests.support.control import Control


async def test_from_a_customer_to_the_line_to_paste(control: Control) -> None:
    """The line alone on standard output, so that it can be piped; the rest is for the reader."""
    added = await control.vigia("customers", "add", "Clínica Núñez", "--contact-email", "a@nunez.example")
    assert (added.status, added.out) == (0, "customer Clínica Núñez added\n")
    again = await control.vigia("customers", "add", "Clínica Núñez")
    assert (again.status, again.err) == (1, "vigia: there is a customer 'Clínica Núñez' already\n")
    bad = await control.vigia("customers", "add", "Otra", "--contact-email", "a@b@c d")
    assert (bad.status, bad.err.count("contact_email")) == (2, 1)
    site = await control.vigia("sites", "add", "Consulta", "--customer", "Clínica Núñez")
    assert site.status == 0, site.err
    sites = await control.vigia("sites", "list", "--customer", "Clínica Núñez", "--json")
    assert sites.json == [{"customer": "Clínica Núñez", "name": "Consulta"}]
    line = await control.vigia("enrol", "--customer", "Clínica Núñez", "--site", "Consulta", "--hours", "2")
    assert line.status == 0, line.err
    assert line.out.count("\n") == 1
    assert line.out.startswith("vigia-agent enrol --controller=vigia.example:7444 --token=")
    assert "It works once, until 2 Mar 2026, 08:00:00 CST" in line.err
    nobody = await control.vigia("enrol", "--customer", "Nobody")
    assert (nobody.status, nobody.out) == (1, "")
    assert (await control.vigia("enrol", "--customer", "Clínica Núñez", "--hours", "nan")).status == 2


async def test_a_machine_that_is_put_out(control: Control) -> None:
    listed = await control.vigia("machines", "list")
    assert "caja-1" in listed.out
    banned = await control.vigia("machines", "ban", "caja-1", "--reason", "stolen")
    assert (banned.status, banned.out) == (0, "caja-1 is banned since 2 Mar 2026, 06:00:00 CST\n")
    shown = await control.vigia("machines", "show", "caja-1")
    assert "stolen" in shown.out
    assert "Open incidents" in shown.out
    assert (
        await control.vigia("machines", "show", "no-such")
    ).err == "vigia: there is no machine 'no-such'\n"


async def test_a_machine_is_let_in_again(control: Control) -> None:
    """While it is out, only those who ask for all of them see it in the list."""
    await control.vigia("machines", "ban", "caja-1", "--reason", "stolen")
    assert "caja-1" not in (await control.vigia("machines", "list")).out
    assert "caja-1" in (await control.vigia("machines", "list", "--all")).out
    back = await control.vigia("machines", "unban", "caja-1")
    assert (back.status, back.out) == (0, "caja-1 may connect again\n")
    assert "caja-1" in (await control.vigia("machines", "list")).out
    again = await control.vigia("machines", "unban", "caja-1")
    assert (again.status, again.err) == (1, "vigia: caja-1 is not banned\n")


async def test_a_customer_gets_an_address_later(control: Control) -> None:
    await control.vigia("customers", "add", "Otra")
    changed = await control.vigia("customers", "change", "Otra", "--contact-email", "luz@otra.example")
    assert (changed.status, changed.out) == (0, "customer Otra changed; contact: luz@otra.example\n")
    listed = (await control.vigia("customers", "list", "--json")).json
    assert [one["contact_email"] for one in listed if one["name"] == "Otra"] == ["luz@otra.example"]
    bad = await control.vigia("customers", "change", "Otra", "--contact-email", "luz")
    assert (bad.status, bad.err.count("contact_email")) == (2, 1)


async def test_who_leaves_is_signed_out(control: Control) -> None:
    storage, ana = control.desk.storage, control.desk.ana
    token, _ = await people.start_session(storage, ana)
    gone = await control.vigia("users", "change", "ana", "--inactive")
    assert (gone.status, gone.out) == (0, "ana is inactive and signed out\n")
    assert (await control.vigia("users", "change", "ana", "--active")).out == "ana is changed\n"
    assert await people.session_of(storage, token) is None


async def test_a_colleague_gets_a_link_and_duty(control: Control) -> None:
    added = await control.vigia(
        "users", "add", "pia", "--name", "Pía Gil", "--email", "pia@vigia.example", "--level", "2"
    )
    assert added.status == 0, added.err
    assert added.out.startswith("https://vigia.example/link/")
    assert added.out.count("\n") == 1
    newer = await control.vigia("users", "link", "pia")
    assert newer.out != added.out
    off = await control.vigia("users", "duty", "pia", "off")
    assert off.out == "pia is off duty\n"
    on = await control.vigia("users", "duty", "pia", "on")
    assert on.out == "pia is on duty at level 2\n"
    listed = (await control.vigia("users", "list", "--json")).json
    [pia] = [one for one in listed if one["login"] == "pia"]
    assert (pia["role"], pia["level"], pia["on_duty"], pia["has_password"]) == ("engineer", 2, True, False)
    bad = await control.vigia("users", "add", "p i a", "--name", "x", "--email", "x@y.example", "--json")
    assert (bad.status, json.loads(bad.err)["error"]["field"]) == (2, "login")
