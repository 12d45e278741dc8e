"""A corpus of invented secrets in the files that support bundles hold, and of facts that must survive.

Every secret is put together at run time from parts, so that no scanner of repositories finds one here.
`corpus()` gives files with `secrets` (must be gone) and `facts` (must stay); all values are made up.
"""

# ruff: noqa: E501 - rows of patterns and samples are read across; folded, they can no longer be searched for

import base64
import gzip
import hashlib
import itertools
import json
import random
import string
from dataclasses import dataclass, field
from urllib.parse import quote

_ALNUM = string.ascii_letters + string.digits


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
        stem = self._chance.choice(["Olivo", "tractor", "Marea", "nube", "Zorro", "pinar", "Cantera", "farol"])
        return f"{stem}{self._chance.randint(100, 9999)}{self._chance.choice(['', '!', '#', '%', '*', '$x', '+'])}{next(self._count)}"

    def run(self, length: int = 24, alphabet: str = _ALNUM) -> str:
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


def corpus(seed: int = 1) -> list[CorpusFile]:
    """All files, the same for the same seed."""
    mint = Mint(seed)
    files: list[CorpusFile] = []
    for make in (_settings, _structured, _systems, _networks, _commands, _speech, _encodings, _benign):
        files += make(mint)
    return files


def _file(name: str, template: str, secrets: dict[str, str], facts: list[str], encoding: str = "utf-8", pack: bool = False) -> CorpusFile:
    text = template
    for label, value in secrets.items():
        text = text.replace(f"@{label}@", value)
    data = text.encode(encoding)
    return CorpusFile(name, gzip.compress(data, mtime=0) if pack else data, list(secrets.values()), facts, encoding)


def _settings(m: Mint) -> list[CorpusFile]:
    return [
        _file("srv/app/.env", "APP_ENV=production\nAPP_KEY=base64:@a@\nDB_HOST=10.1.2.3\nDB_PASSWORD=@b@\nexport MAIL_PASS='@c@'\nAWS_SECRET_ACCESS_KEY=\"@d@\"\n"
              "REDIS_PASSWORD=null\nPASSWORD_MIN_LENGTH=12\nJWT_SECRET=@e@ # rotate\nPOSTGRES_PASSWORD_FILE=/run/secrets/pg\nDB_PASS_DEV=${DB_PASSWORD}\nSESSION_LIFETIME=120\nTOKEN_TTL=3600\n",
              {"a": m.b64(), "b": m.word(), "c": m.word() + " " + m.word(), "d": m.b64(30), "e": m.run(40)},
              ["APP_ENV=production", "DB_HOST=10.1.2.3", "REDIS_PASSWORD=null", "PASSWORD_MIN_LENGTH=12", "/run/secrets/pg", "${DB_PASSWORD}", "SESSION_LIFETIME=120", "TOKEN_TTL=3600"]),
        _file("etc/mysql/my.cnf", "[client]\nuser = root\npassword = @a@\nport = 3306\n[mysqld]\nkey_buffer_size = 16M\n# old password = @b@\nmax_connections = 151\n",
              {"a": m.word() + ";x", "b": m.word()}, ["key_buffer_size = 16M", "max_connections = 151", "port = 3306", "user = root"]),
        _file("etc/odoo.conf", "[options]\nadmin_passwd = @a@\ndb_password = @b@\ndb_user = odoo\nlist_db = False\nworkers = 4\n", {"a": m.word(), "b": m.run()}, ["db_user = odoo", "workers = 4"]),
        _file("application.properties", "spring.datasource.url=jdbc:mysql://db:3306/shop\nspring.datasource.password=@a@\nserver.ssl.key-store-password=@b@\nserver.ssl.key-store=/etc/ks.p12\nspring.mail.password: @c@\n"
              "security.jwt.token.expire-length=3600000\n", {"a": m.word(), "b": m.word(), "c": m.word()}, ["jdbc:mysql://db:3306/shop", "/etc/ks.p12", "expire-length=3600000"]),
        _file("wp-config.php", "<?php\ndefine('DB_NAME', 'wp');\ndefine('DB_PASSWORD', '@a@');\ndefine( 'AUTH_KEY',         '@b@' );\ndefine('NONCE_SALT', '@c@');\n$table_prefix = 'wp_';\n"
              "$cfg['Servers'][$i]['password'] = '@d@';\n'password' => env('DB_PASSWORD', ''),\n", {"a": m.word(), "b": m.run(50, _ALNUM + "!@#%^*() "), "c": m.run(60), "d": m.word()},
              ["define('DB_NAME', 'wp');", "$table_prefix = 'wp_';", "env('DB_PASSWORD', '')"]),
        _file("etc/systemd/system/app.service", "[Service]\nUser=app\nEnvironment=DB_PASS=@a@ \"API_TOKEN=@b@\" LOG=debug\nExecStart=/opt/app --listen :8080 --token=@c@ --workers 3\nKeyringMode=private\nPassEnvironment=PATH\n",
              {"a": m.word(), "b": m.run(30), "c": m.run(32)}, ["User=app", "LOG=debug", "--listen :8080", "--workers 3", "KeyringMode=private", "PassEnvironment=PATH"]),
        _file("root/.my.cnf", "[client]\npassword=\"@a@\"\n", {"a": m.word() + "#1"}, ["[client]"]),
        _file("root/.pgpass", "# host:port:db:user:password\ndb.local:5432:*:odoo:@a@\n*:*:*:backup:@b@\n", {"a": m.word() + "\\:x", "b": m.word()}, ["db.local:5432:*:odoo:", "# host:port:db:user:password"]),
        _file("root/.netrc", "machine ftp.example.test login ana password @a@\nmachine b.test\n  login eva\n  password @b@\n", {"a": m.word(), "b": m.run(12)}, ["machine ftp.example.test login ana", "login eva"]),
        _file("root/.npmrc", "registry=https://packages.example.test/\n//packages.example.test/:_authToken=@a@\n//x.test/:_password=@b@\nalways-auth=true\n", {"a": m.run(36), "b": m.b64(12)}, ["always-auth=true"]),
        _file("web.config", '<configuration><connectionStrings><add name="db" connectionString="Server=sql01;User Id=sa;Password=@a@;Encrypt=true" /></connectionStrings>'
              '<appSettings><add key="SmtpPassword" value="@b@"/><add key="Theme" value="blue"/></appSettings>\n<machineKey validationKey="@c@" decryptionKey="@d@" validation="SHA1"/></configuration>\n',
              {"a": m.word(), "b": m.word(), "c": m.hexa(64).upper(), "d": m.hexa(48).upper()}, ["Server=sql01", "User Id=sa", "Encrypt=true", 'value="blue"', 'validation="SHA1"']),
    ]


