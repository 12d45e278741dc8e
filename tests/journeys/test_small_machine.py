"""64 MiB to live in, children included: the real agent finds, tells what it saw, and is never killed."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.disk import OsDisk
from agent.identity import IdentityStore
from tests.support.agent_controller import ListeningController

pytestmark = pytest.mark.faults
MEMORY = Path("/sys/fs/cgroup/memory")
LIMIT_BYTES = 64 * 2**20


@pytest.fixture
def narrow() -> Iterator[Path]:
    """A control group of 64 MiB."""
    group = MEMORY / f"vigia-test-{os.getpid()}"
    try:
        group.mkdir()
        (group / "memory.limit_in_bytes").write_text(str(LIMIT_BYTES))
    except OSError as error:
        pytest.skip(f"no memory controller of the first version to write to: {error}")
    yield group
    os.sync()
    group.rmdir()


def told(group: Path, name: str, key: str = "") -> int:
    for line in (group / name).read_text().splitlines():
        if line.startswith(key):
            return int(line.removeprefix(key))
    raise AssertionError(f"{name} does not say {key}")


async def test_it_lives_in_64_mib(narrow: Path, tmp_path: Path) -> None:
    async with ListeningController() as controller:
        IdentityStore(OsDisk(), tmp_path).save(controller.authority.identity(controller.endpoint))
        config = tmp_path / "agent.toml"
        config.write_text('[[watch]]\nname = "shop"\nkind = "tcp"\ntarget = "127.0.0.1:1"\n')
        # The shell enters the group and becomes the agent.
        enter = 'echo $$ > "$1/cgroup.procs" && shift && exec "$@"'
        agent = (sys.executable, "-m", "agent", "run", "--config", str(config), "--data", str(tmp_path))
        process = await asyncio.create_subprocess_exec(
            "sh", "-c", enter, "sh", str(narrow), *agent,
            stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            for kind in ("finding", "evidence", "inventory", "snapshot"):
                await controller.until(lambda kind=kind: came(controller, kind), timeout_s=60)
            assert process.returncode is None
        finally:
            process.terminate()
            await process.wait()
    most_mib = told(narrow, "memory.max_usage_in_bytes") / 2**20
    killed = told(narrow, "memory.oom_control", "oom_kill ")
    print(f"at most {most_mib:.1f} MiB with its children, killed {killed}")
    assert killed == 0


def came(controller: ListeningController, kind: str) -> bool:
    return any(item.spooled.WhichOneof("record") == kind for item in controller.heard("spooled"))
