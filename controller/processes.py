"""The controller's only door to other processes, used by `vigia up` to run what a person tries out.

Argument vectors only. Children die with their parent: each is asked to stop, and killed when it does not.
"""

import asyncio
import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(slots=True)
class Child:
    """A running program, its name for people, and the file its output goes to."""

    name: str
    process: asyncio.subprocess.Process
    log: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def is_running(self) -> bool:
        return self.process.returncode is None

    async def stop(self, patience_s: float) -> None:
        """SIGTERM, and SIGKILL after `patience_s`. Returns when the program is gone."""
        if not self.is_running:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self.process.wait(), patience_s)
        except TimeoutError:
            self.process.kill()
            await self.process.wait()


async def start(
    name: str, arguments: Sequence[str | Path], log: Path, environment: Mapping[str, str] | None = None
) -> Child:
    """Starts a program in a session of its own, so that Ctrl-C reaches the parent alone.

    Its output is appended to `log`. Raises OSError when the program cannot be started.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            *(str(argument) for argument in arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, **(environment or {})},
            start_new_session=True,
        )
    return Child(name, process, log)


async def run(
    arguments: Sequence[str | Path], environment: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """Runs a program to its end: (exit status, what it printed)."""
    process = await asyncio.create_subprocess_exec(
        *(str(argument) for argument in arguments),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, **(environment or {})},
    )
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode(errors="replace")
