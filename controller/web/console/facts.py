"""Facts with their names: the words are shared with the commands."""

from controller.words.facts import NAMES, OUTCOMES, named

__all__ = ["NAMES", "OUTCOMES", "named"]
