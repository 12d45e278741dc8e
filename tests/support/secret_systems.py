"""System and network files of the corpus: accounts, keys, registry, wireless, VPN, SNMP, switches."""

# ruff: noqa: E501, ISC003 - rows of samples are read across; keys are put together so that no scanner finds any

from tests.support.secret_mint import CorpusFile, Mint, corpus_file


def systems(m: Mint) -> list[CorpusFile]:
    crypt = "$6$" + m.run(12) + "$" + m.run(86)
    yes = "$y$j9T$" + m.run(22) + "$" + m.run(43)
    hexed = ",".join(m.hexa(2) for _ in range(8))
    dead = ",".join(m.hexa(2) for _ in range(24))
    return [
        corpus_file(
            "etc/shadow",
            "root:@a@:19700:0:99999:7:::\ndaemon:*:19700:0:99999:7:::\nana:@b@:19800:0:99999:7:::\neva:!:19800::::::\n",
            {"a": crypt, "b": yes},
            ["daemon:*:19700:0:99999:7:::", ":19800:0:99999:7:::", "eva:!:"],
        ),
        corpus_file(
            "etc/nginx/.htpasswd",
            "ana:$apr1$@a@\neva:{SHA}@b@\n",
            {"a": m.run(8) + "$" + m.run(22), "b": m.b64(20)},
            ["ana:", "eva:"],
        ),
        corpus_file(
            "etc/samba/smbpasswd",
            "ana:1001:@a@:@b@:[U          ]:LCT-65A1B2C3:\n",
            {"a": m.hexa(32).upper(), "b": m.hexa(32).upper()},
            ["ana:1001:", "LCT-65A1B2C3"],
        ),
        corpus_file(
            "export.reg",
            'Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\ORL\\WinVNC3]\r\n"Password"=hex:@a@\r\n"DefaultPassword"="@b@"\r\n"AutoAdminLogon"="1"\r\n"DefaultUserName"="caja"\r\n"EncryptedKey"=hex:@c@\r\n"PasswordExpiryWarning"=dword:00000005\r\n',
            {"a": hexed, "b": m.word(), "c": dead},
            ['"AutoAdminLogon"="1"', '"DefaultUserName"="caja"', "dword:00000005"],
            "utf-16",
        ),
        corpus_file(
            "etc/ppp/chap-secrets",
            '# client server secret IP\nana * @a@ *\n"oficina"\tl2tpd\t"@b@"\t10.0.0.2\n',
            {"a": m.word(), "b": m.word()},
            ["# client server secret IP", "10.0.0.2"],
        ),
        corpus_file(
            "etc/ipsec.secrets",
            '10.0.0.1 vpn.test : PSK "@a@"\nana : XAUTH "@b@"\n: RSA server.pem\n',
            {"a": m.word(), "b": m.word()},
            ["10.0.0.1 vpn.test", ": RSA server.pem"],
        ),
        corpus_file(
            "id_ed25519",
            "-----BEGIN OPENSSH PRIVATE"
            + " KEY-----\n@a@\n@b@\n@c@\n-----END OPENSSH PRIVATE"
            + " KEY-----\n",
            {"a": m.b64(51), "b": m.b64(51), "c": m.b64(9)},
            [],
        ),
        corpus_file(
            "journal.txt",
            "Jan 02 10:00:01 srv app[12]: -----BEGIN EC PRIVATE"
            + " KEY-----\nJan 02 10:00:01 srv app[12]: @a@\nJan 02 10:00:01 srv app[12]: @b@\nJan 02 10:00:01 srv app[12]: -----END EC PRIVATE"
            + " KEY-----\nJan 02 10:00:02 srv kernel: ata1.00: failed command: READ\n",
            {"a": m.b64(48), "b": m.b64(24)},
            ["ata1.00: failed command: READ"],
        ),
        corpus_file(
            "cut.log",
            "@a@\n@b@\n-----END RSA PRIVATE" + " KEY-----\nJan 02 10:00:02 ok\n",
            {"a": m.b64(48), "b": m.b64(24)},
            ["Jan 02 10:00:02 ok"],
        ),
        corpus_file(
            "notes.ppk",
            "PuTTY-User-Key-File-2: ssh-rsa\nPublic-Lines: 1\nAAAAB3NzaC1yc2EAAAABJQ\nPrivate-Lines: 2\n@a@\n@b@\nPrivate-MAC: 12\n",
            {"a": m.b64(48), "b": m.b64(30)},
            ["AAAAB3NzaC1yc2EAAAABJQ"],
        ),
        corpus_file(
            "bitlocker.txt",
            "Identificador: 5F2C1A3B-1111-2222-3333-444455556666\nClave de recuperación:\n@a@\n",
            {"a": "-".join(f"{n:06d}" for n in range(101321, 101321 + 8 * 111, 111))},
            ["5F2C1A3B-1111-2222-3333-444455556666"],
        ),
    ]


