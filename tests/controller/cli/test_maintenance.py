"""A window by command: announced, listed, shown with what it held, ended."""

from datetime import timedelta

from tests.support.control import Control


async def test_a_window_from_its_announcement_to_its_end(control: Control) -> None:
    end = (control.desk.clock.now() + timedelta(hours=2)).isoformat()
    customer = control.desk.customer.name
    made = await control.vigia(
        "maintenance", "add", "--customer", customer, "--to", end, "--reason", "new disks"
    )
    assert made.status == 0, made.err
    assert made.out.startswith("maintenance 1: ")
    listed = await control.vigia("maintenance", "list", "--json")
    assert [(one["number"], one["state"], one["reason"]) for one in listed.json] == [(1, "open", "new disks")]
    shown = await control.vigia("maintenance", "show", "1", lang="es")
    assert "en curso" in shown.out and "No se retuvo nada." in shown.err
    ended = await control.vigia("maintenance", "end", "1")
    assert (ended.status, ended.out) == (0, "maintenance 1 is over\n")
    assert (await control.vigia("maintenance", "list", "--json")).json == []
    again = await control.vigia("maintenance", "end", "1")
    assert again.status == 1 and "over already" in again.err
    for words, said in (
        (("--customer", "nobody", "--to", end, "--reason", "x"), "nobody"),
        (("--customer", customer, "--to", "tomorrow", "--reason", "x"), "to: is no date and time"),
        (("--to", end, "--reason", "x"), "customer: is missing"),
    ):
        refused = await control.vigia("maintenance", "add", *words)
        assert refused.status in (1, 2) and said in refused.err, refused.err
