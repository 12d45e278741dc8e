"""What an installation says, in both languages."""

# ruff: noqa: E501 - a sentence stands on one line, so that both languages can be read side by side

from agent.words import LANGUAGES

WORDS: dict[str, tuple[str, str]] = {
    "user": ("user and group {name}, without a password or a shell", "usuario y grupo {name}, sin contraseña ni terminal"),
    "folder": ("{path}: folder, mode {mode}, of {owner}", "{path}: carpeta, modo {mode}, de {owner}"),
    "owned": ("{path}: what is in it becomes {owner}'s", "{path}: su contenido pasa a ser de {owner}"),
    "readable": ("{path}: the group {name} may read it", "{path}: el grupo {name} puede leerlo"),
    "unit": ("{path}: unit for systemd", "{path}: unidad para systemd"),
    "wanted": ("{unit} starts with the machine", "{unit} arranca con la máquina"),
    "reload": ("systemd reads its units anew", "systemd vuelve a leer sus unidades"),
    "start": ("{unit} is started", "{unit} se pone en marcha"),
    "stop": ("{unit} is stopped", "{unit} se detiene"),
    "record": ("{path}: what was installed", "{path}: lo que se instaló"),
    "remove": ("{path} is removed", "{path} se elimina"),
    "no_user": ("user and group {name} are removed", "se eliminan el usuario y el grupo {name}"),
    "would": ("would do: {step}", "se haría: {step}"),
    "installed": ("vigia-agent {version} is installed as a service, started from {program}", "vigia-agent {version} queda instalado como servicio, desde {program}"),
    "upgraded": ("the service runs vigia-agent {version} now, started from {program}; identity and data are kept", "el servicio usa ahora vigia-agent {version}, desde {program}; la identidad y los datos se conservan"),
    "not_enrolled": ("this machine is not enrolled yet: paste the line that `vigia enrol` printed; the service starts then", "esta máquina aún no está registrada: pega la línea que imprimió `vigia enrol`; el servicio arrancará entonces"),
    "nothing": ("there is no service here; nothing to do", "aquí no hay ningún servicio; nada que hacer"),
    "gone": ("the service is gone, with its user, its settings and its data; the program itself stays in {program}", "el servicio ya no está, ni su usuario, ni sus ajustes, ni sus datos; el programa sigue en {program}"),
    "gone_kept": ("the service is gone; {configuration}, {data} and their user are kept", "el servicio ya no está; {configuration}, {data} y su usuario se conservan"),
}  # fmt: skip


def told(language: str, key: str, **facts: object) -> str:
    return WORDS[key][LANGUAGES.index(language)].format(**facts)
