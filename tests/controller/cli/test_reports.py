"""`vigia report`, `vigia incidents export` and `vigia replay` before a real controller."""

import asyncio
import csv
import io
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path

from controller.core.severity import Severity
from controller.incidents import actions as incidents
from controller.sla.plan import default_plan
from controller.sla.plan_writing import write_plan
from controller.storage import Storage
from tests.support.control import ROOT, Control
from tests.support.desk import Desk, person

MINUTE = timedelta(minutes=1)


async def a_morning(desk: Desk) -> None:
    """INC-1: answered in time, updated, resolved. INC-2: forgotten. INC-3: has just come in."""
    start = desk.clock.now()
    kept = await desk.raised(await desk.finding())
    await desk.raised(await desk.finding(object_name="other", began=timedelta(minutes=-4)))
    await desk.until(start + 20 * MINUTE)
    async with desk.storage.unit(person(desk.luis)) as unit:
        await incidents.respond(unit, kept.id, "We are on it", channel="phone")
    await desk.until(start + 90 * MINUTE)
    async with desk.storage.unit(person(desk.luis)) as unit:
        await incidents.resolve(unit, kept.id, "Done")
    await desk.until(start + timedelta(hours=6))
    await desk.raised(await desk.finding("disk.slow", "sda", Severity.NORMAL))


async def test_the_report_on_screen_and_as_json(control: Control) -> None:
    await a_morning(control.desk)
    ran = await control.vigia(
        "report", "--from", "2026-03-02", "--to", "2026-03-02", "--by", "severity", "--json"
    )
    assert (ran.status, ran.err) == (0, "")
    found = ran.json
    first, second = found["total"]["first_response"], found["total"]["escalation_and_update"]
    assert (first["kept"], first["missed"], first["undecided"]) == (1, 1, 1)
    assert (second["kept"], second["missed"], second["undecided"]) == (1, 0, 2)
    assert (first["ratio"], first["holds"], second["holds"]) == (0.5, False, True)
    assert [line["key"] for line in found["lines"]] == ["critical", "normal"]
    assert found["total"]["escalated_by_engine"]["count"] == 1
    assert found["total"]["undetected"]["longest_s"] == 240
    shown = await control.vigia("report", "--by", "customer", lang="es")
    assert "Panadería Sol" in shown.out and "50 %" in shown.out and "sin decidir" in shown.out


async def test_the_same_as_files(control: Control, tmp_path: Path) -> None:
    """A customer's name that begins like a formula is text in each of them."""
    await a_morning(control.desk)
    await rename(control.desk.storage, control.desk, '=HYPERLINK("http://evil")')
    paths = {kind: tmp_path / f"report.{kind}" for kind in ("csv", "xlsx", "pdf")}
    ran = await control.vigia(
        "report",
        "--by",
        "customer",
        *(str(word) for kind, path in paths.items() for word in (f"--{kind}", path)),
    )
    assert ran.status == 0, ran.err
    rows = list(csv.reader(io.StringIO(paths["csv"].read_text(encoding="utf-8-sig"))))
    assert rows[1][:4] == ['\'=HYPERLINK("http://evil")', "3", "1", "1"]
    assert rows[-1][0] == "Total" and rows[-1][5] == "0.5000"
    with zipfile.ZipFile(paths["xlsx"]) as book:
        sheets = [book.read(name) for name in book.namelist() if name.startswith("xl/worksheets/")]
    assert len(sheets) == 4 and not any(b"<f>" in sheet for sheet in sheets)
    assert paths["pdf"].read_bytes().startswith(b"%PDF-")


async def rename(storage: Storage, desk: Desk, name: str) -> None:
    from controller.fleet.store import customers_table

    async with storage.unit() as unit:
        await unit.connection.execute(
            customers_table.update().where(customers_table.c.id == desk.customer.id).values(name=name)
        )


