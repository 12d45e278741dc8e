"""A mint of invented secrets, and the file of a corpus: nothing here is anybody's."""

# ruff: noqa: E501 - rows of samples are read across; keys are put together so that no scanner finds any

import base64
import gzip
import itertools
import random
import string
from dataclasses import dataclass, field

ALNUM = string.ascii_letters + string.digits


@dataclass(slots=True)
class CorpusFile:
    """One file: what it is called, its bytes, what must go and what must stay (in the decoded text)."""

    name: str
    data: bytes
    secrets: list[str] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)
    encoding: str = "utf-8"

    def decoded(self, data: bytes) -> str:
        """Text of this file's bytes after redaction."""
        return (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode(self.encoding)


class Mint:
    """Makes secrets from a seed: words with digits and signs as people choose them, and random runs."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._count = itertools.count(1)

    def word(self) -> str:
        """Like a person's password: a word, digits, sometimes a sign."""
        stem = self._chance.choice(
            ["Olivo", "tractor", "Marea", "nube", "Zorro", "pinar", "Cantera", "farol"]
        )
        return f"{stem}{self._chance.randint(100, 9999)}{self._chance.choice(['', '!', '#', '%', '*', '$x', '+'])}{next(self._count)}"

    def run(self, length: int = 24, alphabet: str = ALNUM) -> str:
        """A random run that surely holds a digit and a capital."""
        return "Z" + "".join(self._chance.choice(alphabet) for _ in range(length - 2)) + "7"

    def hexa(self, length: int = 32) -> str:
        """Lower-case hex digits."""
        return "".join(self._chance.choice("0123456789abcdef") for _ in range(length))

    def b64(self, size: int = 32) -> str:
        """Base64 of random bytes."""
        return base64.b64encode(self._chance.randbytes(size)).decode()

    def card(self) -> str:
        """A card number whose check digit holds."""
        body = "4" + "".join(self._chance.choice(string.digits) for _ in range(14))
        total = sum(sum(divmod(int(d) * (2 if i % 2 == 0 else 1), 10)) for i, d in enumerate(body))
        return body + str(-total % 10)

    def iban(self) -> str:
        """A Spanish account number whose check digits hold."""
        account = "".join(self._chance.choice(string.digits) for _ in range(20))
        return f"ES{98 - int(account + '142800') % 97:02d}{account}"


def corpus_file(
    name: str,
    template: str,
    secrets: dict[str, str],
    facts: list[str],
    encoding: str = "utf-8",
    pack: bool = False,
) -> CorpusFile:
    text = template
    for label, value in secrets.items():
        text = text.replace(f"@{label}@", value)
    data = text.encode(encoding)
    return CorpusFile(
        name, gzip.compress(data, mtime=0) if pack else data, list(secrets.values()), facts, encoding
    )
