"""When a desktop or laptop is expected to be on, in a line, and where that comes from."""

from collections.abc import Collection, Iterable
from datetime import time

from babel.dates import get_day_names

from controller.words.catalogue import Translator
from controller.words.rulewords import N_

REFUSALS = (
    N_("names no day"),
    N_("{day} is no day"),
    N_("{time} is no time of day"),
    N_("{time} is no whole quarter of an hour"),
    N_("{name} is neither a desktop nor a laptop: only those have hours"),
    N_("{end} is not after {start}"),
    N_("must come with days, from and to"),
    N_("Give days as mon-fri or mon,wed,sat"),
    N_("Give it as in 08:45"),
    N_("Hours end on the day they begin"),
    N_("Give all three, or learnt"),
)
_SAID = {
    "stated": N_("{hours} (stated by {person})"),
    "learnt": N_("{hours} (learnt from when it was on)"),
    "none": N_("not known yet: learnt from two weeks of use, or stated; until then its silence is no fault"),
}


def said(
    words: Translator,
    source: str,
    weekdays: Collection[int],
    spans: Iterable[tuple[time, time]],
    person: str = "",
) -> str:
    """`source`: stated, learnt or none. Weekdays: 0 is Monday; an end of 00:00 is midnight."""
    shown = f"{_days(words, weekdays)} {', '.join(_span(*one) for one in spans)}"
    return words._(_SAID[source], hours=shown, person=person)


def _days(words: Translator, weekdays: Collection[int]) -> str:
    names = get_day_names("abbreviated", locale=words.language)
    runs: list[list[int]] = []
    for day in sorted(weekdays):
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ", ".join(
        "–".join(str(names[day]) for day in ((run[0], run[-1]) if len(run) > 1 else run)) for run in runs
    )


def _span(first: time, last: time) -> str:
    return f"{first:%H:%M}–{'24:00' if last == time(0) else f'{last:%H:%M}'}"
