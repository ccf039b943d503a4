"""What a command answers inside a guest. Nothing is executed: a few commands are recognised by their words.

Pure functions over a `Machine`; a command that mends something says so in `Answer.fixes`.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

FULL_PERCENT = 95
MIB_PER_GIB = 1024
UPTIME_DAYS = 37


@dataclass(frozen=True)
class Machine:
    """The guest as a command sees it: its state, sizes in GB, and how busy it is in percent."""

    guest: dict[str, Any]
    hostname: str
    windows: bool
    cpus: int
    memory_gb: int
    disks_gb: dict[str, int]
    cpu_percent: float
    memory_percent: float
    load: float
    now: datetime


@dataclass
class Answer:
    """Exit code and texts; `fixes` names what the command mended: a field of the guest."""

    stdout: str = ""
    stderr: str = ""
    exit_code: int = 0
    fixes: list[str] = field(default_factory=list)


Handler = Callable[[Machine, list[str]], Answer]


def run(machine: Machine, content: str) -> Answer:
    """The answer to a script: each line or `;`/`&&` part in turn; a pipe shows the first command's output."""
    total = Answer()
    for part in re.split(r"\n|;|&&|\|\|", content):
        text = part.split("|")[0].strip()
        if not text or text.startswith("#"):
            continue
        answer = _one(machine, text)
        total.stdout += answer.stdout
        total.stderr += answer.stderr
        total.exit_code = answer.exit_code
        total.fixes.extend(answer.fixes)
    return total


def _one(machine: Machine, text: str) -> Answer:
    if text.startswith((">", ": >", "truncate")):
        return _free_space(machine, held=True)
    try:
        words = shlex.split(text)
    except ValueError:
        return Answer(stderr="bash: syntax error: unterminated quoted string\n", exit_code=2)
    if words and words[0] == "sudo":
        words = words[1:]
    if not words:
        return Answer()
    handler = (WINDOWS if machine.windows else LINUX).get(words[0].lower() if machine.windows else words[0])
    if handler is None:
        return Answer(stderr=f"bash: {words[0][:64]}: command not found\n", exit_code=127)
    return handler(machine, words)


def _disk_free(machine: Machine, words: list[str]) -> Answer:
    inodes = any("i" in word for word in words[1:] if word.startswith("-"))
    head = (
        "Filesystem      Inodes  IUsed  IFree IUse% Mounted on"
        if inodes
        else ("Filesystem      Size  Used Avail Use% Mounted on")
    )
    lines = [head]
    for number, (mount, state) in enumerate(machine.guest["disks"].items()):
        device = f"/dev/vd{chr(ord('a') + number)}1"
        size = machine.disks_gb.get(mount, 100)
        percent = state["inodePercent"] if inodes else state["usedPercent"]
        whole = size * 65_536 if inodes else size
        used = whole * percent // 100
        unit = "" if inodes else "G"
        lines.append(f"{device:<15} {whole}{unit} {used}{unit} {whole - used}{unit} {percent}% {mount}")
    return Answer("\n".join(lines) + "\n")


def _free(machine: Machine, words: list[str]) -> Answer:
    total = machine.memory_gb * MIB_PER_GIB
    used = int(total * machine.memory_percent / 100)
    line = f"Mem:    {total:>10} {used:>10} {total - used:>10}"
    return Answer(f"              total       used       free\n{line}\nSwap:            0          0          0\n")


def _processes(machine: Machine) -> list[dict[str, Any]]:
    usual = [
        {"name": "systemd", "cpu": 0.1, "memory": 0.2, "command": "/sbin/init"},
        {"name": "bsm-agent", "cpu": 0.4, "memory": 0.6, "command": "/opt/bsm-agent/agent"},
    ]
    return [*machine.guest["processes"], *usual]


def pid_of(number: int) -> int:
    """The process id that lists show for the n-th process."""
    return 2113 + 17 * number


def _top(machine: Machine, words: list[str]) -> Answer:
    load = f"{machine.load:.2f}"
    lines = [
        f"top - {machine.now:%H:%M:%S} up {UPTIME_DAYS} days,  load average: {load}, {load}, {load}",
        f"%Cpu(s): {machine.cpu_percent:.1f} us, {max(0.0, 100 - machine.cpu_percent):.1f} id",
        "    PID USER      %CPU  %MEM COMMAND",
    ]
    for number, process in enumerate(_processes(machine)):
        lines.append(f"{pid_of(number):>7} root      {process['cpu']:>4}  {process['memory']:>4} {process['name']}")
    return Answer("\n".join(lines) + "\n")


