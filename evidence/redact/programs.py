"""Where each program takes its secret on the command line. Data; `commands.py` reads it.

`apart`: options whose next word is the secret. `glued`: options with the secret in the same word.
`places`: positions among the words that are no options, counted from 0 after the program.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Program:
    """One program's habits. `user_colon`: of `user:secret` (also `user%secret`) only the secret is masked."""

    apart: tuple[str, ...] = ()
    glued: tuple[str, ...] = ()
    user_colon: tuple[str, ...] = ()
    places: tuple[int, ...] = ()


_MYSQL = Program(glued=("-p",))
_SNMP = Program(apart=("-c", "-A", "-X"), glued=("-c",))
_SQLCMD = Program(apart=("-P",), glued=("-P",))
_ARCHIVE = Program(apart=("-P",), glued=("-p",))
_PUTTY = Program(apart=("-pw", "-pwfile"))

PROGRAMS: dict[str, Program] = {
    "mysql": _MYSQL,
    "mysqldump": _MYSQL,
    "mysqladmin": _MYSQL,
    "mysqlimport": _MYSQL,
    "mysqlcheck": _MYSQL,
    "mysqlshow": _MYSQL,
    "mariadb": _MYSQL,
    "mariadb-dump": _MYSQL,
    "mariadb-admin": _MYSQL,
    "mysqlsh": _MYSQL,
    "xtrabackup": _MYSQL,
    "mydumper": _MYSQL,
    "curl": Program(
        apart=("--pass", "--proxy-pass", "--tlspassword", "--oauth2-bearer"),
        user_colon=("-u", "--user", "-U", "--proxy-user"),
    ),
    "sshpass": Program(apart=("-p",), glued=("-p",)),
    "smbclient": Program(user_colon=("-U", "--user")),
    "rpcclient": Program(user_colon=("-U", "--user")),
    "smbmap": Program(apart=("-p",)),
    "smbget": Program(user_colon=("-U", "--user")),
    "winexe": Program(user_colon=("-U", "--user")),
    "wmic.py": Program(user_colon=("-U",)),
    "rdesktop": Program(apart=("-p",)),
    "xfreerdp": Program(glued=("/p:", "/gp:", "/pcb:")),
    "xfreerdp3": Program(glued=("/p:", "/gp:")),
    "wfreerdp": Program(glued=("/p:",)),
    "ldapsearch": Program(apart=("-w",), glued=("-w",)),
    "ldapadd": Program(apart=("-w",), glued=("-w",)),
    "ldapmodify": Program(apart=("-w",), glued=("-w",)),
    "ldapwhoami": Program(apart=("-w",)),
    "ldapdelete": Program(apart=("-w",)),
    "ldappasswd": Program(apart=("-w", "-s", "-a")),
    "docker": Program(),
    "podman": Program(),
    "helm": Program(),
    "buildah": Program(),
    "redis-cli": Program(apart=("-a", "--pass")),
    "mongo": Program(apart=("-p",)),
    "mongosh": Program(apart=("-p",)),
    "mongodump": Program(apart=("-p",)),
    "mongorestore": Program(apart=("-p",)),
    "mongoexport": Program(apart=("-p",)),
    "sqlcmd": _SQLCMD,
    "bcp": _SQLCMD,
    "osql": _SQLCMD,
    "isql": _SQLCMD,
    "ipmitool": Program(apart=("-P",)),
    "ipmi-sensors": Program(apart=("-p",)),
    "ipmipower": Program(apart=("-p",)),
    "zip": _ARCHIVE,
    "7z": _ARCHIVE,
    "7za": _ARCHIVE,
    "7zz": _ARCHIVE,
    "rar": Program(glued=("-p", "-hp")),
    "unrar": Program(glued=("-p",)),
    "unzip": Program(apart=("-P",)),
    "snmpwalk": _SNMP,
    "snmpget": _SNMP,
    "snmpset": _SNMP,
    "snmpbulkwalk": _SNMP,
    "snmpgetnext": _SNMP,
    "snmptrap": _SNMP,
    "snmptable": _SNMP,
    "snmpinform": _SNMP,
    "check_snmp": Program(apart=("-C", "-A", "-X")),
    "plink": _PUTTY,
    "pscp": _PUTTY,
    "psftp": _PUTTY,
    "putty": _PUTTY,
    "kitty": Program(apart=("-pw", "-pass")),
    "lftp": Program(user_colon=("-u", "--user")),
    "ncftpput": Program(apart=("-p",)),
    "ncftpget": Program(apart=("-p",)),
    "ncftp": Program(apart=("-p",)),
    "az": Program(apart=("-p",)),
    "psexec": Program(apart=("-p",)),
    "psexec64": Program(apart=("-p",)),
    "paexec": Program(apart=("-p",)),
    "pskill": Program(apart=("-p",)),
    "cmdkey": Program(glued=("/pass:", "/p:")),
    "schtasks": Program(apart=("/p", "/rp")),
    "wmic": Program(glued=("/password:",)),
    "useradd": Program(apart=("-p", "--password")),
    "usermod": Program(apart=("-p", "--password")),
    "x11vnc": Program(apart=("-passwd",)),
    "keytool": Program(
        apart=("-storepass", "-keypass", "-srcstorepass", "-deststorepass", "-srckeypass", "-destkeypass")
    ),
    "jarsigner": Program(apart=("-storepass", "-keypass")),
    "swaks": Program(apart=("-ap", "--auth-password")),
    "sendemail": Program(apart=("-xp",)),
    "wpa_passphrase": Program(places=(1,)),
    "openssl": Program(apart=("-k", "-K")),
    "dsadd": Program(apart=("-pwd",)),
    "dsmod": Program(apart=("-pwd",)),
    "netdom": Program(glued=("/pd:", "/passwordd:", "/po:")),
    "htpasswd": Program(),
    "net": Program(user_colon=("-U", "--user")),
    "ssh-keygen": Program(apart=("-N", "-P")),
    "net1": Program(),
    "crackmapexec": Program(apart=("-p",)),
    "evil-winrm": Program(apart=("-p",)),
    "sqlplus": Program(),
    "exp": Program(),
    "expdp": Program(),
    "impdp": Program(),
    "virsh": Program(),
    "nmcli": Program(),
    "iwconfig": Program(),
    "ab": Program(user_colon=("-A", "-P")),
    "hydra": Program(apart=("-p",)),
    "tailscale": Program(apart=("--authkey", "--auth-key")),
    "dislocker": Program(glued=("-p", "-u")),
    "manage-bde": Program(apart=("-recoverypassword", "-rp")),
    "gpg": Program(apart=("--passphrase",)),
    "gpg2": Program(apart=("--passphrase",)),
    "mosquitto_pub": Program(apart=("-P", "--pw")),
    "mosquitto_sub": Program(apart=("-P", "--pw")),
    "racadm": Program(apart=("-p",)),
    "amqp-publish": Program(apart=("--password",)),
    "rabbitmqctl": Program(),
    "certutil": Program(apart=("-p",)),
    "signtool": Program(apart=("/p",)),
    "nxc": Program(apart=("-p",)),
    "sqlldr": Program(),
}
