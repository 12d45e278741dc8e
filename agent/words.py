"""The agent's few words to people, in Spanish and English; a test sees that both say the same things."""

# ruff: noqa: E501 - a sentence stands on one line, so that both languages can be read side by side

from collections.abc import Mapping

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


WORDS: dict[str, tuple[str, str]] = {
    "show.title": ("What vigia-agent does on this machine", "Qué hace vigia-agent en este equipo"),
    "show.config": (
        "Configuration: {source}; data folder: {data}",
        "Configuración: {source}; carpeta de datos: {data}",
    ),
    "show.collected": ("It reads, every {every} s:", "Lee, cada {every} s:"),
    "show.cpu": ("how busy the processor is", "cuánto trabaja el procesador"),
    "show.memory": ("memory and swap in use", "la memoria y el intercambio en uso"),
    "show.filesystems": ("room on the disks", "el espacio en los discos"),
    "show.disks": ("speed and delay of the disks", "la velocidad y la demora de los discos"),
    "show.network": (
        "traffic, errors and link of the network",
        "el tráfico, los errores y el enlace de la red",
    ),
    "show.uptime": ("when it was started and its load", "cuándo se encendió y su carga"),
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
    "doctor.ok": ("ok", "bien"),
    "doctor.problem": ("problem", "problema"),
    "doctor.skipped": ("skipped", "omitido"),
    "doctor.config": (
        "{source}, role {role}, {watches} watches",
        "{source}, papel {role}, {watches} vigilados",
    ),
    "doctor.data": (
        "{data} can be written, {free_mib} MiB free",
        "se puede escribir en {data}, {free_mib} MiB libres",
    ),
    "doctor.data_bad": (
        "{data} cannot be written ({reason}): run as the agent's user, or make room",
        "no se puede escribir en {data} ({reason}): ejecútelo como el usuario del agente, o haga sitio",
    ),
    "doctor.running": ("the agent is running", "el agente está en marcha"),
    "doctor.not_running": (
        "the agent is not running: start it with `vigia-agent run` or as a service",
        "el agente no está en marcha: inícielo con `vigia-agent run` o como servicio",
    ),
    "doctor.key": ("only its owner can read the key", "solo su dueño puede leer la clave"),
    "doctor.key_bad": (
        "others can read the key: chmod 600 {path}, and enrol again if strangers use this machine",
        "otros pueden leer la clave: chmod 600 {path}, y dé de alta el equipo de nuevo si lo usan extraños",
    ),
    "doctor.certificate": ("valid until {until} UTC", "válido hasta {until} UTC"),
    "doctor.certificate_bad": (
        "{reason}; if the clock is right, enrol again with a new line from `vigia enrol`",
        "{reason}; si el reloj va bien, dé de alta el equipo con una nueva línea de `vigia enrol`",
    ),
    "doctor.clock": (
        "{ahead_s} s from the controller's at {at} UTC",
        "a {ahead_s} s del controlador a las {at} UTC",
    ),
    "doctor.clock_bad": (
        "this clock is {ahead_s} s from the controller's: switch on time synchronisation",
        "este reloj está a {ahead_s} s del controlador: active la sincronización de hora",
    ),
    "doctor.clock_unknown": ("never compared: no connection yet", "nunca comparado: aún sin conexión"),
    "doctor.name": ("{host} is {addresses}", "{host} es {addresses}"),
    "doctor.name_bad": (
        "{host} has no address ({reason}): look at this machine's DNS, or set `controller` in the configuration",
        "{host} no tiene dirección ({reason}): revise el DNS del equipo, o ponga `controller` en la configuración",
    ),
    "doctor.port": ("{endpoint} answers in {ms} ms", "{endpoint} responde en {ms} ms"),
    "doctor.port_bad": (
        "{endpoint} does not answer ({reason}): is the controller up, and does a firewall let this port out?",
        "{endpoint} no responde ({reason}): ¿está en marcha el controlador, y deja salir el cortafuegos ese puerto?",
    ),
    "doctor.tls": (
        "the controller proves itself with the pinned root and takes our certificate",
        "el controlador se identifica con la raíz fijada y acepta nuestro certificado",
    ),
    "doctor.tls_plain": (
        "{endpoint} answers without TLS: wrong port, or something in between that is not the controller",
        "{endpoint} responde sin TLS: puerto equivocado, o algo en medio que no es el controlador",
    ),
    "doctor.tls_root": (
        "another certificate than the controller's is shown ({reason}): a proxy or antivirus opens the connection; let {endpoint} pass untouched",
        "se muestra otro certificado que el del controlador ({reason}): un proxy o antivirus abre la conexión; deje pasar {endpoint} intacto",
    ),
    "doctor.tls_h2": (
        "HTTP/2 does not survive the way: a proxy in between must let {endpoint} pass untouched",
        "HTTP/2 no sobrevive al camino: un proxy intermedio debe dejar pasar {endpoint} intacto",
    ),
    "doctor.tls_refused": (
        "the controller refuses our certificate ({reason}): was this machine banned or enrolled twice?",
        "el controlador rechaza nuestro certificado ({reason}): ¿se expulsó el equipo o se dio de alta dos veces?",
    ),
    "doctor.tls_bad": ("TLS fails: {reason}", "TLS falla: {reason}"),
    "doctor.proxy": ("none is set", "no hay ninguno"),
    "doctor.proxy_used": (
        "{names} set: the agent goes through it, and it must let CONNECT to {endpoint} pass",
        "{names} en uso: el agente pasa por él, y debe dejar pasar CONNECT a {endpoint}",
    ),
    "doctor.spool": (
        "{faults} faults and {metrics} snapshots wait to be sent, {kib} KiB",
        "{faults} fallos y {metrics} muestras esperan su envío, {kib} KiB",
    ),
    "doctor.spool_bad": (
        "its state cannot be read: it starts anew by itself and says so; look at this machine's disk",
        "su estado no se puede leer: empieza de nuevo por sí solo y lo dice; revise el disco del equipo",
    ),
    "doctor.spool_none": ("empty: the agent has not run yet", "vacía: el agente aún no se ha ejecutado"),
    "doctor.link": ("connected at {at} UTC", "conectado a las {at} UTC"),
    "doctor.link_bad": ("not connected since {at} UTC: {reason}", "sin conexión desde {at} UTC: {reason}"),
    "doctor.link_none": ("never connected yet", "aún nunca conectado"),
    "doctor.not_enrolled": (
        "not enrolled: paste the line that `vigia enrol` prints on the controller",
        "sin alta: pegue la línea que imprime `vigia enrol` en el controlador",
    ),
}
