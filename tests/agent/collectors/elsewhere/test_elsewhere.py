"""Windows and macOS, by answers made after documented formats: what raises, what must not, what is a gap.

Nobody has seen these collectors at work there yet: `docs/coverage.md` says so.
"""

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.clock import SystemClock
from agent.collectors import Collector, look, of_system
from agent.collectors.asking import Ask
from agent.collectors.macos import OWN as OF_MACOS
from agent.collectors.macos.power import PMSET
from agent.collectors.macos.services import FIREWALL, LAUNCHCTL, Endings
from agent.collectors.portable import PORTABLE
from agent.collectors.windows import OWN as OF_WINDOWS
from agent.collectors.windows import events, safety, storage
from agent.rules import Judge
from agent.signals import Metric, Reading
from tests.agent.collectors.answers import MODES, Answers
from tests.agent.collectors.building import asks, replaced, series
from tests.agent.collectors.elsewhere.shelf import (
    LAUNCHD,
    MACOS,
    NOON,
    UPS,
    WINDOWS,
    PowerShell,
    at,
    disk,
    event,
    raid,
    space,
    tabled,
)

CLOCK = SystemClock()
Says = dict[str, Any]


def up(now: Any) -> Reading:
    """A machine that was started an hour ago."""
    metrics = (Metric("system.uptime", 3000.0, "s"), Metric("vigia.boot.time", now.timestamp() - 3000, "s"))
    return Reading("uptime", now, 0.0, metrics)


def built(one: Collector, ask: Ask) -> Collector:
    seams: dict[str, Any] = {"ask": ask} if asks(one) else {}
    if type(one).__name__ == "Endings":
        seams["up"] = up
    if type(one).__name__ == "StoreExpiry":
        seams["etc"] = "/nowhere"
    return replaced(one, **seams)


def asked(system: str, mode: str = "", **other: Any) -> Ask:
    return PowerShell(WINDOWS | other, mode) if system == "windows" else Answers(MACOS | other, mode=mode)


def seen(one: Collector, minutes: float = 0.0) -> Reading:
    moment = NOON + timedelta(minutes=minutes)
    return replace(sound_at(one, moment), taken_at=moment)


def sound_at(one: Collector, moment: Any) -> Reading:
    class Then:
        monotonic = staticmethod(CLOCK.monotonic)

        def now(self) -> Any:
            return moment

    return look(one, Then())  # type: ignore[arg-type]


def found(*readings: Reading) -> list[tuple[str, str, str]]:
    numbers = count()
    judge = Judge("server", lambda: f"finding-{next(numbers)}")
    return [
        (finding.rule, finding.object, finding.severity.value)
        for reading in readings
        for finding in judge.judge(reading, reading.taken_at)
    ]


EVERY = pytest.mark.parametrize(
    ("system", "one"),
    [
        *(pytest.param("windows", one, id=f"windows-{one.name}") for one in OF_WINDOWS),
        *(pytest.param("macos", one, id=f"macos-{one.name}") for one in OF_MACOS if asks(one)),
    ],
)


@EVERY
def test_a_machine_that_is_well_leaves_no_gap_and_nothing_to_say(system: str, one: Collector) -> None:
    first = built(one, asked(system))
    readings = (seen(first), seen(first, 10))
    assert readings[0].gaps == readings[1].gaps == ()
    assert readings[0].metrics or one.name == "ups"
    assert found(*readings) == []


@EVERY
@pytest.mark.parametrize("mode", MODES)
def test_a_program_that_fails_is_a_gap(system: str, one: Collector, mode: str) -> None:
    """Missing, refusing, hanging, flooding, nonsense, another version: never well, never bad."""
    known = series(seen(built(one, asked(system))))
    if one.name == "batteries" and system == "macos" and mode == "empty":
        return  # a Mac without a battery says just that
    after = seen(built(one, asked(system, mode)))
    assert after.gaps
    assert series(after) <= known
    assert found(after) == []


@EVERY
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_nonsense_gives_a_gap_or_sound_numbers(system: str, one: Collector, data: st.DataObject) -> None:
    """Any answer with junk in its middle, cut anywhere, or with other values in it."""
    answers = asked(system)
    assert isinstance(answers, Answers)
    key = data.draw(st.sampled_from(sorted(answers.says)))
    whole = answers.says[key]
    cut = data.draw(st.integers(0, len(whole)))
    junk = data.draw(
        st.sampled_from(["-1", "null", "9" * 30, "\n", "\0", "[]", '"', "{}", "NaN", "true", "é"])
    )
    odd = data.draw(st.sampled_from([junk, whole[:cut] + junk + whole[cut:], whole[:cut]]))
    answers.says = {**answers.says, key: odd}
    reading = seen(built(one, answers))
    assert all(math.isfinite(metric.value) for metric in reading.metrics)
    assert all(len(gap.reason) <= 200 for gap in reading.gaps)


