"""What an engineer types while a customer waits."""

import json
from datetime import timedelta

from controller.incidents import store as incidents
from controller.incidents.case import Incident
from tests.support.control import Control


async def opened(control: Control) -> Incident:
    return await control.desk.raised(await control.desk.finding())


async def written(control: Control, case: Incident) -> list[tuple[str, str, str]]:
    """What people wrote: kind, who, words."""
    async with control.desk.storage.reading() as connection:
        entries = await incidents.timeline(connection, case.id)
    return [(entry.kind.value, entry.actor_name, entry.body) for entry in entries if entry.body]


async def test_an_answer_by_command_line_stops_the_first_response_clock(control: Control) -> None:
    case = await opened(control)
    listed = await control.vigia("incidents", "list")
    assert listed.status == 0, listed.err
    assert "first response: 30 min left" in listed.out
    await control.desk.until(control.desk.clock.now() + timedelta(minutes=20))
    done = await control.vigia(
        "incidents", "respond", "INC-1", "We are on it.", "--channel", "phone", "--as", "luis"
    )
    assert done.status == 0, done.err
    assert done.out == "INC-1 · critical · open · level 1 · owner luis · customer update: 2 h left\n"
    assert done.err == ""
    assert await written(control, case) == [("responded", "Luis Paz", "We are on it.")]
    told = await control.vigia("explain", "INC-1")
    assert "Luis Paz answered the customer by phone" in told.out
    assert "first response: kept" in told.out
    assert "customer update 1: running, 2 h left" in told.out


async def test_an_incident_from_its_opening_to_its_end(control: Control) -> None:
    """Every verb once, by the number alone as well, with options before and after the command."""
    await opened(control)
    steps = (
        (("note", "1", "looked at it"), "open · level 1 · no owner"),
        (("escalate", "INC-1", "2", "--reason", "needs a specialist"), "open · level 2"),
        (("severity", "inc-1", "high", "--reason", "there is a workaround"), "high · open"),
        (("assign", "INC-1", "ana"), "owner ana"),
        (("update", "INC-1", "half done", "--channel", "email"), "customer update: 4 h left"),
        (("resolve", "INC-1", "restarted"), "resolved"),
        (("reopen", "INC-1", "--reason", "it is back"), "open"),
        (("close", "INC-1", "--reason", "replaced"), "closed · level 2 · owner ana · –"),
    )
    for words, said in steps:
        ran = await control.vigia(
            "--data", str(control.data), "incidents", *words, "--lang", "en", VIGIA_DATA="/none"
        )
        assert ran.status == 0, ran.err
        assert said in ran.out
    listed = await control.vigia("incidents", "list")
    assert (listed.status, listed.out) == (0, "")
    everything = await control.vigia("incidents", "list", "--state", "closed", "--json")
    assert [one["reference"] for one in everything.json] == ["INC-1"]


async def test_the_whole_incident_in_spanish(control: Control) -> None:
    await opened(control)
    shown = await control.vigia("incidents", "show", "INC-1", lang="es_MX.UTF-8")
    assert "tienda no responde" in shown.out
    assert "Qué hacer ahora\n  1. Mire la evidencia" in shown.out
    assert "primera respuesta: quedan 30 min" in shown.out
    unknown = await control.vigia("incidents", "show", "INC-9", lang="C")
    assert (unknown.status, unknown.err) == (1, "vigia: no hay ninguna incidencia 'INC-9'\n")


async def test_an_unknown_incident(control: Control) -> None:
    for verb in ("show", "respond", "close"):
        more = {"show": (), "respond": ("x",), "close": ("--reason", "x")}[verb]
        ran = await control.vigia("incidents", verb, "INC-77", *more)
        assert (ran.status, ran.out, ran.err) == (1, "", "vigia: there is no incident 'INC-77'\n")


async def test_a_bad_date_shows_the_format(control: Control) -> None:
    case = await opened(control)
    for typed in ("yesterday", "2026-13-01T10:00Z", "2026-03-02T10:30", "0001-01-01T00:00+14:00", ""):
        ran = await control.vigia(
            "incidents", "respond", "INC-1", "x", "--at", typed, "--reason", "phone was dead"
        )
        assert ran.status == 2, typed
        assert ran.err.startswith("vigia: at: "), ran.err
        assert ran.err.count("\n") == 1
        if typed:
            assert "Write it as 2026-03-02T10:30-06:00" in ran.err or "before the incident" in ran.err
    assert await written(control, case) == []


async def test_a_call_written_down_late(control: Control) -> None:
    """The alarm was right by what was known; the call corrects it, and both are shown (contract.md T7)."""
    case = await opened(control)
    await control.desk.until(control.desk.clock.now() + timedelta(minutes=40))
    bare = await control.vigia("incidents", "respond", "INC-1", "called", "--at", "2026-03-02T06:10-06:00")
    assert bare.status == 2
    assert bare.err.startswith("vigia: reason: is empty")
    ran = await control.vigia(
        "incidents", "respond", "INC-1", "called", "--at", "2026-03-02T06:10-06:00", "--reason", "no signal"
    )
    assert ran.status == 0, ran.err
    told = await control.vigia("explain", "INC-1")
    assert "first response: kept" in told.out
    assert "first response: the alarm of 2 Mar 2026, 06:30:00 CST was corrected" in told.out
    assert len(await written(control, case)) == 1


async def test_words_from_standard_input(control: Control) -> None:
    case = await opened(control)
    text = "Línea uno\n\nlínea tres: ñandú 🦤\n"
    ran = await control.vigia("incidents", "respond", "INC-1", "-", stdin=text.encode())
    assert ran.status == 0, ran.err
    assert [words for _, _, words in await written(control, case)] == [text.strip()]
    shown = await control.vigia("incidents", "show", "INC-1")
    assert "      Línea uno\n" in shown.out
    broken = await control.vigia("incidents", "note", "INC-1", "-", stdin=b"caf\xe9")
    assert (broken.status, broken.err.count("UTF-8")) == (2, 1)
    assert len(await written(control, case)) == 1


async def test_a_text_that_is_too_long_changes_nothing(control: Control) -> None:
    case = await opened(control)
    await control.vigia("incidents", "note", "INC-1", "first")
    for size in (64 * 1024 + 1, 1024 * 1024 + 1):
        ran = await control.vigia("incidents", "respond", "INC-1", "-", stdin=b"x" * size)
        assert (ran.status, ran.out) == (2, "")
        assert ran.err.startswith("vigia: body: ")
        assert "Shorten it" in ran.err
    exactly = await control.vigia("incidents", "note", "INC-1", "-", stdin=b"x" * 64 * 1024)
    assert exactly.status == 0, exactly.err
    assert [len(words) for _, _, words in await written(control, case)] == [5, 64 * 1024]


async def test_json_is_for_programs(control: Control) -> None:
    await opened(control)
    [one] = (await control.vigia("incidents", "list", "--json")).json
    assert one["reference"] == "INC-1"
    assert one["next_clock"]["due"] == "2026-03-02T12:30:00.000Z"
    refused = await control.vigia("--json", "incidents", "respond", "INC-1", "x", "--channel", "pigeon")
    assert (refused.status, refused.out) == (2, "")
    error = json.loads(refused.err)["error"]
    assert (error["kind"], error["field"]) == ("invalid", "channel")
    assert (await control.vigia("incidents", "close", "INC-1", "--reason", "x", "--json")).json[
        "state"
    ] == "closed"
    again = await control.vigia("incidents", "close", "INC-1", "--reason", "x", "--json")
    assert (again.status, json.loads(again.err)["error"]["kind"]) == (1, "conflict")
