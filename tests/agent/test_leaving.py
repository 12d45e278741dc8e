"""A reboot is not a stop: what systemd says at a SIGTERM becomes the goodbye's reason."""

import pytest

from agent.leaving import from_systemd
from agent.wire import Leaving

JOBS = "123 reboot.target start waiting\n124 vigia-agent.service stop running\n"


@pytest.mark.parametrize(
    ("jobs", "scheduled", "reason"),
    [
        (JOBS, "", Leaving.REBOOT),
        ("7 kexec.target start waiting", "", Leaving.REBOOT),
        ("7 poweroff.target start waiting", "", Leaving.SHUTDOWN),
        ("", "USEC=1\nMODE=reboot\n", Leaving.REBOOT),
        ("", "USEC=1\nMODE=poweroff\n", Leaving.SHUTDOWN),
        ("", "", Leaving.SHUTDOWN),
    ],
)
def test_the_job_list_tells(jobs: str, scheduled: str, reason: Leaving) -> None:
    assert from_systemd(jobs, scheduled) is reason
