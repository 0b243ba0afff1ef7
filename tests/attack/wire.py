"""An HTTP/2 connection that keeps no rule: what it sends is what an attack wants sent, byte for byte.

Frames are made with hyperframe and headers with hpack, neither of which the server uses. What comes back is counted,
not judged. A header block never touches the dynamic table unless the caller makes one that does, so the same bytes may
be sent any number of times.
"""

from __future__ import annotations

import select
import socket
import struct
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from hpack import Decoder, Encoder, HPACKError, NeverIndexedHeaderTuple
from hyperframe.frame import DataFrame, Frame, HeadersFrame, SettingsFrame, WindowUpdateFrame

MATCH_BATCH = "/broadside.v1.MatchService/MatchBatch"
MATCH_STREAM = "/broadside.v1.MatchService/MatchStream"
EXPLAIN = "/broadside.v1.MatchService/Explain"
ANALYZE = "/broadside.v1.MatchService/Analyze"
HEALTH_CHECK = "/grpc.health.v1.Health/Check"
HEALTH_WATCH = "/grpc.health.v1.Health/Watch"

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
HEADER_BYTES = 9
DATA_BYTES_MAX = 16_384
WINDOW_MAX = 2**31 - 1
WINDOW_DEFAULT = 65_535
# What a client may have on its way before the system says that it waits: small, so that an attack notices an end soon.
SEND_BUFFER_BYTES = 64 * 1024
RECEIVE_BYTES = 256 * 1024
KEPT_BYTES = 64
POLL_S = 0.05

DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = 0, 1, 3, 4, 6, 7, 8, 9
ACK = END_STREAM = 1
END_HEADERS = 4

Headers = Iterable[tuple[str, str]]


@dataclass
class Reply:
    """What came back on one stream."""

    headers: dict[str, str] = field(default_factory=dict)
    # The first bytes of the reply's messages, and how many there were in all.
    data: bytes = b""
    data_bytes: int = 0
    reset: int | None = None
    ended: bool = False

    @property
    def status(self) -> int | None:
        """The gRPC status, if there was one."""
        return int(self.headers["grpc-status"]) if "grpc-status" in self.headers else None

    @property
    def outcome(self) -> str:
        """What became of the call, in a word or two."""
        if self.status is not None:
            return f"status {self.status}"
        if self.reset is not None:
            return f"reset {self.reset}"
        if self.headers.get(":status", "200") != "200":
            return f"HTTP {self.headers[':status']}"
        return "ended" if self.ended else "no answer"


def block(headers: Headers) -> bytes:
    """A header block that leaves the peer's table as it is."""
    pairs = [NeverIndexedHeaderTuple(name.encode(), value.encode()) for name, value in headers]
    encoded: bytes = Encoder().encode(pairs, huffman=False)
    return encoded