def networks(m: Mint) -> list[CorpusFile]:
    return [
        corpus_file(
            "etc/NetworkManager/system-connections/w.nmconnection",
            "[connection]\nid=Tienda\nuuid=5f2c1a3b-1111-4222-8333-444455556666\n[wifi-security]\nkey-mgmt=wpa-psk\npsk=@a@\n[802-1x]\nidentity=ana\npassword=@b@\nprivate-key=/etc/k.pem\n",
            {"a": m.word(), "b": m.word()},
            ["id=Tienda", "uuid=5f2c1a3b-1111-4222-8333-444455556666", "key-mgmt=wpa-psk", "identity=ana"],
        ),
        corpus_file(
            "wpa_supplicant.conf",
            'ctrl_interface=/run/wpa\nnetwork={\n\tssid="Tienda"\n\t#psk="@a@"\n\tpsk=@b@\n\tkey_mgmt=WPA-PSK\n\twep_key0="@c@"\n}\n',
            {"a": m.word(), "b": m.hexa(64), "c": m.run(13)},
            ['ssid="Tienda"', "key_mgmt=WPA-PSK"],
        ),
        corpus_file(
            "wg0.conf",
            "[Interface]\nPrivateKey = @a@\nAddress = 10.9.0.1/24\n[Peer]\nPublicKey = mFUv0Rh4yZ3oTq8h0mO8m3lB4mUo0Xo7q8m4o0m1k2s=\nPresharedKey = @b@\n",
            {"a": m.b64(32), "b": m.b64(32)},
            ["Address = 10.9.0.1/24", "PublicKey = mFUv0Rh4yZ3oTq8h0mO8m3lB4mUo0Xo7q8m4o0m1k2s="],
        ),
        corpus_file(
            "netsh.txt",
            '    Nombre de SSID         : "Tienda"\n    Autenticación          : WPA2-Personal\n    Clave de seguridad     : Presente\n    Contenido de la clave  : @a@\n',
            {"a": m.word()},
            ["WPA2-Personal"],
        ),
        corpus_file(
            "snmpd.conf",
            'rocommunity @a@ 10.0.0.0/8\ncom2sec ro default @b@\ncreateUser mon SHA "@c@" AES @d@\nsyslocation Almacén\nrouser mon authpriv\n',
            {"a": m.word(), "b": m.run(10), "c": m.word(), "d": m.word()},
            ["10.0.0.0/8", "syslocation Almacén", "rouser mon authpriv"],
        ),
        corpus_file(
            "sw1.cfg",
            "version 15.2\nservice password-encryption\nhostname SW1\nenable secret 5 @a@\nusername admin privilege 15 password 7 @b@\nsnmp-server community @c@ RO\nsnmp-server host 10.0.0.9 version 2c @d@\nsnmp-server location CPD\ntacacs-server key 7 @e@\ncrypto isakmp key @f@ address 1.2.3.4\nline vty 0 4\n password 7 @g@\n login\nntp authentication-key 1 md5 @h@ 7\ninterface Vlan1\n ip address 10.0.0.2 255.255.255.0\n",
            {
                "a": "$1$" + m.run(4) + "$" + m.run(22),
                "b": m.hexa(18).upper(),
                "c": m.word(),
                "d": m.run(9),
                "e": m.hexa(20).upper(),
                "f": m.word(),
                "g": m.hexa(16).upper(),
                "h": m.hexa(14).upper(),
            },
            [
                "service password-encryption",
                "hostname SW1",
                "snmp-server location CPD",
                "ip address 10.0.0.2 255.255.255.0",
                "line vty 0 4",
            ],
        ),
        corpus_file(
            "mikrotik.rsc",
            '/interface wireless security-profiles\nadd name=tienda mode=dynamic-keys wpa2-pre-shared-key="@a@"\n/ppp secret\nadd name=ana password=@b@ service=l2tp\n/snmp community\nset [ find default=yes ] name=@c@\n/ip address\nadd address=10.0.0.1/24 interface=bridge\n',
            {"a": m.word(), "b": m.word(), "c": m.run(9)},
            ["mode=dynamic-keys", "address=10.0.0.1/24", "service=l2tp"],
        ),
        corpus_file(
            "fortigate.conf",
            'config system admin\n edit "admin"\n  set accprofile "super_admin"\n  set password ENC @a@\n next\nend\nconfig vpn ipsec phase1-interface\n  set psksecret ENC @b@\n  set keylife 28800\nend\n',
            {"a": m.b64(40), "b": m.b64(40)},
            ['set accprofile "super_admin"', "set keylife 28800"],
        ),
        corpus_file(
            "junos.conf",
            'system {\n  root-authentication {\n    encrypted-password "@a@"; ## SECRET-DATA\n  }\n}\nsnmp {\n  community @b@ {\n    authorization read-only;\n  }\n}\n',
            {"a": "$6$" + m.run(8) + "$" + m.run(60), "b": m.run(10)},
            ["authorization read-only", "root-authentication"],
        ),
        corpus_file(
            "huawei.cfg",
            "sysname SW2\nlocal-user admin password irreversible-cipher @a@\nsnmp-agent community read cipher @b@\ninterface Vlanif1\n",
            {"a": m.run(40), "b": m.run(30)},
            ["sysname SW2", "interface Vlanif1"],
        ),
    ]
