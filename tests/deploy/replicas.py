"""Real broadside-servers on loopback addresses of their own.

Each replica has an address for itself (127.0.0.11 and so on), on which it keeps its ports over restarts: connections
leave from 127.0.0.1, so that nobody takes the ports of a replica while it is down. A replica is stopped by its own
process id, and by nothing else.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType

from checks import ROOT, until

START_SECONDS_MAX = 20.0
DRAIN_TIMEOUT_MS = 5_000
# The end of a server comes within lame duck, drain and this, whoever is connected; the margin is for a busy machine.
CUT_MS = 1_000
EXIT_MARGIN_SECONDS = 5.0
PROBE_SECONDS_MAX = 2.0
SAMPLE = re.compile(r"^(?P<name>[a-z_]+)(?:\{(?P<labels>[^}]*)\})? (?P<value>\S+)$")
LABEL = re.compile(r'(?P<name>[a-z_]+)="(?P<value>[^"]*)"')


def server_binary() -> Path:
    """The server that is checked: BROADSIDE_SERVER_BIN, or what cargo has built."""
    given = os.environ.get("BROADSIDE_SERVER_BIN")
    place = Path(given) if given else ROOT / "target" / "debug" / "broadside-server"
    if not place.is_file():
        raise FileNotFoundError(f"no server at {place}: build one, or set BROADSIDE_SERVER_BIN")
    return place.resolve()


def environment() -> dict[str, str]:
    """The environment without what the server would take for a setting."""
    return {name: value for name, value in os.environ.items() if not name.startswith("BROADSIDE_")}


def free_port(address: str) -> int:
    """A port of the system's choice that is free now."""
    with socket.socket() as listener:
        listener.bind((address, 0))
        return int(listener.getsockname()[1])


def free_ports(address: str, count: int) -> list[int]:
    """So many different ones."""
    listeners = [socket.socket() for _ in range(count)]
    try:
        for listener in listeners:
            listener.bind((address, 0))
        return [int(listener.getsockname()[1]) for listener in listeners]
    finally:
        for listener in listeners:
            listener.close()


def status_of(url: str) -> int:
    """The HTTP status of a GET, or 0 if nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=PROBE_SECONDS_MAX) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


class Replica:
    """One server, which can be started again with the same ports."""

    def __init__(
        self,
        number: int,
        folder: Path,
        settings: tuple[str, ...] = (),
        lame_duck_ms: int = 0,
        inventory: tuple[str, ...] = ("--sample",),
        prefix: tuple[str, ...] = (),
    ) -> None:
        self.address = f"127.0.0.{10 + number}"
        self.port, self.admin_port, self.health_port = free_ports(self.address, 3)
        self.settings = (*inventory, *settings)
        self.lame_duck_ms = lame_duck_ms
        self.prefix = prefix
        self.log = folder / f"replica-{number}.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it, and waits until it is ready."""
        command = [
            *self.prefix,
            str(server_binary()),
            *("--listen", f"{self.address}:{self.port}"),
            *("--admin-listen", f"{self.address}:{self.admin_port}"),
            *("--health-listen", f"{self.address}:{self.health_port}"),
            *("--lame-duck-ms", str(self.lame_duck_ms)),
            *("--drain-timeout-ms", str(DRAIN_TIMEOUT_MS)),
            *("--log-format", "json"),
            *self.settings,
        ]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=log, env=environment())

        def ready() -> bool:
            if self.process is None or self.process.poll() is not None:
                raise RuntimeError(f"a replica ended at its start: {self.log.read_text()[-400:]}")
            return self.ready()

        until("a replica is ready", ready, START_SECONDS_MAX)

    def ready(self) -> bool:
        """Whether it says so on the port that balancers ask."""
        return status_of(f"http://{self.address}:{self.health_port}/readyz") == 200

    def running(self) -> bool:
        """Whether the process is there."""
        return self.process is not None and self.process.poll() is None

    def pid(self) -> int:
        """The process id of what was started last."""
        return self.started().pid

    def reload(self) -> None:
        """Sends SIGHUP and does not wait."""
        self.send(signal.SIGHUP)

    def pause(self) -> None:
        """Sends SIGSTOP: what it has in hand stays there."""
        self.send(signal.SIGSTOP)

    def resume(self) -> None:
        """Sends SIGCONT."""
        self.send(signal.SIGCONT)

    def terminate(self) -> None:
        """Sends SIGTERM and does not wait."""
        self.send(signal.SIGTERM)

    def send(self, what: signal.Signals) -> None:
        """Sends a signal to the process that was started here."""
        self.started().send_signal(what)

    def wait(self) -> int:
        """Waits for its end, which must come in time, and returns the exit code."""
        return self.started().wait((self.lame_duck_ms + DRAIN_TIMEOUT_MS + CUT_MS) / 1000 + EXIT_MARGIN_SECONDS)

    def started(self) -> subprocess.Popen[bytes]:
        """The process, which must have been started."""
        if self.process is None:
            raise RuntimeError("this replica was never started")
        return self.process

    def metrics(self) -> str:
        """What Prometheus would read."""
        with urllib.request.urlopen(f"http://{self.address}:{self.admin_port}/metrics", timeout=5) as response:
            return str(response.read().decode())

    def calls(self) -> int:
        """How many MatchBatch calls have ended here since it was started."""
        return int(sum(value for name, labels, value in samples(self.metrics()) if is_match_batch(name, labels)))

    def is_called(self) -> bool:
        """Whether calls have ended here since it was started."""
        return self.calls() > 0

    def stop(self) -> None:
        """Ends it at once, if it runs."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Replicas:
    """Three of them, which end with the block that started them."""

    def __init__(self, folder: Path, settings: tuple[str, ...], lame_duck_ms: int) -> None:
        self.all = [Replica(number, folder, settings, lame_duck_ms) for number in (1, 2, 3)]

    def __enter__(self) -> list[Replica]:
        try:
            for replica in self.all:
                replica.start()
        except BaseException:
            self.stop()
            raise
        return self.all

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Ends those that run."""
        for replica in self.all:
            replica.stop()


def samples(text: str) -> list[tuple[str, dict[str, str], float]]:
    """The samples of an exposition in the text format: name, labels, value."""
    found = []
    for line in text.splitlines():
        if match := SAMPLE.match(line):
            labels = {one["name"]: one["value"] for one in LABEL.finditer(match["labels"] or "")}
            found.append((match["name"], labels, float(match["value"])))
    return found


def is_match_batch(name: str, labels: dict[str, str]) -> bool:
    """Whether a sample counts calls of MatchBatch, however they ended."""
    return name == "broadside_calls_total" and labels.get("method") == "MatchBatch"
