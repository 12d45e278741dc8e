"""A clock's face says what is left, warns when we were warned, and keeps burning while it is owed."""

from datetime import timedelta

from controller.sla.clock import evaluate
from controller.sla.events import Event
from controller.sla.plan import default_plan
from controller.web.console.clockface import Face, faces, next_face
from controller.words.catalogue import translator
from tests.support.clocks import NOON


def _at(minutes: float, kind: str, **more: object) -> Event:
    at = NOON + timedelta(minutes=minutes)
    return Event(kind=kind, at=at, recorded_at=at, id=None, **more)  # type: ignore[arg-type]


def _faces(minutes: float, *events: Event) -> dict[str, Face]:
    opened = _at(0, "opened", severity="critical")
    state = evaluate(default_plan(), {}, (opened, *events), NOON + timedelta(minutes=minutes))
    return {face.name: face for face in faces(state, translator("en"), 0.5)}


def test_it_is_calm_then_amber_then_late() -> None:
    looks = {minutes: _faces(minutes)["first_response"] for minutes in (14, 15, 30, 31)}
    assert [(face.tone, face.left_text) for face in looks.values()] == [
        ("calm", "16 min"), ("soon", "15 min"), ("soon", "0 s"), ("late", "1 min late"),
    ]  # fmt: skip
    assert looks[15].spent_s / looks[15].span_s == 0.5


def test_a_missed_answer_burns_until_it_is_given_and_is_never_forgiven() -> None:
    assert _faces(50)["first_response"].running
    answered = _faces(50, _at(40, "responded"))["first_response"]
    assert (answered.running, answered.tone, answered.left_text) == (False, "late", "Missed")


def test_the_next_promise_is_the_one_that_ended_longest_ago_and_is_owed() -> None:
    shown = _faces(200, _at(10, "responded")).values()
    chosen = next_face(shown)
    assert chosen is not None
    assert (chosen.name, chosen.left_text) == ("update", "1 h 10 min late")


def test_nothing_runs_when_it_is_resolved() -> None:
    shown = _faces(200, _at(10, "responded"), _at(20, "resolved"))
    assert next_face(shown.values()) is None
    assert shown["first_response"].left_text == "Kept"
    assert shown["escalate_l2"].left_text == "Not needed"
