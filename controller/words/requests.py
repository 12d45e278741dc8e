"""The names of requests' kinds and states, of articles' states and readers, and what their rooms refuse."""

from controller.words.catalogue import Translator
from controller.words.clocks import N_

KINDS = {
    "bug": N_("Bug"),
    "change": N_("Change"),
    "feature": N_("Feature"),
    "engineering": N_("Request to engineering"),
    "work_order": N_("Work order"),
}
STATES = {
    "open": N_("Open"),
    "accepted": N_("Accepted"),
    "declined": N_("Declined"),
    "done": N_("Done"),
}
ARTICLE_STATES = {
    "draft": N_("Draft"),
    "reviewed": N_("Reviewed"),
    "published": N_("Published"),
}
AUDIENCES = {"staff": N_("For staff"), "customers": N_("For customers")}
NEGLECTS = {
    "quiet": N_("Nobody has written anything for long"),
    "unclosed": N_("Resolved, and never closed"),
    "no_timer": N_("Nothing will remind us"),
}

# What the rooms say with a name in it, as the msgids of the catalogue (`web/fault.py`).
REFUSALS = (
    N_("there is no request {name}"),
    N_("there is no article {name}"),
    N_("there is no contact {name}"),
    N_("{case} asks for {request} already"),
    N_("{request} is open already"),
    N_("{request} is accepted already"),
    N_("{request} is declined already"),
    N_("{request} is done already"),
    N_("{article} was reviewed already"),
    N_("{article} was not reviewed by a second person yet"),
    N_("{article} is not published"),
    N_("whoever wrote it cannot review it; ask a colleague"),
    N_("this customer has a contact {name} already"),
    N_("this link was used already, or its 15 minutes are over; ask for a new one"),
    N_("Say why it is declined: somebody asked for it"),
    N_("Write it in Spanish or in English at least"),
    N_("Use 1 to 255, none of them a control character"),
    N_("is missing"),
    N_("Choose one"),
    N_("Choose es or en"),
    N_("is no mail address"),
    N_("Write it as name@example.com"),
)
FIELDS = {
    "summary": N_("What does not work?"),
    "symptom": N_("What happens"),
    "cause": N_("Why"),
    "check": N_("How to see that it works"),
    "kind": N_("Kind"),
    "harm": N_("How bad is it?"),
    "audience": N_("Readers"),
}


def kind(words: Translator, name: str) -> str:
    """ "Request to engineering"; an unknown name comes back as it is."""
    return words._(KINDS.get(name, name))


def state(words: Translator, name: str) -> str:
    return words._(STATES.get(name, name))
