"""What people and programs say in the corpus: command lines, notes, logs, encodings, and what is benign."""

# ruff: noqa: E501 - rows of samples are read across; keys are put together so that no scanner finds any

import base64
import json
import string
from urllib.parse import quote

from tests.support.secret_mint import CorpusFile, Mint, corpus_file


def commands(m: Mint) -> list[CorpusFile]:
    history = (
        "mysql -u root -p@a@ tienda\nmysqldump --password=@b@ -h db tienda\ncurl -u ana:@c@ https://x.test/a\nsshpass -p '@d@' ssh root@10.0.0.1\nPGPASSWORD=@e@ psql -h db\nsmbclient //nas/x -U ana%@f@\n"
        "mount -t cifs //nas/x /mnt -o username=ana,password=@g@,uid=0\nredis-cli -a @h@ ping\nldapsearch -x -D cn=admin -w @i@ -b dc=x\necho 'ana:@j@' | chpasswd\nopenssl rsa -in a.pem -passin pass:@k@\nxfreerdp /u:ana /p:@l@ /v:10.0.0.3\n"
        "ipmitool -H 10.0.0.4 -U ADMIN -P @m@ sel list\nsnmpwalk -v2c -c @n@ 10.0.0.5\ndocker login -u ana -p @o@ reg.test\ncurl -H 'Authorization: Bearer @p@' https://x.test\nnmcli dev wifi connect Tienda password @q@\n7z a -p@r@ a.7z dir\n"
        "wget --http-password=@s@ https://x.test/f\nkubectl create secret generic s --from-literal=password=@t@\nls -la /etc\nssh -p 2222 root@10.0.0.1\nmkdir -p /srv/data\ncp -p a b\ntar -czpf x.tgz /srv\ngrep -r password /etc\nnmap -p 443 10.0.0.1\n"
    )
    windows = (
        'net use Z: \\\\srv\\datos /user:DOM\\ana @a@\r\nnet user caja @b@ /add\r\ncmdkey /add:srv /user:ana /pass:@c@\r\nschtasks /create /tn x /ru ana /rp @d@ /tr c.exe\r\nplink -ssh -pw @e@ root@10.0.0.1\r\nsqlcmd -S sql01 -U sa -P @f@ -Q "select 1"\r\n'
        '$p = ConvertTo-SecureString "@g@" -AsPlainText -Force\r\nnet start spooler\r\nnet use\r\nipconfig /all\r\n'
    )
    return [
        corpus_file(
            "root/.bash_history",
            history,
            {c: m.word() for c in "abcdefghijklmoqrst"} | {"n": m.word(), "p": m.run(40)},
            [
                "ls -la /etc",
                "ssh -p 2222 root@10.0.0.1",
                "mkdir -p /srv/data",
                "cp -p a b",
                "grep -r password /etc",
                "nmap -p 443 10.0.0.1",
                "-h db tienda",
                "username=ana",
                "uid=0",
            ],
        ),
        corpus_file(
            "ConsoleHost_history.txt",
            windows,
            {c: m.word() for c in "abcdefg"},
            ["net start spooler", "ipconfig /all", "select 1", "/user:DOM\\ana"],
        ),
        corpus_file(
            "ps.txt",
            "USER  PID %CPU COMMAND\nroot  812  0.1 /usr/sbin/mysqld --port=3306\nana  913  0.0 python3 app.py --api-key @a@ --port 80\nana  914  0.0 java -Djavax.net.ssl.keyStorePassword=@b@ -Xmx2g -jar a.jar\nroot 915 0.0 /usr/bin/dbus-daemon --session --address=systemd:\n",
            {"a": m.run(32), "b": m.word()},
            ["--port=3306", "--port 80", "-Xmx2g", "--address=systemd:"],
        ),
        CorpusFile(
            "proc/812/cmdline",
            "\0".join(["sshpass", "-p", (one := m.word() + " z"), "ssh", "root@h"]).encode() + b"\0",
            [one],
            ["root@h"],
        ),
        CorpusFile(
            "proc/812/environ",
            "\0".join(["PATH=/usr/bin", "RESTIC_PASSWORD=" + (two := m.word()), "LANG=es_ES.UTF-8"]).encode()
            + b"\0",
            [two],
            ["PATH=/usr/bin", "LANG=es_ES.UTF-8"],
        ),
    ]


