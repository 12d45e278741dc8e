"""Untrusted text made visible: what could deceive a reader's eye is written out (trust.md).

Escaping for HTML is the template's work, after this.
"""

import re

_DECEIVING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters but tab and newline
    "\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"  # bidi overrides, isolates and invisible marks
    "\ud800-\udfff\ufff9-\ufffb\U000e0000-\U000e007f]"  # surrogates, annotations, tag characters
)
_ANSI = re.compile("\x1b\\[[0-9;?]*[ -/]*[@-~]")


def visible(text: object) -> str:
    """`text` with control, bidi and invisible characters as `\\x1b` or `\\u202e`, and without colours."""
    plain = _ANSI.sub("", str(text).replace("\r\n", "\n"))
    return _DECEIVING.sub(_written, plain)


def _written(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
