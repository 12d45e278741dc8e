"""The names of a problem's states, how far a customer's message is, and its history in sentences."""

from collections.abc import Mapping

from controller.words import rules
from controller.words.catalogue import Translator
from controller.words.clocks import N_

STATES = {
    "open": N_("open"),
    "investigating": N_("being investigated"),
    "known_error": N_("known error"),
    "solution_proposed": N_("solution proposed"),
    "verified": N_("solution verified"),
    "closed": N_("problem closed"),
}
STATUSES = {
    "missing": N_("no draft yet"),
    "draft": N_("waits for approval"),
    "approved": N_("approved"),
    "queued": N_("on its way"),
    "held": N_("held back: the solution is not verified any more"),
    "no_address": N_("no mail address there"),
    "stuck": N_("could not be told"),
    "told": N_("told"),
}
_HISTORY = {
    "opened": N_("{actor} opened the problem"),
    "owner": N_("{actor} made {owner} its owner"),
    "state": N_("{actor} moved it from {before} to {after}"),
    "workaround": N_("{actor} wrote the workaround"),
    "root_cause": N_("{actor} wrote the root cause"),
    "component": N_("{actor} named the component"),
    "solution": N_("{actor} wrote the solution ({language})"),
    "linked": N_("{actor} linked {incident}"),
    "unlinked": N_("{actor} took the link to {incident} away"),
    "drafted": N_("{actor} made the drafts ({count})"),
    "draft_edited": N_("{actor} changed the draft for {customer}"),
    "approved": N_("{actor} approved the drafts ({count})"),
    "released": N_("{actor} sent the solution to {count}"),
    "told": N_("{customer} was told ({incidents}), approved by {actor}"),
}
KINDS = tuple(_HISTORY)
LANGUAGES = {"es": N_("in Spanish"), "en": N_("in English")}


def state(words: Translator, name: str) -> str:
    return words._(STATES.get(name, name))


def status(words: Translator, name: str) -> str:
    return words._(STATUSES.get(name, name))


def sentence(words: Translator, kind: str, actor: str, facts: Mapping[str, str]) -> str:
    """One line without a full stop. Text from outside is cleaned, not escaped."""
    if kind not in _HISTORY:
        return kind
    shown = {name: rules.cleaned(value) for name, value in facts.items()}
    for name in ("before", "after"):
        if name in shown:
            shown[name] = state(words, shown[name])
    if "language" in shown:
        shown["language"] = words._(LANGUAGES.get(shown["language"], shown["language"]))
    if kind == "released":
        shown["count"] = words.ngettext("{count} customer", "{count} customers", int(shown.get("count", 0)))
    return words._(_HISTORY[kind], actor=rules.cleaned(actor), **shown)


REFUSALS = (
    "{problem} is investigating already",
    "{problem} is known_error already",
    "{problem} is solution_proposed already",
    "{problem} is verified already",
    "{problem} has no workaround yet; write it first",
    "{problem} has no solution yet; write it first",
    "{problem} is {state}; propose the solution first",
    "{problem} is {state}; verify the solution first",
    "{problem} is a known error by its workaround; move it back first",
    "{case} belongs to {problem}; unlink it there first",
    "{case} is not linked to {problem}",
    "{login} may only look; an owner needs the role engineer",
    "{problem} has no linked incidents; link them first",
    "{problem} has no drafts yet; draft the solution first",
    "{problem} has no draft that waits for approval",
    "{problem} has no solution in es for {customer}; write it first",
    "{problem} has no solution in en for {customer}; write it first",
    "{problem} was sent already, late reporters get it by themselves; for another solution draft again",
    "{customer} has been told already",
    "the message to {customer} waits for approval; a second pair of eyes must approve it",
    "{name} wrote the message to {customer}; a second pair of eyes must approve it",
    "approving needs a member of staff by name; use --as LOGIN",
    "there is no problem {name}",
    "there is no draft {name}",
)
"""What the rooms say when something cannot be done, as msgids with what stands between."""
