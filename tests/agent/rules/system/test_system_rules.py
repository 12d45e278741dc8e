"""What the stories cannot say: services that a contract names, slow troubles, and how findings end."""

from datetime import timedelta
from itertools import count

from agent.rules import Judge
from agent.signals import Finding
from tests.agent.rules.story import Story, told
from tests.agent.rules.system.samples import (
    certificate,
    clock,
    kernel,
    links,
    protection,
    reach,
    units,
    updates,
)
from tests.agent.rules.system.stories import READ_ERROR, REMOUNT

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
OOM = (
    "oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,"
    "task_memcg=/system.slice/till.service,task=tilld,pid=4242,uid=109"
)


def watching(*names: str) -> Story:
    """A machine whose contract names these units and processes."""
    numbers = count(1)
    return Story(judge=Judge("server", lambda: f"finding-{next(numbers)}", None, names))


def only(story: Story, rule: str) -> list[Finding]:
    return [change for change in story.changes if change.rule == rule]


def test_what_a_contract_names_is_critical() -> None:
    """The same unit fails on two machines; one of them is watched."""
    story = watching("till.service")
    story.tell(units("till.service"), 10)
    assert told(only(story, "unit.failed")) == [("raised", "critical")]
    other = watching("shop.service")
    other.tell(units("till.service"), 10)
    assert told(only(other, "unit.failed")) == [("raised", "high")]


def test_what_a_contracts_service_needs_is_as_critical() -> None:
    """The till needs a database, which needs its disk; the printer's service is nobody's."""
    needs = {
        "till.service": "postgres.service sysinit.target system.slice",
        "postgres.service": "srv.mount",
        "srv.mount": "",
    }
    for failed, severity in (
        ("srv.mount", "critical"),
        ("postgres.service", "critical"),
        ("cups.service", "high"),
    ):
        story = watching("till.service")
        story.tell(units(failed, needs=needs), 10)
        assert told(only(story, "unit.failed")) == [("raised", severity)]
    story = watching("till.service")
    for restarts in (1, 3, 5):
        story.tell(units(restarts={"postgres.service": restarts}, needs=needs), 60, every_s=60)
    assert told(only(story, "unit.crash_loop")) == [("raised", "critical")]


def test_a_killed_program_is_named_and_critical_when_it_was_watched() -> None:
    for watched, severity in (("till.service", "critical"), ("tilld", "critical"), ("shop", "high")):
        story = watching(watched)
        story.tell(kernel(kills=1), MINUTE)
        story.tell(kernel(OOM, kills=2), 10)
        (finding,) = only(story, "memory.oom_kill")
        assert told([finding]) == [("raised", severity)]
        assert (finding.facts["process_name"], finding.facts["unit_name"]) == ("tilld", "till.service")


def test_a_unit_is_well_when_systemd_says_so() -> None:
    story = Story()
    story.tell(units("till.service"), MINUTE, every_s=60)
    story.tell(units(), MINUTE, every_s=60)
    assert told(only(story, "unit.failed")) == [("raised", "high"), ("cleared", "high")]


def test_a_loop_ends_after_a_quarter_of_an_hour_without_a_fall() -> None:
    story = Story()
    for restarts in (1, 3, 5):
        story.tell(units(restarts={"till.service": restarts}), 60, every_s=60)
    story.tell(units(restarts={"till.service": 5}), HOUR, every_s=60)
    raised, cleared = only(story, "unit.crash_loop")
    assert timedelta(minutes=15) < cleared.observed_at - raised.observed_at < timedelta(minutes=20)


def test_disk_errors_are_one_finding_about_the_disk_and_end_with_quiet() -> None:
    """Three reads fail, then the filesystem on it is given up: one disk, one identity, high and critical."""
    story = Story()
    story.tell(kernel(*[READ_ERROR] * 3), MINUTE)
    story.tell(kernel(*[READ_ERROR] * 3, REMOUNT), 3 * HOUR, every_s=60)
    seen = only(story, "disk.kernel_errors")
    # The gave-up filesystem is said for an hour, the errors for half of one.
    assert told(seen) == [("raised", "high"), ("raised", "critical"), ("cleared", "critical")]
    assert {finding.object for finding in seen} == {"sda"}
    assert len({finding.finding_id for finding in seen}) == 1