def speech(m: Mint) -> list[CorpusFile]:
    jwt = ".".join(
        base64.urlsafe_b64encode(json.dumps({"a": m.run(20)}).encode()).decode().rstrip("=") for _ in range(3)
    )
    return [
        corpus_file(
            "nota.txt",
            'Hola, la clave del wifi es @a@ y el usuario es ana.\nContraseña: @b@\nPIN de la alarma: @c@\nA senha do servidor é @d@.\nLa contrasenya del router és @e@\nEntra con usuario admin y contraseña @f@\nThe password for the NAS is "@g@".\nLa clave está en el cajón.\nCambie su contraseña cada 90 días.\nLa contraseña es obligatoria.\n',
            {
                "a": m.word(),
                "b": m.word(),
                "c": "4827",
                "d": m.word(),
                "e": m.word(),
                "f": m.word(),
                "g": m.word(),
            },
            [
                "el usuario es ana",
                "La clave está en el cajón.",
                "Cambie su contraseña cada 90 días.",
                "La contraseña es obligatoria.",
            ],
        ),
        corpus_file(
            "app.log",
            "2025-01-02 10:00:00 GET /api?token=@a@&page=2 200\n2025-01-02 10:00:01 connecting to postgres://odoo:@b@@db:5432/x\n2025-01-02 10:00:02 Cookie: sessionid=@c@; theme=dark\n2025-01-02 10:00:03 jwt @d@\n2025-01-02 10:00:04 key @e@ used\n2025-01-02 10:00:05 Access denied for user 'root'@'localhost' (using password: YES)\n2025-01-02 10:00:06 card @f@ declined\n2025-01-02 10:00:07 transfer to @g@\n2025-01-02 10:00:08 hook https://hooks.slack.com/services/@h@\n2025-01-02 10:00:09 smtp AUTH PLAIN @i@\n2025-01-02 10:00:10 X-Api-Key: @j@\n",
            {
                "a": m.run(),
                "b": m.word(),
                "c": m.run(26),
                "d": jwt,
                "e": "gh" + "p_" + m.run(36),
                "f": m.card(),
                "g": m.iban(),
                "h": "T0" + m.run(8) + "/B0" + m.run(8) + "/" + m.run(24),
                "i": m.b64(20),
                "j": m.run(32),
            },
            ["page=2 200", "using password: YES", "declined", "db:5432/x"],
        ),
        corpus_file(
            "tokens.txt",
            "\n".join(f"@{c}@" for c in "abcdefgh"),
            {
                "a": "glp" + "at-" + m.run(20),
                "b": "xox" + "b-" + m.run(30),
                "c": "AK" + "IA" + m.run(16, string.ascii_uppercase),
                "d": "AI" + "za" + m.run(35),
                "e": "sk_" + "live_" + m.run(24),
                "f": "S" + "G." + m.run(22) + "." + m.run(43),
                "g": "npm" + "_" + m.run(36),
                "h": "hv" + "s." + m.run(24),
            },
            [],
        ),
        *_leaks(m),
    ]


def _leaks(m: Mint) -> list[CorpusFile]:
    """A secret known by its label in one file stands bare, URL-encoded, in base64 and escaped in another."""
    known = m.word() + "&" + m.word() + '"' + "k"
    packed = base64.b64encode(f"ana:{known}".encode()).decode()
    return [
        CorpusFile("leak.json", json.dumps({"db_password": known}).encode(), [json.dumps(known)[1:-1]], []),
        CorpusFile(
            "leak.txt",
            f"bare {known} here\nurl {quote(known)}\nb64 {packed}\njson {json.dumps(known)}\nend of report\n".encode(),
            [known, quote(known), packed],
            ["end of report", "bare ", " here"],
        ),
    ]


