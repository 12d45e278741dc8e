"""The proof of each clock's verdict on an incident's page, and whose plan it is."""

from dataclasses import dataclass

from controller.sla.ledger import Explanation
from controller.sla.versions.version import ALWAYS, Version
from controller.web.proof import Told, told
from controller.words.catalogue import Translator
from controller.words.proofs import Voice


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
    clocks: tuple[Told, ...]


def proof_of(explanation: Explanation, zone: str, words: Translator) -> Proof:
    """Clocks in the order of the contract, each update window by its number; times in `zone`."""
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
        told(explanation, zone, words, Voice.STAFF),
    )


def _said(version: Version, words: Translator) -> str:
    return words._("version of {version}", version=version.version.replace("T", " "))
