"""From words to stems: endings off, accents off, as typed and as it was probably meant.

People type without accents, and the stem of `imprimian` is not that of `imprimían`: so each word gives the
stems of both, in the article and in the question alike. Pure.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import snowballstemmer  # type: ignore[import-untyped]  # it brings no types

from controller.knowledge.search.families import HEADS

_STEMMERS = {"es": snowballstemmer.stemmer("spanish"), "en": snowballstemmer.stemmer("english")}
_WORD = re.compile(r"[^\W_]+")
LONGEST = 40
"""Of a longer word the beginning counts: nobody types more of it."""

# Endings that are written with an accent when they are Spanish, the longest first.
_RESTORED = tuple(
    (re.compile(rf"(?<=..){typed}$"), meant)
    for typed, meant in (
        ("iamos", "íamos"),
        ("abamos", "ábamos"),
        ("ian", "ían"),
        ("ias", "ías"),
        ("ia", "ía"),
        ("ion", "ión"),
        ("io", "ió"),
        ("aran", "arán"),
        ("eran", "erán"),
        ("iran", "irán"),
        ("aras", "arás"),
        ("eras", "erás"),
        ("iras", "irás"),
        ("ara", "ará"),
        ("era", "erá"),
        ("ira", "irá"),
        ("are", "aré"),
        ("ere", "eré"),
        ("ire", "iré"),
    )
)
# Too common to tell one article from another; folded.
STOP_WORDS = {
    "es": frozenset(
        "a al algo ante aqui asi aun cada como con cual cuando de del desde donde dos el ella ellos en entre "
        "era es esa ese eso esta estaba estan este esto estos fue ha hace han hasta hay la las le les lo los "
        "mas me mi mis mucho muy nada ni no nos o otra otro para pero por porque pues que quien se "
        "sea ser si sin sobre solo son su sus tambien te tengo ti tiene todo todos tu un una uno unos "
        "ya y yo".split()
    ),
    "en": frozenset(
        "a about after all am an and any are as at be been but by can cannot could did do does for from had "
        "has have he her here him his how i if in into is it its just me my no not of on or our out so some "
        "than that the their them then there these they this to too up us was we were what when where which "
        "who why will with would you your".split()
    ),
}


def words_of(text: str) -> Iterator[str]:
    """In lower case, in order; letters and digits of any script, nothing else."""
    for found in _WORD.finditer(unicodedata.normalize("NFC", text).casefold()):
        yield found[0][:LONGEST]


@lru_cache(maxsize=20_000)
def stems_of(word: str, language: str) -> frozenset[str]:
    """All stems under which a word of `words_of` is filed. Only a-z and 0-9, so that no engine's own ideas
    of words and no syntax of a query can touch them. Empty for a word that tells nothing."""
    if folded(word) in STOP_WORDS[language]:
        return frozenset()
    stemmer = _STEMMERS[language]
    found = {folded(stemmer.stemWord(form)) for form in _forms(word, language)}
    if language == "es":
        found |= {HEADS[stem] for stem in found if stem in HEADS}
    return frozenset(_plain(stem) for stem in found if stem)


def _forms(word: str, language: str) -> Iterator[str]:
    """As typed, and with its likely accent restored where none was typed."""
    yield word
    if language != "es" or folded(word) != word:
        return
    for typed, meant in _RESTORED:
        restored = typed.sub(meant, word)
        if restored != word:
            yield restored
            return


def folded(text: str) -> str:
    """Without accents: á as a, ñ as n."""
    taken = unicodedata.normalize("NFD", text)
    return "".join(sign for sign in taken if unicodedata.category(sign) != "Mn")


def _plain(stem: str) -> str:
    return stem if stem.isascii() else "u" + stem.encode("utf-8", "surrogatepass").hex()


def filed(text: str, language: str) -> str:
    """A text as the index keeps it: its stems, each as often as it occurs, with spaces between."""
    return " ".join(stem for word in words_of(text) for stem in sorted(stems_of(word, language)))
