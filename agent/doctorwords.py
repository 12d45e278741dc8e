"""What doctor and the link say, in Spanish and English (see `agent.words`)."""

# ruff: noqa: E501 - a sentence stands on one line, so that both languages can be read side by side

DOCTOR: dict[str, tuple[str, str]] = {
    "doctor.ok": ("ok", "bien"),
    "doctor.problem": ("problem", "problema"),
    "doctor.skipped": ("skipped", "omitido"),
    "doctor.config": (
        "{source}, role {role}, {watches}",
        "{source}, papel {role}, {watches}",
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
        "the certificate expired on {until} UTC; start the agent, which asks for a new one by itself; if it gets none, enrol again with a new line from `vigia enrol`",
        "el certificado caducó el {until} UTC; inicie el agente, que pide uno nuevo por sí solo; si no lo recibe, dé de alta el equipo con una nueva línea de `vigia enrol`",
    ),
    "doctor.certificate_early": (
        "the certificate is valid only from {since} UTC: is the clock right? If it is, enrol again with a new line from `vigia enrol`",
        "el certificado solo vale desde {since} UTC: ¿va bien el reloj? Si va bien, dé de alta el equipo con una nueva línea de `vigia enrol`",
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
        "another certificate than the controller's is shown: a proxy or antivirus opens the connection; let {endpoint} pass untouched",
        "se muestra otro certificado que el del controlador: un proxy o antivirus abre la conexión; deje pasar {endpoint} intacto",
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
        "{name} set: the agent goes through it, and it must let CONNECT to {endpoint} pass",
        "{name} en uso: el agente pasa por él, y debe dejar pasar CONNECT a {endpoint}",
    ),
    "doctor.proxy_except": (
        "{name} set, but no_proxy leaves {endpoint} out: the way is direct",
        "{name} en uso, pero no_proxy exceptúa {endpoint}: el camino es directo",
    ),
    "doctor.proxy_bad": (
        "{name} is not an address like http://proxy:3128: set it right, or remove it",
        "{name} no es una dirección como http://proxy:3128: corríjala o quítela",
    ),
    "doctor.proxy_port_bad": (
        "the proxy {endpoint} does not answer ({reason}): is it the right one, and is it up?",
        "el proxy {endpoint} no responde ({reason}): ¿es el correcto, y está en marcha?",
    ),
    "doctor.tunnel": (
        "the proxy {proxy} leads to {endpoint}",
        "el proxy {proxy} lleva a {endpoint}",
    ),
    "doctor.tunnel_bad": (
        "the proxy {proxy} does not lead to {endpoint} ({reason}): it must let CONNECT to it pass, and the controller must be up",
        "el proxy {proxy} no lleva a {endpoint} ({reason}): debe dejar pasar CONNECT hacia él, y el controlador debe estar en marcha",
    ),
    "doctor.tls_expired": (
        "the controller refuses our certificate because it is out of its time",
        "el controlador rechaza nuestro certificado porque está fuera de plazo",
    ),
    "doctor.service": (
        "{endpoint} is the agents' port",
        "{endpoint} es el puerto de los agentes",
    ),
    "doctor.service_port": (
        "{endpoint} answers, but this is not the agents' port; see `vigia enrol`",
        "{endpoint} responde, pero no es el puerto de los agentes; vea `vigia enrol`",
    ),
    "doctor.service_refused": (
        "the controller does not accept this machine: was it banned? Enrol it again with a new line from `vigia enrol`",
        "el controlador no acepta este equipo: ¿se excluyó? Dé de alta el equipo con una nueva línea de `vigia enrol`",
    ),
    "doctor.service_bad": (
        "{endpoint} does not answer as the controller does ({reason}): look at its log",
        "{endpoint} no responde como el controlador ({reason}): mire su registro",
    ),
    "doctor.spool": (
        "{faults} and {metrics} wait to be sent, {kib} KiB",
        "{faults} y {metrics} por enviar, {kib} KiB",
    ),
    "doctor.spool_bad": (
        "its state cannot be read: it starts anew by itself and says so; look at this machine's disk",
        "su estado no se puede leer: empieza de nuevo por sí solo y lo dice; revise el disco del equipo",
    ),
    "doctor.spool_none": ("empty: the agent has not run yet", "vacía: el agente aún no se ha ejecutado"),
    "doctor.link": ("connected since {at} UTC", "conectado desde {at} UTC"),
    "doctor.link_bad": ("not connected since {at} UTC: {reason}", "sin conexión desde {at} UTC: {reason}"),
    "doctor.link_none": ("never connected yet", "aún nunca conectado"),
    "doctor.link_stopped": (
        "no agent is running now; last connected at {at} UTC",
        "ningún agente está en marcha ahora; última conexión el {at} UTC",
    ),
    "doctor.link_stopped_bad": (
        "no agent is running now; last connected at {at} UTC, and then: {reason}",
        "ningún agente está en marcha ahora; última conexión el {at} UTC, y después: {reason}",
    ),
    "doctor.link_stopped_none": (
        "no agent is running now, and none has connected yet: {reason}",
        "ningún agente está en marcha ahora, y ninguno se ha conectado aún: {reason}",
    ),
    "doctor.link_never_tried": ("not tried", "no se ha intentado"),
    "doctor.identity_bad": (
        "{path} is damaged or cannot be read: run this as the agent's user, or enrol this machine again",
        "{path} está dañado o no se puede leer: ejecútelo como el usuario del agente, o dé de alta el equipo de nuevo",
    ),
    "doctor.watches.one": ("{count} watch", "{count} servicio vigilado"),
    "doctor.watches.many": ("{count} watches", "{count} servicios vigilados"),
    "doctor.faults.one": ("{count} fault", "{count} fallo"),
    "doctor.faults.many": ("{count} faults", "{count} fallos"),
    "doctor.snapshots.one": ("{count} snapshot", "{count} muestra"),
    "doctor.snapshots.many": ("{count} snapshots", "{count} muestras"),
    "check.config": ("config", "configuración"),
    "check.data": ("data", "datos"),
    "check.agent": ("agent", "agente"),
    "check.identity": ("identity", "identidad"),
    "check.key": ("key", "clave"),
    "check.certificate": ("certificate", "certificado"),
    "check.link": ("link", "enlace"),
    "check.clock": ("clock", "reloj"),
    "check.name": ("name", "nombre"),
    "check.port": ("port", "puerto"),
    "check.tunnel": ("tunnel", "túnel"),
    "check.tls": ("tls", "tls"),
    "check.service": ("service", "servicio"),
    "check.proxy": ("proxy", "proxy"),
    "check.spool": ("spool", "cola"),
    "why.refused": ("connection refused", "conexión rechazada"),
    "why.closed": ("connection closed", "conexión cerrada"),
    "why.route": ("no route to it", "no hay ruta hacia él"),
    "why.timeout": ("no answer in time", "sin respuesta a tiempo"),
    "why.name": ("unknown name", "nombre desconocido"),
    "why.permission": ("permission denied", "permiso denegado"),
    "why.readonly": ("read-only", "solo lectura"),
    "why.full": ("no space left", "no queda espacio"),
    "why.missing": ("no such folder", "no existe la carpeta"),
    "trouble.port": (
        "this is not the agents' port; see `vigia enrol`",
        "este no es el puerto de los agentes; vea `vigia enrol`",
    ),
    "trouble.proxy": ("the proxy did not let us through", "el proxy no nos dejó pasar"),
    "trouble.root": (
        "it shows another certificate than the controller's (TLS with another root)",
        "muestra otro certificado que el del controlador (TLS con otra raíz)",
    ),
    "trouble.plain": ("it answers without TLS", "responde sin TLS"),
    "trouble.name": ("its name has no address here (DNS)", "su nombre no tiene dirección aquí (DNS)"),
    "trouble.refused": (
        "nothing listens there (connection refused)",
        "nada escucha ahí (conexión rechazada)",
    ),
    "trouble.route": ("there is no route to it", "no hay ruta hacia él"),
    "trouble.timeout": ("no answer in time", "sin respuesta a tiempo"),
    "trouble.closed": ("it closed the connection at once", "cerró la conexión enseguida"),
    "trouble.tls": ("no TLS connection came about", "no se logró una conexión TLS"),
    "trouble.silent": ("no answer for", "dejó de responder"),
    "trouble.welcome": ("no welcome from the controller", "el controlador no dio la bienvenida"),
    "trouble.farewell": ("farewell from the controller", "el controlador se despidió"),
    "trouble.ended": ("the controller ended the stream", "el controlador cerró la conexión"),
    "trouble.expired": ("the certificate expired", "el certificado caducó"),
    "trouble.early": ("the certificate is valid only from", "el certificado aún no es válido"),
    "trouble.banned": ("PERMISSION_DENIED", "el controlador no acepta este equipo"),
    "trouble.unknown": ("UNAUTHENTICATED", "el controlador no reconoce este equipo"),
    "recovery.recovered": (
        "came back by itself on {at} UTC with a new certificate; the last one, until {expired} UTC, was no longer accepted",
        "volvió por sí solo el {at} UTC con un certificado nuevo; el anterior, hasta el {expired} UTC, ya no se aceptaba",
    ),
    "recovery.unreachable": (
        "the certificate expired on {expired} UTC, and {endpoint}, where a new one is given, does not answer ({reason}): let this machine reach that port; it goes on trying",
        "el certificado caducó el {expired} UTC, y {endpoint}, donde se da uno nuevo, no responde ({reason}): permita que este equipo llegue a ese puerto; sigue intentándolo",
    ),
    "recovery.clock": (
        "this machine's clock is about {days} days from the controller's, too far for an encrypted connection: set the date; everything else follows by itself",
        "el reloj de este equipo está a unos {days} días del controlador, demasiado para una conexión cifrada: ponga la fecha; lo demás se arregla solo",
    ),
    "recovery.not_needed": (
        "the controller says that the certificate is good; our clock is {ahead_s} s from its clock",
        "el controlador dice que el certificado es válido; nuestro reloj está a {ahead_s} s del suyo",
    ),
    "recovery.too_late": (
        "the certificate expired on {expired} UTC, too long ago to come back without a word from a person: on the controller, `vigia machines readmit` for this machine lets it in; then it comes back within the hour, or at once when the agent is restarted",
        "el certificado caducó el {expired} UTC, hace demasiado para volver sin que lo diga una persona: en el controlador, `vigia machines readmit` con este equipo lo deja entrar; vuelve dentro de una hora, o enseguida si reinicia el agente",
    ),
    "recovery.banned": (
        "this machine was put out on the controller: ask your support; `vigia machines unban` lets it in again",
        "este equipo fue excluido en el controlador: pregunte a su soporte; `vigia machines unban` lo deja entrar de nuevo",
    ),
    "recovery.quarantined": (
        "the controller suspects that two machines have this identity (a copied disk?): a person there must decide, `vigia machines release` or `ban`",
        "el controlador sospecha que dos equipos tienen esta identidad (¿un disco copiado?): allí debe decidir una persona, `vigia machines release` o `ban`",
    ),
    "recovery.superseded": (
        "a newer certificate of this machine was used already: is this a copied disk or an old backup? Enrol it anew with a line from `vigia enrol`",
        "ya se usó un certificado más nuevo de este equipo: ¿es un disco copiado o una copia de seguridad antigua? Dé de alta el equipo de nuevo con una línea de `vigia enrol`",
    ),
    "recovery.unknown": (
        "the controller does not know this machine's certificate: enrol it again with a new line from `vigia enrol`",
        "el controlador no conoce el certificado de este equipo: dé de alta el equipo de nuevo con una nueva línea de `vigia enrol`",
    ),
    "doctor.certificate_waits": (
        "the certificate expired on {until} UTC; the running agent asks for a new one by itself. If the clock is wrong, set it",
        "el certificado caducó el {until} UTC; el agente en marcha pide uno nuevo por sí solo. Si el reloj va mal, póngalo en hora",
    ),
    "doctor.certificate_clock": (
        "valid until {until} UTC by the controller's time; this clock says otherwise",
        "válido hasta el {until} UTC según la hora del controlador; este reloj dice otra cosa",
    ),
    "doctor.clock_far": (
        "this clock is about {days} days {way} the controller's: set the date, and switch on time synchronisation",
        "este reloj está unos {days} días {way} la hora del controlador: ponga la fecha y active la sincronización de hora",
    ),
    "clock.ahead": ("ahead of", "adelantado respecto a"),
    "clock.behind": ("behind", "atrasado respecto a"),
    "check.recovery": ("recovery", "regreso"),
    "doctor.not_enrolled": (
        "not enrolled: paste the line that `vigia enrol` prints on the controller",
        "sin alta: pegue la línea que imprime `vigia enrol` en el controlador",
    ),
}
