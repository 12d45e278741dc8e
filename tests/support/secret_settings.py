"""Settings and structured files of the corpus: env, ini, JSON, YAML, XML, tables, SQL."""

# ruff: noqa: E501, ISC003 - rows of samples are read across; keys are put together so that no scanner finds any

import base64
import json

from tests.support.secret_mint import ALNUM, CorpusFile, Mint, corpus_file


def settings(m: Mint) -> list[CorpusFile]:
    return [
        corpus_file(
            "srv/app/.env",
            "APP_ENV=production\nAPP_KEY=base64:@a@\nDB_HOST=10.1.2.3\nDB_PASSWORD=@b@\nexport MAIL_PASS='@c@'\nAWS_SECRET_ACCESS_KEY=\"@d@\"\n"
            "REDIS_PASSWORD=null\nPASSWORD_MIN_LENGTH=12\nJWT_SECRET=@e@ # rotate\nPOSTGRES_PASSWORD_FILE=/run/secrets/pg\nDB_PASS_DEV=${DB_PASSWORD}\nSESSION_LIFETIME=120\nTOKEN_TTL=3600\n",
            {"a": m.b64(), "b": m.word(), "c": m.word() + " " + m.word(), "d": m.b64(30), "e": m.run(40)},
            [
                "APP_ENV=production",
                "DB_HOST=10.1.2.3",
                "REDIS_PASSWORD=null",
                "PASSWORD_MIN_LENGTH=12",
                "/run/secrets/pg",
                "${DB_PASSWORD}",
                "SESSION_LIFETIME=120",
                "TOKEN_TTL=3600",
            ],
        ),
        corpus_file(
            "etc/mysql/my.cnf",
            "[client]\nuser = root\npassword = @a@\nport = 3306\n[mysqld]\nkey_buffer_size = 16M\n# old password = @b@\nmax_connections = 151\n",
            {"a": m.word() + ";x", "b": m.word()},
            ["key_buffer_size = 16M", "max_connections = 151", "port = 3306", "user = root"],
        ),
        corpus_file(
            "etc/odoo.conf",
            "[options]\nadmin_passwd = @a@\ndb_password = @b@\ndb_user = odoo\nlist_db = False\nworkers = 4\n",
            {"a": m.word(), "b": m.run()},
            ["db_user = odoo", "workers = 4"],
        ),
        corpus_file(
            "application.properties",
            "spring.datasource.url=jdbc:mysql://db:3306/shop\nspring.datasource.password=@a@\nserver.ssl.key-store-password=@b@\nserver.ssl.key-store=/etc/ks.p12\nspring.mail.password: @c@\n"
            "security.jwt.token.expire-length=3600000\n",
            {"a": m.word(), "b": m.word(), "c": m.word()},
            ["jdbc:mysql://db:3306/shop", "/etc/ks.p12", "expire-length=3600000"],
        ),
        corpus_file(
            "wp-config.php",
            "<?php\ndefine('DB_NAME', 'wp');\ndefine('DB_PASSWORD', '@a@');\ndefine( 'AUTH_KEY',         '@b@' );\ndefine('NONCE_SALT', '@c@');\n$table_prefix = 'wp_';\n"
            "$cfg['Servers'][$i]['password'] = '@d@';\n'password' => env('DB_PASSWORD', ''),\n",
            {"a": m.word(), "b": m.run(50, ALNUM + "!@#%^*() "), "c": m.run(60), "d": m.word()},
            ["define('DB_NAME', 'wp');", "$table_prefix = 'wp_';", "env('DB_PASSWORD', '')"],
        ),
        corpus_file(
            "etc/systemd/system/app.service",
            '[Service]\nUser=app\nEnvironment=DB_PASS=@a@ "API_TOKEN=@b@" LOG=debug\nExecStart=/opt/app --listen :8080 --token=@c@ --workers 3\nKeyringMode=private\nPassEnvironment=PATH\n',
            {"a": m.word(), "b": m.run(30), "c": m.run(32)},
            [
                "User=app",
                "LOG=debug",
                "--listen :8080",
                "--workers 3",
                "KeyringMode=private",
                "PassEnvironment=PATH",
            ],
        ),
        corpus_file("root/.my.cnf", '[client]\npassword="@a@"\n', {"a": m.word() + "#1"}, ["[client]"]),
        corpus_file(
            "root/.pgpass",
            "# host:port:db:user:password\ndb.local:5432:*:odoo:@a@\n*:*:*:backup:@b@\n",
            {"a": m.word() + "\\:x", "b": m.word()},
            ["db.local:5432:*:odoo:", "# host:port:db:user:password"],
        ),
        corpus_file(
            "root/.netrc",
            "machine ftp.example.test login ana password @a@\nmachine b.test\n  login eva\n  password @b@\n",
            {"a": m.word(), "b": m.run(12)},
            ["machine ftp.example.test login ana", "login eva"],
        ),
        corpus_file(
            "root/.npmrc",
            "registry=https://packages.example.test/\n//packages.example.test/:_authToken=@a@\n//x.test/:_password=@b@\nalways-auth=true\n",
            {"a": m.run(36), "b": m.b64(12)},
            ["always-auth=true"],
        ),
        corpus_file(
            "web.config",
            '<configuration><connectionStrings><add name="db" connectionString="Server=sql01;User Id=sa;Password=@a@;Encrypt=true" /></connectionStrings>'
            '<appSettings><add key="SmtpPassword" value="@b@"/><add key="Theme" value="blue"/></appSettings>\n<machineKey validationKey="@c@" decryptionKey="@d@" validation="SHA1"/></configuration>\n',
            {"a": m.word(), "b": m.word(), "c": m.hexa(64).upper(), "d": m.hexa(48).upper()},
            ["Server=sql01", "User Id=sa", "Encrypt=true", 'value="blue"', 'validation="SHA1"'],
        ),
    ]


