"""From two customers' incidents to one cause, and to a solution that both get, by commands alone."""

import json

from tests.support.control import Control, Ran
from tests.support.sufferers import ES, sufferer


async def done(control: Control, *words: str, stdin: bytes = b"") -> Ran:
    ran = await control.vigia("problems", *words, stdin=stdin)
    assert ran.status == 0, ran.err
    return ran


async def test_the_whole_way_from_a_suspicion_to_everyone(control: Control) -> None:
    """Linked, owned, understood, solved, drafted, approved by somebody else, sent; the incident tells it."""
    await sufferer(control.desk, "Uno", "es")
    await sufferer(control.desk, "Two", "en")
    opened = await done(control, "open", "Spooler dies", "--incident", "INC-1", "--as", "luis")
    assert opened.out == "PRB-1 · open · 1 incident · 1 customer · owner luis\n"
    steps = (
        (("link", "PRB-1", "inc-2"), "2 incidents · 2 customers"),
        (("own", "1", "eva"), "owner eva"),
        (("state", "PRB-1", "investigating"), "being investigated"),
        (("workaround", "PRB-1", "Restart the spooler."), "PRB-1"),
        (("cause", "PRB-1", "It leaks handles."), "PRB-1"),
        (("component", "PRB-1", "driver 31.0.14"), "PRB-1"),
        (("state", "PRB-1", "known_error"), "known error"),
        (("solution", "PRB-1", ES, "--language", "es", "--steps", "Abra\nPulse", "--as", "luis"), "PRB-1"),
        (("solution", "PRB-1", "Update it.", "--language", "en", "--as", "luis"), "PRB-1"),
        (("state", "PRB-1", "solution_proposed"), "solution proposed"),
        (("state", "PRB-1", "verified"), "solution verified"),
    )
    for words, said in steps:
        assert said in (await done(control, *words)).out
    shown = await control.vigia("incidents", "show", "INC-1")
    assert "Restart the spooler." in shown.out

    read = (await done(control, "draft", "PRB-1", "--as", "luis")).out
    assert "Hola, Contact Uno:" in read
    assert "waits for approval" in read
    await done(control, "edit", "PRB-1", "Update it today.", "--customer", "Two", "--as", "luis")
    refused = await control.vigia("problems", "approve", "PRB-1", "--as", "luis")
    assert (refused.status, "a second pair of eyes must approve it" in refused.err) == (1, True)
    assert "2 drafts wait" in (await done(control, "show", "PRB-1")).out
    assert "approved, not sent" in (await done(control, "approve", "PRB-1", "--as", "ana")).out
    assert "0 of 2 customers told" in (await done(control, "send", "PRB-1")).out
    await control.desk.ticker.turn()
    whole = await done(control, "show", "PRB-1", "--json")
    assert [one["status"] for one in whole.json["sending"]["customers"]] == ["told", "told"]
    assert whole.json["sending"]["done"] is True
    told = (await control.vigia("explain", "INC-2")).out
    for said in ("PRB-1", "Restart the spooler.", "approved by Ana Ruiz", "Update it today.",
                 "Ana Ruiz sent the customer the solution of PRB-1"):  # fmt: skip
        assert said in told
    assert "Two was told (INC-2), approved by Ana Ruiz" in (await done(control, "show", "1")).out
    assert "problem closed" in (await done(control, "close", "PRB-1")).out
    assert (await done(control, "list", "--json")).json == []
    assert [one["reference"] for one in (await done(control, "list", "--state", "all", "--json")).json] == [
        "PRB-1"
    ]


async def test_what_cannot_be_done_is_said_in_one_line_in_both_languages(control: Control) -> None:
    await sufferer(control.desk, "Uno")
    await done(control, "open", "x", "--as", "luis")
    refusals = (
        (("show", "PRB-9"), 1, "there is no problem 'PRB-9'"),
        (("link", "PRB-1", "INC-9"), 1, "there is no incident 'INC-9'"),
        (("state", "PRB-1", "known_error"), 1, "PRB-1 has no workaround yet; write it first"),
        (("draft", "PRB-1"), 1, "PRB-1 has no linked incidents; link them first"),
        (("send", "PRB-1"), 1, "PRB-1 has no drafts yet; draft the solution first"),
        (("close", "PRB-1"), 2, "reason: is empty. Say why it goes back, or why it is closed unsolved"),
        (("open", " "), 2, "title: is empty. Say it in a few words"),
        (("workaround", "PRB-1", "x" * 70_000), 2, "workaround: has 70000 bytes, at most 65536 are taken"),
    )
    for words, status, said in refusals:
        ran = await control.vigia("problems", *words)
        assert (ran.status, ran.out, len(ran.err.splitlines())) == (status, "", 1), ran.err
        assert said in ran.err
        spanish = await control.vigia("problems", *words, lang="es")
        assert said.split("'")[0] not in spanish.err, spanish.err


async def test_long_words_come_from_standard_input(control: Control) -> None:
    await done(control, "open", "x", "--as", "luis")
    await done(control, "workaround", "PRB-1", "-", stdin="Línea uno\nLínea dos\n".encode())
    ran = await done(control, "show", "PRB-1", "--json")
    assert json.loads(ran.out)["workaround"] == "Línea uno\nLínea dos"
