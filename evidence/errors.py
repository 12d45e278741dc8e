"""What can be wrong with evidence; each class is one kind, its attributes carry the facts."""


class EvidenceError(Exception):
    """Root of everything this package raises on purpose."""


class BundleError(EvidenceError):
    """A bundle cannot be taken in. The sender need not try the same bytes again."""

    def __init__(self, message: str, *, member: str | None = None) -> None:
        super().__init__(message)
        self.member = member


class BundleCorrupt(BundleError):
    """The bytes are not a whole zip: cut short, a wrong checksum, headers that contradict each other."""


class BundleForged(BundleError):
    """The zip is whole but not one of ours: unsafe or doubled labels, encryption, a manifest that lies."""


class BundleTooLarge(BundleError):
    """A limit is passed (trust.md, Limits): says which, how much was allowed and how much there is."""

    def __init__(self, what: str, limit: int, found: int, *, member: str | None = None) -> None:
        super().__init__(f"bundle refused: {what} is {found}, the limit is {limit}", member=member)
        self.what = what
        self.limit = limit
        self.found = found


class ItemRefused(EvidenceError):
    """An item cannot be added to a bundle being written: its label or its metadata is unfit."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field


class EnvironmentUnreadable(EvidenceError):
    """A file is no environment manifest: `field` says where (empty for the file as a whole)."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}" if field else f"the manifest {reason}")
        self.field = field
        self.reason = reason


class TranscriptUnreadable(EvidenceError):
    """A file is no asciicast of ours: `line` counts from 1, 0 for the file as a whole."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"transcript, line {line}: {reason}" if line else f"transcript: {reason}")
        self.line = line
        self.reason = reason