def windows(kind: Callable[..., Collector], script: str, told: Says, minutes: float = 0.0) -> Reading:
    return seen(built(kind(), PowerShell(WINDOWS | {script: told})), minutes)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"health": 1}, [("smart.failed", "disk0", "critical")]),
        ({"health": 1, "pooled": True}, [("smart.failed", "disk0", "high")]),
        ({"wear": 95}, [("disk.wear", "disk0", "high")]),
        ({"wear": 60, "celsius": 45}, []),
        ({"celsius": 0, "wear": None, "media": 0}, []),
    ],
)
def test_disks_of_windows(told: Says, expected: list[tuple[str, str, str]]) -> None:
    assert found(windows(storage.Storage, storage.DISKS, {"disks": [disk(**told)]})) == expected


def test_a_disk_of_unknown_health_is_a_gap() -> None:
    """5 is "unknown" in MSFT_PhysicalDisk."""
    reading = windows(storage.Storage, storage.DISKS, {"disks": [disk(health=5)]})
    assert reading.metrics == () and "health is unknown" in reading.gaps[0].reason


@pytest.mark.parametrize(
    ("told", "severity"),
    [
        ({"health": 1, "lost": ["WDC 1"]}, "critical"),  # a mirror of two: none may fail now
        ({"health": 1, "may": 2, "members": 3, "lost": ["WDC 1"]}, "high"),
        ({"health": 2}, "critical"),
    ],
)
def test_storage_spaces(told: Says, severity: str) -> None:
    rules = found(windows(storage.Spaces, storage.SPACES, {"spaces": [space(**told)]}))
    assert ("raid.degraded", "Datos", severity) in rules


def of_events(*happened: Says) -> Says:
    return {"events": list(happened), "services": []}


def test_disk_errors_of_the_event_log() -> None:
    """Three within ten minutes, by the number of the disk in the event's own field."""
    device = "\\Device\\Harddisk1\\DR1"
    few = [event("disk", 153, one, device) for one in (1, 2)]
    assert found(windows(events.EventLog, events.DIGEST, of_events(*few))) == []
    many = [*few, event("disk", 7, 3, device)]
    expected = [("disk.kernel_errors", "disk1", "high")]
    assert found(windows(events.EventLog, events.DIGEST, of_events(*many))) == expected


def test_hardware_errors_of_the_event_log() -> None:
    told = of_events(event("Microsoft-Windows-WHEA-Logger", 18, 2), event("Ntfs", 55, 2, "C:"))
    assert ("hardware.error", "machine", "critical") in found(windows(events.EventLog, events.DIGEST, told))
    mild = of_events(event("Microsoft-Windows-WHEA-Logger", 47, 2))
    assert [one[2] for one in found(windows(events.EventLog, events.DIGEST, mild))] == ["normal"]


def test_services_of_windows() -> None:
    """One that ended with a fault; what waits for its trigger ended with none."""
    told = {"events": [], "services": [{"n": "MSSQLSERVER", "c": 1067}, {"n": "gupdate", "c": 0}]}
    reading = windows(events.Services, events.DIGEST, told)
    assert found(reading, windows(events.Services, events.DIGEST, told, 10)) == [
        ("unit.failed", "MSSQLSERVER", "high")
    ]


def test_a_power_cut_of_windows() -> None:
    cut = of_events(event("Microsoft-Windows-Kernel-Power", 41, 49))
    assert found(windows(events.Endings, events.DIGEST, cut)) == [("boot.unexpected", "", "high")]
    old = of_events(event("Microsoft-Windows-Kernel-Power", 41, 600))
    assert found(windows(events.Endings, events.DIGEST, old)) == []


def test_protection_of_windows() -> None:
    """A profile that is off was switched off; Defender beside another product is passive."""
    on = [{"n": "Private", "on": 1}, {"n": "Public", "on": 1}]
    passive = {"defender": {"on": 0, "normal": 0}, "firewalls": on}
    off = {"defender": None, "firewalls": [on[0], {"n": "Public", "on": 0}]}
    for told, expected in ((passive, []), (off, [("protection.off", "firewall Public", "high")])):
        readings = [windows(safety.Protection, safety.PROTECTED, told, minutes) for minutes in (0, 30)]
        assert found(*readings) == expected


