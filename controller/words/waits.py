"""What a wait is for: as we say it to the customer, and as staff choose it."""

from controller.words.catalogue import Translator
from controller.words.clocks import N_

TO_CUSTOMER = {
    "waiting_for_customer": N_("We wait for your answer."),
    "waiting_for_consent": N_("We wait for your consent."),
    "waiting_for_third_party": N_("We wait for somebody else, whom this depends on."),
    "waiting_for_part": N_("We wait for a spare part."),
    "waiting_for_appointment": N_("We wait for the day that we agreed on."),
}
CHOICES = {
    "customer": N_("The customer’s answer"),
    "consent": N_("The customer’s consent"),
    "third_party": N_("Somebody else, whom it depends on"),
    "part": N_("A spare part"),
    "appointment": N_("The day agreed with the customer"),
}


def sentence(words: Translator, reason: str) -> str:
    """The standard sentence for a customer; an unknown reason has none."""
    return words._(TO_CUSTOMER.get(reason, "We wait."))


REFUSALS = (
    N_("{case} is paused already; let it go on first"),
    N_("{case} is not paused"),
    N_("the plan {plan} pauses nothing: tell the customer what you wait for with an update, or agree on a "
       "plan with pausable clocks for incidents opened from then on"),
    N_("is longer than the {most} that the plan allows"),
    N_("Use {most} or less"),
    N_("is nothing"),
    N_("{text} is no length of time"),
    N_("Write it as 90m, 4h or 2d"),
    N_("{kind} is nothing to wait for"),
    N_("lies in the past"),
    N_("Give a later instant"),
    N_("is the incident itself"),
    N_("Name the other one"),
    N_("is none that is open"),
    N_("Choose an incident"),
    N_("{case} is another customer's"),
    N_("Only one customer's are merged"),
    N_("{case} was merged into {other}; go on there"),
    N_("{case} was not merged into another"),
    N_("{case} was merged more than a day ago; what came since is told in {other}. Open a new incident"),
    N_("there is nobody here called {names}"),
    N_("Write their login, or put what is no name between `backticks`"),
    N_("names {count} people, at most {most} are told"),
    N_("Name fewer"),
    N_("drafts are kept for users; you act as none"),
    N_("is no form of ours"),
    N_("Load the page again"),
)  # fmt: skip
FIELDS = {
    "told": N_("What the customer reads"),
    "note": N_("Note for colleagues"),
    "length": N_("How long at most"),
    "kind": N_("What we wait for"),
    "into": N_("The incident that goes on"),
}
