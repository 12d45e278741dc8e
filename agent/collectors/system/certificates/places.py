"""Which certificate files are in use here: those that the usual servers' configurations name, and certbot's.

A file that nothing names is not looked at: an old certificate in a forgotten folder is no fault.
"""

import os
import re
from contextlib import suppress

from agent.collectors.procfs import Unreadable, text
from agent.rootdoor.asked import certbots

CONFIGURATIONS = (
    "nginx/nginx.conf", "nginx/conf.d", "nginx/sites-enabled",
    "apache2/sites-enabled", "httpd/conf.d", "httpd/conf/httpd.conf",
    "postfix/main.cf", "dovecot/dovecot.conf", "dovecot/conf.d/10-ssl.conf", "dovecot/local.conf",
    "haproxy/haproxy.cfg", "exim4/exim4.conf.localmacros", "vsftpd.conf", "proftpd/tls.conf",
)  # fmt: skip
CERTBOT = "letsencrypt/live"
FILES_MAX = 200
LIMIT_BYTES = 256 * 1024
_NAMED = re.compile(
    r"^[ \t]*(?:ssl_certificate|SSLCertificateFile|smtpd_tls_(?:cert|chain_files)\w*"
    r"|ssl_(?:server_)?cert(?:_file)?|rsa_cert_file|MAIN_TLS_CERTIFICATE|TLSRSACertificateFile)"
    r"[ \t]*=?[ \t]*<?[ \t]*[\"']?(/[^\s;\"',]+)"
    r"|\scrt[ \t]+(/\S+)",
    re.MULTILINE,
)


def named(etc: str) -> list[str]:
    """Paths, sorted. What cannot be read names nothing: a server that does not run as us, or is not there."""
    found: set[str] = set()
    for name in CONFIGURATIONS:
        for path in _files(f"{etc}/{name}"):
            try:
                told = text(path, LIMIT_BYTES)
            except Unreadable:
                continue
            found.update(match[1] or match[2] for match in _NAMED.finditer(told))
    with suppress(OSError):
        found.update(_certbots(etc))
    return sorted(path for path in found if not path.endswith(".key") and "$" not in path)[:FILES_MAX]


def _files(path: str) -> list[str]:
    if not os.path.isdir(path):
        return [path] if os.path.isfile(path) else []
    try:
        with os.scandir(path) as entries:
            return sorted(entry.path for entry in entries if entry.is_file())[:FILES_MAX]
    except OSError:
        return []


def closed(etc: str) -> str:
    """Why certbot's certificates cannot be looked at; empty when they can, or when there are none."""
    try:
        _certbots(etc)
    except FileNotFoundError:
        return ""
    except OSError as error:
        return f"{etc}/{CERTBOT}: {error.strerror or error}"
    return ""


def _certbots(etc: str) -> list[str]:
    """Raises OSError."""
    try:
        with os.scandir(f"{etc}/{CERTBOT}") as entries:
            folders = sorted(entry.path for entry in entries if entry.is_dir())[:FILES_MAX]
    except PermissionError:
        return certbots()
    return [f"{folder}/fullchain.pem" for folder in folders]
