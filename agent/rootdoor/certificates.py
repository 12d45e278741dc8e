"""Certificates in places that only root may read. What is in a certificate is public: that alone goes out.

Keys often lie beside them, and sometimes in the same file: of a file only its first certificate is given, and
only when it is one.
"""

import os
import re
import stat

from agent.collectors.system.certificates import der

CERTBOT = "/etc/letsencrypt/live"
# Where servers keep theirs; nobody's home.
ROOTS = ("/etc/", "/opt/", "/srv/", "/usr/local/", "/var/lib/")
PATH = re.compile(r"/[A-Za-z0-9_.@+/-]{1,240}")
FILE_MAX_BYTES = 1024 * 1024
LISTED_MAX = 200


def certbots(folder: str = CERTBOT) -> list[str]:
    """The paths that certbot's servers are given, sorted. Raises OSError."""
    with os.scandir(folder) as entries:
        names = sorted(entry.name for entry in entries if entry.is_dir())
    paths = [f"{folder}/{name}/fullchain.pem" for name in names[:LISTED_MAX]]
    return [path for path in paths if PATH.fullmatch(path)]


def public(path: str, roots: tuple[str, ...] = ROOTS) -> bytes | None:
    """The first certificate of that file as DER; None when there is none, or no such file in those places."""
    real = os.path.realpath(path)
    if not PATH.fullmatch(path) or not real.startswith(roots):
        return None
    try:
        descriptor = os.open(real, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        held = b""
        while len(held) < FILE_MAX_BYTES and (piece := os.read(descriptor, FILE_MAX_BYTES - len(held))):
            held += piece
        found = der.first_of_pem(held)
        der.read(found)
    except (OSError, ValueError):
        return None
    finally:
        os.close(descriptor)
    return found