def request(path: str, more: Headers = ()) -> bytes:
    """The header block of a gRPC call."""
    first = [(":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "localhost")]
    return block([*first, ("content-type", "application/grpc"), ("te", "trailers"), *more])


def opening(path: str, *, end: bool = False, more: Headers = ()) -> bytes:
    """The frame that begins a call, on stream 1."""
    flags = ["END_HEADERS", "END_STREAM"] if end else ["END_HEADERS"]
    return HeadersFrame(1, request(path, more), flags=flags).serialize()


def message(content: bytes, *, compressed: bool = False, length: int | None = None) -> bytes:
    """A message as gRPC frames it; `length` is what it claims to have."""
    return struct.pack(">BI", compressed, len(content) if length is None else length) + content


def on_stream(frames: bytes, stream: int) -> bytes:
    """The same frames on another stream."""
    number, at, parts = stream.to_bytes(4, "big"), 0, []
    while at < len(frames):
        end = at + HEADER_BYTES + int.from_bytes(frames[at : at + 3], "big")
        parts += [frames[at : at + 5], number, frames[at + HEADER_BYTES : end]]
        at = end
    return b"".join(parts)


def wait_for(connection: socket.socket, events: int, timeout_s: float) -> bool:
    """Waits until something can be done with a socket. `select` knows no descriptor above 1,023."""
    poll = select.poll()
    poll.register(connection, events)
    return bool(poll.poll(max(0.0, timeout_s) * 1_000))


class Wire:
    """One connection. Usable in `with`, which closes it."""

    def __init__(
        self,
        address: str,
        *,
        reads: bool = True,
        window: int = WINDOW_MAX,
        begins: bool = True,
        receive_buffer: int | None = None,
    ) -> None:
        """Connects and, unless told otherwise, begins HTTP/2. `window` is what it lets the server send on a stream."""
        host, port = address.rsplit(":", 1)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        if receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(5)
        self.socket.connect((host, int(port)))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.reads = reads
        self.ended = False
        self.goaway: tuple[int, int, str] | None = None
        self.resets: Counter[int] = Counter()
        self.frames: Counter[int] = Counter()
        self.replies: dict[int, Reply] = {}
        self.settings: dict[int, int] = {}
        self.window = WINDOW_DEFAULT
        self.stream_windows: dict[int, int] = {}
        self.sent_bytes = 0
        self.next_stream = 1
        self._unread = b""
        # Acknowledgements, which may not go out in the middle of a frame.
        self._owed = b""
        self._decoder = Decoder(max_header_list_size=2**24)
        if begins:
            settings = {SettingsFrame.INITIAL_WINDOW_SIZE: window}
            first = [SettingsFrame(0, settings)]
            more = [WindowUpdateFrame(0, WINDOW_MAX - WINDOW_DEFAULT)] if window == WINDOW_MAX else []
            self.send(PREFACE + b"".join(frame.serialize() for frame in [*first, *more]))

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection."""
        self.ended = True
        self.socket.close()

    def send(self, content: bytes | Frame, patience_s: float = 5.0) -> bool:
        """Sends all of it, and reads meanwhile if this connection reads. Says whether it was all taken in time."""
        if isinstance(content, Frame):
            content = content.serialize()
        rest, self._owed = memoryview(self._owed + content), b""
        until = time.monotonic() + patience_s
        while rest and not self.ended:
            try:
                count = self.socket.send(rest)
                rest = rest[count:]
                self.sent_bytes += count
            except BlockingIOError:
                left = until - time.monotonic()
                if left <= 0:
                    return False
                wait_for(self.socket, select.POLLOUT | (select.POLLIN if self.reads else 0), min(left, POLL_S))
            except OSError:
                # What the server said before it closed may still be there to read.
                self._read_all()
                self.ended = True
            if self.reads:
                self._read_all()
        return not rest

    def receive(self, timeout_s: float) -> None:
        """Reads what comes, for at most so long; returns when something came."""
        if not self.ended and wait_for(self.socket, select.POLLIN, timeout_s):
            self._read_all()
            if self._owed:
                self.send(b"")

    def read_some(self, most: int) -> int:
        """Takes at most so many bytes off the socket and looks at none of them. Says how many."""
        try:
            content = self.socket.recv(most)
        except BlockingIOError:
            return 0
        except OSError:
            content = b""
        self.ended = not content
        return len(content)

    def wait(self, condition: Callable[[], object], timeout_s: float = 5.0) -> bool:
        """Reads until a condition holds. Says whether it does."""
        until = time.monotonic() + timeout_s
        while not condition():
            left = until - time.monotonic()
            if self.ended or left <= 0:
                return bool(condition())
            self.receive(min(left, POLL_S))
        return True

    def wait_until_over(self, timeout_s: float) -> bool:
        """Waits until the server has said GOAWAY or closed the connection. Says whether it has."""
        return self.wait(lambda: self.goaway is not None or self.ended, timeout_s)

    def wait_for_end(self, reply: Reply, timeout_s: float) -> bool:
        """Waits until a call has ended. Says whether it has."""
        return self.wait(lambda: reply.ended, timeout_s)

    def wait_for_settings(self) -> None:
        """Waits until the server has said what it allows."""
        self.wait(lambda: self.settings)

    def flood(self, frames: bytes, most: int, until: float, chunk: int = 50, numbered: bool = True) -> int:
        """Sends the same frames over and over, each time on a new stream. Says how many times.

        It ends with the connection, at a time of the monotonic clock, after so many times, or where nothing is taken
        any more.
        """
        count, same = 0, frames * chunk
        while count < most and not self.ended and self.goaway is None and time.monotonic() < until:
            times = min(chunk, most - count)
            if numbered:
                parts = [on_stream(frames, self.next_stream + 2 * number) for number in range(times)]
                self.next_stream += 2 * times
            else:
                parts = [same if times == chunk else frames * times]
            if not self.send(b"".join(parts), patience_s=max(0.0, min(0.5, until - time.monotonic()))):
                break
            count += times
        return count

    def begin(self, path: str, body: bytes, more: Headers = (), end: bool = True) -> int:
        """Begins a call and sends a body, however large, within the server's windows. Gives its stream."""
        self.wait_for_settings()
        stream, self.next_stream = self.next_stream, self.next_stream + 2
        self.replies[stream] = Reply()
        self.send(on_stream(opening(path, more=more), stream))
        self.send_body(stream, body, end)
        return stream

    def send_body(self, stream: int, body: bytes, end: bool, patience_s: float = 5.0) -> int:
        """Sends as much of a body as the server's windows and its patience allow. Gives the number of bytes."""
        self.stream_windows.setdefault(stream, self.settings.get(SettingsFrame.INITIAL_WINDOW_SIZE, WINDOW_DEFAULT))
        sent, until = 0, time.monotonic() + patience_s
        reply = self.replies.setdefault(stream, Reply())
        while sent < len(body) or end:
            room = min(self.window, self.stream_windows[stream], DATA_BYTES_MAX, len(body) - sent)
            if reply.ended or self.ended or time.monotonic() > until:
                break
            if room <= 0 < len(body) - sent:
                self.receive(min(POLL_S, patience_s))
                continue
            last = end and sent + room == len(body)
            frame = DataFrame(stream, body[sent : sent + room], flags=["END_STREAM"] if last else [])
            if not self.send(frame, max(0.0, until - time.monotonic())):
                break
            sent += room
            self.window -= room
            self.stream_windows[stream] -= room
            if last:
                break
        return sent

    def call(self, path: str, body: bytes, more: Headers = (), timeout_s: float = 10.0) -> Reply:
        """Makes a call and waits for its end."""
        stream = self.begin(path, body, more)
        self.wait_for_end(self.replies[stream], timeout_s)
        return self.replies[stream]

    def _read_all(self) -> None:
        """Reads what is there."""
        while not self.ended:
            try:
                content = self.socket.recv(RECEIVE_BYTES)
            except BlockingIOError:
                return
            except OSError:
                content = b""
            if not content:
                self.ended = True
                for reply in self.replies.values():
                    reply.ended = True
                return
            self._unread += content
            self._take_frames()

    def _take_frames(self) -> None:
        at, content = 0, self._unread
        while len(content) - at >= HEADER_BYTES:
            end = at + HEADER_BYTES + int.from_bytes(content[at : at + 3], "big")
            if end > len(content):
                break
            stream = int.from_bytes(content[at + 5 : at + HEADER_BYTES], "big")
            self._take(content[at + 3], content[at + 4], stream, content[at + HEADER_BYTES : end])
            at = end
        self._unread = content[at:]

    def _take(self, kind: int, flags: int, stream: int, payload: bytes) -> None:
        """Takes one frame from the server."""
        self.frames[kind] += 1
        if kind == RST_STREAM:
            code = int.from_bytes(payload, "big")
            self.resets[code] += 1
            if stream in self.replies:
                self.replies[stream].reset, self.replies[stream].ended = code, True
        elif kind == GOAWAY:
            last, code = struct.unpack(">II", payload[:8])
            self.goaway = (last, code, payload[8:].decode("ascii", "replace"))
        elif kind == SETTINGS and not flags & ACK:
            self.settings |= dict(struct.iter_unpack(">HI", payload))
            self._owed += SettingsFrame(0, flags=["ACK"]).serialize()
        elif kind == WINDOW_UPDATE and stream == 0:
            self.window += int.from_bytes(payload, "big")
        elif kind == WINDOW_UPDATE:
            self.stream_windows[stream] = self.stream_windows.get(stream, 0) + int.from_bytes(payload, "big")
        elif kind == HEADERS:
            self._take_headers(flags, stream, payload)
        elif kind == DATA and stream in self.replies:
            reply = self.replies[stream]
            reply.data += payload[: max(0, KEPT_BYTES - len(reply.data))]
            reply.data_bytes += len(payload)
            reply.ended |= bool(flags & END_STREAM)

    def _take_headers(self, flags: int, stream: int, payload: bytes) -> None:
        """The server's headers fit a frame each."""
        try:
            pairs = self._decoder.decode(payload, raw=False)
        except HPACKError:
            return
        reply = self.replies.setdefault(stream, Reply())
        reply.headers |= {str(name): str(value) for name, value in pairs}
        reply.ended |= bool(flags & END_STREAM)
