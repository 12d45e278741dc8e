"""The guest's disk, once a run; a controller and a machine for each file; the table at the end."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.guest import recipe
from tests.guest.customer import CONTROLLER, Customer, Row, table
from tests.guest.machine import Extra, Guest
from tests.support.street import street

ROWS: list[Row] = []
Begin = Callable[..., Customer]


@pytest.fixture(scope="session")
def disk() -> recipe.Disk:
    take = Path(__file__).with_name("take.sh")
    subprocess.run(["bash", str(take)], check=True)
    return recipe.disk()


@pytest.fixture(scope="module")
def begin(disk: recipe.Disk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Begin]:
    """Makes a controller and a running, enrolled guest with those further disks."""
    with ExitStack() as ended:

        def make(*extras: Extra, config: str = "", join: bool = True) -> Customer:
            folder = tmp_path_factory.mktemp("guest")
            walk = ended.enter_context(street(folder, {"public_host": CONTROLLER}))
            walk.serve()
            guest = Guest(folder / "machine", disk, extras)
            ended.callback(guest.cut)
            booted_s = guest.start()
            print(f"\n  the guest is up after {booted_s:.0f} s", flush=True)
            customer = Customer(walk, guest, ROWS)
            if join:
                customer.join(config)
            return customer

        yield make


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if ROWS:
        terminalreporter.section("faults of a real machine")
        for line in table(ROWS):
            terminalreporter.line(line)
        wanted = os.environ.get("VIGIA_GUEST_TABLE")
        if wanted:
            Path(wanted).write_text("\n".join(table(ROWS)) + "\n")
