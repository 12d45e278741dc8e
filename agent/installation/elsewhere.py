"""Service definitions for macOS and Windows. Written after their documentation, not yet proven there."""

# ruff: noqa: E501 - texts for others to read whole

from agent.installation.places import NAME

LABEL = "vigia-agent"
UNPROVEN = "Not yet proven on this system: written after its documentation."
_PROGRAM = {
    "darwin": "/opt/vigia-agent/bin/vigia-agent",
    "win32": r"C:\Program Files\vigia-agent\vigia-agent.exe",
}

LAUNCHD = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<!-- {unproven}
     As root: make the user and group _vigia-agent (dscl), write this to /Library/LaunchDaemons/{label}.plist
     (root:wheel, 0644), enrol with -data as below, then: launchctl bootstrap system /Library/LaunchDaemons/{label}.plist
     Away again: launchctl bootout system/{label}, and remove the file, the user and the two folders. -->
<plist version="1.0">
<dict>
  <key>Label</key><string>{label}</string>
  <key>ProgramArguments</key>
  <array>
    <string>{program}</string>
    <string>run</string>
  </array>
  <key>UserName</key><string>_vigia-agent</string>
  <key>GroupName</key><string>_vigia-agent</string>
  <key>RunAtLoad</key><true/>
  <key>KeepAlive</key><true/>
  <key>ThrottleInterval</key><integer>10</integer>
  <key>ExitTimeOut</key><integer>20</integer>
  <key>ProcessType</key><string>Background</string>
  <key>LowPriorityIO</key><true/>
  <key>Umask</key><integer>63</integer>
  <key>StandardErrorPath</key><string>/var/log/{label}.log</string>
</dict>
</plist>
"""

WINDOWS = """\
# {unproven}
# Run in an elevated PowerShell. A console program is no Windows service by itself, so that the task scheduler
# keeps it running: as LOCAL SERVICE (no rights beyond a user's), from the machine's start, again after a failure.
# Away again: Unregister-ScheduledTask -TaskName {name}, and remove the program's folder and the data's.
$data = "$env:ProgramData\\{name}"
New-Item -ItemType Directory -Force $data | Out-Null
icacls $data /inheritance:r /grant "SYSTEM:(OI)(CI)F" "Administrators:(OI)(CI)F" "LOCAL SERVICE:(OI)(CI)M"
$action = New-ScheduledTaskAction -Execute "{program}" -Argument "run --config `"$data\\agent.toml`" --data `"$data`""
$trigger = New-ScheduledTaskTrigger -AtStartup
$who = New-ScheduledTaskPrincipal -UserId "NT AUTHORITY\\LOCAL SERVICE" -LogonType ServiceAccount -RunLevel Limited
$how = New-ScheduledTaskSettingsSet -RestartCount 999 -RestartInterval (New-TimeSpan -Minutes 1) `
    -ExecutionTimeLimit ([TimeSpan]::Zero) -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries -Priority 7
Register-ScheduledTask -TaskName {name} -Action $action -Trigger $trigger -Principal $who -Settings $how
"""


def launchd() -> str:
    return LAUNCHD.format(unproven=UNPROVEN, label=LABEL, program=_PROGRAM["darwin"])


def windows() -> str:
    return WINDOWS.format(unproven=UNPROVEN, name=NAME, program=_PROGRAM["win32"])


DEFINITIONS = {"launchd": launchd, "windows": windows}


def way_out(platform: str) -> str:
    """Why nothing was installed on that system, and what to do instead."""
    kind = "launchd" if platform == "darwin" else "windows"
    return f"not yet proven on this system, so that nothing is done by itself: see install --print {kind}"
