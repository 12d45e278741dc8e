"""Scripts, styles and fonts as the build left them, under names that change when they do."""

from hashlib import sha256
from pathlib import Path

from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

from controller.core.errors import Unavailable

FOLDER = "/assets"
_YEAR_S = 31_536_000


class Shelf:
    """The folder `assets/dist`. Raises `Unavailable` when the bundle was never made."""

    def __init__(self, folder: Path) -> None:
        listed = folder / "files.txt"
        if not listed.is_file():
            raise Unavailable(f"the pages' scripts and styles are not in {folder}: run `make web`")
        self._folder = folder
        self._marks = {
            name: sha256((folder / name).read_bytes()).hexdigest()[:12]
            for name in listed.read_text(encoding="utf-8").split()
        }

    def path(self, name: str) -> str:
        """The address of `name` with its content's mark. Raises KeyError for a name that was not built."""
        return f"{FOLDER}/{name}?v={self._marks[name]}"

    def served(self) -> ASGIApp:
        """The application for `FOLDER`. Only these files are packed: a packed page could leak its secrets."""
        return GZipMiddleware(_Kept(directory=self._folder), minimum_size=1024)


class _Kept(StaticFiles):
    """A marked address never changes its content, so a browser need not ask again."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        marked = b"v=" in scope["query_string"] or path.startswith(("chunks/", "files/"))
        response.headers["Cache-Control"] = f"public, max-age={_YEAR_S}, immutable" if marked else "no-cache"
        return response
