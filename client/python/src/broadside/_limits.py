"""Every bound of the client, with its unit in its name."""

from __future__ import annotations

PART_QUERIES_MAX = 4_096
"""Queries of one call: the server's `max_batch_queries`."""

PART_BYTES_MAX = 3 * 1024 * 1024
"""Bytes of one call. Servers refuse messages of more than 4 MiB; the rest is room for the version that must answer."""

RESPONSE_BYTES_MAX = 256 * 1024 * 1024
"""Bytes of one answer. A larger one ends the call with RESOURCE_EXHAUSTED."""

BATCH_ATTEMPTS_MAX = 4
"""How often a batch of several parts is begun, because the inventory changed between its parts."""

STREAM_BATCHES_MAX = 16
"""Batches of a stream that are on their way at once."""

DEADLINE_DEFAULT_SECONDS = 2.0
"""The deadline of a call."""

DEADLINE_MAX_SECONDS = 86_400.0
"""The longest deadline; a longer one is more likely a mistake of units."""

ATTEMPTS_DEFAULT = 3
"""Attempts of one call, the first one included."""

PAUSE_FIRST_SECONDS = 0.05
"""The longest wait before the second attempt; it doubles with each attempt."""

PAUSE_MAX_SECONDS = 1.0
"""The longest wait before an attempt, unless the server asks for more."""

KEEPALIVE_INTERVAL_DEFAULT_SECONDS = 30.0
"""Silence after which a connection is probed."""

KEEPALIVE_TIMEOUT_DEFAULT_SECONDS = 10.0
"""How long the answer to a probe may take before the connection counts as dead."""

KEEPALIVE_MIN_SECONDS = 0.001
"""The shortest time of both: gRPC counts in milliseconds."""

KEEPALIVE_MAX_SECONDS = 86_400.0
"""The longest time of both."""

RECONNECT_FIRST_MS = 100
"""Pause after a failed connection attempt. gRPC's own is 1,000 ms, which outlasts most retries."""

RECONNECT_MAX_MS = 5_000
"""The longest pause between connection attempts."""