def _structured(m: Mint) -> list[CorpusFile]:
    auth = base64.b64encode(f"ana:{m.word()}".encode()).decode()
    return [
        _file("root/.docker/config.json", json.dumps({"auths": {"reg.example.test": {"auth": "@a@"}}, "credsStore": "desktop", "HttpHeaders": {"User-Agent": "Docker-Client/19.03"}}, indent=1),
              {"a": auth}, ["reg.example.test", '"credsStore": "desktop"', "Docker-Client/19.03"]),
        _file("inspect.json", json.dumps([{"Id": "sha256:" + m.hexa(64), "Config": {"Env": ["PATH=/usr/bin", "MYSQL_ROOT_PASSWORD=@a@"], "Cmd": ["mysqld", "--port=3306"]},
              "args": ["sshpass", "-p", "@b@", "ssh", "host"], "params": [{"name": "DB_PASSWORD", "value": "@c@"}, {"name": "MODE", "value": "fast"}], "contraseña": "@d@", "password_changed": "2024-01-02"}]),
              {"a": m.word(), "b": m.word(), "c": m.word(), "d": "x" + m.word()}, ["PATH=/usr/bin", "--port=3306", "fast", "2024-01-02", "sha256:"]),
        _file("gcp.json", json.dumps({"type": "service_account", "private_key": "-----BEGIN PRIVATE" + " KEY-----\n@a@\n-----END PRIVATE" + " KEY-----\n", "client_email": "a@b.iam.test", "client_secret": "@b@"}),
              {"a": m.b64(96), "b": m.run()}, ["service_account", "a@b.iam.test"]),
        _file("app.jsonl", '{"ts":"2025-01-02T10:00:00Z","level":"info","msg":"login","user":"ana","access_token":"@a@","tokens":512}\n{"msg":"body {\\"password\\":\\"@b@\\",\\"n\\":1}","key":"cpu.user","status":200}\n',
              {"a": m.run(40), "b": m.word()}, ['"tokens":512', '"user":"ana"', '"key":"cpu.user"', '"status":200']),
        _file("docker-compose.yml", "services:\n  db:\n    image: mysql:8\n    environment:\n      MYSQL_ROOT_PASSWORD: @a@\n      - MYSQL_PASSWORD=@b@\n      MYSQL_USER: shop\n    command: --default-authentication-plugin=mysql_native_password\n    secrets:\n      - db_password\n",
              {"a": m.word(), "b": m.word()}, ["image: mysql:8", "MYSQL_USER: shop", "mysql_native_password"]),
        _file("kubeconfig", "apiVersion: v1\nkind: Config\nclusters:\n- cluster:\n    certificate-authority-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1J\n    server: https://10.0.0.1:6443\nusers:\n- name: admin\n  user:\n    client-certificate-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1K\n    client-key-data: @a@\n    token: @b@\n",
              {"a": m.b64(60), "b": m.run(40)}, ["https://10.0.0.1:6443", "certificate-authority-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1J", "client-certificate-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1K"]),
        _file("secret.yaml", "apiVersion: v1\nkind: Secret\nmetadata:\n  name: shop\ntype: Opaque\ndata:\n  username: @a@\n  db: @b@\nstringData:\n  note.txt: @c@\n", {"a": m.b64(9), "b": m.b64(15), "c": m.word()}, ["name: shop", "type: Opaque"]),
        _file("group_vars.yml", "ansible_user: deploy\nansible_become_pass: @a@\nvault_api_key: \"@b@\"\ntls_key: |\n  -----BEGIN RSA PRIVATE" + " KEY-----\n  @c@\n  @d@\n  -----END RSA PRIVATE" + " KEY-----\npasswords:\n  - @e@\n  - @f@\nsecretName: tls-cert\nprivate_key_path: /etc/ssl/private/a.key\nenv:\n  - name: SMTP_PASSWORD\n    value: @g@\n  - name: MODE\n    value: fast\n",
              {"a": m.word(), "b": m.run(), "c": m.b64(48), "d": m.b64(33), "e": m.word(), "f": m.word(), "g": m.word()}, ["ansible_user: deploy", "secretName: tls-cert", "/etc/ssl/private/a.key", "value: fast"]),
        _file("unattend.xml", "<unattend>\n<AdministratorPassword>\n  <Value>@a@</Value>\n  <PlainText>true</PlainText>\n</AdministratorPassword>\n<UserName>Ana</UserName><Password><![CDATA[@b@]]></Password>\n<keyMaterial>@c@</keyMaterial>\n<TimeZone>Romance Standard Time</TimeZone><PasswordExpires>false</PasswordExpires></unattend>\n",
              {"a": m.word(), "b": m.word(), "c": m.word()}, ["<PlainText>true</PlainText>", "<UserName>Ana</UserName>", "Romance Standard Time", "<PasswordExpires>false"]),
        _file("Groups.xml", '<Properties action="U" userName="local" cpassword="@a@" changeLogon="0"/>\n<string name="api_token">@b@</string>\n<key>Password</key>\n<string>@c@</string>\n', {"a": m.b64(32), "b": m.run(), "c": m.word()}, ['userName="local"', 'changeLogon="0"']),
        _file("users.csv", "nombre;usuario;contraseña;equipo\nAna;ana;@a@;PC-01\nEva;eva;\"@b@\";PC-02\n", {"a": m.word(), "b": m.word()}, ["Ana;ana;", "PC-01", "Eva;eva;", "PC-02"]),
        _file("dump.sql", "CREATE USER 'shop'@'%' IDENTIFIED BY '@a@';\nALTER ROLE odoo WITH LOGIN PASSWORD '@b@';\nSET PASSWORD FOR 'x'@'h' = PASSWORD('@c@');\nCREATE TABLE t (id int PRIMARY KEY, password varchar(64));\n",
              {"a": m.word(), "b": m.word(), "c": m.word()}, ["CREATE USER 'shop'@'%'", "CREATE TABLE t (id int PRIMARY KEY, password varchar(64));"]),
    ]


