"""Password files: shadow, gshadow, htpasswd, smbpasswd, .pgpass, .netrc, chap-secrets, ipsec.secrets, and crypt hashes anywhere."""

# ruff: noqa: E501 - rows of patterns and samples are read across; folded, they can no longer be searched for

import re
from collections.abc import Iterator

from evidence.redact.keep import is_empty_of_secret
from evidence.redact.page import Page
from evidence.redact.spans import Span

_CRYPT = re.compile(
    r"\$(?:1|2[abxy]?|5|6|7|8|9|y|gy|apr1|sha1|md5|argon2(?:id|i|d)|pbkdf2[\w\-]*|scrypt|P|H|nt)\$[\w./$+,=\-]{8,}"
)
_CRYPT_OTHER = re.compile(
    r"\{(?:SSHA|SHA|SSHA512|SSHA256|SMD5|MD5|CRYPT)\}([\w+/=$.]{8,})|(?<![\w$])(?:pbkdf2_sha256|bcrypt_sha256|scrypt:\d+:\d+:\d+|pbkdf2:sha256(?::\d+)?)\$[\w./$+=]{16,}|SCRAM-SHA-256\$\S{20,}|\bgrub\.pbkdf2\.sha512\.[\w.]{32,}"
)
_SHADOW = re.compile(
    r"(?m)^[\w.\-$]{1,64}:([^:\s!*][^:\s]{7,}|![^:\s]{8,}):(?:\d*:){3,}|^[\w.\-]{1,64}:([\w./$]{13,}):[\w,.\-]*:[\w,.\-]*$"
)
_SMBPASSWD = re.compile(r"(?m)^[^:\s]+:\d+:([0-9A-Fa-fXx]{32}):([0-9A-Fa-f]{32}):\[")
_NTDS = re.compile(r"(?m)^[^:\n]+:\d+:([0-9a-fA-F]{32}):([0-9a-fA-F]{32}):::")
_PGPASS = re.compile(
    r"(?m)^(?![#\s])(?:[^:\\\n]|\\.)+:(?:\d+|\*):(?:[^:\\\n]|\\.)+:(?:[^:\\\n]|\\.)+:((?:[^\n\\\r]|\\.)+)"
)
_NETRC = re.compile(
    r"(?m)(?:^|\s)(?:machine\s+\S+|default)(?:\s+(?:login|account)\s+\S+)*\s+password\s+(\"[^\"\n]+\"|\S+)|^\s*password\s+(\"[^\"\n]+\"|\S+)\s*$"
)
_CHAP = re.compile(
    r"(?m)^\s*(?![#\s])(?:\"[^\"\n]*\"|[^\s\"]+)[ \t]+(?:\"[^\"\n]*\"|[^\s\"]+)[ \t]+(\"[^\"\n]*\"|[^\s\"]+)(?:[ \t]+\S.*)?$"
)
_IPSEC = re.compile(
    r"(?m):\s*(?:PSK|XAUTH|EAP|NTLM|PIN)\s+(?:%\w+\s+)?(?:\"([^\"\n]+)\"|'([^'\n]+)'|(0[sx]\S+|\S+))|:\s*(?:RSA|ECDSA|P12|PKCS8)\s+\S+\s+\"([^\"\n]+)\""
)
_COLON_FILE = re.compile(r"(?m)^(?![#;])[\w.@\\\-]{1,64}:((?!//)[^\s:][^\n\r]*)$")
_FIRST_SECRET = re.compile(r"(?m)^([A-Z2-7]{16,64})$")


