"""Every word about problems is in both languages."""

import pytest

from controller.broadcasts.standing import Status
from controller.problems.problem import ProblemState
from controller.web.console import problem_acts
from controller.words import problems
from controller.words.catalogue import translator

FACTS = {
    "owner": "Ana", "before": "open", "after": "verified", "language": "es", "incident": "INC-1",
    "incidents": "INC-1", "count": "2", "customer": "Sol {x}",
}  # fmt: skip


def test_every_state_and_status_has_a_name() -> None:
    assert set(problems.STATES) == {state.value for state in ProblemState}
    assert set(problems.STATUSES) == {status.value for status in Status}
    for message in (*problems.STATES.values(), *problems.STATUSES.values()):
        assert translator("es")._(message) != message


@pytest.mark.parametrize("kind", problems.KINDS)
def test_every_chapter_of_the_history_has_a_sentence(kind: str) -> None:
    said = [
        problems.sentence(translator(language), kind, "Luis \x1b[31m", FACTS) for language in ("es", "en")
    ]
    assert said[0] != said[1]
    assert all(text.isprintable() and "{count}" not in text for text in said)


def test_every_form_and_refusal_is_translated() -> None:
    words = translator("es")
    texts = [*problems.REFUSALS, *problem_acts.SENDING.values()]
    for act in problem_acts._ACTS:
        texts += [act.label, act.heading, act.button, act.body_label, act.hint, act.done]
    assert [text for text in texts if text and words._(text) == text] == []