def _systems(m: Mint) -> list[CorpusFile]:
    crypt = "$6$" + m.run(12) + "$" + m.run(86)
    yes = "$y$j9T$" + m.run(22) + "$" + m.run(43)
    hexed = ",".join(m.hexa(2) for _ in range(8))
    dead = ",".join(m.hexa(2) for _ in range(24))
    return [
        _file("etc/shadow", "root:@a@:19700:0:99999:7:::\ndaemon:*:19700:0:99999:7:::\nana:@b@:19800:0:99999:7:::\neva:!:19800::::::\n", {"a": crypt, "b": yes}, ["daemon:*:19700:0:99999:7:::", ":19800:0:99999:7:::", "eva:!:"]),
        _file("etc/nginx/.htpasswd", "ana:$apr1$@a@\neva:{SHA}@b@\n", {"a": m.run(8) + "$" + m.run(22), "b": m.b64(20)}, ["ana:", "eva:"]),
        _file("etc/samba/smbpasswd", "ana:1001:@a@:@b@:[U          ]:LCT-65A1B2C3:\n", {"a": m.hexa(32).upper(), "b": m.hexa(32).upper()}, ["ana:1001:", "LCT-65A1B2C3"]),
        _file("export.reg", 'Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\ORL\\WinVNC3]\r\n"Password"=hex:@a@\r\n"DefaultPassword"="@b@"\r\n"AutoAdminLogon"="1"\r\n"DefaultUserName"="caja"\r\n"EncryptedKey"=hex:@c@\r\n"PasswordExpiryWarning"=dword:00000005\r\n',
              {"a": hexed, "b": m.word(), "c": dead}, ['"AutoAdminLogon"="1"', '"DefaultUserName"="caja"', "dword:00000005"], "utf-16"),
        _file("etc/ppp/chap-secrets", "# client server secret IP\nana * @a@ *\n\"oficina\"\tl2tpd\t\"@b@\"\t10.0.0.2\n", {"a": m.word(), "b": m.word()}, ["# client server secret IP", "10.0.0.2"]),
        _file("etc/ipsec.secrets", "10.0.0.1 vpn.test : PSK \"@a@\"\nana : XAUTH \"@b@\"\n: RSA server.pem\n", {"a": m.word(), "b": m.word()}, ["10.0.0.1 vpn.test", ": RSA server.pem"]),
        _file("id_ed25519", "-----BEGIN OPENSSH PRIVATE" + " KEY-----\n@a@\n@b@\n@c@\n-----END OPENSSH PRIVATE" + " KEY-----\n", {"a": m.b64(51), "b": m.b64(51), "c": m.b64(9)}, []),
        _file("journal.txt", "Jan 02 10:00:01 srv app[12]: -----BEGIN EC PRIVATE" + " KEY-----\nJan 02 10:00:01 srv app[12]: @a@\nJan 02 10:00:01 srv app[12]: @b@\nJan 02 10:00:01 srv app[12]: -----END EC PRIVATE" + " KEY-----\nJan 02 10:00:02 srv kernel: ata1.00: failed command: READ\n",
              {"a": m.b64(48), "b": m.b64(24)}, ["ata1.00: failed command: READ"]),
        _file("cut.log", "@a@\n@b@\n-----END RSA PRIVATE" + " KEY-----\nJan 02 10:00:02 ok\n", {"a": m.b64(48), "b": m.b64(24)}, ["Jan 02 10:00:02 ok"]),
        _file("notes.ppk", "PuTTY-User-Key-File-2: ssh-rsa\nPublic-Lines: 1\nAAAAB3NzaC1yc2EAAAABJQ\nPrivate-Lines: 2\n@a@\n@b@\nPrivate-MAC: 12\n", {"a": m.b64(48), "b": m.b64(30)}, ["AAAAB3NzaC1yc2EAAAABJQ"]),
        _file("bitlocker.txt", "Identificador: 5F2C1A3B-1111-2222-3333-444455556666\nClave de recuperación:\n@a@\n", {"a": "-".join(f"{n:06d}" for n in range(101321, 101321 + 8 * 111, 111))}, ["5F2C1A3B-1111-2222-3333-444455556666"]),
    ]


