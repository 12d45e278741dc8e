"""The hard tail: people's sentences. "La clave del wifi es ...", "entra con contraseña ...", "PIN 1234".

Only what follows a strong word by a short road is masked, and only if it looks made up (letters with digits
or signs) or stands in quotes; so a sentence *about* passwords stays whole.
"""

# ruff: noqa: E501 - rows of patterns and samples are read across; folded, they can no longer be searched for

import re
from collections.abc import Iterator

from evidence.redact.keep import is_empty_of_secret, looks_random
from evidence.redact.page import Page
from evidence.redact.spans import Span

_STRONG = (
    r"(?:contrase\S{1,2}[ao]s?|contrasenya|contrasenyes|clave|claves|senha|senhas|password|passwd|passphrase|passcode|pwd|pass|"
    r"palavra-passe|secreto|segredo|clau|frase de paso|login/pass|credencial(?:es)?|mot de passe|passwort|kennwort|psk|api[ -]?key|token|secret)"
)
_QUOTE = "\"'«“`‘"
_IS = re.compile(
    rf"(?i)(?<![\w-]){_STRONG}(?![\w-])((?:[ ][\w\-'/.áéíóúàèòñçãõ()]+){{0,7}}?)\s*(?:[ ](?:es|is|és|é|era|was|será|sera|ser[àá]|sigue siendo|pasa a ser|a|to|con|with|by|por|siendo|són|son|are|ahora es|now)|[:=,]|->|→|—|–)[ ]+"
    rf"(?:(?:ahora|now|la|the|a|esta|esto|this|siempre|todavía|agora|ara|igual que siempre)[,:]?[ ]+)?([{_QUOTE}]?)([^\s]+)"
)
_NEXT = re.compile(rf"(?i)(?<![\w-]){_STRONG}(?![\w-])[ ]+([{_QUOTE}]?)([^\s\"'«»“”`‘’]+)")
_PIN = re.compile(
    r"(?i)(?<![\w-])(?:pin|c[oó]digo(?: de (?:acceso|seguridad|la alarma|alarma|desbloqueo|verificaci[oó]n|la caja))?|codi(?: d'acc[eé]s| de l'alarma)?|cvv|cvc|(?:access|alarm|security|door|unlock) code)(?![\w-])"
    r"(?:[ ](?:de|del|la|el|los|las|of|the|for|da|do|tarjeta|sim|card|alarma|alarm|puerta|door|caja|wifi|és|user|usuario|tpv)){0,4}\s*(?:[ ](?:es|is|és|é|:|=)|[:=])?[ ]+[\"'«“]?(\d{3,8})(?![\w:/%-]|\.\d)"
)
_PAIR = re.compile(
    r"(?i)\b(?:admin|root|administrador|administrator|usuario|user|login|ubnt)[\w.@]*\s*/\s*([^\s,;\"'<>/]{5,40})(?=[\s,;.]|$)"
)
_GENERATED = re.compile(
    r"(?i)(?:temporary|generated|one-time|initial) (?:root |admin )?password\b[^\n]{0,60}: (\S{6,64})[ \t]*\r?$",
    re.MULTILINE,
)
_CLOSE = {'"': '"', "'": "'", "«": "»", "“": "”", "`": "`", "‘": "’"}
_NEEDLES = (
    "contrase",
    "clave",
    "senha",
    "passw",
    "passphrase",
    "passcode",
    "pwd",
    "pass ",
    "palavra-passe",
    "secreto",
    "segredo",
    "frase de paso",
    "credencial",
    "kennwort",
    "mot de passe",
    "psk",
    "api key",
    "clau ",
    "token es",
    "token is",
    "token de",
    "secret ",
    "apikey",
)
_PIN_NEEDLES = ("pin ", "pin:", "codi", "código", "cvv", "cvc", " code", "pin=")
_QUOTES = "\"'«»“”`‘’"
_DECLARATION = re.compile(r"^\w+\(\d*\)?$")
_TRAIL = ".,;:!?)]}\"'»”’>"
_WRONG = re.compile(
    r"(?i)(?:failed|invalid|incorrect|wrong|fall(?:o|ó)|err[oó]ne|authentication failure)[^\n]{0,16}$"
)


def find(page: Page) -> Iterator[Span]:
    """Spans of secrets told in words."""
    text = page.text
    for number in page.lines_with(_NEEDLES):
        start, end = page.bounds(number)
        if end - start > 8192:
            continue
        for found in _IS.finditer(text, start, end):
            yield from _told(text, found.start(), found.start(3), found.group(2), end, least=4)
        for found in _NEXT.finditer(text, start, end):
            yield from _told(text, found.start(), found.start(2), found.group(1), end, least=6)
    for number in page.lines_with(
        ("ry password", "ed password", "ed root password", "me password", "al password", "ed admin password")
    ):
        for found in _GENERATED.finditer(text, *page.bounds(number)):
            yield Span(found.start(1), found.end(1), "password")
    if not page.is_kind("log") and " / " in text:
        for found in _PAIR.finditer(text):
            yield from _told(text, found.start(), found.start(1), "", found.end(1), least=5)
    for number in page.lines_with(_PIN_NEEDLES):
        start, end = page.bounds(number)
        for found in _PIN.finditer(text, start, end):
            yield Span(found.start(1), found.end(1), "pin")


def _told(text: str, label: int, at: int, quote: str, end: int, *, least: int) -> Iterator[Span]:
    if _WRONG.search(text, max(0, label - 40), label):
        return
    if quote:
        close = text.find(_CLOSE[quote], at, end)
        if (
            close > at
            and close - at <= 64
            and not is_empty_of_secret(text[at:close])
            and (" " not in text[at:close] or close - at < 32)
        ):
            yield Span(at, close, "password")
        return
    stop = at
    while stop < end and not text[stop].isspace() and text[stop] not in _QUOTES:
        stop += 1
    while stop > at and text[stop - 1] in _TRAIL:
        # "Wifi2024!" ends in a sign that belongs to it; "clave123." does not
        if text[stop - 1] in "!?" and least <= stop - at:
            break
        stop -= 1
    value = text[at:stop]
    if (
        looks_random(value, least)
        and not _DECLARATION.match(value)
        and "=" not in value[:-1]
        and not value.startswith(("-", "/", "[", "(", "<", "{", "http"))
    ):
        yield Span(at, stop, "password")
