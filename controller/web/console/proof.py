"""The proof of each clock's verdict, as sentences with times."""

from dataclasses import dataclass

from controller.sla.ledger import Explanation
from controller.sla.versions.version import ALWAYS, Version
from controller.words import clocks, story
from controller.words.catalogue import Translator


@dataclass(frozen=True, slots=True)
class ClockProof:
    label: str
    verdict: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ruling:
    """A version of a plan or a calendar that governs the incident for good (contract.md T14)."""

    path: str
    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Proof:
    plan: Ruling
    calendars: tuple[Ruling, ...]
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
    governing = explanation.governing
    since = words._("since the beginning") if governing.chosen.effective_from == ALWAYS else ""
    return Proof(
        Ruling(
            f"/plans/version/{governing.chosen.id}",
            governing.plan.name,
            since or _said(governing.chosen, words),
        ),
        tuple(
            Ruling(f"/plans/calendars/{one.id}", one.name, _said(one, words))
            for one in governing.calendar_versions
        ),
        tuple(shown),
    )


def _said(version: Version, words: Translator) -> str:
    return words._("version of {version}", version=version.version.replace("T", " "))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