def test_updates_and_certificates_of_windows() -> None:
    """A restart that waits is told after a day: machines that update by themselves are left in peace."""
    waits = windows(safety.Updates, safety.RESTART, {"waits": 1})
    tomorrow = replace(waits, taken_at=NOON + timedelta(days=1))
    assert (found(waits), found(waits, tomorrow)) == ([], [("updates.pending", "", "normal")])
    soon = {"certificates": [{"id": "AB12", "name": "shop.example", "until": at(-2 * 24 * 60)}]}
    (rule, thing, severity) = found(windows(safety.StoreExpiry, safety.STORE, soon))[0]
    assert (rule, severity) == ("certificate.expiry", "critical") and "AB12" in thing


def test_failed_logins_and_batteries_of_windows() -> None:
    assert found(windows(events.FailedLogins, events.LOGINS, {"failed": 250}))[0][0] == "logins.failed"
    weak = {"cells": [{"name": "DELL XPS", "design": 52_000, "full": 20_000}]}
    assert found(windows(storage.Batteries, storage.BATTERIES, weak))[0][0] == "battery.wear"


def macos(name: str, **told: str) -> Reading:
    (one,) = [one for one in OF_MACOS if one.name == name]
    return seen(built(one, asked("macos", **told)))


def test_disks_and_raid_of_macos() -> None:
    lost = [{"BSD Name": "disk2", "MemberStatus": "Online"}, {"BSD Name": "disk3", "MemberStatus": "Failed"}]
    told = tabled(AppleRAIDSets=[raid(Status="Degraded", Members=lost)])
    assert ("raid.degraded", "Datos", "critical") in found(
        macos("raid:apple", **{"/usr/sbin/diskutil appleRAID": told})
    )
    failing = tabled(SMARTStatus="Failing", SolidState=True, MediaName="APPLE SSD", ParentWholeDisk="disk0")
    reading = macos("disk:smart", **{"/usr/sbin/diskutil info": failing})
    assert found(reading) == [("smart.failed", "disk0", "critical")]
    silent = tabled(SMARTStatus="Not Supported", ParentWholeDisk="disk0")
    assert macos("disk:smart", **{"/usr/sbin/diskutil info": silent}).gaps


def test_power_of_macos() -> None:
    low = UPS.format(source="UPS", percent=12, state="discharging")
    assert ("ups.battery", "Back-UPS ES 700G", "critical") in found(macos("ups", **{PMSET.name: low}))
    fine = UPS.format(source="AC", percent=100, state="charged")
    assert found(macos("ups", **{PMSET.name: fine})) == []


def test_services_and_firewall_of_macos() -> None:
    broken = LAUNCHD + "-\t1\tcom.shop.backup\n"
    first = macos("units", **{LAUNCHCTL.name: broken})
    second = replace(first, taken_at=NOON + timedelta(minutes=5))
    assert found(first, second) == [("unit.failed", "com.shop.backup", "high")]
    on = macos("protection")
    off = macos("protection", **{FIREWALL.name: "Firewall is disabled. (State = 0)\n"})
    never = found(off, replace(off, taken_at=NOON + timedelta(minutes=10)))
    later = (replace(off, taken_at=NOON + timedelta(minutes=minutes)) for minutes in (10, 20))
    assert (never, found(on, *later)) == ([], [("protection.off", "firewall", "high")])


def test_a_panic_of_macos(tmp_path: Any) -> None:
    (tmp_path / "panic-full-2026-03-02-111500.panic").write_text("{}")
    import os

    os.utime(tmp_path / "panic-full-2026-03-02-111500.panic", (at(45), at(45)))
    assert found(seen(Endings(str(tmp_path), up))) == [("boot.unexpected", "", "high")]
    os.utime(tmp_path / "panic-full-2026-03-02-111500.panic", (at(6000), at(6000)))
    assert found(seen(Endings(str(tmp_path), up))) == []
    assert seen(Endings(str(tmp_path / "none"), up)).gaps


@pytest.mark.parametrize("one", PORTABLE, ids=lambda one: one.name)
def test_psutil_reads_this_machine_as_it_would_another(one: Collector) -> None:
    """On the real kernel of this machine: the same names as Linux's own collector tells, and sound."""
    first, second = look(one, CLOCK), look(one, CLOCK)
    assert first.gaps == second.gaps == ()
    assert second.metrics and all(math.isfinite(metric.value) for metric in second.metrics)
    (own,) = [other for other in of_system("linux") if other.name == one.name]
    look(own, CLOCK)
    known = {metric.name for metric in look(own, CLOCK).metrics}
    assert {metric.name for metric in second.metrics} <= known | {"vigia.network.up", "vigia.network.speed"}


def test_each_system_has_each_collector_once() -> None:
    for platform in ("win32", "darwin", "linux"):
        names = [one.name for one in of_system(platform)]
        assert len(names) == len(set(names))
