"""One root for every error of the controller; the class says the kind, attributes carry the facts.

Doors translate once: `Invalid` -> INVALID_ARGUMENT / 422 / exit 2, `NotFound` -> NOT_FOUND / 404 / exit 1,
`Refused` -> PERMISSION_DENIED / 403 / exit 1, `Conflict` -> FAILED_PRECONDITION / 409 / exit 1,
`TooMuch` -> RESOURCE_EXHAUSTED / 429 / exit 1, `Unavailable` -> UNAVAILABLE / 503 / exit 1.
"""


class VigiaError(Exception):
    """Root. `str(error)` is one English sentence for people; it never holds a secret."""


class Invalid(VigiaError):
    """Input that cannot be taken: names the field, the limit and the way out."""

    def __init__(self, field: str, limit: str, way_out: str = "") -> None:
        super().__init__(f"{field}: {limit}" + (f". {way_out}" if way_out else ""))
        self.field = field
        self.limit = limit
        self.way_out = way_out


class NotFound(VigiaError):
    """Nothing of that name here, or not for this actor (the two are never told apart to outsiders)."""

    def __init__(self, noun: str, name: str) -> None:
        super().__init__(f"there is no {noun} {name!r}")
        self.noun = noun
        self.name = name


class Refused(VigiaError):
    """This actor may not do that. `reason` is safe to show."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Conflict(VigiaError):
    """The thing is not in a state in which that can be done; what came before is kept."""


class TooMuch(VigiaError):
    """Over a limit that passes by itself; `retry_after_s` says when to try again."""

    def __init__(self, message: str, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Unavailable(VigiaError):
    """Cannot be done now for a reason outside this process (disk full, database away); try again."""
