"""Waiting, merging and looking before one leaps, on the command line."""

import json
from datetime import timedelta

from tests.support.control import Control
from tests.support.pausable import agree_on_pauses


async def test_a_wait_from_its_beginning_to_its_end(control: Control) -> None:
    async with control.desk.storage.unit() as unit:
        await agree_on_pauses(unit)
    await control.desk.raised(await control.desk.finding())
    ran = await control.vigia(
        "incidents", "pause", "INC-1", "--for", "customer", "--at-most", "4h", "--told", "¿Nos llama?",
        "--note", "see @ana", "--as", "luis",
    )  # fmt: skip
    assert (ran.status, ran.err) == (0, "")
    listed = await control.vigia("incidents", "list", lang="es_MX.UTF-8")
    assert "en espera" in listed.out
    (row,) = json.loads((await control.vigia("incidents", "list", "--json")).out)
    assert row["waiting_since"] == "2026-03-02T12:00:00.000Z"
    shown = await control.vigia("incidents", "show", "1")
    assert "Waiting" in shown.out and "we wait for the customer’s answer, until 2 Mar 2026" in shown.out
    assert "Luis Paz paused the clocks that may be paused, until 2 Mar 2026, 10:00:00 CST" in shown.out
    again = await control.vigia("incidents", "pause", "INC-1", "--for", "part")
    assert (again.status, again.err) == (1, "vigia: INC-1 is paused already; let it go on first\n")
    es = await control.vigia("incidents", "pause", "INC-1", "--for", "part", lang="es_MX.UTF-8")
    assert es.err == "vigia: INC-1 ya está en pausa; reanúdela primero\n"
    control.desk.clock.set(control.desk.clock.now() + timedelta(hours=1))
    ran = await control.vigia("incidents", "resume", "INC-1", "--reason", "they called")
    assert "waiting" not in (await control.vigia("incidents", "list")).out
    assert "first response: 30 min left" in ran.out
    told = await control.vigia("explain", "INC-1")
    assert "let the clocks run again: they called" in told.out
    assert "stood still from" in told.out
    assert (await control.vigia("incidents", "resume", "INC-1")).err == "vigia: INC-1 is not paused\n"


async def test_the_default_plan_says_what_to_do_instead(control: Control) -> None:
    await control.desk.raised(await control.desk.finding())
    for lang, said in (
        ("en_US.UTF-8", "pauses nothing: tell the customer"),
        ("es_MX.UTF-8", "no detiene nada: diga al cliente"),
    ):
        ran = await control.vigia("incidents", "pause", "INC-1", "--for", "customer", lang=lang)
        assert ran.status == 1
        assert said in ran.err


async def test_two_that_are_one(control: Control) -> None:
    await control.desk.raised(await control.desk.finding())
    await control.desk.raised(await control.desk.finding(rule="disk.latency", object_name="sda"))
    ran = await control.vigia("incidents", "merge", "INC-2", "--into", "INC-1", "--as", "luis")
    assert ran.out.startswith("INC-1 · critical · open"), ran.err
    for reference, said in (("INC-1", "INC-2, merged with it"), ("INC-2", "INC-1, merged with it")):
        shown = await control.vigia("incidents", "show", reference)
        assert said in shown.out
        assert "Luis Paz merged INC-2 into it: both go on here" in shown.out
        assert "Luis Paz merged it into INC-1, which goes on for both" in shown.out
        assert said in (await control.vigia("explain", reference)).out
    wrong = await control.vigia("incidents", "merge", "INC-1", "--into", "INC-9")
    assert (wrong.status, wrong.err) == (
        2, "vigia: into: there is no incident 'INC-9'. Write it as INC-7\n",
    )  # fmt: skip
    undone = await control.vigia("incidents", "unmerge", "INC-2", "--reason", "another disk", "--as", "ana")
    assert "INC-2 · high · open" in undone.out


async def test_what_a_severity_would_do_is_said_before_it_does(control: Control) -> None:
    await control.desk.raised(await control.desk.finding())
    seen = await control.vigia("incidents", "severity", "INC-1", "high", "--preview")
    assert seen.out == "  first response: 2 Mar 2026, 06:30:00 CST → 2 Mar 2026, 08:00:00 CST\n", seen.err
    assert (await control.vigia("incidents", "show", "INC-1")).out.startswith("INC-1  critical")
    bare = await control.vigia("incidents", "severity", "INC-1", "high")
    assert (bare.status, bare.err) == (2, "vigia: reason: is empty. Say it in a few words\n")
