"""What the lab's oracles say of an attempt, in the reader's language: they know a few sentences, in English.

Anything else, a person's own words for instance, stays as it was written.
"""

import re

from controller.words.catalogue import Translator
from controller.words.clocks import N_

SENTENCES = (
    N_("step {step} could not be started: {why}"),
    N_("step {step} failed before the symptom could be looked for"),
    N_("the oracle's script saw the symptom"),
    N_("the oracle's script saw no symptom"),
    N_("its exit status is {status}"),
    N_("the oracle's script {ending}"),
    N_("only the exit statuses 0 and 1 tell"),
    N_("without an exit status the oracle cannot tell"),
    N_("the symptom is an exit status of anything but {status}"),
    N_("the symptom is an exit status of {status}"),
    N_("the output is not whole, so the pattern may be missing in it"),
    N_("in the output of {step}: {line}"),
    N_("no match in the output of {step}"),
    N_("the symptom is that the pattern is present"),
    N_("the symptom is that the pattern is absent"),
    N_("the symptom is taking longer than {limit} s, and the step was ended before"),
    N_("the symptom is taking longer than {limit} s"),
    N_("the symptom is taking less than {limit} s, and the step was ended before"),
    N_("the symptom is taking less than {limit} s"),
    N_("step {step} {ending} after {took} s"),
)
ENDINGS = (
    N_("could not be started"),
    N_("was ended at its time limit"),
    N_("was ended at the limit of output"),
    N_("was ended by signal {signal}"),
    N_("ended with status {status}"),
)


def _compiled(sentences: tuple[str, ...]) -> tuple[tuple[re.Pattern[str], str], ...]:
    found = []
    for sentence in sentences:
        parts = re.split(r"\{(\w+)\}", sentence)
        text = "".join(
            f"(?P<{part}>.+?)" if place % 2 else re.escape(part) for place, part in enumerate(parts)
        )
        found.append((re.compile(text, re.DOTALL), sentence))
    return tuple(found)


_SENTENCES, _ENDINGS = _compiled(SENTENCES), _compiled(ENDINGS)


def told(words: Translator, text: str) -> str:
    """One sentence of an oracle. What it quotes is untrusted: cleaned or made visible by whoever shows it."""
    return _told(words, text, _SENTENCES)


def _told(words: Translator, text: str, known: tuple[tuple[re.Pattern[str], str], ...]) -> str:
    for pattern, sentence in known:
        if match := pattern.fullmatch(text):
            facts = match.groupdict()
            if "ending" in facts:
                facts["ending"] = _told(words, facts["ending"], _ENDINGS)
            return words._(sentence, **facts) if facts else words._(sentence)
    return text
