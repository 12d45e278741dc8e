"""What is safe to print: a machine, a customer or a mail may say anything, a terminal obeys much of it."""

import json
import re
import sys
from typing import Any

from controller.web.visible import visible

_UNSAFE_IN_JSON = re.compile(
    "[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff\ufff9-\ufffb]"
)
_TAGS = re.compile("[\U000e0000-\U000e007f]")


def plain(text: object) -> str:
    """Several lines may stay several; what could steer a terminal is written out."""
    return visible(text).replace("\t", "    ")


def line(text: object) -> str:
    """In one line, for a cell or a sentence."""
    return " ".join(plain(text).split())


def print_json(value: Any) -> None:
    """Indented UTF-8; what could steer a terminal is written as JSON escapes."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    text = _UNSAFE_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    text = _TAGS.sub(lambda found: json.dumps(found[0])[1:-1], text)
    sys.stdout.write(text + "\n")
