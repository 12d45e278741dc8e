"""Secrets on command lines: process lists, shell history, cron, units, logs of sudo, /proc/*/cmdline.

A command is a run of words; a word may be glued to quotes. Options whose name already says "password" are
caught by any program; the rest needs the program's own habits (`programs.py`).
"""

# ruff: noqa: E501 - rows of patterns and samples are read across; folded, they can no longer be searched for

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from evidence.redact.keep import is_empty_of_secret
from evidence.redact.labels import rule_of
from evidence.redact.page import Page
from evidence.redact.programs import PROGRAMS, Program
from evidence.redact.spans import Span
from evidence.redact.values import is_secret

_WORD = re.compile(r"""(?:[^\s"'|;&<>()]|\\.|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|&(?!&)(?=\S))+|[|;&<>()]+""")
_NEEDLES = tuple(
    sorted(
        {name if len(name) > 3 else f"{name} " for name in PROGRAMS}
        | {f"{name}.exe" for name in PROGRAMS if len(name) <= 3}
    )
)
_OPTION_NEEDLES = (
    "pass",
    "-pw",
    "pwd",
    "token",
    "secret",
    "-key",
    "key=",
    "auth",
    "clave",
    "cred",
    "/p:",
    "psk",
)
_TELLING = re.compile(
    r"(?i)(?:^|[\s\"'`])(?:--?|/)[\w.\-]*(?:pass|pw|token|secret|key|auth|clave|cred|psk|/p:)|SecureString|\|.*(?:passwd|sudo -S)|/p:"
)
_ANY_OPTION = re.compile(r"(?:--?|/)([A-Za-z][\w.\-]{1,50})$")
_STRING = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
_VECTOR = re.compile(r'\["(?:[^"\\\n]|\\.)*"(?:,\s*"(?:[^"\\\n]|\\.)*")+\]')
_COMMAND_STRING = re.compile(r"\"[^\"\n]* [-/][^\"\n]*\"|'[^'\n]* [-/][^'\n]*'")  # sh -c "...", or in JSON
_OPTION_SIGNS = (" -", " /", '"-', "'-", "|", "SecureString", "\n-")
_STOPS = frozenset({"|", ";", "&", "&&", "||", "(", ")", "<", ">", ">>"})
_SECURE_STRING = re.compile(
    r"(?i)ConvertTo-SecureString\s+(?:-String\s+)?[\"']([^\"'\n]+)[\"']|ConvertTo-SecureString\s+(?:-String\s+)?([^\s$\"'(-]\S+)\s+-AsPlainText"
)
_CHPASSWD = re.compile(r"""(?:echo|printf)\s+(?:-[ne]+\s+)?["']?[\w.\-$]+:([^\s"'|]+)["']?\s*\|.*chpasswd""")
_STDIN = re.compile(
    r"""(?:echo|printf)\s+(?:-[ne]+\s+)?(?:"([^"\n]+)"|'([^'\n]+)'|([^\s"'|]+))\s*\|\s*(?:sudo\s+)?(?:-S\b|\S*\s*(?:sudo -S|passwd --stdin|docker login|podman login|cryptsetup|gpg\b.*--passphrase-fd|smbpasswd -s|tee /etc/ppp))"""
)
_SUDO_STDIN = re.compile(r"""echo\s+["']?([^\s"'|]+)["']?\s*\|\s*sudo\s+-S""")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a command and where it stands; quotes around the whole are outside."""

    start: int
    end: int
    text: str


def find(page: Page) -> Iterator[Span]:
    """Spans in every line that names a known program or an option with a telling name."""
    text = page.text
    named = set(page.lines_with(_NEEDLES))
    telling = set(
        page.lines_with((*_OPTION_NEEDLES, "sudo -s", "securestring", "docker login", "cryptsetup"))
    )
    for number in sorted(named.union(telling)):
        start, end = page.bounds(number)
        if end - start > 16_384:
            continue  # no command line is that long; JSON and XML have their own finders
        line = text[start:end]
        if number not in named and not (
            any(sign in line for sign in _OPTION_SIGNS) and _TELLING.search(line)
        ):
            continue
        for expression in (_SECURE_STRING, _CHPASSWD, _STDIN, _SUDO_STDIN) if number in telling else ():
            for found in expression.finditer(text, start, end):
                group = next(index for index in range(1, expression.groups + 1) if found.group(index))
                if not is_empty_of_secret(found.group(group)):
                    yield Span(found.start(group), found.end(group), "password")
        yield from in_words(tuple(words(text, start, end)))
        for quoted in _COMMAND_STRING.finditer(text, start, end) if '"' in line or "'" in line else ():
            yield from in_words(tuple(words(text, quoted.start() + 1, quoted.end() - 1)))
        for vector in _VECTOR.finditer(text, start, end) if '["' in text[start:end] else ():
            yield from in_words(
                [Word(*one.span(1), one.group(1)) for one in _STRING.finditer(text, *vector.span())]
            )


def words(text: str, start: int, end: int) -> Iterator[Word]:
    """Split as a shell does, near enough; positions stay those of the text."""
    for found in _WORD.finditer(text, start, end):
        first, last = found.span()
        if last - first >= 2 and text[first] == text[last - 1] and text[first] in "\"'":
            first, last = first + 1, last - 1
        yield Word(first, last, text[first:last])


def in_words(line: Sequence[Word]) -> Iterator[Span]:
    """Spans in one command line, or several joined by pipes."""
    habits: Program | None = None
    name, positional = "", -1
    for index, word in enumerate(line):
        after = line[index + 1] if index + 1 < len(line) else None
        if word.text in _STOPS:
            habits, positional = None, -1
            continue
        called = _called(word.text)
        if (
            called in PROGRAMS
            and (habits is None or not word.text.startswith("-"))
            and not (name == "net" and habits)
        ) and (
            index == 0
            or not line[index - 1].text.startswith("-")
            or line[index - 1].text in ("-c", "-e", "-lc", "--", "-n", "-S")
        ):
            habits, name, positional = (
                PROGRAMS[called],
                called.removesuffix("1") if called == "net1" else called,
                -1,
            )
            yield from _special(name, line[index:])
            continue
        yield from _telling(word, after)
        if habits is None:
            continue
        yield from _habitual(habits, word, after)
        if not word.text.startswith(("-", "/")):
            positional += 1
            if positional in habits.places:
                yield from _value(word)


@lru_cache(maxsize=8192)
def _called(text: str) -> str:
    text = text.rsplit("=", 1)[-1] if not text.startswith("-") else text  # COMMAND=/usr/bin/mysql
    return re.split(r"[/\\]", text.strip("\"'`$("))[-1].lower().removesuffix(".exe").rstrip(":")


def _habitual(habits: Program, word: Word, after: Word | None) -> Iterator[Span]:
    for option in habits.user_colon:
        if word.text == option and after:
            yield from _user_secret(after, 0)
        elif (
            word.text.startswith(option)
            and len(word.text) > len(option)
            and (option.startswith("--") is False or word.text[len(option)] == "=")
        ):
            yield from _user_secret(word, len(option))
    if word.text in habits.apart and after and not after.text.startswith(("-", "/?")):
        yield from _value(after)
        return
    for option in habits.glued:
        if word.text.startswith(option) and len(word.text) > len(option) and not word.text.startswith("--"):
            yield from _value(word, len(option))
            return


def _telling(word: Word, after: Word | None) -> Iterator[Span]:
    """`--password x`, `-Dkey.password=x`, `/pass:x`, `--from-literal=password=x`, `-passin pass:x`."""
    text = word.text
    if not text.startswith(("-", "/")) or len(text) < 4:
        return
    if text.lower() in ("-passin", "-passout", "-pass") and after:
        if after.text.startswith("pass:"):
            yield from _value(after, 5)
        elif text == "-pass" and ":" not in after.text:
            yield from _value(after)
        return
    if text.startswith("/") and ":" in text and text.count("/") == 1:
        option = text.partition(":")[0]
        if rule_of(option[1:]) == "password":
            yield from _value(word, len(option) + 1)
        return
    if "=" in text:
        cut = len(text) - len(text.split("=", 1)[1])
        rule = rule_of(text.split("=", 1)[0].lstrip("-/"))
        if rule and is_secret(rule, text[cut:].strip("\"'")):
            yield from _value(word, cut, rule)
        return
    option_found = _ANY_OPTION.match(text)
    rule = rule_of(option_found.group(1)) if option_found else None
    if (
        rule
        and after
        and rule != "key"
        and not after.text.startswith("-")
        and after.text not in _STOPS
        and is_secret(rule, after.text)
    ):
        if text.startswith("/") and "/" in text[1:]:
            return
        yield from _value(after, 0, rule)


def _special(name: str, line: Sequence[Word]) -> Iterator[Span]:
    """Programs whose secret is known by its place alone."""
    args = list(itertools.takewhile(lambda word: word.text not in _STOPS, line[1:]))
    plain = [word for word in args if not word.text.startswith(("-", "/"))]
    first = plain[0].text.lower() if plain else ""
    if name == "net":
        yield from _net(first, args, plain)
    elif name in ("docker", "podman", "buildah", "helm", "az"):
        if any(word.text in ("login", "registry") for word in plain[:3]):
            yield from _after(args, lambda option: option == "-p")
    elif name == "htpasswd":
        if any(re.fullmatch(r"-[a-zA-Z]*b[a-zA-Z]*", word.text) for word in args):
            yield from _each(plain[-1:])
    elif name in ("sqlplus", "exp", "expdp", "impdp", "sqlldr"):
        for word in plain[:1]:
            found = re.match(r"[\w$]+/([^@\s]+)(?:@|$)", word.text)
            if found:
                yield from _value(
                    Word(word.start + found.start(1), word.start + found.end(1), found.group(1))
                )
    elif (name, first) in _THIRD:
        yield from _each(plain[2:3])
    elif name in ("nmcli", "iwconfig"):
        yield from _after(
            args, lambda option: option == "key" or rule_of(option.split(".")[-1]) == "password"
        )


_THIRD = frozenset(
    {("rabbitmqctl", "add_user"), ("rabbitmqctl", "change_password"), ("virsh", "secret-set-value")}
)


def _net(verb: str, args: Sequence[Word], plain: Sequence[Word]) -> Iterator[Span]:
    """`net use Z: \\\\srv\\share /user:x SECRET` and `net user NAME SECRET /add`."""
    if verb == "use":
        target = re.compile(r"(?i)[a-z*]:?|\*|lpt\d:?")
        rest = [
            word for word in plain[1:] if not word.text.startswith("\\\\") and not target.fullmatch(word.text)
        ]
        if len(rest) == 1 or any(word.text.lower().startswith("/user") for word in args):
            yield from _each(rest[:1])
    elif verb == "user" and len(plain) >= 3:
        yield from _each(plain[2:3])


def _after(args: Sequence[Word], is_option: Callable[[str], bool]) -> Iterator[Span]:
    for word, after in itertools.pairwise(args):
        if is_option(word.text):
            yield from _value(after)


def _each(chosen: Iterable[Word]) -> Iterator[Span]:
    for word in chosen:
        yield from _value(word)


def _value(word: Word, skip: int = 0, rule: str = "password") -> Iterator[Span]:
    start, end = word.start + skip, word.end
    text = word.text[skip:]
    if len(text) >= 2 and text[0] in "\"'" and text[-1] == text[0]:
        start, end, text = start + 1, end - 1, text[1:-1]
    if text != "*" and not is_empty_of_secret(text):
        yield Span(start, end, rule)


def _user_secret(word: Word, skip: int) -> Iterator[Span]:
    text = word.text[skip:].lstrip("=")
    found = re.search(r"[:%,]", text)
    if found:
        secret = text[found.end() :].strip("\"'")
        start = word.start + word.text.index(text) + found.end()
        if secret and not is_empty_of_secret(secret):
            start += text[found.end() :].index(secret)
            yield Span(start, start + len(secret), "password")