def find(page: Page) -> Iterator[Span]:
    """Spans of hashes everywhere, and of whole fields where the file's name says what it is."""
    text, base = page.text, page.base
    if "$" in text:
        yield from _all(_CRYPT, text, "hash")
    if (
        any(scheme in text for scheme in ("{SSHA", "{SHA", "{SMD5", "{MD5", "{CRYPT"))
        or "pbkdf2" in text
        or "SCRAM-SHA" in text
        or "scrypt:" in text
    ):
        yield from _all(_CRYPT_OTHER, text, "hash")
    if "shadow" in base or "passwd" in base or ":::" in text or "htpasswd" in base or "htdigest" in base:
        for expression in (_SHADOW, _SMBPASSWD, _NTDS):
            yield from _all(expression, text, "hash")
        if base[:2].strip(".") == "ht" or base.startswith(".ht") or "htpasswd" in base:
            yield from _all(re.compile(r"(?m)^[^:\s]+:(?:[^:\n]+:)?([^:\s]{6,})$"), text, "hash")
    if "pgpass" in base:
        yield from _all(_PGPASS, text, "password")
    if "netrc" in base or ("machine " in text and "password " in text):
        yield from _all(_NETRC, text, "password")
    if base in ("chap-secrets", "pap-secrets"):
        yield from _all(_CHAP, text, "password")
    if "secrets" in base or ": PSK" in text or ": XAUTH" in text:
        yield from _all(_IPSEC, text, "psk")
    yield from _by_name(page)


def _by_name(page: Page) -> Iterator[Span]:
    """Files that hold nothing but a secret, or whose lines have no label: only the name tells."""
    text, base = page.text, page.base
    if base in (
        "passwd-s3fs",
        ".passwd-s3fs",
        "passwd.client",
        "sasl_passwd",
        "exim4-passwd.client",
        "dovecot.users",
        "users.passwd",
        ".git-credentials",
        "smtp_auth",
    ):
        if base == "sasl_passwd":
            yield from _all(re.compile(r"(?m)^(?!#)\S+\s+[^\s:]+:(\S+)\s*$"), text, "password")
        else:
            yield from _all(re.compile(r"(?m)^(?!#)(?:[^:\n]+:)+([^:\n\r]+)$"), text, "password")
    if base in (".google_authenticator", "google_authenticator"):
        yield from _all(_FIRST_SECRET, text, "token")
        yield from _all(re.compile(r"(?m)^(\d{8})$"), text, "token")
    if base in (
        ".vault_pass",
        ".vault_pass.txt",
        "vault_pass",
        "password.txt",
        "passwd.txt",
        "secret_key",
        "master.key",
        ".vault-token",
        "vault-token",
        "vnc_password",
        "anydesk_password",
        "restic-password",
        "borg-passphrase",
        "rclone-pass",
        "password",
        "passphrase",
        "secret",
        "token",
    ):
        for found in re.finditer(r"(?m)^([^\s#:=][^\s:=]{3,})\s*$", text):
            if not is_empty_of_secret(found.group(1)):
                yield Span(found.start(1), found.end(1), "password")
    if ("auth" in base and base.endswith((".txt", ".auth", ".pass", "auth"))) or base in (
        "auth-user-pass",
        "login.conf",
    ):
        lines = text.splitlines()
        if len([line for line in lines if line.strip()]) == 2 and not any(
            " " in line or "=" in line for line in lines
        ):
            at = text.rindex(lines[1] if lines[1].strip() else lines[-1])
            yield Span(at, at + len(lines[1].strip()), "password")
    if "<auth-user-pass>" in text:
        yield from _all(re.compile(r"<auth-user-pass>\s*\S+\s+(\S+)\s*</auth-user-pass>"), text, "password")


def _all(expression: re.Pattern[str], text: str, rule: str) -> Iterator[Span]:
    for found in expression.finditer(text):
        groups = [index for index in range(1, expression.groups + 1) if found.group(index)]
        for index in groups or [0]:
            start, end = found.span(index)
            if end - start >= 2 and text[start] == '"' == text[end - 1]:
                start, end = start + 1, end - 1
            if not is_empty_of_secret(text[start:end]) or "$" in text[start:end]:
                yield Span(start, end, rule)