def _ps(machine: Machine, words: list[str]) -> Answer:
    lines = ["USER         PID %CPU %MEM COMMAND"]
    for number, process in enumerate(_processes(machine)):
        lines.append(f"root     {pid_of(number):>7} {process['cpu']:>4} {process['memory']:>4} {process['command']}")
    return Answer("\n".join(lines) + "\n")


def _uptime(machine: Machine, words: list[str]) -> Answer:
    load = f"{machine.load:.2f}, {machine.load:.2f}, {machine.load:.2f}"
    return Answer(f" {machine.now:%H:%M:%S} up {UPTIME_DAYS} days,  1 user,  load average: {load}\n")


def _is_login(name: str) -> bool:
    return name.removesuffix(".service").lower() in ("sshd", "ssh", "termservice")


def _is_running(machine: Machine, name: str) -> bool:
    if _is_login(name):
        return bool(machine.guest["loginService"] == "running")
    return name.removesuffix(".service") not in machine.guest.get("stoppedServices", [])


def _systemctl(machine: Machine, words: list[str]) -> Answer:
    verb, name = [*words[1:], "", ""][:2]
    if words[0] == "service":
        name, verb = verb, name
    if verb in ("status", "is-active"):
        running = _is_running(machine, name)
        if verb == "is-active":
            return Answer("active\n" if running else "inactive\n", exit_code=0 if running else 3)
        state = "active (running)" if running else "inactive (dead)"
        return Answer(f"● {name}\n   Loaded: loaded\n   Active: {state}\n", exit_code=0 if running else 3)
    if verb in ("start", "restart", "reload"):
        return Answer(fixes=_mended_by_start(machine, name, verb))
    if verb in ("stop", "disable", "mask") and name.startswith(("firewalld", "ufw", "iptables")):
        return _open_firewall(machine, words)
    if verb in ("stop", "enable", "disable"):
        return Answer()
    return Answer(stderr=f"Unknown command verb {verb[:32]}.\n", exit_code=1)


def _mended_by_start(machine: Machine, name: str, verb: str) -> list[str]:
    fixes = []
    if not _is_running(machine, name):
        fixes.append("loginService" if _is_login(name) else "stoppedServices")
    held = any(disk["deletedHeldGB"] for disk in machine.guest["disks"].values())
    if verb == "restart" and held:
        fixes.append("disks")
    return fixes


def _sockets(machine: Machine, words: list[str]) -> Answer:
    ports = {80, 443, machine.guest["loginPort"]} - set(machine.guest["closedPorts"])
    if machine.guest["loginService"] != "running":
        ports.discard(machine.guest["loginPort"])
    lines = [f"LISTEN 0      128          0.0.0.0:{port}       0.0.0.0:*" for port in sorted(ports)]
    return Answer("State  Recv-Q Send-Q  Local Address:Port  Peer Address:Port\n" + "\n".join(lines) + "\n")


def _kernel_log(machine: Machine, words: list[str]) -> Answer:
    if any(word.startswith("--vacuum") for word in words):
        return _free_space(machine, held=False)
    return Answer("".join(line + "\n" for line in machine.guest["kernelLog"]))


def _open_files(machine: Machine, words: list[str]) -> Answer:
    lines = ["COMMAND     PID   USER   FD   TYPE SIZE/OFF NODE NAME"]
    for mount, state in machine.guest["disks"].items():
        if state["deletedHeldGB"]:
            size = state["deletedHeldGB"] * MIB_PER_GIB**3
            lines.append(
                f"java       2113   root    7w   REG {size} 1311 {mount.rstrip('/')}/var/log/app.log (deleted)"
            )
    return Answer("\n".join(lines) + "\n")


def _firewall(machine: Machine, words: list[str]) -> Answer:
    if {"-F", "--flush", "disable"} & set(words):
        return _open_firewall(machine, words)
    dropped = machine.guest["firewall"] != "open"
    rule = f"DROP       tcp  --  0.0.0.0/0  0.0.0.0/0  tcp dpt:{machine.guest['loginPort']}\n" if dropped else ""
    return Answer("Chain INPUT (policy ACCEPT)\ntarget     prot opt source     destination\n" + rule)


