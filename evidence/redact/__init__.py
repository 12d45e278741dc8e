"""Redaction at the source: what is secret is masked before it leaves the customer's machine (signals.md).

`Redactor` serves one bundle; `redact_tree` is what `vigia-agent redact` calls. Finders only point at spans of
text; `redactor.py` alone replaces them. Nothing here opens a file.
"""

from evidence.redact.redactor import Redacted, Redactor
from evidence.redact.tree import TreeReport, redact_tree

__all__ = ["Redacted", "Redactor", "TreeReport", "redact_tree"]