def encodings(m: Mint) -> list[CorpusFile]:
    return [
        corpus_file(
            "latin.ini",
            "[correo]\ncontraseña=@a@\nubicación=almacén\n",
            {"a": m.word()},
            ["ubicación=almacén"],
            "latin-1",
        ),
        corpus_file(
            "cp850.txt", "Contrase¤a: @a@\nUsuario: ana\n", {"a": m.word()}, ["Usuario: ana"], "latin-1"
        ),
        corpus_file(
            "bom.txt", "Contraseña: @a@\r\nEquipo: PC-7\r\n", {"a": m.word()}, ["Equipo: PC-7"], "utf-8-sig"
        ),
        corpus_file(
            "utf16.txt", "Contraseña: @a@\r\nEquipo: PC-7\r\n", {"a": m.word()}, ["Equipo: PC-7"], "utf-16"
        ),
        corpus_file(
            "old.log.gz", "password=@a@ host=pc1\n", {"a": m.word()}, ["host=pc1"], "utf-8", pack=True
        ),
    ]


def benign(m: Mint) -> list[CorpusFile]:
    lines = {
        "smart.txt": ["  5 Reallocated_Sector_Ct   0x0033   100   100   010    Pre-fail  Always       -       0", "Serial Number:    S3Z8NB0K123456A", "LU WWN Device Id: 5 002538 d40a1b2c3", "197 Current_Pending_Sector  0x0012   100   100   000    Old_age   Always       -       8"],
        "auth.log": ["sshd[811]: Failed password for root from 10.0.0.9 port 4022 ssh2", "sshd[812]: Accepted publickey for ana from 10.0.0.8 port 22 ssh2: ED25519 SHA256:" + m.run(43), "passwd[913]: pam_unix(passwd:chauthtok): password changed for ana", "sudo: pam_unix(sudo:auth): authentication failure; logname=ana uid=1000", "su: pam_unix(su:session): session opened for user root"],
        "etc/pam.d/common": ["password [success=1 default=ignore] pam_unix.so obscure yescrypt", "password requisite pam_pwquality.so retry=3 minlen=12", "auth required pam_unix.so"],
        "etc/login.defs": ["PASS_MAX_DAYS\t99999", "PASS_MIN_DAYS\t0", "PASS_WARN_AGE\t7", "ENCRYPT_METHOD YESCRYPT"],
        "etc/ssh/sshd_config": ["PasswordAuthentication no", "PubkeyAuthentication yes", "HostKey /etc/ssh/ssh_host_ed25519_key", "AuthorizedKeysFile .ssh/authorized_keys"],
        "dpkg.txt": ["libpam-modules 1.5.2-6 sha256:" + m.hexa(64), "passwd 1:4.13 amd64", "keyutils 1.6.3 amd64", m.hexa(32) + "  /usr/bin/passwd"],
        "authorized_keys": ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + m.run(43) + " ana@pc", "-----BEGIN CERTIFICATE-----", m.b64(48), "-----END CERTIFICATE-----"],
        "exit.log": ["unit nginx.service exited, code=exited, status=1/FAILURE", "token bucket filter: 512 tokens per second", "X-Request-Id: 5f2c1a3b-1111-4222-8333-444455556666", "keyboard: layout es", "primary key (id)", "cache key user:42:profile missing", "invalid token at line 7", "clave primaria duplicada", "código de salida: 137", "pinning interrupt 42 to cpu 3", "ping 10.0.0.1: 64 bytes"],
        "lsblk.txt": ["sda 8:0 0 931.5G disk WDC_WD10EZEX WD-WCC6Y1234567 0x50014ee2b1234567", "UUID=5f2c1a3b-1111-4222-8333-444455556666 / ext4 errors=remount-ro 0 1", "naa.600508b1001c1234567890abcdef1234"],
        "mysql.cnf": ["key_buffer_size=16M", "validate_password.policy=MEDIUM", "default_password_lifetime=0", "sort_buffer=4111111"],
        "conn.log": ["state=ESTABLISHED src=10.0.0.1:443 dst=10.0.0.2:50122", "session 4412 opened, 3 keys exchanged", "https://example.test:8443/path?page=3&sort=key", "author: Ana <ana@example.test>", "https://example.test/@ana/status", "pass 2 of 5 complete", "tests passed: 12", "bypass=false", "compass heading 120"],
    }  # fmt: skip
    return [CorpusFile(name, ("\n".join(rows) + "\n").encode(), [], rows) for name, rows in lines.items()]
