"""One call, or one stream: the only module that touches gRPC, waits, and retries.

Promises that a call ends by its deadline with an answer or a `BroadsideError`, and that no error of gRPC escapes.
"""

from __future__ import annotations

import math
import random
import re
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Generic, Protocol, TypeVar

import grpc
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import DecodeError, Message
from google.rpc import status_pb2

from broadside import _tls, _wire
from broadside._errors import BroadsideError, Code
from broadside._headers import Metadata
from broadside._limits import DEADLINE_MAX_SECONDS
from broadside._retry import pause_before_retry

STATUS_DETAILS_KEY = "grpc-status-details-bin"
PUSH_BACK_KEY = "grpc-retry-pushback-ms"
PUSH_BACK_NUMBER = re.compile("[0-9]{1,18}")

Request = TypeVar("Request", bound=Message, contravariant=True)
Response = TypeVar("Response", bound=Message, covariant=True)


class Stub(Protocol[Request, Response]):
    """What gRPC makes of a channel and a method: a call that waits for its answer."""

    def __call__(self, request: Request, /, *, timeout: float, metadata: Metadata) -> Response:
        """Makes one attempt of at most `timeout` seconds."""


class Responses(Protocol[Response]):
    """What gRPC makes of an open stream: its responses, and a way to end it."""

    def __iter__(self) -> Iterator[Response]:
        """Waits for one response after the other."""

    def cancel(self) -> bool:
        """Ends the stream, if it has not ended."""


class StreamStub(Protocol[Request, Response]):
    """What gRPC makes of a channel and a method with a stream each way."""

    def __call__(
        self, requests: Iterator[Request], /, *, timeout: float | None, metadata: Metadata
    ) -> Responses[Response]:
        """Opens a stream that lives for at most `timeout` seconds, if that is not None."""


class Deadline:
    """A moment by which a call has to end, however many attempts and parts it has."""

    def __init__(self, seconds: float) -> None:
        if not (math.isfinite(seconds) and 0 < seconds <= DEADLINE_MAX_SECONDS):
            raise ValueError(f"deadline: expected more than 0 and at most {DEADLINE_MAX_SECONDS:g} s, got {seconds!r}")
        self._expiry = time.monotonic() + seconds

    def remaining(self) -> float:
        """Returns the seconds that are left, 0 at least."""
        return max(0.0, self._expiry - time.monotonic())


class Method(Generic[Request, Response]):
    """One method of the service on one channel. Any number of threads may call it at once."""

    def __init__(
        self,
        channel: grpc.Channel,
        descriptor: MethodDescriptor,
        response: type[Response],
        max_attempts: int,
        closed: threading.Event,
    ) -> None:
        self._stub: Stub[Request, Response] = channel.unary_unary(
            f"/{descriptor.containing_service.full_name}/{descriptor.name}",
            request_serializer=lambda request: request.SerializeToString(),
            response_deserializer=response.FromString,
        )
        self._max_attempts = max_attempts
        self._closed = closed

    def call(self, request: Request, deadline: Deadline, metadata: Metadata) -> Response:
        """Makes the call, again after UNAVAILABLE and a refusal for overload, until the deadline.

        Raises:
            BroadsideError: The call failed.

        """
        attempts = 0
        while True:
            attempts += 1
            try:
                return self._stub(request, timeout=deadline.remaining(), metadata=metadata)
            except grpc.RpcError as rpc_error:
                error = error_from_grpc(rpc_error)
            pause = pause_before_retry(error, attempts, self._max_attempts, deadline.remaining(), random.random())
            # Closing the client ends the wait.
            if pause is None or self._closed.wait(pause):
                raise error


class StreamMethod(Generic[Request, Response]):
    """One method with a stream each way. Any number of threads may open streams at once."""

    def __init__(self, channel: grpc.Channel, descriptor: MethodDescriptor, response: type[Response]) -> None:
        self._stub: StreamStub[Request, Response] = channel.stream_stream(
            f"/{descriptor.containing_service.full_name}/{descriptor.name}",
            request_serializer=lambda request: request.SerializeToString(),
            response_deserializer=response.FromString,
        )

    def call(self, requests: Iterator[Request], deadline: float | None, metadata: Metadata) -> Iterator[Response]:
        """Opens a stream and yields its responses. Leaving it, by an exception or by `close`, ends the stream.

        Raises:
            BroadsideError: The stream ended before its time.

        """
        responses = self._stub(requests, timeout=deadline, metadata=metadata)
        try:
            yield from responses
        except grpc.RpcError as rpc_error:
            raise error_from_grpc(rpc_error) from None
        finally:
            responses.cancel()


def error_from_grpc(rpc_error: grpc.RpcError) -> BroadsideError:
    """Reads what gRPC raised: the server's own status where it sent one, else gRPC's code and text."""
    if not isinstance(rpc_error, grpc.Call):
        return BroadsideError(Code.UNKNOWN, str(rpc_error))
    trailers: Mapping[str, str | bytes] = dict(rpc_error.trailing_metadata() or ())
    code: int = rpc_error.code().value[0]
    status = _read_status(trailers.get(STATUS_DETAILS_KEY))
    # Details of another code were not written for this failure: an intermediary replaced the status.
    if status is None or status.code != code:
        status = status_pb2.Status(code=code, message=rpc_error.details() or "")
    error = _wire.error_from_wire(status)
    # What has trailers was told by a server; a connection that could not be made has none.
    advice = None if trailers else _tls.describe(error.message)
    if advice is not None and error.code is Code.UNAVAILABLE:
        # Another attempt would meet the same certificates.
        return BroadsideError(error.code, f"{error.message}; {advice.advice}", advice.reason, retryable=False)
    if PUSH_BACK_KEY in trailers:
        _push_back(error, str(trailers[PUSH_BACK_KEY]))
    return error


def _push_back(error: BroadsideError, value: str) -> None:
    """Takes up what the server says about the next attempt: not before so many milliseconds, or never.

    A negative number, and what is none, mean never. RetryInfo may say when as well; the longer of the two holds.
    """
    if PUSH_BACK_NUMBER.fullmatch(value):
        error.retry_after = max(error.retry_after or 0.0, int(value) / 1_000)
    else:
        error.retryable = False
        error.retry_after = None


def _read_status(value: str | bytes | None) -> status_pb2.Status | None:
    if not isinstance(value, bytes):
        return None
    try:
        return status_pb2.Status.FromString(value)
    except DecodeError:
        return None
