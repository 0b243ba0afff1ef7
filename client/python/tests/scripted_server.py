"""A gRPC server in this process that answers as a test tells it to: wrong, late, or not at all.

It speaks the generated messages over a real socket on a port of its own, so that what is tested includes gRPC.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any

import grpc
from google.protobuf.message import Message
from google.rpc import status_pb2

from broadside._generated import match_pb2, version_pb2

GENERATION = "00000000000000aa"

Answer = Callable[[match_pb2.MatchBatchRequest, int], match_pb2.MatchBatchResponse]
"""Answers a request; the number counts the calls so far, from 0."""


class Fault(Exception):
    """Raised by an answer to fail the call with a status, whose details may claim another code."""

    def __init__(
        self,
        code: grpc.StatusCode,
        message: str = "scripted",
        details: Sequence[Message] = (),
        details_code: grpc.StatusCode | None = None,
        push_back: str | None = None,
    ) -> None:
        super().__init__(code, message, details)
        self.code = code
        self.message = message
        self.details = details
        self.details_code = details_code or code
        self.push_back = push_back


class _Status(grpc.Status):
    """What gRPC reads when a call is aborted with a status."""

    def __init__(self, fault: Fault, trailers: list[tuple[str, str | bytes]]) -> None:
        self.code = fault.code
        self.details = fault.message
        self.trailing_metadata = tuple(trailers)


class ScriptedServer:
    """Serves `MatchService` until it is stopped; `requests` and `time_left` tell what it was asked."""

    def __init__(
        self,
        answer: Answer,
        address: str = "127.0.0.1:0",
        explained: match_pb2.ExplainResponse | None = None,
        credentials: grpc.ServerCredentials | None = None,
    ) -> None:
        self.requests: list[match_pb2.MatchBatchRequest] = []
        self.explain_requests: list[match_pb2.ExplainRequest] = []
        self.time_left: list[float] = []
        self.headers: list[dict[str, str]] = []
        self._answer = answer
        self._explained = explained or match_pb2.ExplainResponse()
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(max_workers=8)
        self._server = grpc.server(self._pool)
        handlers: dict[str, grpc.RpcMethodHandler[Any, Any]] = {
            "MatchBatch": grpc.unary_unary_rpc_method_handler(
                self._match_batch,
                request_deserializer=match_pb2.MatchBatchRequest.FromString,
                response_serializer=match_pb2.MatchBatchResponse.SerializeToString,
            ),
            "Explain": grpc.unary_unary_rpc_method_handler(
                self._explain,
                request_deserializer=match_pb2.ExplainRequest.FromString,
                response_serializer=match_pb2.ExplainResponse.SerializeToString,
            ),
            "MatchStream": grpc.stream_stream_rpc_method_handler(
                self._match_stream,
                request_deserializer=match_pb2.MatchStreamRequest.FromString,
                response_serializer=match_pb2.MatchStreamResponse.SerializeToString,
            ),
            "Analyze": grpc.unary_unary_rpc_method_handler(
                self._analyze,
                request_deserializer=match_pb2.AnalyzeRequest.FromString,
                response_serializer=match_pb2.AnalyzeResponse.SerializeToString,
            ),
        }
        self._server.add_generic_rpc_handlers(
            (grpc.method_handlers_generic_handler("broadside.v1.MatchService", handlers),)
        )
        if credentials is None:
            port = self._server.add_insecure_port(address)
        else:
            port = self._server.add_secure_port(address, credentials)
        self.address = address if address.startswith("unix:") else f"127.0.0.1:{port}"
        self._server.start()

    def __enter__(self) -> ScriptedServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.stop(grace=None).wait()
        self._pool.shutdown()

    def header(self, name: str) -> list[str | None]:
        """Tells this header of each call so far."""
        return [headers.get(name) for headers in self.headers]

    def _note(self, context: grpc.ServicerContext) -> None:
        with self._lock:
            self.headers.append({key: str(value) for key, value in context.invocation_metadata()})

    def _match_batch(
        self, request: match_pb2.MatchBatchRequest, context: grpc.ServicerContext
    ) -> match_pb2.MatchBatchResponse:
        self._note(context)
        with self._lock:
            call = len(self.requests)
            self.requests.append(request)
            self.time_left.append(context.time_remaining() or 0.0)
        try:
            return self._answer(request, call)
        except Fault as fault:
            _abort(context, fault)
            raise

    def _match_stream(
        self, requests: Iterator[match_pb2.MatchStreamRequest], context: grpc.ServicerContext
    ) -> Iterator[match_pb2.MatchStreamResponse]:
        self._note(context)
        for request in requests:
            yield match_pb2.MatchStreamResponse(request_id=request.request_id, batch=echo(request.batch))

    def _explain(self, request: match_pb2.ExplainRequest, context: grpc.ServicerContext) -> match_pb2.ExplainResponse:
        self._note(context)
        with self._lock:
            self.explain_requests.append(request)
        return self._explained

    def _analyze(self, request: match_pb2.AnalyzeRequest, context: grpc.ServicerContext) -> match_pb2.AnalyzeResponse:
        self._note(context)
        span = match_pb2.Span(start=0, end=len(request.text.encode()))
        return match_pb2.AnalyzeResponse(tokens=[match_pb2.Token(sigil="#", word=request.text[1:], span=span)])


def _abort(context: grpc.ServicerContext, fault: Fault) -> None:
    status = status_pb2.Status(code=fault.details_code.value[0], message=fault.message)
    for detail in fault.details:
        status.details.add().Pack(detail)
    trailers: list[tuple[str, str | bytes]] = []
    if fault.details:
        trailers.append(("grpc-status-details-bin", status.SerializeToString()))
    if fault.push_back is not None:
        trailers.append(("grpc-retry-pushback-ms", fault.push_back))
    context.abort_with_status(_Status(fault, trailers))


def echo(request: match_pb2.MatchBatchRequest, sequence: int = 0) -> match_pb2.MatchBatchResponse:
    """Answers each query with one listing whose id is the query's text."""
    return match_pb2.MatchBatchResponse(
        version=version_pb2.InventoryVersion(generation=GENERATION, sequence=sequence),
        results=[
            match_pb2.QueryResult(matches=[match_pb2.Match(listing_id=query.text)], total=1, total_exact=True)
            for query in request.queries
        ],
    )
