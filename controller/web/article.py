"""An article with its versions, read for the pages and the API; and the words a problem lends a draft."""

from dataclasses import dataclass

from controller.core.errors import NotFound
from controller.incidents.case import Incident
from controller.knowledge import store
from controller.knowledge.article import LANGUAGES, Article, Text, Version, state_of
from controller.storage import Connection
from controller.web import problem as problems
from controller.words import rules
from controller.words.catalogue import translator


@dataclass(frozen=True, slots=True)
class Whole:
    article: Article
    versions: tuple[Version, ...]

    @property
    def latest(self) -> Version:
        return self.versions[-1]

    @property
    def state(self) -> str:
        return state_of(self.article, self.latest)


async def found(connection: Connection, reference: str) -> Article:
    """By "ART-7", "art-7" or "7". Raises `NotFound`."""
    digits = reference.strip().upper().removeprefix("ART-")
    article = None
    if digits.isascii() and digits.isdigit() and len(digits) < 10:
        article = await store.article_numbered(connection, int(digits))
    if article is None:
        raise NotFound("article", reference[:40])
    return article


async def read_whole(connection: Connection, reference: str) -> Whole:
    """Raises `NotFound`."""
    article = await found(connection, reference)
    return Whole(article, await store.versions(connection, article.id))


async def lent_by(connection: Connection, reference: str) -> dict[str, Text]:
    """What a problem says already, in each language in which it has a solution; a draft begins with it.

    Titles of its incidents stand for the symptom. Whoever writes and whoever reviews take out what is
    personal. Raises `NotFound`.
    """
    whole = await problems.read_whole(connection, reference)
    problem = whole.problem
    return {
        language: Text(
            language,
            problem.title[:255],
            "\n".join(dict.fromkeys(_said(case, language) for case in whole.cases)),
            problem.root_cause,
            whole.solutions[language].steps or whole.solutions[language].text,
            "",
        )
        for language in LANGUAGES
        if language in whole.solutions
    }


def _said(case: Incident, language: str) -> str:
    """Without the machine's name: an article is for others."""
    if case.rule:
        return rules.title(translator(language), case.rule, case.object, case.facts, "–")
    return case.summary.splitlines()[0] if case.summary else ""