def _networks(m: Mint) -> list[CorpusFile]:
    return [
        _file("etc/NetworkManager/system-connections/w.nmconnection", "[connection]\nid=Tienda\nuuid=5f2c1a3b-1111-4222-8333-444455556666\n[wifi-security]\nkey-mgmt=wpa-psk\npsk=@a@\n[802-1x]\nidentity=ana\npassword=@b@\nprivate-key=/etc/k.pem\n", {"a": m.word(), "b": m.word()}, ["id=Tienda", "uuid=5f2c1a3b-1111-4222-8333-444455556666", "key-mgmt=wpa-psk", "identity=ana"]),
        _file("wpa_supplicant.conf", 'ctrl_interface=/run/wpa\nnetwork={\n\tssid="Tienda"\n\t#psk="@a@"\n\tpsk=@b@\n\tkey_mgmt=WPA-PSK\n\twep_key0="@c@"\n}\n', {"a": m.word(), "b": m.hexa(64), "c": m.run(13)}, ['ssid="Tienda"', "key_mgmt=WPA-PSK"]),
        _file("wg0.conf", "[Interface]\nPrivateKey = @a@\nAddress = 10.9.0.1/24\n[Peer]\nPublicKey = mFUv0Rh4yZ3oTq8h0mO8m3lB4mUo0Xo7q8m4o0m1k2s=\nPresharedKey = @b@\n", {"a": m.b64(32), "b": m.b64(32)}, ["Address = 10.9.0.1/24", "PublicKey = mFUv0Rh4yZ3oTq8h0mO8m3lB4mUo0Xo7q8m4o0m1k2s="]),
        _file("netsh.txt", "    Nombre de SSID         : \"Tienda\"\n    Autenticación          : WPA2-Personal\n    Clave de seguridad     : Presente\n    Contenido de la clave  : @a@\n", {"a": m.word()}, ["WPA2-Personal"]),
        _file("snmpd.conf", "rocommunity @a@ 10.0.0.0/8\ncom2sec ro default @b@\ncreateUser mon SHA \"@c@\" AES @d@\nsyslocation Almacén\nrouser mon authpriv\n", {"a": m.word(), "b": m.run(10), "c": m.word(), "d": m.word()}, ["10.0.0.0/8", "syslocation Almacén", "rouser mon authpriv"]),
        _file("sw1.cfg", "version 15.2\nservice password-encryption\nhostname SW1\nenable secret 5 @a@\nusername admin privilege 15 password 7 @b@\nsnmp-server community @c@ RO\nsnmp-server host 10.0.0.9 version 2c @d@\nsnmp-server location CPD\ntacacs-server key 7 @e@\ncrypto isakmp key @f@ address 1.2.3.4\nline vty 0 4\n password 7 @g@\n login\nntp authentication-key 1 md5 @h@ 7\ninterface Vlan1\n ip address 10.0.0.2 255.255.255.0\n",
              {"a": "$1$" + m.run(4) + "$" + m.run(22), "b": m.hexa(18).upper(), "c": m.word(), "d": m.run(9), "e": m.hexa(20).upper(), "f": m.word(), "g": m.hexa(16).upper(), "h": m.hexa(14).upper()},
              ["service password-encryption", "hostname SW1", "snmp-server location CPD", "ip address 10.0.0.2 255.255.255.0", "line vty 0 4"]),
        _file("mikrotik.rsc", "/interface wireless security-profiles\nadd name=tienda mode=dynamic-keys wpa2-pre-shared-key=\"@a@\"\n/ppp secret\nadd name=ana password=@b@ service=l2tp\n/snmp community\nset [ find default=yes ] name=@c@\n/ip address\nadd address=10.0.0.1/24 interface=bridge\n", {"a": m.word(), "b": m.word(), "c": m.run(9)}, ["mode=dynamic-keys", "address=10.0.0.1/24", "service=l2tp"]),
        _file("fortigate.conf", "config system admin\n edit \"admin\"\n  set accprofile \"super_admin\"\n  set password ENC @a@\n next\nend\nconfig vpn ipsec phase1-interface\n  set psksecret ENC @b@\n  set keylife 28800\nend\n", {"a": m.b64(40), "b": m.b64(40)}, ['set accprofile "super_admin"', "set keylife 28800"]),
        _file("junos.conf", "system {\n  root-authentication {\n    encrypted-password \"@a@\"; ## SECRET-DATA\n  }\n}\nsnmp {\n  community @b@ {\n    authorization read-only;\n  }\n}\n", {"a": "$6$" + m.run(8) + "$" + m.run(60), "b": m.run(10)}, ["authorization read-only", "root-authentication"]),
        _file("huawei.cfg", "sysname SW2\nlocal-user admin password irreversible-cipher @a@\nsnmp-agent community read cipher @b@\ninterface Vlanif1\n", {"a": m.run(40), "b": m.run(30)}, ["sysname SW2", "interface Vlanif1"]),
    ]


