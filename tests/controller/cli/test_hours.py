"""When a desktop is expected to be on, by command: learnt until somebody says so."""

from controller.fleet import store
from tests.support.control import Control


async def test_hours_are_stated_shown_and_forgotten(control: Control) -> None:
    server = await control.vigia("machines", "hours", "caja-1")
    assert (server.status, server.out) == (0, "caja-1: at all hours\n"), server.err
    refused = await control.vigia(
        "machines", "hours", "caja-1", "--days", "mon-fri", "--from", "09:00", "--to", "14:00"
    )
    assert (refused.status, refused.err) == (
        1,
        "vigia: caja-1 is neither a desktop nor a laptop: only those have hours\n",
    )
    async with control.desk.storage.unit() as unit:
        known = await store.machine_named(unit.connection, "caja-1")
        assert known is not None
        await store.change_machine(unit.connection, known.id, role="desktop")
    assert "not known yet" in (await control.vigia("machines", "hours", "caja-1")).out
    stated = await control.vigia(
        "machines", "hours", "caja-1", "--days", "mon-fri,sun", "--from", "9:00", "--to", "14:00"
    )
    assert stated.status == 0, stated.err
    assert stated.out.startswith("caja-1: Mon–Fri, Sun 09:00–14:00 (stated by ")
    assert "Mon–Fri, Sun 09:00–14:00" in " ".join(
        (await control.vigia("machines", "show", "caja-1")).out.split()
    )
    told = await control.vigia("machines", "show", "caja-1", "--json")
    assert told.json["hours"]["spans"] == [["09:00", "14:00"]]
    for wrong in (("--from", "09:00"), ("--days", "mon-fry", "--from", "09:00", "--to", "14:00")):
        bad = await control.vigia("machines", "hours", "caja-1", *wrong)
        assert (bad.status, "days" in bad.err) == (2, True), bad.err
    forgotten = await control.vigia("machines", "hours", "caja-1", "--learnt")
    assert "not known yet" in forgotten.out
