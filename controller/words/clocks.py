"""The names of the contract's clocks, severities, channels and states, for people."""

from controller.words.catalogue import Translator


def N_(message: str) -> str:  # noqa: N802 - the field's name for "to be translated later"
    return message


CLOCKS = {
    "first_response": N_("first response"),
    "update": N_("customer update"),
    "escalate_l2": N_("escalation to level 2"),
    "escalate_l3": N_("escalation to level 3"),
    "resolution": N_("resolution"),
}
CLOCK_STATES = {
    "not_started": N_("not started"),
    "pending": N_("running"),
    "met": N_("kept"),
    "breached": N_("missed"),
    "not_needed": N_("not needed"),
}
CHANNELS = {
    "phone": N_("by phone"),
    "email": N_("by mail"),
    "web": N_("on the web"),
    "in_person": N_("in person"),
}


def clock(words: Translator, name: str) -> str:
    """ "first response"; an unknown name comes back as it is."""
    return words._(CLOCKS.get(name, name))


def clock_state(words: Translator, name: str) -> str:
    return words._(CLOCK_STATES.get(name, name))


def channel(words: Translator, name: str) -> str:
    return words._(CHANNELS.get(name, name))
