"""Every word of the pages is in both languages."""

import ast
import gettext
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2.ext import babel_extract

import controller.web
from controller.web import fault, pages, refusals
from controller.web.console import account, acts, bundles, clockface, machine_state
from controller.web.portal import addressed, asking, cases
from controller.words import facts, history, plans, reproductions, requests, waits

WEB = Path(controller.web.__file__).parent
# The same in both languages.
SAME = {"Plan:", "Normal", "no"}


def _of_templates() -> Iterator[str]:
    for path in WEB.glob("templates/**/*.html"):
        with path.open("rb") as lines:
            for _, _, message, _ in babel_extract(lines, ("_", "ngettext"), [], {}):
                yield message if isinstance(message, str) else str((message or ("",))[0])


def _of_calls() -> Iterator[str]:
    for path in (*WEB.glob("*.py"), *WEB.glob("console/*.py"), *WEB.glob("portal/*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if name == "_" and isinstance(node.args[0].value, str):
                    yield node.args[0].value


def _of_tables() -> Iterator[str]:
    for table in (
        clockface.LABELS, facts.NAMES, facts.OUTCOMES, acts.HINTS, acts.SENT, history.EVENTS,
        history.REASONS,
        machine_state._GOODBYES, cases._DONE, asking.HARM, requests.KINDS, requests.STATES,
        reproductions.VERDICTS, reproductions.KINDS, reproductions.ORACLES, reproductions.BY_HAND,
        plans.KEYS, plans.STANDINGS, plans.SEVERITIES, plans.CHOICES, plans.INSTANTS,
        requests.ARTICLE_STATES, requests.AUDIENCES, requests.NEGLECTS,
        addressed._YOURS, waits.TO_CUSTOMER, waits.CHOICES,
        account.ROLES, fault._FIELDS, pages._ROLES, pages._SEVERITIES, pages._STATES, pages._SPOKEN,
    ):  # fmt: skip
        yield from table.values()
    for pair in addressed._SAID.values():
        yield from pair
    yield from fault._SENTENCES
    yield from (name for _, name in acts.CHANNELS)
    yield from (said for _, said in bundles.FAULTS)
    for _, _, heading, way_out in refusals._KINDS:
        yield from (heading, way_out)
    yield from refusals._UNKNOWN[1:]
    for act in acts._ACTS:
        yield from (act.label, act.heading, act.button, act.body_label, act.hint, act.done)


def _missing(messages: Iterator[str]) -> set[str]:
    folder = WEB.parent / "words" / "locale" / "es" / "LC_MESSAGES"
    catalogues = [gettext.GNUTranslations(path.open("rb")) for path in folder.glob("*.mo")]
    known = {message for message in messages if message} - SAME
    assert known
    return {
        message
        for message in known
        if all(
            one.gettext(message) == message and one.ngettext(message, message, 2) == message
            for one in catalogues
        )
    }


@pytest.mark.parametrize("messages", [_of_templates, _of_calls, _of_tables])
def test_nothing_is_missing_in_spanish(messages: object) -> None:
    assert not _missing(messages())  # type: ignore[operator]
