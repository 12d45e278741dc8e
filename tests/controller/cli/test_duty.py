"""Rotas, overrides, gaps, calendars and acknowledgements by command."""

from pathlib import Path

from tests.support.control import Control

ROTA = """
[rota.office]
level = 1
zone = "America/Mexico_City"
members = ["luis", "ana"]
starts = 2026-03-02
hand_over = "mon 00:00"
[rota.office.hours]
mon = [["06:00", "18:00"]]
[acknowledge]
critical = "5m"
"""


async def test_from_a_file_to_the_gaps(control: Control, tmp_path: Path) -> None:
    """Every fault at once by its line; then the rota, an override that fills its gap, and a calendar."""
    file = tmp_path / "duty.toml"
    file.write_text(ROTA.replace('"ana"', '"nobody"').replace('"mon 00:00"', '"noon"'))
    refused = await control.vigia("duty", "set", str(file), "--as", "root", lang="es")
    assert refused.status == 2
    assert "'nobody' no es nadie activo que pueda atender incidencias" in refused.err
    assert "'noon' no es un relevo" in refused.err
    file.write_text(ROTA)
    refused = await control.vigia("duty", "set", str(file), "--as", "luis")
    assert refused.status == 1
    made = await control.vigia("duty", "set", str(file), "--as", "root")
    assert (made.status, made.err) == (0, "")
    assert "level 1, office: luis, ana" in made.out
    assert (await control.vigia("duty", "show", "--toml")).out.strip() == ROTA.strip()
    by_hand = await control.vigia("users", "duty", "luis", "off", "--as", "root")
    assert by_hand.err == "level 1 has a rota, which decides: vigia duty show\n"
    shown = await control.vigia("duty", "show", "--level", "1", "--days", "1")
    assert "Luis Paz" in shown.out
    assert "the rota names nobody" in shown.out
    gaps = await control.vigia("duty", "gaps", "--level", "1", "--days", "1", "--json")
    assert gaps.status == 1
    [gap] = gaps.json["gaps"]
    assert (gap["from"], gap["to"]) == ("2026-03-03T00:00:00.000Z", "2026-03-03T12:00:00.000Z")
    taken = await control.vigia(
        "duty", "override", "--level", "1", "--who", "eva", "--from", "2026-03-02T18:00", "--to",
        "2026-03-03T06:00", "--reason", "hueco", "--as", "eva",
    )  # fmt: skip
    assert taken.out == (
        "override 1: eva has level 1 from 2 Mar 2026, 18:00:00 CST to 3 Mar 2026, 06:00:00 CST\n"
    )
    assert (await control.vigia("duty", "gaps", "--level", "1", "--days", "1")).status == 0
    calendar = await control.vigia("duty", "ical", "--who", "eva", "--level", "1")
    assert calendar.out.count("BEGIN:VEVENT") == 1
    assert (await control.vigia("duty", "drop", "1", "--as", "eva")).status == 0
    assert (
        await control.vigia("duty", "drop", "7", "--as", "eva")
    ).err == "vigia: there is no override '7'\n"
    bad = await control.vigia("duty", "override", "--level", "1", "--who", "eva", "--from", "x", "--to", "y")
    assert (bad.status, bad.err.count("from")) == (2, 1)


async def test_an_incident_that_is_waited_for(control: Control, tmp_path: Path) -> None:
    """Waiting is seen in the list; whoever acknowledges it ends that, and explain says how long it took."""
    file = tmp_path / "duty.toml"
    file.write_text(ROTA)
    await control.vigia("duty", "set", str(file), "--as", "root")
    await control.desk.raised(await control.desk.finding())
    listed = await control.vigia("incidents", "list", "--lang", "es")
    assert "espera la confirmación de Luis Paz desde 06:00" in " ".join(listed.out.split())
    done = await control.vigia("incidents", "ack", "INC-1", "--as", "luis")
    assert (done.status, done.err) == (0, "")
    again = await control.vigia("incidents", "ack", "INC-1", "--as", "luis")
    assert (again.status, again.err) == (1, "vigia: INC-1 waits for nobody's acknowledgement\n")
    told = await control.vigia("explain", "INC-1")
    assert "level 1: told: Luis Paz (06:00); Luis Paz acknowledged it after 0 s" in told.out
