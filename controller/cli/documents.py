"""A plan or calendar as a file: read here, judged here or by the controller, all its faults at once."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from controller.cli.failure import WRONG, Failure, failure
from controller.cli.language import _
from controller.cli.terminal import line
from controller.cli.typed import text

if TYPE_CHECKING:
    from controller.sla.errors import PlanInvalid

File = Annotated[Path, typer.Argument(metavar="FILE", help=_("TOML; - reads it from standard input."))]
Customer = Annotated[
    str | None, typer.Option("--customer", metavar="NAME", help=_("Of this customer; otherwise everybody's."))
]
Toml = Annotated[bool, typer.Option("--toml", help=_("The document, word by word."))]
Read = TypeVar("Read")
_STDIN = Path("-")


def document(path: Path) -> str:
    """Raises `Failure` for what cannot be read."""
    if path == _STDIN:
        return text("document", "-")
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or _("it is no UTF-8 text")
        message = _("{path} cannot be read: {reason}", path=line(path), reason=reason)
        raise failure(WRONG, "invalid", message) from None


def judged(path: Path, read: Callable[[str], Read]) -> Read:
    """What the document says. Raises `Failure` with every fault."""
    from controller.sla.errors import PlanInvalid

    content = document(path)
    try:
        return read(content)
    except PlanInvalid as error:
        raise _refused(error, path) from None


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """The controller judged it: its faults are told under the file's name."""
    try:
        yield
    except Failure as error:
        error.error["document"] = str(path)
        raise


def write(content: str) -> None:
    """As it was written, for a file: nothing is made safe for a terminal unless somebody looks."""
    from controller.cli.terminal import plain

    sys.stdout.write(plain(content) if sys.stdout.isatty() else content)
    if not content.endswith("\n"):
        sys.stdout.write("\n")


def _refused(error: "PlanInvalid", path: Path) -> Failure:
    first = error.faults[0]
    said: dict[str, Any] = {
        "kind": "invalid", "message": str(error), "field": first.path, "limit": first.limit,
        "way_out": first.way_out or None, "retry_after_s": None,
        "faults": [asdict(one) for one in error.faults], "document": str(path),
    }  # fmt: skip
    return Failure(WRONG, said)
