"""Which labels announce a secret, in English, Spanish, Catalan, Portuguese (and the odd German).

A label is split into words (`dbRootPassword`, `DB_ROOT_PASSWORD`, "contraseña del wifi"); one strong word
makes it secret unless another word says that it speaks *about* a password (its length, file, policy, age).
"""

# ruff: noqa: E501 - rows of patterns and samples are read across; folded, they can no longer be searched for

import re
import unicodedata
from functools import lru_cache

NEEDLES = (
    "pass",
    "pw",
    "contrase",
    "clave",
    "senha",
    "secret",
    "segredo",
    "token",
    "psk",
    "key",
    "llave",
    "pin",
    "cred",
    "auth",
    "community",
    "comunidad",
    "cookie",
    "sess",
    "digo",
    "codi",
    "kennwort",
    "salt",
    "cvv",
    "cvc",
    "otp",
    "seed",
    "mnemonic",
    "sig=",
    "contra:",
    "pre-shared",
    "chave",
    "clau",
    "signature=",
    "pac:",
)
STRONG = frozenset(
    """password passwords passwd passwds pass passw pwd pwds passphrase passphrases passcode passwort kennwort pw psk
    secret secrets contrasena contrasenas contrasenya contrasenyes contrasenia contrasenha senha senhas secreto
    segredo apikey secretkey passkey userpass userpwd presharedkey privatekey palavrapasse motdepasse
    cpassword keypass storepass pskkey""".split()
)
_TAIL = re.compile(
    r"(?:password|passwd|passphrase|passwort|passcode|pwd|psk|secret|contrasena|contrasenya|senha|apikey|secretkey|"
    r"privatekey|accesskey|sharedkey|authkey|masterkey|accountkey|presharedkey|cpassword|passw|"
    r"(?:root|bind|admin|user|db|ldap|my|smtp|mail|ftp|login|sql)(?:pass|pw))s?$|"
    r"^(?:password|passwd|contrasena|contrasenya|senha|passphrase)"
)
_TOKEN = re.compile(r"(?:^|\b)\w*tokens?$")
_KEY_KINDS = frozenset(
    """api secret private access encryption encrypt encrypted shared preshared auth authentication account master
    signing sign license licence product wep wpa wifi wlan storage crypt cipher app aes hmac jwt cookie service
    integration admin write decryption validation machine security transport network consumer application
    nonce loggedin in hash recovery bitlocker serial_activation activation rndc tsig tacacs radius deploy
    sharedaccess vpn ipsec ike backup restic repo secure server root""".split()
)
_CODE_KINDS = frozenset(
    "acceso acces acesso access seguridad seguretat seguranca security verificacion alarma alarm desbloqueo pin secreto recuperacion".split()
)
_ABOUT = frozenset(
    """file filename files path dir directory folder policy length len min max minimum maximum age days expiry expires
    expire expired expiration expiring enabled disabled required require type url uri endpoint count public pub hint
    prompt changed last format algorithm algo alg timeout ttl attempts attempt retries retry tries reset field grace
    warn warning history complexity manager provider command cmd name names usage size limit rate failed failure
    failures invalid incorrect wrong bad error errors mode scheme method hashers hasher status state version strength
    rotation rotate created updated modified ring board map maps identity space issuer audience lifetime duration validity column
    placeholder question forgot help title class ref backend agent mechanism bits fingerprint exchange schema check
    checks authentication permit allow ask save remember show quality cache cached secs seconds minutes hours caducidad
    longitud intentos politica cambio cambiada caduca primaria foranea palabra palabras archivo fichero ruta olvidada
    vacia empty bucket budget per used remaining total table index encoding verify verification curve letters digits
    unix pam module aging lock lockout notice about interval signature valid inactive provided stored accepted
    supplied matched match no not using nopasswd""".split()
)
_NO_LABELS = frozenset(
    "oldpwd passenvironment passthrough passthru bypass passcount onepass firstpass secondpass".split()
)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


@lru_cache(maxsize=4096)
def folded(label: str) -> str:
    """Without accents; ñ and ç become n and c, mojibake and code page 850 spellings of them too."""
    label = re.sub(
        r"(?i)(contrase)(?:Ã±|Ã‘|¤|¥|�|\\u00f1|\\xf1|\\303\\261|&ntilde;|&#241;|&#xf1;|[\udc80-\udcff]{1,2}|\?)(?=[ao])",
        r"\1n",
        label,
    )
    return "".join(char for char in unicodedata.normalize("NFKD", label) if not unicodedata.combining(char))


@lru_cache(maxsize=8192)
def words_of(label: str) -> tuple[str, ...]:
    """Lower-case words; camel case and every other sign divide, digits are dropped."""
    return tuple(word.lower() for word in _WORD.findall(folded(label)))


@lru_cache(maxsize=8192)
def rule_of(label: str) -> str | None:
    """The rule a label stands for (`password`, `token`, `key`, `pin`, ...), or None.

    `password` is strong: nearly any value is masked. The others ask the value to look the part.
    """
    words = words_of(label)
    if not words:
        return None
    whole, last = "".join(words), words[-1]
    if whole in (
        "clientkeydata",
        "privatekey",
        "secretid",
        "privatelines",
        "keymaterial",
        "keycontent",
        "contenidodelaclave",
        "contingutdelaclau",
        "conteudodachave",
        "wpakey",
        "sshkey",
        "keystring",
    ):
        return "private_key" if whole in ("clientkeydata", "privatekey", "sshkey") else "password"
    if any(word in _ABOUT for word in words) or whole in _NO_LABELS:
        return None
    if any(word in STRONG or _TAIL.search(word) for word in words):
        return "password"
    if "clave" in words and "publica" not in words and "palabra" not in words:
        return "password"
    if _TOKEN.search(last) or (words[0] == "token" and len(words) < 4):
        return "token"
    if last in ("key", "keys", "llave", "chave", "clau") or whole.endswith("keydata"):
        if len(words) == 1:
            return "key"
        if any(word in _KEY_KINDS for word in words[:-1]):
            return (
                "password"
                if last == "key" and words[-2] in ("api", "secret", "private", "preshared", "shared")
                else "named_key"
            )
        return "key"
    if words[0] in ("llave", "chave", "clau") and len(words) > 1:
        return "named_key"
    return _lesser(words, whole, last)


def _lesser(words: tuple[str, ...], whole: str, last: str) -> str | None:
    if "community" in last or "communities" in last or last in ("comunidad", "comunitat", "comunidade"):
        return "community"
    if last in ("salt", "salts"):
        return "named_key"
    if "pin" in (last, words[0]) or last in ("cvv", "cvc", "otp", "puk") or whole == "contra":
        return "pin" if whole != "contra" else "named_key"
    if words[0] in ("codigo", "codi", "code") and any(word in _CODE_KINDS for word in words):
        return "pin"
    if last.startswith("credential") or last in ("credencial", "credenciales", "creds", "cred"):
        return "named_key"
    if last == "auth" or whole in ("authdata", "basicauth"):
        return "auth"
    if last in (
        "sessionid",
        "phpsessid",
        "jsessionid",
        "sessid",
        "mnemonic",
        "seed",
        "authorization",
        "sid",
    ) or whole in ("sessionid", "sessioncookie", "xcsrf", "authcookie", "sig", "totp", "hmac"):
        return "token"
    return None
