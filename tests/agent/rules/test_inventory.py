"""What the machine is made of: a change is said for a day, once, also over a restart."""

from agent.role import Role
from agent.rules import Judge
from tests.agent.rules.inventories import inventory
from tests.agent.rules.story import GIB, Story, told

HOUR, DAY = 3600.0, 86_400.0


def test_memory_that_shrank_is_said_for_a_day_and_then_ends_by_itself() -> None:
    story = Story()
    story.tell(inventory(), 5 * HOUR, HOUR)
    changes = story.tell(inventory(memory_gib=8), 30 * HOUR, HOUR)
    assert told(changes) == [("raised", "high"), ("cleared", "high")]
    assert changes[0].facts == {
        "memory_before_bytes": str(int(16 * GIB)),
        "memory_total_bytes": str(int(8 * GIB)),
    }
    assert (changes[1].began_at - changes[0].began_at).total_seconds() == DAY
    assert story.tell(inventory(memory_gib=8), DAY, HOUR) == []


def test_a_change_while_the_agent_was_away_is_found_at_its_return() -> None:
    before = Story()
    before.tell(inventory(), HOUR, HOUR)
    judge = Judge(Role.SERVER, lambda: "later")
    judge.load(before.judge.dump())
    after = Story(judge=judge)
    after.now = before.now
    after.silence(DAY)
    changes = after.tell(inventory(serial="S-2"), 10)
    assert [(one.rule, one.object) for one in changes] == [("inventory.disk", "sda")]
    assert changes[0].facts["disk_before"] == "WD Blue S-1"
    assert changes[0].facts["disk_after"] == "WD Blue S-2"


def test_a_disk_that_is_gone_is_said_too() -> None:
    story = Story()
    story.tell(inventory(), HOUR, HOUR)
    changes = story.tell(inventory(serial="S-9", name="nvme0n1"), 10)
    assert [(one.object, one.facts["disk_after"]) for one in changes] == [("sda", "")]
