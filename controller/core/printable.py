"""What a name may be made of: one that people read must look as it is."""

import unicodedata

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Cn"})


def printable(text: str) -> bool:
    """Whether no character is a control (Cc), a format or direction mark (Cf), or none at all (Cs, Cn): a
    direction override makes one name look like another, a line break two lines of one in a log."""
    return not any(unicodedata.category(character) in _UNSEEN for character in text)
