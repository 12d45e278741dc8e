"""What somebody asks for, and how well an article answers it. Pure, so that both databases rank alike."""

from collections.abc import Collection
from dataclasses import dataclass

from controller.knowledge.search.stems import stems_of, words_of

LONGEST = 200
"""Characters of a question that are read."""
MOST_WORDS = 12
WEIGHTS = (8, 4, 1)
"""Of a word found in the title, in the symptom, anywhere else."""


@dataclass(frozen=True, slots=True)
class Question:
    """For each word that tells something, the stems it may be filed under; empty when none does."""

    language: str
    words: tuple[frozenset[str], ...]

    @property
    def stems(self) -> frozenset[str]:
        return frozenset().union(*self.words)


def question(text: str, language: str) -> Question:
    """In the language of the articles that are looked through; whoever asks may mix both."""
    found: dict[frozenset[str], None] = {}
    for word in words_of(text[:LONGEST]):
        if stems := stems_of(word, language):
            found[stems] = None
    return Question(language, tuple(found)[:MOST_WORDS])


def score(asked: Question, fields: Collection[str]) -> int:
    """0 when less than half of the words are there. `fields`: title, symptom and the rest, as filed."""
    columns = [frozenset(field.split()) for field in fields]
    points = [
        max((weight for weight, column in zip(WEIGHTS, columns, strict=True) if word & column), default=0)
        for word in asked.words
    ]
    hits = sum(point > 0 for point in points)
    return sum(points) if 2 * hits >= len(points) else 0