def _commands(m: Mint) -> list[CorpusFile]:
    history = ("mysql -u root -p@a@ tienda\nmysqldump --password=@b@ -h db tienda\ncurl -u ana:@c@ https://x.test/a\nsshpass -p '@d@' ssh root@10.0.0.1\nPGPASSWORD=@e@ psql -h db\nsmbclient //nas/x -U ana%@f@\n"
               "mount -t cifs //nas/x /mnt -o username=ana,password=@g@,uid=0\nredis-cli -a @h@ ping\nldapsearch -x -D cn=admin -w @i@ -b dc=x\necho 'ana:@j@' | chpasswd\nopenssl rsa -in a.pem -passin pass:@k@\nxfreerdp /u:ana /p:@l@ /v:10.0.0.3\n"
               "ipmitool -H 10.0.0.4 -U ADMIN -P @m@ sel list\nsnmpwalk -v2c -c @n@ 10.0.0.5\ndocker login -u ana -p @o@ reg.test\ncurl -H 'Authorization: Bearer @p@' https://x.test\nnmcli dev wifi connect Tienda password @q@\n7z a -p@r@ a.7z dir\n"
               "wget --http-password=@s@ https://x.test/f\nkubectl create secret generic s --from-literal=password=@t@\nls -la /etc\nssh -p 2222 root@10.0.0.1\nmkdir -p /srv/data\ncp -p a b\ntar -czpf x.tgz /srv\ngrep -r password /etc\nnmap -p 443 10.0.0.1\n")
    windows = ("net use Z: \\\\srv\\datos /user:DOM\\ana @a@\r\nnet user caja @b@ /add\r\ncmdkey /add:srv /user:ana /pass:@c@\r\nschtasks /create /tn x /ru ana /rp @d@ /tr c.exe\r\nplink -ssh -pw @e@ root@10.0.0.1\r\nsqlcmd -S sql01 -U sa -P @f@ -Q \"select 1\"\r\n"
               "$p = ConvertTo-SecureString \"@g@\" -AsPlainText -Force\r\nnet start spooler\r\nnet use\r\nipconfig /all\r\n")
    return [
        _file("root/.bash_history", history, {c: m.word() for c in "abcdefghijklmoqrst"} | {"n": m.word(), "p": m.run(40)},
              ["ls -la /etc", "ssh -p 2222 root@10.0.0.1", "mkdir -p /srv/data", "cp -p a b", "grep -r password /etc", "nmap -p 443 10.0.0.1", "-h db tienda", "username=ana", "uid=0"]),
        _file("ConsoleHost_history.txt", windows, {c: m.word() for c in "abcdefg"}, ["net start spooler", "ipconfig /all", "select 1", "/user:DOM\\ana"]),
        _file("ps.txt", "USER  PID %CPU COMMAND\nroot  812  0.1 /usr/sbin/mysqld --port=3306\nana  913  0.0 python3 app.py --api-key @a@ --port 80\nana  914  0.0 java -Djavax.net.ssl.keyStorePassword=@b@ -Xmx2g -jar a.jar\nroot 915 0.0 /usr/bin/dbus-daemon --session --address=systemd:\n",
              {"a": m.run(32), "b": m.word()}, ["--port=3306", "--port 80", "-Xmx2g", "--address=systemd:"]),
        CorpusFile("proc/812/cmdline", "\0".join(["sshpass", "-p", (one := m.word() + " z"), "ssh", "root@h"]).encode() + b"\0", [one], ["root@h"]),
        CorpusFile("proc/812/environ", "\0".join(["PATH=/usr/bin", "RESTIC_PASSWORD=" + (two := m.word()), "LANG=es_ES.UTF-8"]).encode() + b"\0", [two], ["PATH=/usr/bin", "LANG=es_ES.UTF-8"]),
    ]