def structured(m: Mint) -> list[CorpusFile]:
    auth = base64.b64encode(f"ana:{m.word()}".encode()).decode()
    return [
        corpus_file(
            "root/.docker/config.json",
            json.dumps(
                {
                    "auths": {"reg.example.test": {"auth": "@a@"}},
                    "credsStore": "desktop",
                    "HttpHeaders": {"User-Agent": "Docker-Client/19.03"},
                },
                indent=1,
            ),
            {"a": auth},
            ["reg.example.test", '"credsStore": "desktop"', "Docker-Client/19.03"],
        ),
        corpus_file(
            "inspect.json",
            json.dumps(
                [
                    {
                        "Id": "sha256:" + m.hexa(64),
                        "Config": {
                            "Env": ["PATH=/usr/bin", "MYSQL_ROOT_PASSWORD=@a@"],
                            "Cmd": ["mysqld", "--port=3306"],
                        },
                        "args": ["sshpass", "-p", "@b@", "ssh", "host"],
                        "params": [
                            {"name": "DB_PASSWORD", "value": "@c@"},
                            {"name": "MODE", "value": "fast"},
                        ],
                        "contraseña": "@d@",
                        "password_changed": "2024-01-02",
                    }
                ]
            ),
            {"a": m.word(), "b": m.word(), "c": m.word(), "d": "x" + m.word()},
            ["PATH=/usr/bin", "--port=3306", "fast", "2024-01-02", "sha256:"],
        ),
        corpus_file(
            "gcp.json",
            json.dumps(
                {
                    "type": "service_account",
                    "private_key": "-----BEGIN PRIVATE" + " KEY-----\n@a@\n-----END PRIVATE" + " KEY-----\n",
                    "client_email": "a@b.iam.test",
                    "client_secret": "@b@",
                }
            ),
            {"a": m.b64(96), "b": m.run()},
            ["service_account", "a@b.iam.test"],
        ),
        corpus_file(
            "app.jsonl",
            '{"ts":"2025-01-02T10:00:00Z","level":"info","msg":"login","user":"ana","access_token":"@a@","tokens":512}\n{"msg":"body {\\"password\\":\\"@b@\\",\\"n\\":1}","key":"cpu.user","status":200}\n',
            {"a": m.run(40), "b": m.word()},
            ['"tokens":512', '"user":"ana"', '"key":"cpu.user"', '"status":200'],
        ),
        corpus_file(
            "docker-compose.yml",
            "services:\n  db:\n    image: mysql:8\n    environment:\n      MYSQL_ROOT_PASSWORD: @a@\n      - MYSQL_PASSWORD=@b@\n      MYSQL_USER: shop\n    command: --default-authentication-plugin=mysql_native_password\n    secrets:\n      - db_password\n",
            {"a": m.word(), "b": m.word()},
            ["image: mysql:8", "MYSQL_USER: shop", "mysql_native_password"],
        ),
        corpus_file(
            "kubeconfig",
            "apiVersion: v1\nkind: Config\nclusters:\n- cluster:\n    certificate-authority-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1J\n    server: https://10.0.0.1:6443\nusers:\n- name: admin\n  user:\n    client-certificate-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1K\n    client-key-data: @a@\n    token: @b@\n",
            {"a": m.b64(60), "b": m.run(40)},
            [
                "https://10.0.0.1:6443",
                "certificate-authority-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1J",
                "client-certificate-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1K",
            ],
        ),
        corpus_file(
            "secret.yaml",
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: shop\ntype: Opaque\ndata:\n  username: @a@\n  db: @b@\nstringData:\n  note.txt: @c@\n",
            {"a": m.b64(9), "b": m.b64(15), "c": m.word()},
            ["name: shop", "type: Opaque"],
        ),
        corpus_file(
            "group_vars.yml",
            'ansible_user: deploy\nansible_become_pass: @a@\nvault_api_key: "@b@"\ntls_key: |\n  -----BEGIN RSA PRIVATE'
            + " KEY-----\n  @c@\n  @d@\n  -----END RSA PRIVATE"
            + " KEY-----\npasswords:\n  - @e@\n  - @f@\nsecretName: tls-cert\nprivate_key_path: /etc/ssl/private/a.key\nenv:\n  - name: SMTP_PASSWORD\n    value: @g@\n  - name: MODE\n    value: fast\n",
            {
                "a": m.word(),
                "b": m.run(),
                "c": m.b64(48),
                "d": m.b64(33),
                "e": m.word(),
                "f": m.word(),
                "g": m.word(),
            },
            ["ansible_user: deploy", "secretName: tls-cert", "/etc/ssl/private/a.key", "value: fast"],
        ),
        corpus_file(
            "unattend.xml",
            "<unattend>\n<AdministratorPassword>\n  <Value>@a@</Value>\n  <PlainText>true</PlainText>\n</AdministratorPassword>\n<UserName>Ana</UserName><Password><![CDATA[@b@]]></Password>\n<keyMaterial>@c@</keyMaterial>\n<TimeZone>Romance Standard Time</TimeZone><PasswordExpires>false</PasswordExpires></unattend>\n",
            {"a": m.word(), "b": m.word(), "c": m.word()},
            [
                "<PlainText>true</PlainText>",
                "<UserName>Ana</UserName>",
                "Romance Standard Time",
                "<PasswordExpires>false",
            ],
        ),
        corpus_file(
            "Groups.xml",
            '<Properties action="U" userName="local" cpassword="@a@" changeLogon="0"/>\n<string name="api_token">@b@</string>\n<key>Password</key>\n<string>@c@</string>\n',
            {"a": m.b64(32), "b": m.run(), "c": m.word()},
            ['userName="local"', 'changeLogon="0"'],
        ),
        corpus_file(
            "users.csv",
            'nombre;usuario;contraseña;equipo\nAna;ana;@a@;PC-01\nEva;eva;"@b@";PC-02\n',
            {"a": m.word(), "b": m.word()},
            ["Ana;ana;", "PC-01", "Eva;eva;", "PC-02"],
        ),
        corpus_file(
            "dump.sql",
            "CREATE USER 'shop'@'%' IDENTIFIED BY '@a@';\nALTER ROLE odoo WITH LOGIN PASSWORD '@b@';\nSET PASSWORD FOR 'x'@'h' = PASSWORD('@c@');\nCREATE TABLE t (id int PRIMARY KEY, password varchar(64));\n",
            {"a": m.word(), "b": m.word(), "c": m.word()},
            ["CREATE USER 'shop'@'%'", "CREATE TABLE t (id int PRIMARY KEY, password varchar(64));"],
        ),
    ]
