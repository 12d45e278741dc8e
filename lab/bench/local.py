"""This machine as a bench."""

from collections.abc import Callable, Mapping, Sequence

from lab import processes
from lab.processes import Ended


class LocalBench:
    """Runs programs as the user who started the lab."""

    name = "local"

    def open(self) -> None:
        """Always ready."""

    def close(self) -> None:
        """Nothing to let go of."""

    def run(
        self,
        argv: Sequence[str],
        timeout_s: float,
        output_bytes: int,
        on_output: Callable[[bytes], None],
        environment: Mapping[str, str] | None = None,
        folder: str | None = None,
    ) -> Ended:
        return processes.run(argv, timeout_s, output_bytes, on_output, environment, folder)