def _speech(m: Mint) -> list[CorpusFile]:
    jwt = ".".join(base64.urlsafe_b64encode(json.dumps({"a": m.run(20)}).encode()).decode().rstrip("=") for _ in range(3))
    return [
        _file("nota.txt", "Hola, la clave del wifi es @a@ y el usuario es ana.\nContraseña: @b@\nPIN de la alarma: @c@\nA senha do servidor é @d@.\nLa contrasenya del router és @e@\nEntra con usuario admin y contraseña @f@\nThe password for the NAS is \"@g@\".\nLa clave está en el cajón.\nCambie su contraseña cada 90 días.\nLa contraseña es obligatoria.\n",
              {"a": m.word(), "b": m.word(), "c": "4827", "d": m.word(), "e": m.word(), "f": m.word(), "g": m.word()},
              ["el usuario es ana", "La clave está en el cajón.", "Cambie su contraseña cada 90 días.", "La contraseña es obligatoria."]),
        _file("app.log", "2025-01-02 10:00:00 GET /api?token=@a@&page=2 200\n2025-01-02 10:00:01 connecting to postgres://odoo:@b@@db:5432/x\n2025-01-02 10:00:02 Cookie: sessionid=@c@; theme=dark\n2025-01-02 10:00:03 jwt @d@\n2025-01-02 10:00:04 key @e@ used\n2025-01-02 10:00:05 Access denied for user 'root'@'localhost' (using password: YES)\n2025-01-02 10:00:06 card @f@ declined\n2025-01-02 10:00:07 transfer to @g@\n2025-01-02 10:00:08 hook https://hooks.slack.com/services/@h@\n2025-01-02 10:00:09 smtp AUTH PLAIN @i@\n2025-01-02 10:00:10 X-Api-Key: @j@\n",
              {"a": m.run(), "b": m.word(), "c": m.run(26), "d": jwt, "e": "gh" + "p_" + m.run(36), "f": m.card(), "g": m.iban(), "h": "T0" + m.run(8) + "/B0" + m.run(8) + "/" + m.run(24), "i": m.b64(20), "j": m.run(32)},
              ["page=2 200", "using password: YES", "declined", "db:5432/x"]),
        _file("tokens.txt", "\n".join(f"@{c}@" for c in "abcdefgh"), {"a": "glp" + "at-" + m.run(20), "b": "xox" + "b-" + m.run(30), "c": "AK" + "IA" + m.run(16, string.ascii_uppercase), "d": "AI" + "za" + m.run(35), "e": "sk_" + "live_" + m.run(24), "f": "S" + "G." + m.run(22) + "." + m.run(43), "g": "npm" + "_" + m.run(36), "h": "hv" + "s." + m.run(24)}, []),
        *_leaks(m),
    ]


