"""The proof of each clock's verdict, as sentences with times."""

from dataclasses import dataclass

from controller.sla.ledger import Explanation
from controller.words import clocks, story
from controller.words.catalogue import Translator


@dataclass(frozen=True, slots=True)
class ClockProof:
    label: str
    verdict: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    plan: str
    clocks: tuple[ClockProof, ...]


def proof_of(explanation: Explanation, zone: str, words: Translator) -> Proof:
    """Clocks in the order of the contract, each update window by its number; times in `zone`."""
    shown = []
    for clock in explanation.clocks:
        label = clocks.clock(words, clock.name)
        if clock.name == "update":
            label = f"{label} {clock.window + 1}"
        lines = tuple(
            _capital(story.proof_sentence(words, step.kind, step.at, step.facts, zone)) for step in clock.why
        )
        if lines:
            shown.append(ClockProof(_capital(label), clocks.clock_state(words, clock.state), lines))
    return Proof(explanation.plan.name, tuple(shown))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
