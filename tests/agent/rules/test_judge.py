"""The judge: one identity from raise to clear, holds that unknowns cannot fill, memory over restarts."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent import names
from agent.config import Role
from agent.rules import Judge, StateUnusable
from agent.signals import FindingState, Metric, Reading, WatchResult
from tests.agent.rules.story import (
    CLEARED,
    GIB,
    START,
    Story,
    cpu,
    filesystem,
    gap,
    network,
    reading,
    told,
    uptime,
    watch,
)

OK, REFUSED, TIMEOUT = WatchResult.OK, WatchResult.REFUSED, WatchResult.TIMEOUT


def test_a_refused_watch_is_raised_at_the_first_look_and_cleared_with_the_same_identity() -> None:
    """The service dies at nine and answers again ten seconds later; two good looks make it well."""
    story = Story()
    (raised,) = story.tell(watch(REFUSED), 10, every_s=2)
    (cleared,) = story.tell(watch(OK), 10, every_s=2)
    assert (raised.began_at, raised.observed_at) == (START, START)
    assert cleared.finding_id == raised.finding_id and cleared.state is FindingState.CLEARED
    assert cleared.began_at == START + timedelta(seconds=10)
    assert cleared.observed_at == START + timedelta(seconds=12)
    assert story.judge.open_conditions() == ()


def test_a_timeout_counts_when_it_happens_twice_in_a_row_and_began_with_the_first() -> None:
    """A single slow answer between good ones is no outage."""
    story = Story()
    for _ in range(5):
        assert story.tell(watch(TIMEOUT), 2, every_s=2) == []
        assert story.tell(watch(OK), 2, every_s=2) == []
    began = story.now
    (raised,) = story.tell(watch(TIMEOUT), 4, every_s=2)
    assert (raised.began_at, raised.observed_at) == (began, began + timedelta(seconds=2))


def test_the_symptom_began_before_the_hold_not_after_it() -> None:
    story = Story()
    story.tell(cpu(0.5), 600)
    began = story.now
    (raised,) = story.tell(cpu(0.99), 1000)
    assert raised.began_at == began
    assert raised.observed_at == began + timedelta(minutes=15)


def test_between_the_two_edges_nothing_changes() -> None:
    """Raised above 95 %, it stays while the value lies between 85 and 95 %, and clears below."""
    story = Story()
    story.tell(cpu(0.99), 1000)
    assert story.tell(cpu(0.90), 3600) == []
    assert told(story.tell(cpu(0.80), 120)) == [("cleared", "normal")]


def test_a_severity_that_changes_while_open_keeps_the_identity() -> None:
    """Space shrinks from 15 to 4 to 2 GiB, and comes back: one finding, four words about it."""
    story = Story()
    story.tell(filesystem(15 * GIB), 1000)
    story.tell(filesystem(4 * GIB), 400)
    story.tell(filesystem(2 * GIB), 400)
    story.tell(filesystem(40 * GIB), 100)
    seen = [change for change in story.changes if change.rule == "filesystem.space"]
    assert told(seen) == [
        ("raised", "normal"),
        ("raised", "high"),
        ("raised", "critical"),
        ("cleared", "critical"),
    ]
    assert {change.finding_id for change in seen} == {seen[0].finding_id}
    assert {change.began_at for change in seen[:3]} == {START}


def test_an_unknown_neither_raises_nor_clears() -> None:
    """The collector hangs while the fault is open, and before it would have been one."""
    story = Story()
    story.tell(cpu(0.99), 1000)
    assert story.tell(gap("cpu"), 7200) == []
    assert len(story.judge.open_conditions()) == 1


def test_a_hold_is_made_of_readings_not_of_silence() -> None:
    """Busy before and after an hour without readings: fifteen minutes must be seen anew."""
    story = Story()
    story.tell(cpu(0.99), 840)
    story.silence(3600)
    assert story.tell(cpu(0.99), 600) == []
    assert told(story.tell(cpu(0.99), 400)) == [("raised", "normal")]


def test_a_clock_that_is_set_back_starts_the_hold_again() -> None:
    story = Story()
    story.tell(cpu(0.99), 840)
    story.silence(-7200)
    assert story.tell(cpu(0.99), 600) == []


def test_findings_survive_a_restart_with_their_identity() -> None:
    """The judge is dumped as JSON, a new one goes on from it: no second raise, and the clear fits."""
    story = Story()
    (raised,) = story.tell(watch(REFUSED), 10, every_s=2)
    story.tell(filesystem(15 * GIB), 1000)
    state = json.loads(json.dumps(story.judge.dump()))
    again = Judge("server", lambda: "another")
    again.load(state)
    assert again.open_conditions() == story.judge.open_conditions()
    later = Story(judge=again)
    later.now = story.now + timedelta(minutes=10)
    assert later.tell(watch(REFUSED), 10, every_s=2) == []
    (cleared,) = later.tell(watch(OK), 10, every_s=2)
    assert cleared.finding_id == raised.finding_id


@pytest.mark.parametrize(
    "state", [{}, {"version": 2}, {"version": 1, "tracks": [{}], "memory": {}}, {"version": 1}]
)
def test_a_damaged_memory_is_refused_and_changes_nothing(state: dict[str, object]) -> None:
    story = Story()
    story.tell(watch(REFUSED), 2)
    with pytest.raises(StateUnusable):
        story.judge.load(state)
    assert len(story.judge.open_conditions()) == 1


def test_a_watch_that_is_no_longer_configured_is_cleared() -> None:
    story = Story()
    story.tell(watch(REFUSED), 2)
    story.tell(watch(REFUSED, "mail"), 2)
    (cleared,) = story.judge.retire(["mail"], story.now)
    assert (cleared.object, cleared.facts["gone"]) == ("shop", "1")
    assert [finding.object for finding in story.judge.open_conditions()] == ["mail"]


def test_a_filesystem_that_was_unmounted_is_full_no_more() -> None:
    """The full backup disk is taken away; ten minutes later nothing is wrong with it any more."""
    story = Story()
    story.tell(filesystem(1 * GIB, mountpoint="/mnt/backup"), 600)
    changes = story.tell(filesystem(50 * GIB), 700)
    assert [(change.object, change.facts["gone"]) for change in changes] == [("/mnt/backup", "1")]


def test_a_filesystem_that_does_not_answer_is_not_gone() -> None:
    story = Story()
    story.tell(filesystem(1 * GIB, mountpoint="/mnt/backup"), 600)
    assert story.tell(gap("filesystems"), 7200) == []


def oom_kills(count: float) -> Callable[[datetime], Reading]:
    return reading("kernel", Metric("vigia.memory.oom_kills", count, "{kill}"))


def test_an_oom_kill_is_over_after_a_quiet_quarter_of_an_hour() -> None:
    story = Story()
    story.tell(oom_kills(0), 60)
    (raised,) = story.tell(oom_kills(1), 600)
    assert story.tell(oom_kills(3), 890) == []
    (cleared,) = story.tell(oom_kills(3), 60)
    assert cleared.finding_id == raised.finding_id and cleared.facts["oom_kills"] == "3"


def test_a_link_that_dies_with_its_route_is_still_known_as_the_way_out() -> None:
    """The kernel removes the default route with the link; when it comes back the finding clears."""
    story = Story()
    story.tell(network(eth0=(True, True)), 60)
    (raised,) = story.tell(network(eth0=(False, False)), 60)
    (cleared,) = story.tell(network(eth0=(True, True)), 60)
    assert (raised.object, cleared.finding_id) == ("eth0", raised.finding_id)


def test_a_link_whose_work_another_took_over_is_cleared() -> None:
    story = Story()
    story.tell(network(eth0=(True, True), wlan0=(True, False)), 60)
    story.tell(network(eth0=(False, False), wlan0=(True, False)), 60)
    assert told(story.tell(network(eth0=(False, False), wlan0=(True, True)), 60)) == [("cleared", "high")]


def test_each_unexpected_restart_is_told_by_itself() -> None:
    """The second within the hour is a finding of its own, over a restart of the agent; a clock that is set by
    seconds is no boot."""
    story = Story()
    (first,) = story.tell(uptime(up_s=60, unclean=1.0, unclean_24h=1), 10)
    state = json.loads(json.dumps(story.judge.dump()))
    story.judge = Judge(Role.SERVER, lambda: "second")
    story.judge.load(state)
    assert story.tell(uptime(up_s=65, unclean=1.0, unclean_24h=1), 10) == []
    (second,) = story.tell(uptime(up_s=20, unclean=1.0, unclean_24h=2), 60)
    assert second.finding_id == "second" != first.finding_id
    assert second.facts["unclean_boots_24h"] == "2"
    assert second.began_at - first.began_at == timedelta(seconds=40)


def test_an_unexpected_restart_began_with_the_boot() -> None:
    story = Story()
    (raised,) = story.tell(uptime(up_s=90, unclean=1.0, unclean_24h=1), 10)
    assert raised.began_at == START - timedelta(seconds=90)


@given(st.lists(st.booleans(), min_size=1, max_size=200))
def test_flapping_makes_pairs_with_identities_of_their_own_and_never_a_storm(lost: list[bool]) -> None:
    """However a filesystem flips: raise and clear alternate, each pair has its id and lasts 30 s or more."""
    story = Story()
    story.tell(filesystem(50 * GIB), 10)
    for readonly in lost:
        story.tell(filesystem(50 * GIB, readonly=readonly), 10)
    seen = [change for change in story.changes if change.rule == "filesystem.readonly"]
    assert [change.state for change in seen] == [
        FindingState.CLEARED if turn % 2 else FindingState.RAISED for turn in range(len(seen))
    ]
    for raised, cleared in zip(seen[::2], seen[1::2], strict=False):
        assert raised.finding_id == cleared.finding_id
        assert cleared.observed_at - raised.observed_at >= timedelta(seconds=30)
    assert len({change.finding_id for change in seen[::2]}) == len(seen[::2])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from(WatchResult), max_size=40))
def test_a_judge_restarted_at_any_moment_judges_the_same(results: list[WatchResult]) -> None:
    """Dumping and loading after every reading changes nothing of what is told."""
    whole, halves = Story(), Story()
    for number, result in enumerate(results):
        whole.tell(watch(result), 2, every_s=2)
        halves.tell(watch(result), 2, every_s=2)
        numbers = count(len({change.finding_id for change in halves.changes}) + 1)
        judge = Judge(Role.SERVER, lambda numbers=numbers: f"finding-{next(numbers)}")  # type: ignore[misc]
        judge.load(json.loads(json.dumps(halves.judge.dump())))
        halves.judge = judge
        assert halves.changes == whole.changes, number


def disk_heat(collector: str, celsius: float | None) -> Callable[[datetime], Reading]:
    """sda's temperature as that collector tells it; None: another disk's."""
    of = {names.HW_ID: "sda" if celsius else "sdb", names.HW_TYPE: "physical_disk"}
    return reading(collector, Metric("hw.temperature", celsius or 30.0, "Cel", of))


def test_what_is_looked_at_each_half_hour_holds_from_look_to_look() -> None:
    """Two looks half an hour apart are ten minutes of heat; after a longer silence it begins again."""
    story = Story()
    assert story.tell(disk_heat("disk:smart", 65.0), 1800, every_s=1800) == []
    assert told(story.tell(disk_heat("disk:smart", 65.0), 1800, every_s=1800)) == [("raised", "high")]
    blind = Story()
    blind.tell(disk_heat("disk:smart", 65.0), 1800, every_s=1800)
    blind.silence(7200)
    assert blind.tell(disk_heat("disk:smart", 65.0), 1800, every_s=1800) == []


def test_what_one_tool_no_longer_shows_is_not_gone_while_it_was_another_that_showed_it() -> None:
    """smartctl sees sda too hot; the kernel's sensors, which never saw it, go on without it."""
    story = Story()
    story.tell(disk_heat("disk:smart", 65.0), 3600, every_s=1800)
    assert story.tell(disk_heat("disk:heat", None), 3600) == []
    gone = story.tell(disk_heat("disk:smart", None), 1800, every_s=1800)
    assert [(change.state, change.facts["gone"]) for change in gone] == [(CLEARED, "1")]
