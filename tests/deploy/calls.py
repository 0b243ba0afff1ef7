"""Calls through a balancer, counted: how many were made, and what became of those that failed.

Promises that nothing here tries a call again: grpcio's own retries are off, so a failure that a balancer lets through
is a failure that is counted. Each answer is compared with the one that a replica gave when it was asked directly.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType

import grpc
from checks import ROOT, until

MATCH_BATCH = "/broadside.v1.MatchService/MatchBatch"
MATCH_STREAM = "/broadside.v1.MatchService/MatchStream"
QUERIES = ROOT / "server" / "sample" / "queries.txt"
QUERIES_PER_CALL = 32
LARGE_QUERIES = 60
LARGE_WORDS = 8_000
STREAM_BATCHES = 20
DEADLINE_SECONDS = 10.0
REASONS_SHOWN = 4
# Many times as long as a thread is between two calls.
STANDSTILL_SECONDS = 0.3
OPTIONS = [("grpc.enable_retries", 0), ("grpc.use_local_subchannel_pool", 1)]


def field(number: int, payload: bytes) -> bytes:
    """A field of a Protocol Buffers message that has a length."""
    length, size = b"", len(payload)
    while size > 0x7F:
        length += bytes([size & 0x7F | 0x80])
        size >>= 7
    return bytes([number << 3 | 2]) + length + bytes([size]) + payload


def request() -> bytes:
    """A MatchBatchRequest with texts that find something: field 1 are the queries, of which field 1 is the text."""
    texts = Path(QUERIES).read_text(encoding="utf-8").splitlines()
    return b"".join(field(1, field(1, text.encode())) for text in texts[:QUERIES_PER_CALL])


def large_request() -> bytes:
    """A MatchBatchRequest of more than three megabytes, of the four that are allowed, with texts that are long."""
    text = ("carpet " * LARGE_WORDS).encode()
    return field(1, field(1, text)) * LARGE_QUERIES


class Connection:
    """One connection over which calls are made."""

    def __init__(self, target: str, method: str = MATCH_BATCH) -> None:
        self.channel = grpc.insecure_channel(target, options=OPTIONS)
        self.method: Callable[..., bytes] = self.channel.unary_unary(method)

    def call(self, message: bytes, seconds: float = DEADLINE_SECONDS) -> bytes:
        """The answer to one call, which may take so long."""
        return self.method(message, timeout=seconds)

    def close(self) -> None:
        """Closes the connection."""
        self.channel.close()


def ask(target: str, message: bytes, method: str = MATCH_BATCH) -> bytes:
    """The answer to one call on a connection of its own."""
    connection = Connection(target, method)
    try:
        return connection.call(message)
    finally:
        connection.close()


def stream(target: str, message: bytes) -> list[bytes]:
    """The answers to batch after batch over one stream, each sent when the one before it was answered."""
    channel = grpc.insecure_channel(target, options=OPTIONS)
    asked: SimpleQueue[bytes | None] = SimpleQueue()
    try:
        method: Callable[..., Iterator[bytes]] = channel.stream_stream(MATCH_STREAM)
        answers = method(iter(asked.get, None), timeout=DEADLINE_SECONDS)
        found = []
        for _ in range(STREAM_BATCHES):
            # Field 2 of a MatchStreamRequest is its batch.
            asked.put(field(2, message))
            found.append(next(answers))
        asked.put(None)
        return [*found, *answers]
    finally:
        channel.close()


class Load:
    """Threads that call at a bounded rate while the block lasts."""

    def __init__(self, target: str, message: bytes, answer: bytes, rate: int, threads: int, connections: int) -> None:
        self.message, self.answer = message, answer
        self.seconds_between = threads / rate
        self.ended = threading.Event()
        self.lock = threading.Lock()
        self.calls = 0
        self.slowest_seconds = 0.0
        # When each call began that failed, and why it did.
        self.failures: list[tuple[float, str]] = []
        self.connections = [Connection(target) for _ in range(connections)]
        self.threads = [
            threading.Thread(target=self.run, args=(self.connections[number % connections], number / rate), daemon=True)
            for number in range(threads)
        ]

    def __enter__(self) -> Load:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.ended.set()
        for thread in self.threads:
            thread.join()
        for connection in self.connections:
            connection.close()

    def run(self, connection: Connection, first: float) -> None:
        """Calls until the block ends, in its turn; what is late is sent at once, and not made up for."""
        due = time.monotonic() + first
        while not self.ended.wait(max(due - time.monotonic(), 0)):
            begun = time.monotonic()
            due = max(due + self.seconds_between, begun)
            failure = self.outcome(connection)
            with self.lock:
                self.calls += 1
                self.slowest_seconds = max(self.slowest_seconds, time.monotonic() - begun)
                if failure:
                    self.failures.append((begun, failure))

    def outcome(self, connection: Connection) -> str:
        """What is wrong with one more call; empty if nothing is."""
        try:
            answer = connection.call(self.message)
        except grpc.RpcError as error:
            return f"{error.code().name}: {error.details()}"[:160]
        return "" if answer == self.answer else "an answer that is not the replica's"

    def wait_for(self, calls: int, seconds: float) -> None:
        """Waits until so many calls more have ended."""
        goal = self.calls + calls
        until(f"{calls} calls end", lambda: self.calls >= goal, seconds)

    def wait_for_standstill(self, seconds: float) -> None:
        """Waits until no call has ended for a while: every thread waits for an answer."""
        calls, since = self.calls, time.monotonic()

        def stands_still() -> bool:
            nonlocal calls, since
            if self.calls != calls:
                calls, since = self.calls, time.monotonic()
            return time.monotonic() - since > STANDSTILL_SECONDS

        until("all threads wait for an answer", stands_still, seconds)

    def described(self) -> str:
        """How many calls there were, how long they took, and why some failed."""
        whys = Counter(why for _, why in self.failures).most_common(REASONS_SHOWN)
        failed = (
            f"{len(self.failures)} of {self.calls} calls failed, the slowest took {self.slowest_seconds * 1000:.0f} ms"
        )
        return "; ".join([failed, *(f"{count} of them: {why}" for why, count in whys)])
