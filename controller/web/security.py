"""What every answer says to the browser, and what every form must bring along (trust.md)."""

import hmac
import re
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from controller.core.errors import Refused, TooMuch

# Nothing inline: a script or a style that somebody smuggles into a page does not run. `data:` is for the
# small pictures inside the style sheet.
POLICY = "; ".join((
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "font-src 'self'",
    "connect-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
))  # fmt: skip
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
FORM_BYTES = 256 * 1024
UPLOAD_BYTES = 33 * 1024 * 1024
"""Of a form that brings files along; the room says how many and how large."""
_UPLOADS = re.compile(r"/incidents/[^/]+/attempts")
_FILES = 100
_HARMLESS = {"GET", "HEAD", "OPTIONS"}


class SecurityHeaders:
    """Puts the headers on every answer, refusals included; pages are never kept by a cache."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app = app
        self._headers = dict(_HEADERS)
        if secure:
            self._headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, sent)


def check_origin(method: str, headers: Headers) -> None:
    """Raise `Refused` when another site's page sent this. Programs send neither header and pass."""
    if method in _HARMLESS:
        return
    site = headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        raise Refused("this form was sent from another site")
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != headers.get("host", ""):
        raise Refused("this form was sent from another site")


def check_length(headers: Headers, most_bytes: int) -> None:
    """Raise `TooMuch` for a body that no form of ours has, or one that does not say its length."""
    length = headers.get("content-length")
    if length is None and "transfer-encoding" not in headers:
        return
    if length is None or not length.isdigit() or int(length) > most_bytes:
        raise TooMuch(f"a form takes at most {most_bytes} bytes; shorten it", 0)


def most_bytes(path: str) -> int:
    """How long a form sent to `path` may be."""
    return UPLOAD_BYTES if _UPLOADS.fullmatch(path) else FORM_BYTES


async def check_form(request: Request, secret: str) -> None:
    """Raise `Refused` unless the form brings the session's own secret back. For signed-in people."""
    takes_files = _UPLOADS.fullmatch(request.url.path) is not None
    form = await request.form(max_files=_FILES if takes_files else 0)
    given = form.get("csrf")
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), secret.encode()):
        raise Refused("the page had been open too long; load it again and repeat what you did")


def own_path(path: str | None, otherwise: str = "/incidents") -> str:
    """`path` when it stays on this site (one slash, no host, nothing hidden), else `otherwise`."""
    if not path or not path.startswith("/") or path.startswith("//") or len(path) > 2_000:
        return otherwise
    return otherwise if any(sign in path for sign in "\\\r\n\t\x00") else path


def quoted_path(path: str) -> str:
    """A path to put into a query."""
    return quote(path, safe="/")