def test_a_clock_that_nobody_keeps_is_high_after_a_day() -> None:
    story = Story()
    assert story.tell(clock(leap="Not synchronised"), DAY - HOUR, every_s=600) == []
    story.tell(clock(leap="Not synchronised"), 2 * HOUR, every_s=600)
    story.tell(clock(), HOUR, every_s=60)
    assert told(only(story, "time.sync")) == [("raised", "high"), ("cleared", "high")]


def test_security_updates_that_wait_for_a_day_are_told_and_end_when_they_are_in() -> None:
    story = Story()
    assert story.tell(updates(security=2), DAY - HOUR, every_s=1800) == []
    story.tell(updates(security=2), 2 * HOUR, every_s=1800)
    story.tell(updates(), HOUR, every_s=1800)
    assert told(only(story, "updates.pending")) == [("raised", "normal"), ("cleared", "normal")]


def test_only_the_nearest_hop_is_blamed() -> None:
    """The gateway dies: neither names nor the internet are faults of their own."""
    story = Story()
    story.tell(reach(), HOUR, every_s=30)
    assert [finding.object for finding in only(story, "reach.lost")] == ["gateway"]
    story.tell(reach("gateway", "dns", "internet"), HOUR, every_s=30)
    assert told(only(story, "reach.lost"))[-1] == ("cleared", "critical")
    line = Story()
    line.tell(reach("gateway"), HOUR, every_s=30)
    assert [finding.object for finding in only(line, "reach.lost")] == ["internet"]


def test_a_certificate_grows_worse_by_the_day_and_is_well_once_renewed() -> None:
    story = Story()
    for days in range(24, -2, -1):
        story.tell(certificate(days), DAY, every_s=DAY)
    story.tell(certificate(89), HOUR, every_s=HOUR)
    assert told(only(story, "certificate.expiry")) == [
        ("raised", "normal"),
        ("raised", "high"),
        ("raised", "critical"),
        ("cleared", "critical"),
    ]


def test_a_product_that_somebody_switches_off_for_good_stays_a_finding() -> None:
    story = Story()
    story.tell(protection(), HOUR, every_s=300)
    story.tell(protection(active="inactive", file="disabled"), DAY, every_s=300)
    assert told(only(story, "protection.off")) == [("raised", "high")]
    story.tell(protection(), HOUR, every_s=300)
    assert told(only(story, "protection.off"))[-1] == ("cleared", "high")


def test_a_cable_that_is_changed_clears_its_finding() -> None:
    story = Story()
    story.tell(links(), MINUTE, every_s=30)
    story.tell(links(100), HOUR, every_s=30)
    story.tell(links(), HOUR, every_s=30)
    assert told(only(story, "network.speed")) == [("raised", "normal"), ("cleared", "normal")]


def test_a_speed_that_stays_low_for_a_week_is_meant_so() -> None:
    """The customer has another switch."""
    story = Story()
    story.tell(links(), MINUTE, every_s=30)
    story.tell(links(100), 8 * DAY, every_s=80)
    assert told(only(story, "network.speed")) == [("raised", "normal"), ("cleared", "normal")]


def test_a_watch_that_is_taken_out_of_the_contract_lowers_what_is_open() -> None:
    """The agent starts again with another configuration while the unit is down."""
    story = watching("till.service")
    story.tell(units("till.service"), MINUTE, every_s=60)
    judge = Judge("server", lambda: "another")
    judge.load(story.judge.dump())
    story.judge = judge
    story.tell(units("till.service"), MINUTE, every_s=60)
    story.tell(units(), MINUTE, every_s=60)
    seen = only(story, "unit.failed")
    assert told(seen) == [("raised", "critical"), ("raised", "high"), ("cleared", "high")]
    assert len({finding.finding_id for finding in seen}) == 1
