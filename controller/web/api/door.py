"""The application on the controller's own socket, and how every refusal looks there."""

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import asdict
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from controller.core.errors import Conflict, Invalid, NotFound, Refused, TooMuch, Unavailable, VigiaError
from controller.sla.errors import PlanInvalid
from controller.web.api import (
    articles,
    attempts,
    authority,
    correspondence,
    duty,
    fleet,
    forecast,
    health,
    incidents,
    inventory,
    maintenance,
    people,
    plans,
    plans_calendars,
    plans_preview,
    problems,
    pulls,
    reports,
    requests,
    timers,
)
from controller.web.context import Context

log = logging.getLogger(__name__)

BODY_BYTES = 2 * 1024 * 1024
"""A request beyond this is not read to its end. Every limit of a room is far smaller."""

_KINDS: tuple[tuple[type[VigiaError], str, int], ...] = (
    (Invalid, "invalid", 422),
    (NotFound, "not_found", 404),
    (Refused, "refused", 403),
    (Conflict, "conflict", 409),
    (TooMuch, "too_much", 429),
    (Unavailable, "unavailable", 503),
)
# What pydantic says -> (limit, way out) in the words of a room; anything else keeps pydantic's own.
_FAULTS = {
    "missing": ("is missing", "Give it"),
    "extra_forbidden": ("is not known here", "Leave it out"),
    "enum": ("is none of ours", "Use one of {expected}"),
    "greater_than_equal": ("is less than {ge:g}", "Use {ge:g} or more"),
    "less_than_equal": ("is more than {le:g}", "Use {le:g} or less"),
    "string_too_long": ("has more than {max_length} characters", "Shorten it"),
    "string_unicode": ("holds half of a character (a lone surrogate)", "Write it again"),
    "int_parsing": ("is no whole number", "Give one"),
    "float_parsing": ("is no number", "Give one"),
    "finite_number": ("is no number", "Give one"),
}


def build_api(context: Context) -> FastAPI:
    """Serves `controller.web.socket.ControlDoor` alone: who speaks is read from the socket."""
    api = FastAPI(title="Vigía", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    api.state.context = context
    for room in (
        incidents, attempts, correspondence, problems, pulls, requests, articles, reports, forecast, health,
        inventory, fleet, people, plans, plans_calendars, plans_preview, duty, timers,
        maintenance, authority,
    ):  # fmt: skip
        api.include_router(room.router)
    api.add_exception_handler(VigiaError, _refused)
    api.add_exception_handler(RequestValidationError, _invalid)
    api.add_exception_handler(HTTPException, _http_error)
    api.add_exception_handler(Exception, _fault)
    api.add_middleware(_BodyLimit)
    return api


def answer(
    status: int,
    kind: str,
    message: str,
    *,
    field: str | None = None,
    limit: str | None = None,
    way_out: str | None = None,
    retry_after_s: float | None = None,
    faults: list[dict[str, Any]] | None = None,
) -> JSONResponse:
    """The one shape of a refusal; `faults` only where a document has several."""
    error: dict[str, Any] = {
        "kind": kind,
        "message": message,
        "field": field,
        "limit": limit,
        "way_out": way_out,
        "retry_after_s": retry_after_s,
    }
    if faults is not None:
        error["faults"] = faults
    headers = {"Retry-After": str(max(1, round(retry_after_s)))} if retry_after_s is not None else None
    return JSONResponse({"error": error}, status, headers)


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, VigiaError)
    kind, status = next(
        ((kind, status) for known, kind, status in _KINDS if isinstance(error, known)), ("fault", 500)
    )
    if isinstance(error, Invalid):
        faults = [asdict(fault) for fault in error.faults] if isinstance(error, PlanInvalid) else None
        return answer(
            status, kind, str(error), field=error.field, limit=error.limit, way_out=error.way_out or None,
            faults=faults,
        )  # fmt: skip
    retry_after_s = error.retry_after_s if isinstance(error, TooMuch) else None
    return answer(status, kind, str(error), retry_after_s=retry_after_s)


async def _invalid(request: Request, error: Exception) -> Response:
    """The first fault, in the words that a room would use."""
    assert isinstance(error, RequestValidationError)
    fault: dict[str, Any] = next(iter(error.errors()), {"type": "", "loc": (), "msg": "cannot be read"})
    if fault["type"] == "json_invalid":
        return await _refused(request, Invalid("body", "is no JSON", "Send one JSON object in UTF-8"))
    names = [str(part) for part in fault["loc"] if part not in ("body", "query", "path")]
    said = str(fault["msg"]).removeprefix("Value error, ")
    limit, way_out = _FAULTS.get(fault["type"], (said[:1].lower() + said[1:], ""))
    facts: dict[str, Any] = fault.get("ctx", {}) if fault["type"] in _FAULTS else {}
    return await _refused(
        request, Invalid(".".join(names) or "body", limit.format(**facts), way_out.format(**facts))
    )


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if isinstance(error.__cause__, VigiaError):
        # The framework turns whatever ends the reading of a body into this.
        return await _refused(request, error.__cause__)
    if error.status_code == 400:
        return await _refused(request, Invalid("body", "is no JSON", "Send one JSON object in UTF-8"))
    if error.status_code == 404:
        return await _refused(request, NotFound("address", request.url.path[:200]))
    return answer(error.status_code, "invalid", f"{request.method} {request.url.path[:200]}: {error.detail}")


async def _fault(_: Request, __: Exception) -> Response:
    # Starlette raises it again after this, so that the log has the whole of it.
    return answer(500, "fault", "something went wrong in the controller; its log has the details")


Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class _BodyLimit:
    """Stops reading a request that is longer than anything we take."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        taken = 0

        async def limited() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > BODY_BYTES:
                raise Invalid("body", f"is longer than {BODY_BYTES} bytes", "Shorten it")
            return message

        await self._app(scope, limited, send)
