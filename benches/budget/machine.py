"""The machine that is measured on: what it is, and what it did meanwhile."""

import os
import pathlib
import platform
import re
import subprocess


def cores():
    """A core for the server and one for what asks it."""
    usable = sorted(os.sched_getaffinity(0))
    if len(usable) < 2:
        raise SystemExit("measure.py: expected two cores, one for the server and one for the load, got one")
    return usable[0], usable[1]


def ticks():
    """Ticks of 10 ms since the machine started: those that other machines took, and all."""
    fields = [int(field) for field in _read("/proc/stat").splitlines()[0].split()[1:9]]
    return fields[7], sum(fields)


def cpu_ns(pid):
    """CPU time of all threads of a process."""
    threads = pathlib.Path(f"/proc/{pid}/task").iterdir()
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads)


def memory_kib(pid):
    """Memory of a process by kind."""
    rollup = dict(re.findall(r"^(\w+): +(\d+) kB", _read(f"/proc/{pid}/smaps_rollup"), re.MULTILINE))
    status = dict(re.findall(r"^(\w+):\s+(\d+) kB", _read(f"/proc/{pid}/status"), re.MULTILINE))
    return {
        "resident": int(status["VmRSS"]),
        "of files": int(status["RssFile"]),
        "on huge pages": int(rollup.get("AnonHugePages", 0)) + int(rollup.get("FilePmdMapped", 0)),
        "at most": int(status["VmHWM"]),
    }


def description():
    """One line."""
    model = re.search(r"^model name\s*: (.*)", _read("/proc/cpuinfo"), re.MULTILINE)
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    huge = re.search(r"\[(\w+)\]", _read("/sys/kernel/mm/transparent_hugepage/enabled"))
    return (
        f"{model.group(1) if model else platform.machine()}, {os.cpu_count()} cores, {memory_gib:.0f} GiB of memory, "
        f"Linux {platform.release()}, transparent huge pages {huge.group(1) if huge else 'unknown'}, "
        f"{_said('rustc', '--version')}, Python {platform.python_version()}"
    )


def commit():
    """The commit, and whether the tree has changes beside it."""
    name = _said("git", "rev-parse", "--short", "HEAD") or "unknown"
    return name, bool(_said("git", "status", "--porcelain", "--untracked-files=no"))


def _said(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""


def _read(path):
    try:
        return pathlib.Path(path).read_text(encoding="utf-8")
    except OSError:
        return ""
