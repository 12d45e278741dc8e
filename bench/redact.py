"""What redaction costs: CPU seconds per MiB, beside one plain pass of a single expression over the same text.

    python bench/redact.py [MiB]

The goal is 0.5 CPU s per MiB (signals.md). The reference is what a naive tool does: one alternation of labels.
"""

# ruff: noqa: E501 - rows of samples are read across

import random
import re
import sys
from time import process_time

from evidence.redact import Redactor

_REFERENCE = re.compile(r"(?i)(password|passwd|secret|token|api[_-]?key|contrase.a|clave)\s*[=:]\s*(\S+)")
_SYSLOG = (
    "Jan 02 10:{m:02d}:{s:02d} srv-01 sshd[{n}]: Failed password for root from 10.0.{m}.{s} port {n} ssh2",
    "Jan 02 10:{m:02d}:{s:02d} srv-01 kernel: [{n}.{s:06d}] ata1.00: exception Emask 0x0 SAct 0x0 SErr 0x0 action 0x0",
    "Jan 02 10:{m:02d}:{s:02d} srv-01 systemd[1]: Started Session {n} of user ana.",
    "Jan 02 10:{m:02d}:{s:02d} srv-01 nginx: 10.0.{m}.{s} - - GET /shop/item/{n}?page={s} HTTP/1.1 200 {n}",
    "Jan 02 10:{m:02d}:{s:02d} srv-01 app[{n}]: connected url=https://x.test/a?id={n} took={s}ms key=user:{n}",
    "Jan 02 10:{m:02d}:{s:02d} srv-01 CRON[{n}]: (root) CMD (/usr/bin/mysqldump -u root tienda > /srv/b.sql)",
    "Jan 02 10:{m:02d}:{s:02d} srv-01 NetworkManager[{n}]: <info> device (eth0): state change: ip-check -> secondaries",
)
_CONFIG = (
    "option_{n} = value {s}",
    "db_password_{n} = Hola{n}!x",
    "# comment about the keys, line {n}",
    "path_{n} = /srv/data/{n}/file.txt",
    "[section {n}]",
)
_JSON = (
    '{{"ts":"2025-01-02T10:{m:02d}:{s:02d}Z","level":"info","user":"u{n}","status":200,"path":"/a/{n}","duration_ms":{s}}}',
    '{{"msg":"token refreshed","token_id":{n},"host":"pc-{s}"}}',
)
_PS = (
    "root {n} 0.{s} 1.2 /usr/lib/systemd/systemd-journald",
    "ana {n} 0.0 0.1 java -Xmx2g -Dapp.port={n} -jar /opt/a.jar --profile prod",
    "www {n} 0.3 php-fpm: pool www",
)


def main() -> None:
    """Print one row per kind of text."""
    size = int(float(sys.argv[1]) * 1024 * 1024) if len(sys.argv) > 1 else 1024 * 1024
    print(f"{'text':<16}{'MiB':>6}{'CPU s/MiB':>12}{'second pass':>13}{'reference':>11}{'ratio':>8}")
    for name, rows in (
        ("syslog", _SYSLOG),
        ("app.conf", _CONFIG),
        ("app.jsonl", _JSON),
        ("ps.txt", _PS),
        ("sw1.cfg", _CONFIG),
    ):
        data = _filled(rows, size)
        redactor = Redactor(b"bench-salt-of-16-bytes")
        began = process_time()
        first = redactor.redact(name, data)
        middle = process_time()
        list(redactor.second_pass([(name, first)]))
        ended = process_time()
        text = data.decode()
        sum(1 for _ in _REFERENCE.finditer(text))
        reference = process_time() - ended
        mib = len(data) / 1024 / 1024
        print(
            f"{name:<16}{mib:>6.1f}{(middle - began) / mib:>12.3f}{(ended - middle) / mib:>13.3f}{reference / mib:>11.3f}{(middle - began) / reference:>8.1f}"
        )


def _filled(rows: tuple[str, ...], size: int) -> bytes:
    chance, parts, length = random.Random(1), [], 0
    while length < size:
        row = chance.choice(rows).format(
            m=chance.randint(0, 59), s=chance.randint(0, 59), n=chance.randint(1000, 99999)
        )
        parts.append(row)
        length += len(row) + 1
    return ("\n".join(parts) + "\n").encode()


if __name__ == "__main__":
    main()
