"""Cases that anyone can recompute: a JSON array of questions in, one JSON line per answer out.

The format is part of the contract: the same engine answers here and in the controller, without a database.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from controller.core.errors import Invalid
from controller.sla.case_reading import instant, read_calendar, read_minutes, read_question, refuse, written
from controller.sla.clock import evaluate
from controller.sla.differences import differences
from controller.sla.errors import CalendarNeverOpens
from controller.sla.proof import written_proof
from controller.sla.reading import Table
from controller.sla.state import Clock, State

_MINUTE = timedelta(minutes=1)
_NO_ANSWER = ("as_of", "known_at")


@dataclass(frozen=True, slots=True)
class Answer:
    """`line` is the JSON to print. `differing` says, for people, where it is not what the case expects."""

    line: str
    failed: bool
    differing: tuple[str, ...]


class Unreadable(Invalid):
    """The text as a whole is no JSON array."""


def run_file(text: str, *, check: bool = False, explain: bool = False) -> Iterator[Answer]:
    """One answer per case, in order. Raises Unreadable before the first one if the text is no JSON array."""
    try:
        cases = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise Unreadable("file", f"is not JSON ({error})", "Hand over a JSON array of cases") from error
    if not isinstance(cases, list):
        raise Unreadable("file", "is not a JSON array", "Put the cases between [ and ]")
    return (_answer(case, check, explain) for case in cases)


def exit_status(answers: list[Answer]) -> int:
    """0: all right; 1: a case had an error, or another answer than expected."""
    return 1 if any(answer.failed or answer.differing for answer in answers) else 0


def _answer(case: object, check: bool, explain: bool) -> Answer:
    name = case.get("id") if isinstance(case, Mapping) else None
    try:
        if not isinstance(case, Mapping):
            refuse("case", "must be an object")
        result, proof = _timeline(case, explain) if _is_timeline(case) else (_calendar(case), None)
    except Invalid as error:
        message = error.limit + (f". {error.way_out}" if error.way_out else "")
        return Answer(_json({"id": name, "error": {"field": error.field, "message": message}}), True, ())
    answer = {"id": name, "result": result}
    if explain and proof is not None:
        answer["explain"] = proof
    return Answer(_json(answer), False, _check(case, result) if check else ())


def _is_timeline(case: Table) -> bool:
    """Told apart by `op` or `events`."""
    if "op" not in case and "events" not in case:
        refuse("op", "a case has either op (a calendar question) or events (a timeline)")
    return "events" in case


def _calendar(case: Table) -> float | str | None:
    calendar = read_calendar(case)
    start = instant(case.get("start"), calendar.zone, "start")
    if case["op"] == "between":
        counted = calendar.open_between(start, instant(case.get("end"), calendar.zone, "end")) / _MINUTE
        return int(counted) if counted.is_integer() else counted
    if case["op"] != "add":
        refuse("op", f"{case['op']!r} is not known: add or between")
    try:
        return written(calendar.add_open(start, read_minutes(case.get("minutes"), "minutes")))
    except CalendarNeverOpens:
        return None


def _timeline(case: Table, explain: bool) -> tuple[dict[str, object], object]:
    asked = read_question(case)
    state = evaluate(asked.plan, asked.calendars, asked.events, asked.as_of, asked.known_at)
    return verdict(state), written_proof(state) if explain else None


def verdict(state: State) -> dict[str, object]:
    """The answer to a timeline case, as the format has it."""
    result: dict[str, object] = {name: _brief(clock) for name, clock in state.clocks.items()}
    if state.updates_promised:
        result["updates"] = [_brief(window) for window in state.updates]
    result["breaches"] = [{"clock": breach.clock, "at": written(breach.at)} for breach in state.breaches]
    return result


def _brief(clock: Clock) -> dict[str, object]:
    return {"due": written(clock.due), "state": clock.state}


def _check(case: Table, result: object) -> tuple[str, ...]:
    zone = case["timezone"] if "op" in case and "events" not in case else case["calendar"]["timezone"]  # type: ignore[index]
    if "events" not in case:
        return differences("result", case["expected"], result, str(zone)) if "expected" in case else ()
    expected = case.get("expect")
    if not isinstance(expected, Mapping) or not isinstance(result, Mapping):
        return ()
    found: list[str] = []
    for key, wanted in expected.items():
        if key not in _NO_ANSWER:
            found += differences(key, wanted, result.get(key), str(zone))
    return tuple(found)


def _json(answer: object) -> str:
    return json.dumps(answer, ensure_ascii=False)
