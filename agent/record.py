"""`vigia-agent log`: the machine's own record, for its owner to read and to check."""

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict

from agent.audit import Line
from agent.words import WORDS, say


def print_record(lines: Iterable[Line], language: str, *, as_json: bool) -> int:
    """Oldest first. Exit code 1 when a line cannot be believed."""
    count = broken = 0
    for line in lines:
        count += 1
        broken += bool(line.fault)
        print(json.dumps(asdict(line)) if as_json else _sentence(line, language))
    if not count and not as_json:
        print(say(language, "log.empty"))
    if broken:
        print(f"vigia-agent: {say(language, 'log.broken', count=broken)}", file=sys.stderr)
    return 1 if broken else 0


def _sentence(line: Line, language: str) -> str:
    # What the controller said (a case, a name) may hold anything: a terminal obeys some of it.
    facts = {
        name: "".join(c if c.isprintable() else "?" for c in value) for name, value in line.facts.items()
    }
    key = f"log.{line.act}"
    try:
        said = say(language, key, **facts) if key in WORDS else f"{line.act} {facts}"
    except KeyError:
        said = f"{line.act} {facts}"
    text = f"{line.number:>5}  {line.at}  {said}" if line.number else ""
    if line.fault:
        text = f"{text}  ! {say(language, 'log.fault', fault=line.fault)}".strip()
    return text
