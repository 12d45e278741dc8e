"""An article, its versions and its texts in each language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

LANGUAGES = ("es", "en")


class Audience(Enum):
    """`customers`: everybody who may come to the portal, and staff. `staff`: nobody outside."""

    STAFF = "staff"
    CUSTOMERS = "customers"


@dataclass(frozen=True, slots=True)
class Text:
    """One language of an article. `symptom` as the customer would say it; `steps` one a line; `check` tells
    how to see that it is gone. Title at most 255 characters, the others 64 KiB each."""

    language: str
    title: str
    symptom: str
    cause: str
    steps: str
    check: str


@dataclass(frozen=True, slots=True)
class Version:
    """What was written in one go. Its writers may not review it; a change after the review undoes it.

    `writers` are ids (or, for somebody who is no member of staff, "login:" and the name).
    """

    number: int
    writers: tuple[str, ...]
    writer_name: str
    written_at: datetime
    reviewer_name: str
    reviewed_at: datetime | None
    published_at: datetime | None
    texts: Mapping[str, Text]

    def text(self, language: str) -> Text:
        """In that language, else in the other one: one is always there."""
        return self.texts.get(language) or next(iter(self.texts.values()))


@dataclass(frozen=True, slots=True)
class Article:
    """`number` counts from 1 and is shown as ART-`number`. `origin` is what it was drafted from ("PRB-3").

    `published` is the number of the version that readers get, None when it was never published or was
    withdrawn; `latest` the newest, which may be a draft. `proven_at`: when its check was last seen to hold.
    """

    id: UUID
    number: int
    origin: str
    latest: int
    published: int | None
    audience: Audience
    proven_at: datetime | None
    proven_by: str
    created_at: datetime
    updated_at: datetime

    @property
    def reference(self) -> str:
        return f"ART-{self.number}"

    def open_to(self, audience: Audience) -> bool:
        """Whether readers of that kind may see its published version."""
        return self.published is not None and audience in (Audience.STAFF, self.audience)


def state_of(article: Article, latest: Version) -> str:
    """draft, reviewed (waits for being published), or published: of the newest version."""
    if article.published == latest.number:
        return "published"
    return "reviewed" if latest.reviewed_at is not None else "draft"
