"""A server process: started on ports of the system's choice, measured through /proc, stopped by its own id."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

STARTED_WITHIN_S = 60
STOPPED_WITHIN_S = 15
POLL_S = 0.02
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
MIB = 2**20
# The server refuses variables that it does not know, and a proxy of the user's has no place here.
ENVIRONMENT = {"PATH": os.environ.get("PATH", "")}
# Calls in flight are not what most attacks are about.
DEFAULTS = {
    "listen": "127.0.0.1:0",
    "admin_listen": "127.0.0.1:0",
    "workers": "2",
    "log_format": "json",
    "drain_timeout_ms": "1000",
}


class ServerError(Exception):
    """The server did not do what a test needs to begin with."""


def cpu_s(pid: int) -> float:
    """CPU time of the threads of a process so far. What `stat` says of the process is a million times coarser."""
    spent_ns = 0
    for thread in Path(f"/proc/{pid}/task").iterdir():
        # A thread may end between its being listed and its being read.
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            spent_ns += int((thread / "schedstat").read_text().split()[0])
    return spent_ns / 1e9


def machine_cpu_s() -> float:
    """CPU time that was not idle on all cores so far, what the hypervisor took included."""
    user, nice, system, _, _, *interrupts_and_steal = map(int, Path("/proc/stat").read_text().split()[1:9])
    return (user + nice + system + sum(interrupts_and_steal)) / TICKS_A_SECOND


class Server:
    """One server. Usable in `with`, which stops it."""

    def __init__(
        self,
        program: Path,
        inventory: Path,
        log: Path,
        settings: Mapping[str, str] | None = None,
        descriptors: int | None = None,
    ) -> None:
        """Starts it and waits until it is ready. A setting that is empty is left out."""
        self.log = log
        settings = {**DEFAULTS, **(settings or {}), "inventory": str(inventory)}
        limit = [] if descriptors is None else ["prlimit", f"--nofile={descriptors}:{descriptors}"]
        flags = [f"--{name.replace('_', '-')}={value}" for name, value in settings.items() if value]
        with log.open("wb") as out:
            command = [*limit, str(program), *flags]
            self.process = subprocess.Popen(command, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        try:
            ready = self._wait_until_ready()
        except BaseException:
            self.stop()
            raise
        self.address, self.admin_address = ready["listen"], ready["admin_listen"]
        self.health_address = ready.get("health_listen", "")

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self.process.pid

    def said(self) -> str:
        """All that it has logged."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def log_lines(self) -> list[dict[str, Any]]:
        """The lines of its log that are JSON."""
        return [json.loads(line) for line in self.said().splitlines() if line.startswith("{") and line.endswith("}")]

    def _wait_until_ready(self) -> dict[str, Any]:
        until = time.monotonic() + STARTED_WITHIN_S
        while True:
            for line in self.log_lines():
                if line.get("message") == "ready":
                    return line
            if self.process.poll() is not None:
                # What it says to people comes without JSON around it.
                said = " ".join(line for line in self.said().splitlines() if line and not line.startswith("{"))
                raise ServerError(f"it ended with {self.process.returncode}: {said[:300]}")
            if time.monotonic() > until:
                raise ServerError(f"it is not ready after {STARTED_WITHIN_S} s: {self.said()[-500:]}")
            time.sleep(POLL_S)

    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self.process.poll() is None

    def cpu_s(self) -> float:
        """CPU time of the process so far."""
        return cpu_s(self.pid)

    def memory_mib(self, kind: str = "VmRSS") -> float:
        """Resident memory; with `VmHWM` the most there was since `forget_peak`."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(f"{kind}:"):
                return int(line.split()[1]) / 1024
        raise ServerError(f"/proc/{self.pid}/status has no {kind}")

    def forget_peak(self) -> None:
        """Lets the peak of memory begin anew."""
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")

    def descriptors(self) -> int:
        """How many it has open."""
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def signal(self, number: signal.Signals) -> None:
        """Sends it a signal."""
        self.process.send_signal(number)

    def wait(self, timeout_s: float) -> int | None:
        """Waits for its end. Gives its status, or nothing if it did not end."""
        try:
            return self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return None

    def stop(self) -> None:
        """Ends it, whatever it does."""
        if self.is_alive():
            # SIGINT is for people who wait: no lame duck.
            self.signal(signal.SIGINT)
            if self.wait(STOPPED_WITHIN_S) is None:
                self.process.kill()
                self.process.wait()
