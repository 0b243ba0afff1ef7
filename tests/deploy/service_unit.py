"""The unit for systemd: rated by systemd's own tool, and compared with what a server asks the kernel for."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from calls import ask, request
from checks import DEPLOY, ROOT, Checks, until
from replicas import Replica, environment, server_binary, status_of
from settings import end_ms, in_force, problem_of

UNIT = DEPLOY / "systemd" / "broadside.service"
SETTINGS = DEPLOY / "systemd" / "broadside.toml"
USERS = DEPLOY / "systemd" / "broadside.sysusers"
SAMPLE = ROOT / "server" / "sample" / "inventory.jsonl"
PROGRAM = "/usr/bin/broadside-server"
# What `systemd-analyze security` gives: 0.0 is best, 10.0 worst. What is left is the network, which the server is for.
EXPOSURE_MAX = 1.2
CALL = re.compile(r"^\d+ +([a-z0-9_]+)\(")
FAMILY = re.compile(r"socket(?:pair)?\((AF_[A-Z0-9]+)")
RELOAD_SECONDS_MAX = 20.0
TRACE_SECONDS_MAX = 10.0


def check_all(checks: Checks) -> None:
    """The unit, its settings, and its walls."""
    print("\n== systemd", flush=True)
    unit = entries(UNIT.read_text(encoding="utf-8"))
    checks.none("the server accepts the unit's settings", filter(None, [problem_of(SETTINGS)]))
    end = end_ms(in_force(SETTINGS)) / 1000
    checks.holds(
        "it has the time to end in order", end + 2 <= int(unit["TimeoutStopSec"][0]), f"{end:g} s and a margin"
    )
    checks.holds(
        "its user is made",
        re.search(rf"^u {unit['User'][0]} ", USERS.read_text(encoding="utf-8"), re.MULTILINE) is not None,
    )
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        checks.left_out("the unit as systemd reads it", "systemd-analyze is not installed")
        return
    with tempfile.TemporaryDirectory(prefix="broadside-deploy-") as folder:
        # The one thing that is not there is the program, and `verify` looks for it.
        copy = Path(folder) / UNIT.name
        copy.write_text(UNIT.read_text(encoding="utf-8").replace(PROGRAM, str(server_binary())), encoding="utf-8")
        said = output([analyze, "verify", "--man=no", str(copy)])
        checks.holds("systemd accepts the unit", said == "", said)
        rating = output([analyze, "security", "--offline=true", "--no-pager", str(copy)])
        found = re.search(r"Overall exposure level for \S+: ([0-9.]+)", rating)
        exposure = float(found[1]) if found else 10.0
        checks.holds("its exposure is low", exposure <= EXPOSURE_MAX, f"{exposure}, at most {EXPOSURE_MAX}")
        if shutil.which("strace") is None:
            checks.left_out("the unit's walls around a real server", "strace is not installed")
            return
        walls_leave_room(checks, unit, analyze, Path(folder))


def walls_leave_room(checks: Checks, unit: dict[str, list[str]], analyze: str, folder: Path) -> None:
    """A server starts, answers, reloads and ends, and does nothing that the unit forbids."""
    log = folder / "strace"
    compiled = folder / "inventory.bsx"
    output([str(server_binary().with_name("broadside")), "build", str(SAMPLE), "-o", str(compiled)])
    tracer = ("strace", "-D", "-f", "-q", "-o", str(log))
    replica = Replica(1, folder, inventory=("--inventory", str(compiled)), prefix=tracer)
    try:
        replica.start()
        ask(f"{replica.address}:{replica.port}", request())
        status_of(f"http://{replica.address}:{replica.admin_port}/metrics")
        replica.reload()
        until("a reload ends", lambda: '"cause":"sighup"' in replica.log.read_text(), RELOAD_SECONDS_MAX)
        replica.terminate()
        code = replica.wait()
        # The tracer is a process of its own, which writes on for a moment.
        last = re.compile(rf"^{replica.pid()} +\+\+\+ exited", re.MULTILINE)
        until("the trace is written", lambda: bool(last.search(log.read_text(errors="replace"))), TRACE_SECONDS_MAX)
    finally:
        replica.stop()
    trace = log.read_text(encoding="utf-8", errors="replace")
    used = {match[1] for line in trace.splitlines() if (match := CALL.match(line))}
    checks.holds(
        "a traced server starts, answers, reloads and ends", code == 0 and len(used) > 20, f"{len(used)} system calls"
    )
    checks.none(
        "none of its system calls is forbidden", sorted(used - allowed_calls(unit["SystemCallFilter"], analyze))
    )
    families = set(FAMILY.findall(trace))
    checks.none("nor a family of its sockets", sorted(families - set(unit["RestrictAddressFamilies"][0].split())))
    writable_code = [line for line in trace.splitlines() if "PROT_WRITE|PROT_EXEC" in line]
    checks.none("nor its memory", writable_code)


def entries(text: str) -> dict[str, list[str]]:
    """The values of each key of a unit, in order."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        key, separator, value = line.partition("=")
        if separator and not line.startswith(("#", "[")):
            found.setdefault(key, []).append(value)
    return found


def allowed_calls(filters: list[str], analyze: str) -> set[str]:
    """The system calls that are left: the first line allows, one with ~ takes away, each later one adds."""
    allowed = members("@default", analyze)
    for line in filters:
        named = {call for name in line.lstrip("~").split() for call in members(name, analyze)}
        allowed = allowed - named if line.startswith("~") else allowed | named
    return allowed


def members(name: str, analyze: str) -> set[str]:
    """The system calls of a set of systemd's, or the one of this name."""
    if not name.startswith("@"):
        return {name}
    lines = output([analyze, "syscall-filter", "--no-pager", name]).splitlines()[1:]
    names = [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]
    return {call for one in names for call in members(one, analyze)}


def output(command: list[str]) -> str:
    """What a program says, on either stream."""
    said = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment(), check=False
    )
    return said.stdout.strip()
