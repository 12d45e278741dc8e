"""What `vigia-agent show` says of each collector, `config` of settings, `coverage` of signals, in English and Spanish."""

# ruff: noqa: E501 - a sentence stands on one line, so that both languages can be read side by side

SHOWN: dict[str, tuple[str, str]] = {
    "show.raid:md": ("the kernel's disk arrays", "los conjuntos de discos del núcleo"),
    "show.raid:zfs": ("ZFS pools", "los grupos de discos ZFS"),
    "show.raid:btrfs": ("btrfs volumes and their errors", "los volúmenes btrfs y sus errores"),
    "show.raid:lvm": ("mirrored logical volumes", "los volúmenes lógicos en espejo"),
    "show.raid:controllers": (
        "disk controllers and their batteries",
        "las controladoras de discos y sus baterías",
    ),
    "show.disk:smart": (
        "what disks say of their own health, with model and serial number",
        "lo que los discos dicen de su propia salud, con modelo y número de serie",
    ),
    "show.disk:nvme": (
        "the same of NVMe disks",
        "lo mismo de los discos NVMe",
    ),
    "show.disk:heat": ("how warm the disks are", "la temperatura de los discos"),
    "show.ext4": ("errors that filesystems counted", "los errores que contaron los sistemas de archivos"),
    "show.edac": ("errors of the memory modules", "los errores de los módulos de memoria"),
    "show.sensors": ("temperatures and fans", "las temperaturas y los ventiladores"),
    "show.ipmi": ("the board's own sensors and event log", "los sensores y el registro de la propia placa"),
    "show.ups": ("the uninterruptible power supply", "el sistema de alimentación ininterrumpida"),
    "show.batteries": ("the battery's wear", "el desgaste de la batería"),
    "show.kernel": (
        "how often the kernel's log tells of failing disks, hardware errors, freezes and killed programs",
        "cuántas veces el registro del núcleo habla de discos que fallan, errores de hardware, bloqueos y programas detenidos",
    ),
    "show.units": (
        "services that failed or keep restarting",
        "los servicios que fallaron o se reinician sin parar",
    ),
    "show.links": (
        "speed of the network cables, and their bonds",
        "la velocidad de los cables de red y sus agrupaciones",
    ),
    "show.reach": (
        "whether gateway, resolver and internet answer; asks two public name servers only while the link is down",
        "si responden la puerta de enlace, el servidor de nombres e internet; pregunta a dos servidores de nombres públicos solo mientras el enlace está caído",
    ),
    "show.handles": (
        "open files, threads and connections in use",
        "los archivos abiertos, hilos y conexiones en uso",
    ),
    "show.time": ("whether the clock is right", "si el reloj va bien"),
    "show.logins": ("how many logins failed, no names", "cuántos intentos de entrada fallaron, sin nombres"),
    "show.protection": ("whether firewall and antivirus run", "si funcionan el cortafuegos y el antivirus"),
    "show.certificates": ("until when certificates are valid", "hasta cuándo valen los certificados"),
    "show.backups": (
        "age and size of the backups named",
        "la antigüedad y el tamaño de las copias indicadas",
    ),
    "show.updates": (
        "how many updates wait, and a restart",
        "cuántas actualizaciones esperan, y si falta reiniciar",
    ),
    "show.own": ("what the agent itself costs", "lo que gasta el propio agente"),
    "show.recorder": (
        "a flight recorder: all this every 5 s with log lines and the busiest programs' names, the last 15 minutes, in 8 MiB on this disk; it leaves only with the evidence of a fault, secrets masked",
        "una caja negra: todo esto cada 5 s, con líneas de los registros y los nombres de los programas que más trabajan, los últimos 15 minutos, en 8 MiB de este disco; solo sale con las evidencias de un fallo y con los secretos tapados",
    ),
    "show.inventory": (
        "what the machine is made of: hardware with serial numbers, system, packages, services, disks, addresses (every 60 min)",
        "de qué está hecho el equipo: hardware con números de serie, sistema, paquetes, servicios, discos y direcciones (cada 60 min)",
    ),
    "show.sent_inventory": (
        "what the machine is made of, when it changed",
        "de qué está hecho el equipo, cuando cambia",
    ),
    "show.every_s": ("{what} (every {every} s)", "{what} (cada {every} s)"),
    "show.every_min": ("{what} (every {every} min)", "{what} (cada {every} min)"),
    "config.title": ("In force, from {source}:", "En vigor, de {source}:"),
    "config.default": ("default", "por omisión"),
    "config.role": ("by the machine's role", "por el papel del equipo"),
    "config.file": ("from the file", "del archivo"),
    "config.environment": ("by flag or variable", "por opción o variable"),
    "coverage.watched": ("Watched here:", "Se vigila aquí:"),
    "coverage.partly": (
        "Watched here, but not all of it can be read:",
        "Se vigila aquí, pero no se puede leer todo:",
    ),
    "coverage.unknown": (
        "Unknown, neither well nor bad, because it cannot be read:",
        "Desconocido, ni bien ni mal, porque no se puede leer:",
    ),
    "coverage.absent": (
        "Nothing of the kind was found or configured here:",
        "Aquí no se encontró ni se configuró nada de esto:",
    ),
    "coverage.unseen": ("Never seen, whatever the machine:", "Lo que no se ve en ningún equipo:"),
}
