"""What was tried in the lab, by commands: one incident's, and a problem's together."""

from uuid import UUID

from tests.support.attempts import RUN, attempted
from tests.support.control import Control
from tests.support.sufferers import sufferer


async def tried(control: Control, case: str, seen: int, told: int, unsure: int, run: UUID) -> None:
    desk = control.desk
    await attempted(
        desk.storage, control.blobs, desk.clock, desk.ana.actor, case, seen=seen, told=told, unsure=unsure,
        run=run,
    )  # fmt: skip


async def test_an_incidents_attempts_are_told_with_how_often_and_how_sure(control: Control) -> None:
    await sufferer(control.desk, "Uno", "es")
    nobody = await control.vigia("incidents", "attempts", "INC-1")
    assert (nobody.status, nobody.out) == (0, "")
    assert "Nobody has tried" in nobody.err
    await tried(control, "INC-1", 7, 20, 2, RUN)
    told = await control.vigia("incidents", "attempts", "INC-1")
    assert told.status == 0, told.err
    assert "7 of 20, 18-57 % · 22 attempts · 2 inconclusive · ana@bench" in told.out
    assert "22/22" in told.out
    assert "\u202e" not in told.out
    spanish = await control.vigia("incidents", "attempts", "1", "--limit", "1", lang="es_MX.UTF-8")
    assert "7 de 20, 18-57 %" in spanish.out
    assert "no concluyente" in spanish.out
    assert "Se muestra el 1 intento más reciente" in spanish.out
    whole = (await control.vigia("incidents", "attempts", "INC-1", "--json")).json
    assert (whole["seen"], whole["tried"], whole["inconclusive"], len(whole["list"])) == (7, 20, 2, 22)
    assert (whole["low"], whole["high"]) == (0.1812, 0.5671)
    first = whole["list"][0]
    assert [file["name"] for file in first["files"]] == ["transcript.cast", "recipe.toml", "environment.json"]
    assert (first["verdict"], first["expected"]) == ("reproduced", "a job is gone after a restart")
    one = await control.vigia("incidents", "attempts", "INC-1", "--run", str(RUN)[:8], "--json")
    assert one.json["attempts"] == 22
    odd = await control.vigia("incidents", "attempts", "INC-1", "--run", "ff")
    assert (odd.status, "run: is none of this incident" in odd.err) == (2, True)
    assert (await control.vigia("incidents", "attempts", "INC-9")).status == 1


async def test_a_problem_tells_the_attempts_of_all_its_incidents(control: Control) -> None:
    await sufferer(control.desk, "Uno", "es")
    await sufferer(control.desk, "Two", "en")
    await tried(control, "INC-1", 7, 20, 0, RUN)
    await tried(control, "INC-2", 1, 4, 0, UUID(int=0xB0B << 96))
    opened = await control.vigia(
        "problems", "open", "Spooler", "--incident", "INC-1", "--incident", "INC-2", "--as", "luis"
    )
    assert opened.status == 0, opened.err
    shown = (await control.vigia("problems", "show", "PRB-1")).out
    for said in ("8 of 24, 18-53 % · 24 attempts", "INC-1", "INC-2", "1 of 4, 5-70 %", "spooler-forgets"):
        assert said in shown
    found = (await control.vigia("problems", "show", "PRB-1", "--json")).json["reproduction"]
    assert {one["incident"] for one in found["runs"]} == {"INC-1", "INC-2"}
