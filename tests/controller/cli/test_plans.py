"""`vigia plans` and `vigia calendars` before a real controller."""

from datetime import timedelta
from pathlib import Path

from controller.incidents import actions as incidents
from controller.sla.versions.times import with_beginning
from tests.support.control import Control, vigia
from tests.support.desk import person
from tests.support.plans import office, office_plan

DAY = timedelta(days=1)


async def test_a_plan_with_office_hours_from_the_file_to_the_incident(
    control: Control, tmp_path: Path
) -> None:
    """The calendar first, then the plan that names it. It comes back word by word and in words, governs what
    is opened from its day on, and the history can be exported, recomputed and replayed."""
    desk, begins = control.desk, control.desk.clock.now() + DAY
    calendar, plan = tmp_path / "office.toml", tmp_path / "plan.toml"
    calendar.write_text(office())
    plan.write_text(office_plan(begins))
    before = await desk.raised(await desk.finding())
    ran = await control.vigia("calendars", "add", str(calendar))
    assert (ran.status, ran.err) == (0, ""), ran.err
    desk.clock.set(desk.clock.now() + timedelta(seconds=1))
    ran = await control.vigia("plans", "add", str(plan))
    assert (ran.status, ran.out) == (0, "plan Soporte de oficina added, version 2026-03-03T06:00\n")
    shown = await control.vigia("plans", "show", "2026-03-03T06:00", "--toml")
    assert shown.out == office_plan(begins)
    listed = (await control.api.get("/plans")).json()
    assert [(one["version"], one["standing"]) for one in listed] == [
        ("1970-01-01", "in_force"), ("2026-03-03T06:00", "coming"),
    ]  # fmt: skip
    assert listed[1]["created_by"] == "Raúl Mar"
    desk.clock.set(begins)
    told = await control.vigia("plans", "show", lang="es", COLUMNS="200")
    assert "30 min, tiempo abierto de office" in told.out and "2 días, 24 horas cada uno" in told.out
    assert "lun: 09:00–14:00, 15:00–18:00; mar–vie: 09:00–18:00" in told.out
    after = await desk.raised(await desk.finding(object_name="other"))
    versions = [
        (await control.api.get(f"/incidents/{case.reference}/explain")).json()["plan"]
        for case in (before, after)
    ]
    assert [one["version"] for one in versions] == ["1970-01-01", "2026-03-03T06:00"]
    assert not versions[0]["calendars"]
    assert versions[1]["calendars"][0]["name"] == "office"
    array = tmp_path / "cases.json"
    array.write_text((await control.vigia("incidents", "export", "--json")).out)
    checked = await control.vigia("evaluate", str(array), "--check")
    assert (checked.status, checked.err) == (0, "2 of 2 cases right\n")
    replayed = await control.vigia("replay", "--plan", str(plan), "--calendar", str(calendar), "--json")
    assert replayed.status == 0, replayed.err
    assert replayed.json["total"]["incidents"] == 2
    # Without the file: the calendar of that name that the controller has.
    assert (await control.vigia("replay", "--plan", str(plan), "--json")).json == replayed.json


