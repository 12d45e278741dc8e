"""What an engineer types to write down what was learnt, to ask for more, and to see what is forgotten."""

from datetime import timedelta

from tests.controller.cli.test_incidents import opened
from tests.support.control import Control, Ran


async def ran(control: Control, *words: str, **more: str) -> Ran:
    done = await control.vigia(*words, **more)
    assert done.status == 0, done.err
    return done


async def test_an_article_from_draft_to_found(control: Control) -> None:
    drafted = await ran(
        control, "articles", "draft", "--title", "Error de impresión", "--symptom", "No imprime",
        "--steps", "Uno\nDos", "--as", "luis",
    )  # fmt: skip
    assert drafted.out.startswith("ART-1 · Draft\n")
    own = await control.vigia("articles", "review", "1", "--as", "luis")
    assert (own.status, own.err) == (1, "vigia: whoever wrote it cannot review it; ask a colleague\n")
    await ran(control, "articles", "write", "ART-1", "--language", "en", "--title", "Printing error",
              "--symptom", "It does not print", "--steps", "One", "--as", "luis")  # fmt: skip
    await ran(control, "articles", "review", "art-1", "--as", "ana")
    published = await ran(control, "articles", "publish", "ART-1", "--for", "customers", "--as", "ana")
    assert "ART-1 · Published · For customers" in published.out
    for words in ("impresion", "imprimian", "printing"):
        found = await ran(control, "articles", "search", words, "--as-seen-by", "customers", "--json")
        assert [one["reference"] for one in found.json] == ["ART-1"], words
    nothing = await ran(control, "articles", "search", "tomate")
    assert (nothing.out, nothing.err) == ("", "Nothing answers that.\n")
    proven = await ran(control, "articles", "prove", "1", "--json")
    assert proven.json["proven_at"] is not None
    listed = await ran(control, "articles", "list", lang="es")
    assert "Para clientes" in listed.out
    await ran(control, "articles", "withdraw", "1", "--reason", "solved by the vendor")
    assert (await ran(control, "articles", "search", "impresion", "--json")).json == []


async def test_a_draft_begins_with_what_a_problem_says(control: Control) -> None:
    await opened(control)
    await ran(control, "problems", "open", "Driver 31 loses the queue", "--incident", "INC-1")
    await ran(control, "problems", "cause", "PRB-1", "The driver")
    await ran(control, "problems", "solution", "PRB-1", "Install driver 32", "--language", "en")
    drafted = await ran(control, "articles", "draft", "--from", "prb-1", "--language", "en", "--json")
    text = drafted.json["texts"]["en"]
    assert (text["title"], text["cause"], text["steps"]) == (
        "Driver 31 loses the queue", "The driver", "Install driver 32",
    )  # fmt: skip
    assert "tienda" in text["symptom"]
    assert drafted.json["origin"] == "PRB-1"


async def test_a_request_from_its_registration_to_its_end(control: Control) -> None:
    await opened(control)
    await control.desk.raised(await control.desk.finding(object_name="agenda"))
    made = await ran(
        control, "requests", "add", "--from", "INC-1", "--kind", "bug", "--title", "Loses receipts"
    )
    assert made.out.startswith("REQ-1 · Bug · Open\nLoses receipts\n")
    await ran(control, "requests", "join", "1", "INC-2")
    again = await control.vigia("requests", "join", "1", "INC-2")
    assert (again.status, again.err) == (1, "vigia: INC-2 asks for REQ-1 already\n")
    bare = await control.vigia("requests", "state", "REQ-1", "declined")
    assert bare.status == 2
    done = await ran(control, "requests", "state", "REQ-1", "declined", "--reason", "by design", "--json")
    assert done.json["customers"] == ["Panadería Sol"]
    [listed] = (await ran(control, "requests", "list", "--json")).json
    assert (listed["state"], listed["incidents"], listed["customers"]) == ("declined", 2, ["Panadería Sol"])
    told = await ran(control, "explain", "INC-2")
    assert "registered REQ-1 from it: Loses receipts" in told.out
    unknown = await control.vigia("requests", "show", "REQ-9", lang="es")
    assert (unknown.status, unknown.err) == (1, "vigia: no hay ninguna solicitud 'REQ-9'\n")


async def test_a_call_is_taken_down_and_forgotten_ones_are_listed(control: Control) -> None:
    taken = await ran(
        control, "incidents", "open", "The till is dead", "--customer", "Panadería Sol", "--severity",
        "critical", "--machine", "caja-1", "--as", "luis",
    )  # fmt: skip
    assert "INC-1 · critical · open" in taken.out
    quiet = await ran(control, "incidents", "forgotten")
    assert (quiet.out, quiet.err) == ("", "Nothing is forgotten.\n")
    await control.desk.until(control.desk.clock.now() + timedelta(hours=5))
    [one] = (await ran(control, "incidents", "forgotten", "--json")).json
    assert (one["reference"], one["neglect"]) == ("INC-1", "quiet")
    assert "Nadie escribe nada" in (await ran(control, "incidents", "forgotten", lang="es")).out


async def test_contacts_come_and_go(control: Control) -> None:
    whose = ("--customer", "Panadería Sol")
    await ran(control, "contacts", "add", "luz@sol.example", "--name", "Luz Paz", *whose)
    listed = (await ran(control, "contacts", "list", *whose, "--json")).json
    assert {one["email"] for one in listed} == {"marta@sol.example", "luz@sol.example"}
    twice = await control.vigia("contacts", "add", "LUZ@sol.example", "--name", "Luz", *whose)
    assert twice.status == 1
    await ran(control, "contacts", "remove", "luz@sol.example", *whose)
    gone = await control.vigia("contacts", "remove", "nobody@sol.example", *whose)
    assert (gone.status, gone.err) == (1, "vigia: there is no contact 'nobody@sol.example'\n")
