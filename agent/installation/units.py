"""The units for systemd: the agent, which talks to the network and is nobody, and the small door to root.

Limits are of the whole group of processes: the agent itself stays below 45 MiB, its short children (evidence,
inventory, diagnostics: at most 90 MiB) and the files they read beside it. Held below that, they stand still
whenever they are needed, as was seen at 64 MiB. A program that eats too much is ended before the agent is
(`OOMPolicy=continue`).
"""

from pathlib import Path

from agent.installation.places import JOURNAL_GROUP, NAME, ROOT_SERVICE, ROOT_SOCKET, SERVICE, SLEEP
from agent.rootdoor.verbs import SOCKET

# What both may do without: the same words for both.
_CLOSED = """\
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=yes
ProtectControlGroups=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectHostname=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
UMask=0077
LimitCORE=0
"""

AGENT = """\
# Written by `vigia-agent install`; taken away by `vigia-agent uninstall`. Changes belong into a drop-in:
# systemctl edit {service}
[Unit]
Description=Vigia agent: watches this machine and tells those who look after it
After=network.target nss-lookup.target {socket}
Wants={socket}
# Without an identity there is nobody to tell: `vigia-agent enrol` starts it.
ConditionPathExists=/var/lib/{name}/identity.json
StartLimitIntervalSec=0

[Service]
Type=notify
NotifyAccess=main
ExecStart={program} run
User={name}
Group={name}
{groups}StateDirectory={name}
StateDirectoryMode=0700
Environment=MALLOC_ARENA_MAX=1 PYTHONDONTWRITEBYTECODE=1
Restart=always
RestartSec=5
TimeoutStartSec=180
TimeoutStopSec=20
WatchdogSec=180

MemoryHigh=160M
MemoryMax=224M
CPUQuota=50%
TasksMax=128
LimitNOFILE=4096
RemoveIPC=yes
OOMPolicy=continue
OOMScoreAdjust=-500

CapabilityBoundingSet=
AmbientCapabilities=
MemoryDenyWriteExecute=yes
PrivateDevices=yes
ProtectKernelLogs=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
SystemCallFilter=@system-service
SystemCallFilter=~@privileged
# Whether the kernel's clock is kept is read by this call; setting it takes a capability that is not there.
SystemCallFilter=adjtimex clock_adjtime
SystemCallErrorNumber=EPERM
{closed}
[Install]
WantedBy=multi-user.target
"""

# Disks are asked through their device files, a server's board and RAID controllers through theirs.
ROOT = """\
# Written by `vigia-agent install`. A fixed list of questions: see docs/security.md.
[Unit]
Description=Vigia agent: what only root may read, by a fixed list
Requires={socket}
After={socket}

[Service]
Type=simple
ExecStart={program} root-door
Environment=MALLOC_ARENA_MAX=1 PYTHONDONTWRITEBYTECODE=1
WorkingDirectory=/
TimeoutStopSec=10

MemoryMax=384M
CPUQuota=50%
TasksMax=64
OOMPolicy=continue

CapabilityBoundingSet=CAP_SYS_ADMIN CAP_SYS_RAWIO CAP_SYSLOG CAP_DAC_READ_SEARCH CAP_SYS_PTRACE
IPAddressDeny=any
RestrictAddressFamilies=AF_UNIX AF_NETLINK
SystemCallFilter=@system-service
SystemCallFilter=~@clock @module @mount @reboot @swap
SystemCallErrorNumber=EPERM
{closed}"""

DOOR = """\
# Written by `vigia-agent install`.
[Unit]
Description=Vigia agent: the door to what only root may read

[Socket]
ListenStream={path}
SocketUser=root
SocketGroup={name}
SocketMode=0660
DirectoryMode=0755
Backlog=8
RemoveOnStop=yes

[Install]
WantedBy=sockets.target
"""

# A machine that goes to sleep says so first: it is missed by nobody until it wakes.
SLEEPING = """\
# Written by `vigia-agent install`.
[Unit]
Description=Vigia agent: says goodbye before this machine sleeps, and that it woke
Before=sleep.target
StopWhenUnneeded=yes

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=-systemctl kill --kill-who=main --signal=SIGUSR1 {service}
ExecStart=-sleep 2
ExecStop=-systemctl kill --kill-who=main --signal=SIGUSR2 {service}
TimeoutSec=10

[Install]
WantedBy=sleep.target
"""


def units(program: Path, *, journal: bool) -> dict[str, str]:
    """The texts by name of the unit. `journal`: the machine has the group that may read its log."""
    facts = {
        "program": program,
        "name": NAME,
        "service": SERVICE,
        "socket": ROOT_SOCKET,
        "path": SOCKET,
        "closed": _CLOSED,
        "groups": f"SupplementaryGroups={JOURNAL_GROUP}\n" if journal else "",
    }
    return {
        SERVICE: AGENT.format(**facts),
        ROOT_SERVICE: ROOT.format(**facts),
        ROOT_SOCKET: DOOR.format(**facts),
        SLEEP: SLEEPING.format(**facts),
    }
