"""What is never a secret, whatever its label says: placeholders, switches, paths, references, counters."""

# ruff: noqa: E501 - rows of patterns and samples are read across; folded, they can no longer be searched for

import re

from evidence.redact.mask import MASK

_WORDS = frozenset(
    """true false yes no on off none null nil undefined ask prompt required requisite sufficient optional include
    enabled disabled enable disable set unset empty missing unknown default auto interactive hidden masked redacted
    removed incorrect expired changed failed failure invalid wrong ok error denied accepted rejected needed locked
    valid string text bool boolean int integer bytes object array password passwd username user basic bearer
    yescrypt sha512 sha256 md5 bcrypt plain plaintext scram-sha-256 peer trust ident reject si sí nao não
    vacio vacía vacia ninguna ninguno oculta oculto correcta incorrecta caducada cambiada obligatoria requerida
    windows-credential file env system keyring vault n/a na - -- * ! !! x xx ~ [] {} () wpa-psk wpa-eap sae never
    always must rotated reset updated and or is for the was has has been not with using via by to from in of
    published open secret token key public private success successful given provided supplied prefer-not chauthtok auth session account setcred""".split()
)
_REFERENCE = re.compile(
    r"""(?ix)^(?:
      \$\{[^}]*\}|\$\([^)]*\)|\$[a-z_]\w*|\$env:\w+|%[\w.]+%|%\(?\w*\)?s|%[a-z]|\{\{.*|\{%.*|\{[a-z_.:]{0,32}\}
      |<[^<>]*>|&lt;.*&gt;|\#\{.*\}|@[\w.]+@|!secret\b.*|!vault\b.*|!ref\b.*|vault:.*|ENC\[.*|!!\w+.*
      |(?:os\.|process\.env|env\(|getenv|config\(|secrets\.|var\.|data\.|local\.|valueFrom|self\.|this\.|request\.|args\.).*
      |(?:file|data):/.*|(?:pass|env|file|fd):\w[\w./-]*(?<!\d)|[|>][+-]?\d?|[*•·.xX_\-#?…]{2,}|\[\s*|\{\s*|\(\s*|\[\s*\]|\{\s*\}
      |https?://[^@]*|~?(?:/[\w.@+ -]+){2,}/?|/[a-z]{2,8}|~/[\w./-]+|[a-z]:\\[^"]*|\\\\[\w.$-]+\\.*|\.{1,2}/[\w./-]+
      |[\w/-]+\.(?:pem|key|crt|cer|txt|conf|json|ya?ml|so|service|sh|py|php|jks|p12|pfx|asc|gpg|kdbx|html|js|log)
      |your[-_ ].*|(?:my|insert|enter|put|replace|example)[-_ ]?(?:password|secret|key|token|here)|\w*placeholder\w*
    )$"""
)
_COUNTER = re.compile(
    r"^[+-]?\d{1,3}(?:\.\d+)?%?$|^\d+(?:\.\d+){1,3}$|^\d+(?:\.\d+)?\s?(?:s|ms|m|h|d|days?|dias?|días?|kb|mb|gb|bytes?|min|bits?)$",
    re.IGNORECASE,
)
_UUID = re.compile(r"^\{?[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}?$")
_ADDRESS = re.compile(r"^(?:\d{1,3}(?:\.\d{1,3}){3}(?:[:/]\d+)?|(?:[0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2})$")
_DATE = re.compile(
    r"^\d{4}-\d{2}-\d{2}(?:[T ][\d:.]+(?:Z|[+-][\d:]+)?)?$|^\d{1,2}/\d{1,2}/\d{2,4}$|^\d{1,2}:\d{2}(?::\d{2})?$"
)
_PUBLIC = re.compile(
    r"^(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-\S+|sk-ssh-\S+)\s|^AAAA[BCE]3?N|^-----BEGIN (?:CERT|PUBLIC|RSA PUBLIC)|^LS0tLS1CRUdJTiBDRVJ|^MII[A-Z]\w"
)
_HASH = re.compile(r"^(?:sha(?:1|256|384|512)|md5)[:\-=].{20,}$", re.IGNORECASE)


def is_empty_of_secret(value: str) -> bool:
    """True for values that hold no secret under any label: a reference, a switch, a path, a mask."""
    bare = value.strip().strip("\"'`")
    if len(bare) < 2 or bare.lower().rstrip(".,;:)") in _WORDS or MASK.search(bare):
        return True
    return bool(_REFERENCE.match(bare) or _PUBLIC.match(bare) or _COUNTER.match(bare))


def is_known_fact(value: str) -> bool:
    """UUIDs, addresses, dates, digests: facts unless a strong label says otherwise."""
    return bool(_UUID.match(value) or _ADDRESS.match(value) or _DATE.match(value) or _HASH.match(value))


def looks_random(value: str, least: int = 6) -> bool:
    """Letters and digits (or signs) mixed, as in things made up to be secret, and no known fact."""
    if len(value) < least or is_known_fact(value) or is_empty_of_secret(value):
        return False
    letter = any(char.isalpha() for char in value)
    digit = any(char.isdigit() for char in value)
    sign = any(char in "!@#$%^&*+=?¿¡~" for char in value)
    return letter and (digit or sign)