def _open_firewall(machine: Machine, words: list[str]) -> Answer:
    return Answer(fixes=["firewall"] if machine.guest["firewall"] != "open" else [])


def _kill(machine: Machine, words: list[str]) -> Answer:
    wanted = [word for word in words[1:] if not word.startswith("-")]
    names = {process["name"]: str(pid_of(number)) for number, process in enumerate(machine.guest["processes"])}
    if not wanted:
        return Answer(stderr=f"{words[0]}: usage: {words[0]} pid\n", exit_code=2)
    struck = [name for name, pid in names.items() if name in wanted or pid in wanted]
    if not struck:
        return Answer(stderr=f"{words[0]}: {wanted[0][:32]}: no process found\n", exit_code=1)
    return Answer(fixes=["processes"] if set(struck) == set(names) else [])


def _free_space(machine: Machine, held: bool) -> Answer:
    """Space comes back, unless what was removed is still held open."""
    full = [
        disk
        for disk in machine.guest["disks"].values()
        if disk["usedPercent"] >= FULL_PERCENT or disk["inodePercent"] >= FULL_PERCENT
    ]
    freed = [disk for disk in full if held or not disk["deletedHeldGB"]]
    return Answer(fixes=["disks"] if freed else [])


def _remove(machine: Machine, words: list[str]) -> Answer:
    if len(words) < 2:
        return Answer(stderr="rm: missing operand\n", exit_code=1)
    return _free_space(machine, held=False)


def _find(machine: Machine, words: list[str]) -> Answer:
    return _free_space(machine, held=False) if "-delete" in words else Answer()


def _prune(machine: Machine, words: list[str]) -> Answer:
    return _free_space(machine, held=False) if "prune" in words else Answer()


def _cron(machine: Machine, words: list[str]) -> Answer:
    strange = [one["command"] for one in machine.guest["processes"] if one["name"] in ("kdevtmpfsi", "xmrig")]
    if not strange:
        return Answer(stderr="no crontab for root\n", exit_code=1)
    return Answer("".join(f"* * * * * {command}\n" for command in strange))


def _text(text: Callable[[Machine], str]) -> Handler:
    return lambda machine, words: Answer(text(machine) + "\n")


LINUX: dict[str, Handler] = {
    "df": _disk_free,
    "free": _free,
    "top": _top,
    "ps": _ps,
    "uptime": _uptime,
    "w": _uptime,
    "systemctl": _systemctl,
    "service": _systemctl,
    "ss": _sockets,
    "netstat": _sockets,
    "dmesg": _kernel_log,
    "journalctl": _kernel_log,
    "lsof": _open_files,
    "iptables": _firewall,
    "ufw": _firewall,
    "kill": _kill,
    "pkill": _kill,
    "killall": _kill,
    "rm": _remove,
    "find": _find,
    "docker": _prune,
    "crontab": _cron,
    "hostname": _text(lambda machine: machine.hostname),
    "whoami": _text(lambda machine: "root"),
    "nproc": _text(lambda machine: str(machine.cpus)),
    "date": _text(lambda machine: f"{machine.now:%a %b %d %H:%M:%S UTC %Y}"),
    "echo": lambda machine, words: Answer(" ".join(words[1:]) + "\n"),
}


def _windows_service(machine: Machine, words: list[str]) -> Answer:
    name = words[-1]
    if words[0].lower() == "get-service":
        state = "Running" if _is_running(machine, name) else "Stopped"
        return Answer(f"Status   Name\n------   ----\n{state}  {name}\n")
    return Answer(fixes=_mended_by_start(machine, name, "start"))


def _windows_drives(machine: Machine, words: list[str]) -> Answer:
    lines = ["Name  Used(GB)  Free(GB)"]
    for mount, state in machine.guest["disks"].items():
        size = machine.disks_gb.get(mount, 100)
        used = size * state["usedPercent"] // 100
        lines.append(f"{mount:<5} {used:>8}  {size - used:>8}")
    return Answer("\n".join(lines) + "\n")


WINDOWS: dict[str, Handler] = {
    "get-service": _windows_service,
    "start-service": _windows_service,
    "restart-service": _windows_service,
    "get-psdrive": _windows_drives,
    "get-process": _ps,
    "hostname": LINUX["hostname"],
    "remove-item": _remove,
    "stop-process": _kill,
}
