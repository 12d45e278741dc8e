"""The cable of a real machine's way out is pulled; the adapter without a way out keeps its link."""

from datetime import timedelta
from pathlib import Path

from agent.collectors.network import Network
from tests.agent.recorded import Recording, plain, told
from tests.agent.rules.story import Story


def test_the_cable_that_leads_out_is_pulled_and_put_back(tmp_path: Path) -> None:
    """The kernel takes the route away with the link; the finding is about the adapter that had it."""
    story = Story()
    network = Network(Recording("cable-in").on(tmp_path).roots)
    assert told(story, network, 60) == []
    Recording("cable-out").on(tmp_path)
    pulled_at = story.now
    (found,) = told(story, network, 60)
    assert plain([found]) == {("network.link", "enp0s2", "high")}
    assert found.began_at - pulled_at <= timedelta(seconds=10)
    Recording("cable-in").on(tmp_path)
    (over,) = told(story, network, 60)
    assert (over.state.value, over.finding_id) == ("cleared", found.finding_id)
