"""The one door to the controller: HTTP on its own socket, where the kernel says who is speaking."""

import errno
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from controller.cli.failure import REFUSED, WRONG, Failure, failure
from controller.cli.language import _, language
from controller.cli.options import Wishes

TIMEOUT_S = 30.0
ACT_AS = "x-vigia-as"


class Client:
    """Requests of one command. Every method raises `Failure`. `timeout_s`: of each answer."""

    def __init__(self, wishes: Wishes, timeout_s: float = TIMEOUT_S) -> None:
        self._wishes = wishes
        self._timeout_s = timeout_s
        self._socket = wishes.data / "control.sock"

    def get(self, *path: str, **query: str | int | None) -> Any:
        """Words come back in the reader's language."""
        known = {name: value for name, value in query.items() if value is not None}
        return self._ask("GET", path, {**known, "lang": language()}, None)

    def post(self, *path: str, **body: Any) -> Any:
        return self._ask("POST", path, {}, body)

    def patch(self, *path: str, **body: Any) -> Any:
        return self._ask("PATCH", path, {}, body)

    def download(self, *path: str, **query: str | int | None) -> bytes:
        """A file, with words in the reader's language."""
        known = {name: value for name, value in query.items() if value is not None}
        status, content = self._answered("GET", path, {**known, "lang": language()}, None)
        if not 200 <= status < 300:
            _read(status, content)
        return content

    def _ask(
        self, method: str, path: tuple[str, ...], query: dict[str, str | int], body: dict[str, Any] | None
    ) -> Any:
        return _read(*self._answered(method, path, query, body))

    def _answered(
        self, method: str, path: tuple[str, ...], query: dict[str, str | int], body: dict[str, Any] | None
    ) -> tuple[int, bytes]:
        import httpx

        login = self._wishes.acting_as
        if not (login.isascii() and login.isprintable()):
            raise failure(WRONG, "invalid", _("--as: that is no login; `vigia users list` names them"))
        headers = {"content-type": "application/json", **({ACT_AS: login} if login else {})}
        try:
            address = "/api/v1/" + "/".join(quote(part, safe="") for part in path)
            # ASCII, so that half a character from a broken terminal arrives as one and is refused by name.
            content = json.dumps(body).encode() if body is not None else None
        except UnicodeEncodeError:
            raise failure(
                WRONG, "invalid", _("what you typed holds bytes that are no text; type it anew")
            ) from None
        transport = httpx.HTTPTransport(uds=str(self._socket))
        with (
            _reaching(self._socket, self._timeout_s),
            httpx.Client(transport=transport, timeout=self._timeout_s) as http,
        ):
            answered = http.request(
                method, f"http://vigia{address}", params=query, content=content, headers=headers
            )
        return answered.status_code, answered.content


def _read(status: int, content: bytes) -> Any:
    try:
        said = json.loads(content)
    except ValueError:
        said = None
    if 200 <= status < 300 and said is not None:
        return said
    error = said.get("error") if isinstance(said, dict) else None
    if not isinstance(error, dict) or not isinstance(error.get("message"), str):
        message = _(
            "the controller answered in a way that this program does not understand ({status})", status=status
        )
        raise failure(REFUSED, "fault", message)
    raise Failure(WRONG if error.get("kind") == "invalid" else REFUSED, error)


@contextmanager
def _reaching(path: Path, timeout_s: float) -> Iterator[None]:
    """Says why nobody answers, and the way out."""
    import httpx

    try:
        yield
    except httpx.ConnectError as error:
        raise _unreachable(path, _number(error)) from None
    except httpx.TimeoutException:
        message = _(
            "the controller did not answer within {seconds} s; what you asked for may still be done: "
            "look before you ask again",
            seconds=round(timeout_s),
        )
        raise failure(REFUSED, "unavailable", message) from None
    except httpx.HTTPError:
        message = _(
            "the controller hung up before it answered; what you asked for may still have been done: "
            "look before you ask again"
        )
        raise failure(REFUSED, "unavailable", message) from None


def _unreachable(path: Path, number: int | None) -> Failure:
    if number == errno.EACCES:
        message = _("you may not use {path}; ask to be put into the group vigia", path=path)
        return failure(REFUSED, "refused", message)
    message = _(
        "the controller is not running on {data}; start it with: vigia serve --data {data}", data=path.parent
    )
    return failure(REFUSED, "unavailable", message)


def _number(error: BaseException) -> int | None:
    """The operating system's number under whatever the library wrapped around it."""
    inner: BaseException | None = error
    while inner is not None:
        if isinstance(inner, OSError) and inner.errno is not None:
            return inner.errno
        inner = inner.__cause__ or inner.__context__
    return None
