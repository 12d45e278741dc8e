"""How much a reader is willing to take from outside (trust.md, Limits)."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds of one bundle; everything in bytes unless its name says otherwise."""

    packed_bytes: int = 512 * MIB
    unpacked_bytes: int = 4096 * MIB
    members: int = 20_000
    ratio: int = 200
    """Unpacked to packed, per member and over all. Members up to `ratio_free_bytes` are exempt."""
    ratio_free_bytes: int = 64 * 1024
    label_bytes: int = 255
    manifest_bytes: int = 32 * MIB
    """Each of manifest.json, findings.json and redaction.json, unpacked: they are read whole."""


DEFAULT_LIMITS = Limits()
