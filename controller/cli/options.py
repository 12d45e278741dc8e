"""Options that every command takes, before or after its name."""

import inspect
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from controller.cli.language import _

DEFAULT_DATA = Path("/var/lib/vigia")
_PANEL = _("Everywhere")


class Spoken(StrEnum):
    ES = "es"
    EN = "en"


Data = Annotated[
    Path | None,
    typer.Option(
        "--data", metavar="PATH", rich_help_panel=_PANEL,
        help=_("The controller's data folder. Otherwise VIGIA_DATA, else {path}.", path=DEFAULT_DATA),
    ),
]  # fmt: skip
AsJson = Annotated[
    bool, typer.Option("--json", rich_help_panel=_PANEL, help=_("JSON for programs, errors as well."))
]
Lang = Annotated[
    Spoken | None,
    typer.Option(
        "--lang", rich_help_panel=_PANEL, help=_("Language. Otherwise the terminal's, else Spanish.")
    ),
]
As = Annotated[
    str | None,
    typer.Option(
        "--as", metavar="LOGIN", rich_help_panel=_PANEL,
        help=_("Act as this user; for root and the controller's own user."),
    ),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wishes:
    """`given_data`: the folder as it was asked for, None when it was not."""

    given_data: Path | None = None
    as_json: bool = False
    acting_as: str = ""

    @property
    def data(self) -> Path:
        return (self.given_data or Path(os.environ.get("VIGIA_DATA") or DEFAULT_DATA)).absolute()


_EVERYWHERE = {"data": Data, "as_json": AsJson, "lang": Lang, "acting_as": As}


def everywhere(
    context: typer.Context,
    data: Data = None,
    as_json: AsJson = False,
    lang: Lang = None,  # noqa: ARG001 - read before anything is imported, see language.py
    acting_as: As = None,
) -> None:
    """The same options before the command's name."""
    context.obj = Wishes(data, as_json, acting_as or "")


class _Command(TyperCommand):
    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """The library writes {INCIDENT}, which reads as if the braces were to be typed."""
        return [re.sub(r"\{([^{}]*)\}", r"\1", piece) for piece in super().collect_usage_pieces(ctx)]


def command(
    app: typer.Typer, name: str, help_text: str
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Registers a function whose first argument is `Wishes`; it gets the options above besides its own."""

    def register(verb: Callable[..., None]) -> Callable[..., None]:
        def run(context: typer.Context, **given: Any) -> None:
            before: Wishes = context.obj or Wishes()
            here = {key: given.pop(key) for key in _EVERYWHERE}
            wishes = Wishes(
                here["data"] or before.given_data,
                here["as_json"] or before.as_json,
                here["acting_as"] or before.acting_as,
            )
            verb(wishes, **given)

        own = list(inspect.signature(verb).parameters.values())[1:]
        first = inspect.Parameter(
            "context", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context
        )
        more = [
            inspect.Parameter(
                key,
                inspect.Parameter.KEYWORD_ONLY,
                annotation=kind,
                default=False if key == "as_json" else None,
            )
            for key, kind in _EVERYWHERE.items()
        ]
        keyword = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in own]
        run.__signature__ = inspect.Signature([first, *keyword, *more])  # type: ignore[attr-defined]
        run.__annotations__ = {p.name: p.annotation for p in (first, *keyword, *more)}
        app.command(name, help=help_text, cls=_Command)(run)
        return verb

    return register