def _leaks(m: Mint) -> list[CorpusFile]:
    """A secret known by its label in one file stands bare, URL-encoded, in base64 and escaped in another."""
    known = m.word() + "&" + m.word() + '"' + "k"
    packed = base64.b64encode(f"ana:{known}".encode()).decode()
    return [
        CorpusFile("leak.json", json.dumps({"db_password": known}).encode(), [json.dumps(known)[1:-1]], []),
        CorpusFile("leak.txt", f"bare {known} here\nurl {quote(known)}\nb64 {packed}\njson {json.dumps(known)}\nend of report\n".encode(), [known, quote(known), packed], ["end of report", "bare ", " here"]),
    ]


def _encodings(m: Mint) -> list[CorpusFile]:
    return [
        _file("latin.ini", "[correo]\ncontraseña=@a@\nubicación=almacén\n", {"a": m.word()}, ["ubicación=almacén"], "latin-1"),
        _file("cp850.txt", "Contrase¤a: @a@\nUsuario: ana\n", {"a": m.word()}, ["Usuario: ana"], "latin-1"),
        _file("bom.txt", "Contraseña: @a@\r\nEquipo: PC-7\r\n", {"a": m.word()}, ["Equipo: PC-7"], "utf-8-sig"),
        _file("utf16.txt", "Contraseña: @a@\r\nEquipo: PC-7\r\n", {"a": m.word()}, ["Equipo: PC-7"], "utf-16"),
        _file("old.log.gz", "password=@a@ host=pc1\n", {"a": m.word()}, ["host=pc1"], "utf-8", pack=True),
    ]


def _benign(m: Mint) -> list[CorpusFile]:
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
