"""The console as one application: pages, the live stream, scripts and styles, the one error page."""

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from controller.core.errors import Refused, TooMuch
from controller.web import live, refusals, security
from controller.web.console import (
    account,
    articles,
    attempts,
    customers,
    duty,
    duty_calendar,
    evidence,
    forecast,
    forgotten,
    health,
    incident,
    inventory,
    machines,
    maintenance,
    plans,
    plans_editor,
    problem,
    problems,
    pulls,
    queue,
    reports,
    requests,
    sign_in,
)
from controller.web.context import Context
from controller.web.pages import Pages
from controller.web.portal import articles as portal_articles
from controller.web.portal import asking, cases, door
from controller.web.static import FOLDER, Shelf

_ROOMS = (
    duty, duty_calendar, problems, problem, queue, forgotten, evidence, attempts, pulls, incident, requests,
    articles, inventory, machines, maintenance, customers, plans_editor, plans, reports, forecast, health,
    account, sign_in,
)  # fmt: skip
_PORTAL = (door, cases, asking, portal_articles)


def build_site(context: Context) -> FastAPI:
    """Raises `Unavailable` when scripts and styles were never built."""
    shelf = Shelf(context.assets)
    site = FastAPI(title="Vigía", docs_url=None, redoc_url=None, openapi_url=None)
    site.state.context = context
    site.state.pages = Pages(shelf, context.clock)
    for room in (*_ROOMS, *_PORTAL):
        site.include_router(room.router)
    site.include_router(live.router)
    site.mount(FOLDER, shelf.served())
    refusals.install(site)
    site.add_middleware(_Guard)
    site.add_middleware(security.SecurityHeaders, secure=context.secure)
    return site


class _Guard:
    """Before any page: forms of other sites and forms beyond every limit end here."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        refusal: Response | None = None
        try:
            security.check_origin(request.method, request.headers)
            security.check_length(request.headers, security.most_bytes(request.url.path))
        except (Refused, TooMuch) as error:
            refusal = await refusals.answer(request, error)
        if refusal is None:
            await self._app(scope, receive, send)
        else:
            await refusal(scope, receive, send)
