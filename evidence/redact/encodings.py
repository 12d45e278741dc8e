"""Bytes to text and back without losing one: BOM, UTF-16, Latin-1, NUL-separated, gzip in and out.

What cannot be read cannot be cleaned, so it is withheld: `Unreadable` says why.
"""

import codecs
import gzip
import io
import re
import zlib
from dataclasses import dataclass

MAX_UNPACKED_BYTES = 256 * 1024 * 1024
MAX_RATIO = 400
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MAGIC = {
    b"PK\x03\x04": "a zip archive",
    b"\x7fELF": "a program",
    b"MZ\x90": "a program",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"GIF8": "an image",
    b"%PDF": "a PDF",
    b"SQLite format 3\x00": "a database",
    b"BZh": "bzip2, which is not opened",
    b"\xfd7zXZ\x00": "xz, which is not opened",
    b"(\xb5/\xfd": "zstd, which is not opened",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a rar archive",
    b"LPKSHHRH": "a binary journal",
    b"regf": "a registry hive",
    b"ElfFile": "a binary event log",
    b"\x03\xd9\xa2\x9a": "a password database",
}
_CONTROL = re.compile(rb"[\x01-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_NUL_LIKE_SPACE = "\ue001"


class Unreadable(Exception):
    """The file cannot be decoded; the text is the reason in English, for the report."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """`text` is what stands in the file, `view` the same length with NULs made into line breaks or blanks."""

    text: str
    view: str
    encoding: str
    bom: bytes
    gzipped: bool

    def encoded(self, text: str) -> bytes:
        """Bytes as the file had them: same encoding, BOM and gzip."""
        data = self.bom + text.encode(
            self.encoding, "surrogateescape" if self.encoding == "utf-8" else "surrogatepass"
        )
        return gzip.compress(data, 6, mtime=0) if self.gzipped else data


def decode(name: str, data: bytes) -> Decoded:
    """Raises Unreadable for binaries, damaged gzip and gzip bombs."""
    gzipped = data[:2] == b"\x1f\x8b"
    if gzipped:
        data = _gunzipped(data)
    for magic, what in _MAGIC.items():
        if data.startswith(magic):
            raise Unreadable(what)
    if data[257:262] == b"ustar":
        raise Unreadable("a tar archive")
    bom, encoding = next(((mark, name) for mark, name in _BOMS if data.startswith(mark)), (b"", ""))
    body = data[len(bom) :]
    if not encoding:
        encoding = _guessed(body)
    text = _text(body, encoding)
    return Decoded(text, _view(name, text) if "\0" in text else text, encoding, bom, gzipped)


def _guessed(body: bytes) -> str:
    sample = body[:65536]
    if len(body) % 2 == 0 and len(sample) >= 8:
        even, odd = sample[0::2].count(0), sample[1::2].count(0)
        half = len(sample) // 2
        if odd > half * 0.7 and even < half * 0.05:
            return "utf-16-le"
        if even > half * 0.7 and odd < half * 0.05:
            return "utf-16-be"
    if len(_CONTROL.findall(sample)) > max(2, len(sample) // 50):
        raise Unreadable("binary: control characters")
    if sample.count(0) > max(2, len(sample) // 4):
        raise Unreadable("binary: mostly zeros")
    try:
        body.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError:
        pass
    strange = len(re.findall(rb"[\x80-\xff]", sample))
    valid = len(re.findall(rb"[\xc2-\xf4][\x80-\xbf]+", sample)) * 2
    if strange > max(8, len(sample) * 0.3) and valid * 2 < strange:
        raise Unreadable("binary: neither UTF-8 nor Latin-1")
    # a log with a few broken bytes stays UTF-8; both ways give back the very same bytes
    return "utf-8" if valid and valid >= strange / 2 else "latin-1"


def _text(body: bytes, encoding: str) -> str:
    try:
        if encoding == "utf-8":
            return body.decode("utf-8", "surrogateescape")
        text = body.decode(encoding, "surrogatepass")
    except UnicodeDecodeError as error:
        raise Unreadable(f"not {encoding} although its BOM or zeros say so") from error
    if text.encode(encoding, "surrogatepass") != body:
        raise Unreadable(f"{encoding} that does not come back the same")
    return text


def _view(name: str, text: str) -> str:
    """NUL-separated: an argument vector reads as one line, an environment as lines."""
    if name.rstrip("/").endswith("cmdline"):
        return text.replace(" ", _NUL_LIKE_SPACE).replace("\0", " ")
    return text.replace("\0", "\n")


def _gunzipped(data: bytes) -> bytes:
    room = min(MAX_UNPACKED_BYTES, max(len(data) * MAX_RATIO, 1024 * 1024))
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
            unpacked = packed.read(room + 1)
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise Unreadable("damaged gzip") from error
    if len(unpacked) > room:
        raise Unreadable(f"gzip that unpacks to more than {room} bytes")
    if unpacked[:2] == b"\x1f\x8b":
        raise Unreadable("gzip within gzip")
    return unpacked
