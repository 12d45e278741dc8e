"""A bar for what takes longer than a moment, on the standard error of somebody who looks."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Count = Callable[[int, int], None]


@contextmanager
def counting(what: str) -> Iterator[Count]:
    """Gives a function that takes how many were done now, and how many there are in all."""
    if not sys.stderr.isatty():
        yield lambda _done, _every: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)

        def count(done: int, every: int) -> None:
            bar.update(task, advance=done, total=every)

        yield count
