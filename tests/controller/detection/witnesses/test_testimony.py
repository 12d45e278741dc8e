"""What neighbours saw, and what it amounts to."""

from uuid import UUID

import pytest

from controller.detection.witnesses.asking import reachable
from controller.detection.witnesses.testimony import Cause, Sight, Testimony, weighed

ANSWERED, NOTHING, UNKNOWN = Sight.ANSWERED, Sight.NOTHING, Sight.UNKNOWN


@pytest.mark.parametrize(
    ("sights", "asked", "cause", "confirms"),
    [
        ([], 0, Cause.UNWITNESSED, False),
        ([], 2, Cause.UNCLEAR, False),
        ([(UNKNOWN, UNKNOWN)], 1, Cause.UNCLEAR, False),
        ([(NOTHING, UNKNOWN)], 1, Cause.UNCLEAR, False),
        ([(NOTHING, ANSWERED)], 1, Cause.MACHINE, True),
        ([(NOTHING, ANSWERED), (NOTHING, NOTHING)], 2, Cause.MACHINE, True),
        ([(NOTHING, NOTHING)], 1, Cause.LINK, False),
        ([(ANSWERED, ANSWERED)], 1, Cause.AGENT, False),
        ([(NOTHING, ANSWERED), (ANSWERED, NOTHING)], 2, Cause.AGENT, False),
    ],
)
def test_what_it_amounts_to(
    sights: list[tuple[Sight, Sight]], asked: int, cause: Cause, confirms: bool
) -> None:
    """One who heard an answer outweighs the rest; only a machine that is down with the line in order shortens
    the wait."""
    words = [Testimony(UUID(int=n), *seen) for n, seen in enumerate(sights)]
    verdict = weighed(words, asked)
    assert (verdict.cause, verdict.confirms) == (cause, confirms)


def test_only_private_addresses_that_a_neighbour_can_reach_are_handed_on() -> None:
    """Not the inner ones of the machine, nor public ones, nor what is no address."""
    told = [
        {"interface": "eno1", "address": "10.1.2.3/24"},
        {"interface": "docker0", "address": "172.17.0.1/16"},
        {"interface": "lo", "address": "127.0.0.1/8"},
        {"interface": "eno1", "address": "8.8.8.8/24"},
        {"interface": "eno1", "address": "fd00::1/64"},
        {"interface": "eno1", "address": "nonsense"},
    ]
    assert reachable(told) == ["10.1.2.3"]
