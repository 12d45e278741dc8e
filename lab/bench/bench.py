"""What every bench can do."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from lab.processes import Ended


class Bench(Protocol):
    """`name` as it is written in records: "local" or "ssh:NAME"."""

    @property
    def name(self) -> str: ...

    def open(self) -> None:
        """Ready to run. Again after a loss is welcome. Raises BenchLost or HostKeyChanged."""

    def close(self) -> None:
        """Lets go; never raises."""

    def run(
        self,
        argv: Sequence[str],
        timeout_s: float,
        output_bytes: int,
        on_output: Callable[[bytes], None],
        environment: Mapping[str, str] | None = None,
        folder: str | None = None,
    ) -> Ended:
        """Runs one program to its end or to a limit; nothing of it is alive afterwards, as far as the bench
        can see to that. Raises BenchLost when the bench itself goes away."""
