"""The agent's few words to people, in Spanish and English; a test sees that both say the same things."""

# ruff: noqa: E501 - a sentence stands on one line, so that both languages can be read side by side

from collections.abc import Mapping

from agent.doctorwords import DOCTOR
from agent.showwords import SHOWN

LANGUAGES = ("en", "es")


def language_of(environment: Mapping[str, str]) -> str:
    """The user's language by the usual variables, English when it is neither of ours."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = environment.get(name, "")
        if value:
            return "es" if value.lower().startswith("es") else "en"
    return "en"


def say(language: str, key: str, **facts: object) -> str:
    """The sentence of that key with its facts filled in; raises KeyError for an unknown key."""
    return WORDS[key][LANGUAGES.index(language)].format(**facts)


def counted(language: str, key: str, count: int) -> str:
    """`count` with its noun in the right number: the keys KEY.one and KEY.many."""
    return say(language, f"{key}.{'one' if count == 1 else 'many'}", count=count)


WORDS: dict[str, tuple[str, str]] = {
    "show.title": ("What vigia-agent does on this machine", "Qué hace vigia-agent en este equipo"),
    "show.config": (
        "Configuration: {source}; data folder: {data}",
        "Configuración: {source}; carpeta de datos: {data}",
    ),
    "show.collected": ("It reads:", "Lee:"),
    "show.cpu": ("how busy the processor is", "cuánto trabaja el procesador"),
    "show.memory": ("memory and swap in use", "la memoria y el intercambio en uso"),
    "show.filesystems": ("room on the disks", "el espacio en los discos"),
    "show.disks": ("speed and delay of the disks", "la velocidad y la demora de los discos"),
    "show.network": (
        "traffic, errors and link of the network",
        "el tráfico, los errores y el enlace de la red",
    ),
    "show.uptime": ("when it was started and its load", "cuándo se encendió y su carga"),
    "show.unit": ("unit", "unidad"),
    "show.process": ("process", "proceso"),
    "show.tcp": ("TCP port", "puerto TCP"),
    "show.http": ("web page", "página web"),
    "source.defaults": ("defaults", "valores por omisión"),
    "role.server": ("server", "servidor"),
    "role.desktop": ("desktop", "equipo de escritorio"),
    "role.laptop": ("laptop", "portátil"),
    "show.other": ("{name}", "{name}"),
    "show.watches": ("It watches, every 2 s:", "Vigila, cada 2 s:"),
    "show.no_watches": (
        "It watches no service: none is configured.",
        "No vigila ningún servicio: no hay ninguno configurado.",
    ),
    "show.watch": ("{name}: {kind} {target}", "{name}: {kind} {target}"),
    "show.sent": (
        "It sends to {endpoint}, encrypted, and to nobody else:",
        "Envía a {endpoint}, cifrado, y a nadie más:",
    ),
    "show.not_enrolled": (
        "It sends nothing: this machine is not enrolled.",
        "No envía nada: este equipo no está dado de alta.",
    ),
    "show.sent_health": (
        "the figures above, and what it found to be wrong",
        "las cifras anteriores, y lo que encontró mal",
    ),
    "show.sent_name": (
        "the machine's name, its system and version, the names of the watches",
        "el nombre del equipo, su sistema y versión, los nombres de lo vigilado",
    ),
    "show.sent_evidence": (
        "when something breaks: the busiest processes, the ports in use, the last log lines of the service, disk use; passwords and keys are masked before they leave",
        "cuando algo falla: los procesos con más uso, los puertos en uso, las últimas líneas del registro del servicio, el uso del disco; las contraseñas y claves se tapan antes de salir",
    ),
    "show.never": ("What never leaves this machine:", "Lo que nunca sale de este equipo:"),
    "show.never_files": (
        "documents, mail, pictures, files of any user",
        "documentos, correo, fotos, archivos de nadie",
    ),
    "show.never_input": ("what is typed or seen on the screen", "lo que se escribe o se ve en la pantalla"),
    "show.never_key": ("its private key", "su clave privada"),
    "show.never_commands": (
        "and the controller cannot run commands here: there is no such message",
        "y el controlador no puede ejecutar órdenes aquí: no existe tal mensaje",
    ),
    "show.sent_pull": (
        "when an engineer asks for it because of an incident, and {policy} allows it: the system's state, processes, services, recent errors, disks, network and packages, masked likewise; `vigia-agent log` names every time",
        "cuando un técnico lo pide por una incidencia, y {policy} lo permite: el estado del sistema, procesos, servicios, errores recientes, discos, red y paquetes, tapado igual; `vigia-agent log` nombra cada vez",
    ),
    "log.empty": (
        "Nobody has asked anything of this machine.",
        "Nadie ha pedido nada a este equipo.",
    ),
    "log.pull.begun": (
        "{by} asked for the profile {profile} because of {case}: collecting begins",
        "{by} pidió el perfil {profile} por {case}: empieza la recogida",
    ),
    "log.pull.refused": (
        "{by} asked for the profile {profile} because of {case}: refused ({reason})",
        "{by} pidió el perfil {profile} por {case}: rechazado ({reason})",
    ),
    "log.pull.sending": (
        "what was collected for {case} is being sent: {size_bytes} bytes, SHA-256 {sha256}",
        "se envía lo recogido para {case}: {size_bytes} bytes, SHA-256 {sha256}",
    ),
    "log.pull.ended": ("sending for {case} has ended: {outcome}", "el envío para {case} terminó: {outcome}"),
    "log.fault": ("this line cannot be believed: {fault}", "esta línea no es creíble: {fault}"),
    "log.broken": (
        "{count} lines cannot be believed: somebody or something changed the record",
        "{count} líneas no son creíbles: alguien o algo cambió el registro",
    ),
}
WORDS |= DOCTOR | SHOWN