async def test_every_fault_is_told_and_nothing_is_kept(control: Control, tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text(office_plan(control.desk.clock.now() - DAY).replace('"8h"', '"1h"', 1))
    ran = await control.vigia("plans", "add", str(plan), lang="es")
    assert ran.status == 2
    assert ran.err.splitlines() == [
        f"vigia: {plan} no se puede aceptar:",
        (
            "  línea 3, effective_from: 2026-03-01T12:00:00+00:00 ya pasó. Lo prometido se queda: elija un "
            "momento por venir"
        ),
        (
            "  línea 9, severity.critical.escalate_l3: el nivel 3 (1h) está antes que el nivel 2 (4h). Ponga "
            "el nivel 3 a la vez o después"
        ),
        "  línea 22, hours.first_response: no hay calendario 'office' en ese momento. Uno de 24x7",
        "  línea 23, hours.update_every: no hay calendario 'office' en ese momento. Uno de 24x7",
    ]
    error = (await control.api.post("/plans", json={"document": plan.read_text()})).json()["error"]
    assert [one["kind"] for one in error["faults"]] == [
        "past", "level_order", "unknown_calendar", "unknown_calendar",
    ]  # fmt: skip
    ran = await control.vigia("plans", "add", str(plan), "--customer", "Nobody")
    assert (ran.status, ran.err) == (1, "vigia: there is no customer 'Nobody'\n")
    assert len((await control.api.get("/plans")).json()) == 1


async def test_a_preview_keeps_nothing_and_tells_what_would_change(control: Control, tmp_path: Path) -> None:
    """A shorter promise would have been missed by the incident of this morning."""
    desk, plan = control.desk, tmp_path / "plan.toml"
    shown = (await control.vigia("plans", "show", "--toml")).out
    plan.write_text(with_beginning(shown, "2026-03-03T00:00:00-06:00").replace('"30m"', '"10m"'))
    case = await desk.raised(await desk.finding())
    desk.clock.set(desk.clock.now() + timedelta(minutes=20))
    async with desk.storage.unit(person(desk.luis)) as unit:
        await incidents.respond(unit, case.id, "Voy", channel="phone")
    ran = await control.vigia("plans", "preview", str(plan), "--json")
    assert ran.status == 0, ran.err
    assert ran.json["last_days"] == {
        "days": 30, "incidents": 1, "worse": 1, "better": 0,
        "missed": [{"clock": "first response", "before": 0, "after": 1}],
    }  # fmt: skip
    assert ran.json["differences"] == [
        {"name": "Critical: first response", "before": "30 min", "after": "10 min"}
    ]
    ran = await control.vigia("plans", "preview", str(plan), lang="es")
    assert "1 habría incumplido más" in ran.out and "vie 6 mar, 18:00 → vie 6 mar, 17:40" in ran.out
    (tmp_path / "office.toml").write_text(office())
    ran = await control.vigia("calendars", "preview", str(tmp_path / "office.toml"))
    assert (ran.status, ran.err) == (0, "") and "no deadline changes" in ran.out
    assert len((await control.api.get("/plans")).json()) == 1


async def test_withdrawing_what_is_to_come_and_nothing_else(control: Control, tmp_path: Path) -> None:
    begins = control.desk.clock.now() + DAY
    for room, text in (("calendars", office(begins)), ("plans", office_plan(begins))):
        answered = await control.api.post(f"/{room}", json={"document": text, "customer": "Panadería Sol"})
        assert answered.status_code == 200, answered.text
    answered = await control.api.post("/plans/withdraw", json={"version": "1970-01-01"})
    assert answered.status_code == 409
    assert "is in force: what was promised stays" in answered.json()["error"]["message"]
    whose = ("--customer", "Panadería Sol")
    ran = await control.vigia("calendars", "withdraw", "office", "2026-03-03", *whose, lang="es")
    assert ran.status == 1 and "retire antes ese plan" in ran.err
    for words in (("plans", "withdraw", "2026-03-03"), ("calendars", "withdraw", "office", "2026-03-03")):
        assert (await control.vigia(*words, *whose)).status == 0
    assert (await control.api.get("/calendars")).json() == []
    assert (await control.api.get("/calendars/version", params={"name": "office"})).status_code == 404


async def test_checking_needs_no_controller(tmp_path: Path) -> None:
    calendar, plan = tmp_path / "office.toml", tmp_path / "plan.toml"
    calendar.write_text(office())
    plan.write_text(office_plan())
    ran = await vigia("plans", "check", str(plan), LANG="en")
    assert (ran.status, ran.out) == (0, f"{plan} makes sense: Soporte de oficina\n")
    assert ran.err == "not checked, hand them over with --calendar: office\n"
    ran = await vigia("plans", "check", str(plan), "--calendar", str(calendar), "--json")
    assert ran.json == {"name": "Soporte de oficina", "faults": [], "unchecked_calendars": []}
    calendar.write_text('name = "closed"\nzone = "Moon"\n')
    ran = await vigia("calendars", "check", str(calendar), LANG="en")
    assert (ran.status, ran.out) == (2, "") and "line 2, zone: 'Moon' is not a time zone" in ran.err


async def test_engineers_read_plans_and_administrators_change_them(control: Control) -> None:
    as_ana = {"x-vigia-as": "ana"}
    assert (await control.api.get("/plans", headers=as_ana)).status_code == 200
    answered = await control.api.post("/plans", json={"document": office_plan()}, headers=as_ana)
    assert answered.status_code == 403
    assert "administrator" in answered.json()["error"]["message"]
