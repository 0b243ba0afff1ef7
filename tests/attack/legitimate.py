"""The client that an attack must not hurt: a process with connections of its own that calls at a fixed rate.

Run as a program with its settings as JSON in the first argument. For each line on its standard input it prints one
with what became of the calls that ended since the line before; at the end of the input it waits for the rest, prints
once more and ends. Latency counts from when a call was due, so that a client that is kept waiting says so.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import grpc

import messages
import wire

CONNECTIONS = 4
# A call that takes this long is lost. How long the others take is a question of its own.
DEADLINE_S = 10.0
# A call that is refused for overload is tried again when the server says, as Broadside's own clients do.
ATTEMPTS = 3
PUSHBACK = "grpc-retry-pushback-ms"
ERRORS_SHOWN = 3
ANSWER_WITHIN_S = DEADLINE_S + 10


@dataclass
class Window:
    """What became of the calls of some time."""

    calls: int = 0
    failed: int = 0
    # Times that a call was refused and tried again.
    refused: int = 0
    p50_ms: float = 0.0
    p99_ms: float = 0.0
    max_ms: float = 0.0
    errors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dress:
    """How the client shows itself: paths of PEM files, and a token."""

    authority: str = ""
    certificate: str = ""
    key: str = ""
    token: str = ""

    def channel(self, address: str) -> grpc.Channel:
        """A connection of its own to the server."""
        options = [("grpc.use_local_subchannel_pool", 1), ("grpc.enable_retries", 0)]
        if not self.authority:
            return grpc.insecure_channel(address, options)
        read = {
            name: Path(path).read_bytes() if path else None for name, path in asdict(self).items() if name != "token"
        }
        credentials = grpc.ssl_channel_credentials(read["authority"], read["key"], read["certificate"])
        return grpc.secure_channel(address, credentials, options)

    def metadata(self) -> list[tuple[str, str]]:
        """What goes with each call."""
        return [("authorization", f"Bearer {self.token}")] if self.token else []


class Caller:
    """Calls at a rate and keeps what became of it."""

    def __init__(self, address: str, dress: Dress, texts: int) -> None:
        self.channels = [dress.channel(address) for _ in range(CONNECTIONS)]
        self.methods = [channel.unary_unary(wire.MATCH_BATCH) for channel in self.channels]
        self.metadata = dress.metadata()
        self.request = messages.batch(messages.texts(texts))
        self.lock = threading.Lock()
        self.latencies_ms: list[float] = []
        self.errors: Counter[str] = Counter()
        self.refused = 0
        self.open = 0

    def begin(self, number: int, due: float) -> None:
        """Begins one call."""
        with self.lock:
            self.open += 1
        self.attempt(number, due, 1)

    def attempt(self, number: int, due: float, attempt: int) -> None:
        """Calls once."""
        method = self.methods[number % CONNECTIONS]
        future = method.future(self.request, timeout=DEADLINE_S, metadata=self.metadata)
        future.add_done_callback(lambda done: self.ended(done, number, due, attempt))

    def ended(self, call: Any, number: int, due: float, attempt: int) -> None:
        """Notes how an attempt ended, or tries again."""
        took_ms = (time.monotonic() - due) * 1_000
        pushback_s = pushback_of(call)
        if pushback_s is not None and attempt < ATTEMPTS:
            with self.lock:
                self.refused += 1
            threading.Timer(pushback_s, self.attempt, (number, due, attempt + 1)).start()
            return
        with self.lock:
            self.open -= 1
            self.latencies_ms.append(took_ms)
            if call.code() is not grpc.StatusCode.OK:
                self.errors[f"{call.code().name}: {call.details()}"[:200]] += 1

    def take(self) -> Window:
        """What became of the calls since the last time."""
        with self.lock:
            latencies, self.latencies_ms = sorted(self.latencies_ms), []
            errors, self.errors = self.errors, Counter()
            refused, self.refused = self.refused, 0
        if not latencies:
            return Window(refused=refused)
        shown = tuple(f"{count} x {error}" for error, count in errors.most_common(ERRORS_SHOWN))
        p50, p99 = (latencies[min(len(latencies) - 1, len(latencies) * share // 100)] for share in (50, 99))
        return Window(len(latencies), errors.total(), refused, p50, p99, latencies[-1], shown)

    def run(self, rate: float, stop: threading.Event) -> None:
        """Calls until it is told to stop, then waits for what is open."""
        began, number = time.monotonic(), 0
        while not stop.wait(max(0.0, began + number / rate - time.monotonic())):
            self.begin(number, began + number / rate)
            number += 1
        until = time.monotonic() + ANSWER_WITHIN_S
        while self.open and time.monotonic() < until:
            time.sleep(0.005)


def pushback_of(call: Any) -> float | None:
    """After how many seconds the server says to try again; nothing if it does not say so."""
    if call.code() is not grpc.StatusCode.RESOURCE_EXHAUSTED:
        return None
    trailers = {entry.key: entry.value for entry in call.trailing_metadata() or ()}
    asked_ms = int(trailers.get(PUSHBACK, -1))
    return asked_ms / 1_000 if asked_ms >= 0 else None


class Client:
    """The process, as the one who started it sees it. Usable in `with`, which ends it."""

    def __init__(self, address: str, dress: Dress, rate: float, texts: int) -> None:
        self.texts = texts
        settings = {"address": address, "dress": asdict(dress), "rate": rate, "texts": texts}
        command = [sys.executable, __file__, json.dumps(settings)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def window(self) -> Window:
        """What became of the calls since the last window."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self._read()

    def finish(self) -> Window:
        """Ends it, once its calls have ended; what became of the last ones."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.stdin = None
        window = self._read()
        self.process.wait(ANSWER_WITHIN_S)
        return window

    def _read(self) -> Window:
        assert self.process.stdout is not None
        fields = json.loads(self.process.stdout.readline())
        return Window(**{**fields, "errors": tuple(fields["errors"])})


def main() -> None:
    """Calls until the standard input ends."""
    settings = json.loads(sys.argv[1])
    caller = Caller(settings["address"], Dress(**settings["dress"]), settings["texts"])
    stop = threading.Event()
    thread = threading.Thread(target=caller.run, args=(settings["rate"], stop))
    thread.start()
    for _ in sys.stdin:
        print(json.dumps(asdict(caller.take())), flush=True)
    stop.set()
    thread.join()
    print(json.dumps(asdict(caller.take())), flush=True)


if __name__ == "__main__":
    main()
