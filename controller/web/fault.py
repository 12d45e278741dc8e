"""What was wrong with a form, in the reader's language. The rooms say it in English, with facts."""

import re
from dataclasses import dataclass

from controller.core.errors import Invalid, VigiaError
from controller.words import (
    duty,
    forecast,
    hours,
    maintenance,
    plans,
    problems,
    pulls,
    reports,
    reproductions,
    requests,
    waits,
)
from controller.words.catalogue import Translator

# What rooms say with a number or a name in it, as the msgids of the catalogue.
_SENTENCES = (
    "has {size} bytes, at most {most} are taken",
    "has {size} characters, at most {most} are taken",
    "has {size} characters",
    "Use {least} to {most}",
    "{name} is not a channel",
    "the customer's contact has no mail address",
    "Use one of {names}",
    "Give an instant up to {instant}",
    "Give one from {instant} on",
    "{case} is open already",
    "{case} is closed already",
    "{case} is resolved; reopen it first",
    "{case} is closed; reopen it first",
    "{case} is at level {level} already",
    "{case} is critical already",
    "{case} is high already",
    "{case} is normal already",
    "{case} is open for the same fault; go on there",
    "there is no incident {name}",
    "there is no machine {name}",
    "there is no bundle {name}",
    "there is no item {name}",
    "there is no form {name}",
    "there is a user {name} already; choose another login",
    "{zone} is no IANA zone",
    "{name} may not work on incidents: that needs the role engineer",
    "{name} may not record something that happened earlier: that needs the role engineer",
    "a form takes at most {most} bytes; shorten it",
    # What the commands' door hears besides.
    "has more than {most} characters",
    "is longer than {most} bytes",
    "is less than {least}",
    "is more than {most}",
    "Use {least} or more",
    "Use {most} or less",
    "{text} is no date and time",
    "{text} does not say in which time zone",
    "{text} is beyond all calendars",
    "{level} is not a level to escalate to",
    "{level} is no support level",
    "{name} is not spoken here",
    "{zone} is not a time zone",
    "there is no customer {name}",
    "there is no site {name}",
    "there is no user {name}",
    "there is no address {name}",
    "there is a customer {name} already",
    "{machine} is not banned",
    "{machine} is not in quarantine",
    "this machine is in quarantine: two may speak with its identity; `vigia machines release` ends it",
    "{customer} has a site {name} already",
    "there is no active user {name}; `vigia users list` names them",
    "{name} is not a user here; an administrator can change that with `vigia users add {login} ...`",
    "{name} may not {act}: that needs the role {role}",
    "at most {most} characters, not {size}",
    "the database cannot write now: {reason}",
    *plans.REFUSALS,
    *maintenance.REFUSALS,
    *hours.REFUSALS,
    *duty.REFUSALS,
    *problems.REFUSALS,
    *pulls.REFUSALS,
    *pulls.GAPS,
    *reports.REFUSALS,
    *forecast.REFUSALS,
    *requests.REFUSALS,
    *reproductions.REFUSALS,
    *waits.REFUSALS,
)
_ROLES = {"viewer": "Viewer", "engineer": "Engineer", "administrator": "Administrator"}
_FIELDS = {
    "body": "Text",
    "profile": "Profile",
    "q": "Search",
    "reason": "Reason",
    "at": "When",
    "channel": "How you told them",
    "severity": "New severity",
    "level": "To level",
    "password": "Password",
    "again": "The same password again",
    "title": "Title",
    "text": "Text",
    "steps": "Steps",
    "workaround": "Workaround",
    "component": "Component",
    "root_cause": "Root cause",
    "incident": "Incident",
    "language": "Language",
    "state": "State",
    "login": "Login",
    "name": "Name",
    "email": "Mail address",
    "current": "Present password",
    "zone": "Time zone",
    "hours": "Hours ahead",
    **duty.FIELDS,
    **maintenance.FIELDS,
    **reports.FIELDS,
    **reproductions.FIELDS,
    **requests.FIELDS,
    **waits.FIELDS,
}


def _pattern(sentence: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", sentence)
    text = "".join(
        f"(?P<{part}>.+?)" if position % 2 else re.escape(part) for position, part in enumerate(parts)
    )
    return re.compile(text)


_PATTERNS = tuple((_pattern(sentence), sentence) for sentence in _SENTENCES)


@dataclass(frozen=True, slots=True)
class Fault:
    """`text` names the field, the limit and the way out."""

    field: str
    text: str


def told(words: Translator, sentence: str) -> str:
    """A room's English sentence in the reader's language; one that the catalogue lacks stays as it is."""
    for pattern, message in _PATTERNS:
        if found := pattern.fullmatch(sentence):
            facts = found.groupdict()
            if facts.get("role") in _ROLES:
                facts["role"] = words._(_ROLES[facts["role"]]).lower()
            return words._(message, **facts)
    return words._(sentence) if sentence else ""


def fault(words: Translator, error: Invalid) -> Fault:
    """For a form that shows it beside its field."""
    name = words._(_FIELDS.get(error.field, error.field))
    way = told(words, error.way_out)
    return Fault(error.field, f"{name}: {told(words, error.limit)}." + (f" {way}." if way else ""))


def refused(words: Translator, error: VigiaError) -> str:
    """For the notice above a form."""
    text = told(words, str(error))
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?")) else ".")