async def test_a_stranger_recomputes_the_report_from_the_export(control: Control, tmp_path: Path) -> None:
    """The script of `bench` reads the lines alone; `vigia evaluate --check` agrees with every one. No word
    that people wrote goes out with them."""
    await a_morning(control.desk)
    ran = await control.vigia("incidents", "export")
    assert ran.status == 0, ran.err
    assert "We are on it" not in ran.out and "Done" not in ran.out
    script = await asyncio.to_thread(
        subprocess.run, [sys.executable, ROOT / "bench/recompute_report.py"], input=ran.out.encode(),
        stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    figures = {tuple(line.split()[:2]): line.split()[2:] for line in script.stdout.decode().splitlines()}
    assert figures["total", "first_response"] == ["kept", "1", "missed", "1", "undecided", "1"]
    assert figures["total", "escalation_and_update"] == ["kept", "1", "undecided", "2"]
    assert figures["total", "escalated_by"] == ["engine", "1"]
    array = tmp_path / "cases.json"
    array.write_text((await control.vigia("incidents", "export", "--json")).out)
    checked = await control.vigia("evaluate", str(array), "--check")
    assert (checked.status, checked.err) == (0, "3 of 3 cases right\n")


async def test_a_replay_under_a_slower_plan_changes_nothing(control: Control, tmp_path: Path) -> None:
    """With six hours and a half to answer the forgotten one is not missed yet, and the engine still waits."""
    await a_morning(control.desk)
    before = (await control.api.get("/reports/compliance")).json()
    plan = tmp_path / "slower.toml"
    plan.write_text(write_plan(default_plan()).replace('first_response = "30m"', 'first_response = "390m"'))
    ran = await control.vigia("replay", "--plan", str(plan), "--json")
    assert ran.status == 0, ran.err
    [sol] = ran.json["customers"]
    assert (sol["before"], sol["after"], sol["gained"], sol["lost"]) == (1, 0, 0, 1)
    assert sol["clocks"] == [{"clock": "first_response", "before": 1, "after": 0, "gained": 0, "lost": 1}]
    assert sum(ran.json["load"]["before"]["by_hour_of_day"]) == ran.json["load"]["before"]["deadlines"] > 0
    assert (await control.api.get("/reports/compliance")).json() == before
    shown = await control.vigia("replay", "--plan", str(plan), lang="es")
    assert "simulación" in shown.out and "-1" in shown.out


async def test_a_plan_that_makes_no_sense_is_refused_with_every_fault(
    control: Control, tmp_path: Path
) -> None:
    plan = tmp_path / "odd.toml"
    plan.write_text(
        'name = "x"\nzone = "Moon/Base"\ncolour = "red"\n[severity.critical]\nfirst_response = "-3m"\n'
    )
    ran = await control.vigia("replay", "--plan", str(plan))
    assert ran.status == 2
    assert all(word in ran.err for word in ("line 2", "zone", "colour", "first_response"))


async def test_days_that_are_none_are_refused_by_field(control: Control) -> None:
    ran = await control.vigia("report", "--from", "2026-02-30", lang="es")
    assert (ran.status, ran.err) == (2, "vigia: from: '2026-02-30' no es un día. Escríbalo como 2026-03-02\n")
    ran = await control.vigia("report", "--customer", "Nobody")
    assert (ran.status, ran.err) == (1, "vigia: there is no customer 'Nobody'\n")
    for field, asked in (
        ("to", {"from": "2026-03-02", "to": "2026-03-01"}), ("from", {"from": "1999-01-01"}),
        ("by", {"by": "moon"}), ("from", {"from": "0001-01-01"}), ("to", {"to": "9999-12-31"}),
    ):  # fmt: skip
        answered = await control.api.get("/reports/compliance", params=asked)
        assert (answered.status_code, answered.json()["error"]["field"]) == (422, field), asked
    assert (await control.api.get("/reports/compliance/exe")).status_code == 404
