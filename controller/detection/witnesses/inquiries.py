"""The questions under way in this process: whom we asked about whom, and what they said."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from controller.core.chance import Chance
from controller.core.clock import Clock
from controller.detection.witnesses.testimony import Testimony, Verdict, weighed

MOST_WITNESSES = 3
MOST_ADDRESSES = 4
# More suspects than this at once are an outage of something bigger: neighbours would only add to the noise.
MOST_OPEN = 20
# A look takes a minute at most; what comes later is of another moment.
PATIENCE_S = 75.0


@dataclass(frozen=True, slots=True)
class Question:
    """What one neighbour is asked: do these addresses, which `suspect` itself reported, and your gateway
    answer? `suspect` is the machine's name, for the neighbour's own record."""

    id: UUID
    suspect: str
    addresses: tuple[str, ...]


Ask = Callable[[UUID, Question], bool]
"""Hand the question to a machine; False when it has no stream here."""


@dataclass(slots=True)
class Inquiry:
    """`since_s`: the suspect's last sign of life that it is about, on the steady clock."""

    question: Question
    since_s: float
    asked_s: float
    asked: frozenset[UUID]
    words: dict[UUID, Testimony] = field(default_factory=dict)


class Inquiries:
    """`ask` is set by whoever has the streams; without it nobody is asked."""

    def __init__(self, clock: Clock, chance: Chance) -> None:
        self._clock, self._chance = clock, chance
        self._open: dict[UUID, Inquiry] = {}
        self.ask: Ask | None = None

    def about(self, suspect_id: UUID, since_s: float) -> Inquiry | None:
        """The one about this silence; one about an earlier silence is dropped."""
        known = self._open.get(suspect_id)
        if known is not None and known.since_s != since_s:
            del self._open[suspect_id]
            return None
        return known

    def has_room(self) -> bool:
        return self.ask is not None and len(self._open) < MOST_OPEN

    def open(
        self, suspect_id: UUID, name: str, since_s: float, addresses: Iterable[str], among: Iterable[UUID]
    ) -> None:
        """Asks up to three of `among`."""
        question = Question(self._chance.uuid(), name, tuple(addresses)[:MOST_ADDRESSES])
        asked: set[UUID] = set()
        for one in among:
            if self.ask is not None and len(asked) < MOST_WITNESSES and self.ask(one, question):
                asked.add(one)
        self._open[suspect_id] = Inquiry(question, since_s, self._clock.monotonic(), frozenset(asked))

    def hear(self, witness_id: UUID, question_id: UUID, said: Testimony) -> None:
        """Only who was asked is heard, once, and in time."""
        for one in self._open.values():
            late = self._clock.monotonic() - one.asked_s > PATIENCE_S
            if one.question.id == question_id and witness_id in one.asked and not late:
                one.words.setdefault(witness_id, said)

    def verdict(self, suspect_id: UUID, since_s: float) -> Verdict:
        known = self.about(suspect_id, since_s)
        return weighed(known.words.values(), len(known.asked)) if known else weighed((), 0)

    def is_settled(self, suspect_id: UUID, since_s: float) -> bool:
        """Whether all who were asked have answered: before that one may still contradict another."""
        known = self.about(suspect_id, since_s)
        if known is None or not known.asked:
            return False
        waited = self._clock.monotonic() - known.asked_s > PATIENCE_S
        return waited or known.words.keys() >= known.asked

    def keep_only(self, suspects: Iterable[UUID]) -> None:
        """Who is heard again is no suspect any more."""
        wanted = set(suspects)
        for one in [one for one in self._open if one not in wanted]:
            del self._open[one]
