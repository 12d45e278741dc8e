"""Attempts in words: verdicts, how often the symptom was seen, what an oracle looks at."""

from collections.abc import Mapping
from typing import Any

from controller.words import formats, rules
from controller.words.catalogue import Translator
from controller.words.clocks import N_
from evidence.rate import Rate

VERDICTS = {
    "reproduced": N_("reproduced"),
    "not_reproduced": N_("not reproduced"),
    "inconclusive": N_("inconclusive"),
}
# What the lab calls an attempt by hand that was given no name and no place.
BY_HAND = {"by hand": N_("by hand"), "tried by hand": N_("tried by hand")}
KINDS = {
    "driver": N_("Drivers"),
    "firmware": N_("Firmware"),
    "kernel": N_("Kernel"),
    "service": N_("Services"),
    "configuration": N_("Configuration"),
    "limit": N_("Resource limits"),
    "package": N_("Packages"),
    "locale": N_("Locale"),
    "hardware": N_("Hardware"),
    "network": N_("Network"),
    "data": N_("Data"),
}
# (kind, key that is given) -> the symptom, as an oracle tells it.
ORACLES = {
    ("exit_status", "equals"): N_("{step} ends with status {equals}"),
    ("exit_status", "differs_from"): N_("{step} ends with another status than {differs_from}"),
    ("time", "longer_than_s"): N_("{step} takes longer than {longer_than_s} s"),
    ("time", "shorter_than_s"): N_("{step} takes less than {shorter_than_s} s"),
    ("pattern", "absent"): N_("the output of {step} does not hold {pattern}"),
    ("pattern", "pattern"): N_("the output of {step} holds {pattern}"),
    ("script", "run"): N_("a script of its own says so: {run}"),
}
LAST_STEP = N_("the last step")
# What the room and the form say when an attempt cannot be taken.
REFUSALS = (
    N_("must be given when the verdict is inconclusive"),
    N_("is none of the three"),
    N_("Choose one of the list"),
    N_("lies in the future"),
    N_("from 2020 on, not after finished_at, which is at most tomorrow"),
    N_("Write when it was tried"),
    N_("must not be empty"),
    N_("must not hold control or direction characters"),
    N_("{name} has {size} bytes, at most {most} are taken"),
    N_("at most {most}, not {size}"),
    N_("Leave some out, or pack them"),
    N_("at most {most} bytes together"),
)
FIELDS = {
    "recipe": N_("What was tried"),
    "bench": N_("Where"),
    "expected": N_("What should be seen if the problem is there"),
    "seen": N_("What was seen"),
    "verdict": N_("Verdict"),
    "started_at": N_("When"),
    "files": N_("Files"),
}


def verdict(words: Translator, name: str) -> str:
    return words._(VERDICTS.get(name, name))


def name(words: Translator, text: str) -> str:
    """A recipe's or a bench's: the lab's own words for work by hand are translated, all else is cleaned."""
    return words._(BY_HAND[text]) if text in BY_HAND else rules.cleaned(text)


def rate(words: Translator, one: Rate) -> str:
    """ "7 of 20, 18-57 %"; "" while no attempt could tell."""
    if not one.tried:
        return ""
    low, high = (round(end * 100) for end in one.interval)
    return words._("{seen} of {tried}, {low}-{high} %", seen=one.seen, tried=one.tried, low=low, high=high)


def kind(words: Translator, value: str) -> str:
    return words._(KINDS.get(value, value))


def oracle(words: Translator, told: Mapping[str, Any]) -> str:
    """The symptom by a recipe's `[oracle]`; "" for one that cannot be told."""
    shown = {key: str(value) for key, value in told.items()}
    shown.setdefault("step", words._(LAST_STEP))
    if told.get("present") is False:
        shown["absent"] = "yes"
    if isinstance(told.get("run"), list):
        shown["run"] = " ".join(str(word) for word in told["run"])
    for (kind, key), sentence in ORACLES.items():
        if kind == shown.get("kind") and key in shown:
            return words._(sentence, **shown)
    return ""


def took(seconds: float, language: str) -> str:
    """How long an attempt took; shorter ones in tenths of a second."""
    return f"{formats.number(round(seconds, 1), language)} s" if seconds < 60 else formats.duration(seconds)
