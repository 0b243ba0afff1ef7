"""The client: what a user calls. Decides how a batch is cut and put together again, and nothing about the wire."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from types import TracebackType

from broadside import _wire
from broadside._call import Deadline, Method, StreamMethod
from broadside._channel import Tls, open_channel
from broadside._errors import BroadsideError, Code
from broadside._explanations import ListingExplanation, TextExplanation
from broadside._generated import match_pb2
from broadside._headers import Headers, Metadata, Priority
from broadside._limits import (
    ATTEMPTS_DEFAULT,
    BATCH_ATTEMPTS_MAX,
    DEADLINE_DEFAULT_SECONDS,
    KEEPALIVE_INTERVAL_DEFAULT_SECONDS,
    KEEPALIVE_MAX_SECONDS,
    KEEPALIVE_MIN_SECONDS,
    KEEPALIVE_TIMEOUT_DEFAULT_SECONDS,
)
from broadside._parts import split
from broadside._query import AttributeValue, Include, MatchOptions, Query
from broadside._results import BatchResult, InventoryVersion, QueryResult, StreamResult, Token
from broadside._stream import Stream

ADDRESS_VARIABLE = "BROADSIDE_ADDRESS"
ADDRESS_DEFAULT = "127.0.0.1:50051"

VERSION_NOT_SERVED = "INVENTORY_VERSION_NOT_SERVED"
INVENTORY_CHANGED = "INVENTORY_CHANGED"


class Client:
    """A connection to a Broadside server.

    One client is enough for a process: any number of threads may use it at once, and their calls share one HTTP/2
    connection. It connects on the first call and reconnects by itself. It must be made after a fork, not before: the
    threads of gRPC do not survive one, so a client that is used in another process than its own raises RuntimeError.

    Args:
        address: `https://host:port` with TLS; `host:port`, `[ipv6]:port`, `http://host:port`, `unix:/path` or another
            gRPC target in plain text; None means the environment's `BROADSIDE_ADDRESS`, and `127.0.0.1:50051` if that
            is not set either.
        deadline: Seconds that a call may take with all of its attempts and parts: 2 by default, at most 86,400.
        keepalive_interval: Seconds of silence after which the connection is probed: 30 by default.
        keepalive_timeout: Seconds within which the probe must be answered, else it is closed: 10 by default.
        max_attempts: The most attempts of a call that fails with UNAVAILABLE or is refused for overload: 3 by default,
            1 means no retry.
        tls_ca: Certificates of those who may have signed the server's, in PEM; None means gRPC's list of public ones.
        tls_certificate: The certificate to show to a server that asks for one, with those up to its CA, in PEM.
        tls_key: Its key, in PEM and not encrypted.
        tls_server_name: The name that the server's certificate must have; None means the host of the address.
        token: One word that says who asks, sent with every call as `authorization: Bearer TOKEN`. Whoever can read what
            is sent can use it, so send it over TLS, or to a server of this machine.
        priority: How urgent calls are: "bulk" lets others go first; the default is "interactive".
        traceparent: The header of the trace (W3C Trace Context) that all calls belong to, passed on as it is.

    Raises:
        TypeError: A certificate or a key is not given as bytes.
        ValueError: An argument is out of range or cannot be used.

    """

    def __init__(
        self,
        address: str | None = None,
        *,
        deadline: float = DEADLINE_DEFAULT_SECONDS,
        keepalive_interval: float = KEEPALIVE_INTERVAL_DEFAULT_SECONDS,
        keepalive_timeout: float = KEEPALIVE_TIMEOUT_DEFAULT_SECONDS,
        max_attempts: int = ATTEMPTS_DEFAULT,
        tls_ca: bytes | None = None,
        tls_certificate: bytes | None = None,
        tls_key: bytes | None = None,
        tls_server_name: str | None = None,
        token: str | None = None,
        priority: Priority = "interactive",
        traceparent: str | None = None,
    ) -> None:
        if max_attempts < 1:
            raise ValueError(f"max_attempts: expected at least 1, got {max_attempts}")
        for name, seconds in (("keepalive_interval", keepalive_interval), ("keepalive_timeout", keepalive_timeout)):
            if not KEEPALIVE_MIN_SECONDS <= seconds <= KEEPALIVE_MAX_SECONDS:
                raise ValueError(
                    f"{name}: expected {KEEPALIVE_MIN_SECONDS:g} to {KEEPALIVE_MAX_SECONDS:g} s, got {seconds!r}"
                )
        Deadline(deadline)
        self._deadline = deadline
        self._process = os.getpid()
        self._closed = threading.Event()
        self._headers = Headers(token, traceparent, priority)
        self._channel = open_channel(
            address or os.environ.get(ADDRESS_VARIABLE) or ADDRESS_DEFAULT,
            Tls(tls_ca, tls_certificate, tls_key, tls_server_name),
            keepalive_interval,
            keepalive_timeout,
        )
        methods = match_pb2.DESCRIPTOR.services_by_name["MatchService"].methods_by_name
        self._match_batch: Method[match_pb2.MatchBatchRequest, match_pb2.MatchBatchResponse] = Method(
            self._channel, methods["MatchBatch"], match_pb2.MatchBatchResponse, max_attempts, self._closed
        )
        self._match_stream: StreamMethod[match_pb2.MatchStreamRequest, match_pb2.MatchStreamResponse] = StreamMethod(
            self._channel, methods["MatchStream"], match_pb2.MatchStreamResponse
        )
        self._explain: Method[match_pb2.ExplainRequest, match_pb2.ExplainResponse] = Method(
            self._channel, methods["Explain"], match_pb2.ExplainResponse, max_attempts, self._closed
        )
        self._analyze: Method[match_pb2.AnalyzeRequest, match_pb2.AnalyzeResponse] = Method(
            self._channel, methods["Analyze"], match_pb2.AnalyzeResponse, max_attempts, self._closed
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection; calls in flight end with CANCELLED. Closing twice does nothing."""
        self._closed.set()
        self._channel.close()

    def match(
        self,
        text: str,
        *,
        limit: int = 10,
        max_per_group: int = 0,
        include: Iterable[Include] = (),
        attributes: Mapping[str, AttributeValue] | None = None,
        as_of: datetime | None = None,
        deadline: float | None = None,
        priority: Priority | None = None,
        traceparent: str | None = None,
    ) -> QueryResult:
        """Finds the listings that match one text, best first.

        Args:
            text: The text, at most 64 KiB of UTF-8 and 8,192 tokens.
            limit: The most matches to return: 1 to 1,000.
            max_per_group: The most matches to return of one group; 0 means no cap.
            include: Parts of a match to return in addition to the default ones.
            attributes: What targeting reads, by name; names match `[a-z_][a-z0-9_.]*` and have at most 64 bytes.
            as_of: Time at which flights are judged, with a time zone; None means now, by the server's clock.
            deadline: Seconds that the call may take; None means the client's.
            priority: "interactive", or "bulk", which lets others go first; None means the client's.
            traceparent: The header of the trace that the call belongs to; None means the client's.

        Raises:
            BroadsideError: The call failed, or the text was refused (`TEXT_TOO_LONG`, `TEXT_TOO_MANY_TOKENS`).
            TypeError: An argument has another type.
            ValueError: An argument is out of range.

        """
        batch = self.match_batch(
            (text,),
            limit=limit,
            max_per_group=max_per_group,
            include=include,
            attributes=attributes,
            as_of=as_of,
            deadline=deadline,
            priority=priority,
            traceparent=traceparent,
        )
        return batch.results[0].raise_for_error()

    def match_batch(
        self,
        queries: Iterable[str | Query],
        *,
        limit: int = 10,
        max_per_group: int = 0,
        include: Iterable[Include] = (),
        attributes: Mapping[str, AttributeValue] | None = None,
        as_of: datetime | None = None,
        min_version: InventoryVersion | None = None,
        deadline: float | None = None,
        priority: Priority | None = None,
        traceparent: str | None = None,
    ) -> BatchResult:
        """Finds the listings that match each of many texts, all by one version of the inventory.

        A batch of more than 4,096 queries or 3 MiB is sent in parts, one after another; if the inventory changes
        meanwhile, the batch is begun again, at most 3 times. A text that is refused does not fail the others: look at
        `QueryResult.error`, or call `QueryResult.raise_for_error`.

        Args:
            queries: Texts, or `Query` values that add attributes or options of their own; at least one.
            limit: The most matches to return for each query: 1 to 1,000.
            max_per_group: The most matches to return of one group; 0 means no cap.
            include: Parts of a match to return in addition to the default ones.
            attributes: What targeting reads, by name, for all queries.
            as_of: Time at which flights are judged, with a time zone; None means when each part reaches the server.
            min_version: The version that must answer: the same generation and at least this sequence.
            deadline: Seconds that the call may take with all of its parts; None means the client's.
            priority: "interactive", or "bulk", which lets others go first; None means the client's.
            traceparent: The header of the trace that the call belongs to; None means the client's.

        Raises:
            BroadsideError: The call failed as a whole; reason `INVENTORY_CHANGED` if the inventory changed each time.
            TypeError: An argument has another type. One text is refused too: it would be read letter by letter.
            ValueError: An argument is out of range, or one query is larger than a call may be.

        """
        if isinstance(queries, str):
            raise TypeError("queries: expected an iterable of texts, got one text; put it into a list, or use match")
        until = self._begin(deadline)
        metadata = self._headers.of_call(traceparent, priority)
        options = MatchOptions(limit, max_per_group, include, as_of)
        request = _wire.request_to_wire(attributes, options, min_version)
        parts = split(map(_wire.query_to_wire, queries), request.ByteSize())
        for _ in range(BATCH_ATTEMPTS_MAX):
            batch = self._match_parts(request, parts, until, metadata)
            if batch is not None:
                return batch
        raise BroadsideError(
            Code.ABORTED,
            f"expected all {len(parts)} parts of the batch to be answered by one version of the inventory, but it "
            f"changed during each of {BATCH_ATTEMPTS_MAX} attempts; try again later, or send smaller batches",
            INVENTORY_CHANGED,
        )

    def match_stream(
        self,
        batches: Iterable[Iterable[str | Query]],
        *,
        limit: int = 10,
        max_per_group: int = 0,
        include: Iterable[Include] = (),
        attributes: Mapping[str, AttributeValue] | None = None,
        as_of: datetime | None = None,
        min_version: InventoryVersion | None = None,
        deadline: float | None = None,
        priority: Priority | None = None,
        traceparent: str | None = None,
    ) -> Iterator[StreamResult]:
        """Finds the listings that match each text of batch after batch, over one stream.

        For a steady flow of texts: it saves what a call costs beside its queries. The batches are read, on a thread of
        gRPC, while answers are yielded, in the order of the batches; a few batches are on their way at once. Each is
        answered by the version that is served at its time. A batch that is refused does not end the stream: look at
        `StreamResult.error`, or call `StreamResult.raise_for_error`. The stream belongs to one server and is not opened
        again by itself: what was not answered when it ends is to be sent again.

        Args:
            batches: Batches of 1 to 4,096 texts or `Query` values and at most 3 MiB; there may be no end of them.
            limit: The most matches to return for each query: 1 to 1,000.
            max_per_group: The most matches to return of one group; 0 means no cap.
            include: Parts of a match to return in addition to the default ones.
            attributes: What targeting reads, by name, for all queries.
            as_of: Time at which flights are judged, with a time zone; None means when each batch reaches the server.
            min_version: The version that must answer: the same generation and at least this sequence.
            deadline: Seconds that the whole stream may take; None means that it may live for ever.
            priority: "interactive", or "bulk", which lets others go first; None means the client's.
            traceparent: The header of the trace that the stream belongs to; None means the client's.

        Raises:
            BroadsideError: The stream ended before its time, such as UNAVAILABLE when the server goes away.
            TypeError: An argument has another type, or a batch is one text.
            ValueError: An argument is out of range, or a batch is larger than a call may be.

        """
        if deadline is not None:
            Deadline(deadline)
        self._begin(None)
        options = MatchOptions(limit, max_per_group, include, as_of)
        stream = Stream(batches, _wire.request_to_wire(attributes, options, min_version))
        metadata = self._headers.of_call(traceparent, priority)
        return stream.results(self._match_stream.call(stream.requests(), deadline, metadata))

    def explain(
        self,
        listing_id: str,
        text: str,
        *,
        attributes: Mapping[str, AttributeValue] | None = None,
        as_of: datetime | None = None,
        min_version: InventoryVersion | None = None,
        deadline: float | None = None,
        traceparent: str | None = None,
    ) -> ListingExplanation:
        """Says why one listing matches a text, or why it does not.

        For people who ask, not for traffic: it looks at much that matching skips. A listing that does not exist is no
        error; its explanation says so.

        Args:
            listing_id: The listing.
            text: The text, at most 64 KiB of UTF-8 and 8,192 tokens.
            attributes: What targeting reads, by name.
            as_of: Time at which flights are judged, with a time zone; None means now, by the server's clock.
            min_version: The version that must answer: the same generation and at least this sequence.
            deadline: Seconds that the call may take; None means the client's.
            traceparent: The header of the trace that the call belongs to; None means the client's.

        Raises:
            BroadsideError: The call failed, or the text was refused (`TEXT_TOO_LONG`, `TEXT_TOO_MANY_TOKENS`).
            TypeError: An argument has another type.
            ValueError: An argument is out of range, or the listing's id is empty.

        """
        if listing_id == "":
            raise ValueError("listing_id: expected a listing's id, got an empty one; explain_text explains the answer")
        options = MatchOptions(as_of=as_of)
        request = _wire.explain_to_wire(text, listing_id, attributes, options, min_version)
        metadata = self._headers.of_call(traceparent, None)
        return _wire.listing_explanation_from_wire(self._explain.call(request, self._begin(deadline), metadata))

    def explain_text(
        self,
        text: str,
        *,
        limit: int = 10,
        max_per_group: int = 0,
        attributes: Mapping[str, AttributeValue] | None = None,
        as_of: datetime | None = None,
        min_version: InventoryVersion | None = None,
        deadline: float | None = None,
        traceparent: str | None = None,
    ) -> TextExplanation:
        """Explains the whole answer to a text: what matches and why, and what does not although a keyword does.

        Args:
            text: The text, at most 64 KiB of UTF-8 and 8,192 tokens.
            limit: The most matches to return: 1 to 1,000.
            max_per_group: The most matches to return of one group; 0 means no cap.
            attributes: What targeting reads, by name.
            as_of: Time at which flights are judged, with a time zone; None means now, by the server's clock.
            min_version: The version that must answer: the same generation and at least this sequence.
            deadline: Seconds that the call may take; None means the client's.
            traceparent: The header of the trace that the call belongs to; None means the client's.

        Raises:
            BroadsideError: The call failed, or the text was refused (`TEXT_TOO_LONG`, `TEXT_TOO_MANY_TOKENS`).
            TypeError: An argument has another type.
            ValueError: An argument is out of range.

        """
        options = MatchOptions(limit, max_per_group, as_of=as_of)
        request = _wire.explain_to_wire(text, "", attributes, options, min_version)
        metadata = self._headers.of_call(traceparent, None)
        return _wire.text_explanation_from_wire(self._explain.call(request, self._begin(deadline), metadata))

    def analyze(self, text: str, *, deadline: float | None = None, traceparent: str | None = None) -> tuple[Token, ...]:
        """Splits a text into tokens exactly as matching does.

        Args:
            text: The text, at most 64 KiB of UTF-8 and 8,192 tokens.
            deadline: Seconds that the call may take; None means the client's.
            traceparent: The header of the trace that the call belongs to; None means the client's.

        Raises:
            BroadsideError: The call failed, or the text was refused.
            ValueError: An argument is out of range.

        """
        metadata = self._headers.of_call(traceparent, None)
        response = self._analyze.call(match_pb2.AnalyzeRequest(text=text), self._begin(deadline), metadata)
        return _wire.tokens_from_wire(response.tokens)

    def _begin(self, deadline: float | None) -> Deadline:
        if self._closed.is_set():
            raise RuntimeError("the client is closed; make another one")
        if os.getpid() != self._process:
            raise RuntimeError(
                f"the client belongs to process {self._process}, and this is process {os.getpid()}; "
                "gRPC does not survive a fork: make the client after forking"
            )
        return Deadline(self._deadline if deadline is None else deadline)

    def _match_parts(
        self,
        shared: match_pb2.MatchBatchRequest,
        parts: list[list[match_pb2.Query]],
        until: Deadline,
        metadata: Metadata,
    ) -> BatchResult | None:
        """Matches the parts in order, each by the version that answered the first; None if that was not possible."""
        version: InventoryVersion | None = None
        results: list[QueryResult] = []
        for part in parts:
            request = match_pb2.MatchBatchRequest(queries=part)
            request.MergeFrom(shared)
            if version is not None:
                request.min_version.CopyFrom(_wire.version_to_wire(version))
            try:
                response = self._match_batch.call(request, until, metadata)
            except BroadsideError as error:
                if version is not None and error.reason == VERSION_NOT_SERVED:
                    return None
                raise
            answered_by = _wire.version_from_wire(response.version)
            if version not in (None, answered_by):
                return None
            version = answered_by
            results += _results(response, len(part))
        assert version is not None, "a batch has at least one part"
        return BatchResult(version, tuple(results))


def _results(response: match_pb2.MatchBatchResponse, queries: int) -> Iterable[QueryResult]:
    """Reads the results of a part; without one for each query, none of them could be told apart."""
    if len(response.results) != queries:
        raise BroadsideError(Code.INTERNAL, f"expected {queries} results from the server, got {len(response.results)}")
    return _wire.results_from_wire(response.results)
