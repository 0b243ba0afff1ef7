"""Batches of a stream on their way: numbered when they are sent, and checked against what comes back."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Iterator

from broadside import _wire
from broadside._errors import BroadsideError, Code
from broadside._generated import match_pb2
from broadside._limits import STREAM_BATCHES_MAX
from broadside._parts import split
from broadside._query import Query
from broadside._results import BatchResult, StreamResult


class Stream:
    """What one stream sends and has still to be answered.

    gRPC reads the requests on a thread of its own, ahead of the answers; at most `STREAM_BATCHES_MAX` batches are on
    their way at once, however slowly the answers are taken.
    """

    def __init__(self, batches: Iterable[Iterable[str | Query]], shared: match_pb2.MatchBatchRequest) -> None:
        self._batches = batches
        self._shared = shared
        self._places = threading.Semaphore(STREAM_BATCHES_MAX)
        self._asked: deque[tuple[int, int]] = deque()
        self._ended = False
        self._failure: Exception | None = None

    def requests(self) -> Iterator[match_pb2.MatchStreamRequest]:
        """Yields what is to be sent. What the caller's iterator raises ends it and is raised where answers are read."""
        try:
            for number, batch in enumerate(self._batches, 1):
                request = self._request(number, batch)
                self._places.acquire()
                if self._ended:
                    return
                self._asked.append((number, len(request.batch.queries)))
                yield request
        except Exception as failure:
            self._failure = failure

    def results(self, responses: Iterable[match_pb2.MatchStreamResponse]) -> Iterator[StreamResult]:
        """Yields one result for each batch, in the order of the batches."""
        try:
            for response in responses:
                number, queries = self._asked.popleft() if self._asked else (0, 0)
                if response.request_id != number:
                    raise BroadsideError(
                        Code.INTERNAL,
                        f"expected the answer to batch {number} from the server, got {response.request_id}",
                    )
                self._places.release()
                yield _result(response, queries)
        finally:
            self._ended = True
            self._places.release()
        if self._failure is not None:
            raise self._failure

    def _request(self, number: int, batch: Iterable[str | Query]) -> match_pb2.MatchStreamRequest:
        if isinstance(batch, str):
            raise TypeError("batches: expected iterables of texts, got one text; put it into a list")
        parts = split(map(_wire.query_to_wire, batch), self._shared.ByteSize())
        if len(parts) > 1:
            raise ValueError(
                "batches: expected at most 4,096 queries and 3 MiB in a batch, got more; send smaller ones"
            )
        request = match_pb2.MatchStreamRequest(request_id=number)
        request.batch.CopyFrom(self._shared)
        request.batch.queries.extend(parts[0])
        return request


def _result(response: match_pb2.MatchStreamResponse, queries: int) -> StreamResult:
    if response.HasField("error"):
        return StreamResult(None, _wire.error_from_wire(response.error))
    batch = response.batch
    if len(batch.results) != queries:
        raise BroadsideError(Code.INTERNAL, f"expected {queries} results from the server, got {len(batch.results)}")
    results = tuple(_wire.results_from_wire(batch.results))
    return StreamResult(BatchResult(_wire.version_from_wire(batch.version), results))
