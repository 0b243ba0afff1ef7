"""The error of every call and of every refused query.

Promises that programs can tell errors apart (`code`, `reason`) and people can read them (`message`), and that an error
survives pickling, so that a worker process can hand it to its parent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

OVERLOADED = "OVERLOADED"


class Code(IntEnum):
    """The canonical codes of gRPC, with their numbers on the wire."""

    OK = 0
    CANCELLED = 1
    UNKNOWN = 2
    INVALID_ARGUMENT = 3
    DEADLINE_EXCEEDED = 4
    NOT_FOUND = 5
    ALREADY_EXISTS = 6
    PERMISSION_DENIED = 7
    RESOURCE_EXHAUSTED = 8
    FAILED_PRECONDITION = 9
    ABORTED = 10
    OUT_OF_RANGE = 11
    UNIMPLEMENTED = 12
    INTERNAL = 13
    UNAVAILABLE = 14
    DATA_LOSS = 15
    UNAUTHENTICATED = 16

    @classmethod
    def _missing_(cls, _value: object) -> Code:
        """Reads a code that this version does not know as UNKNOWN, as gRPC asks."""
        return cls.UNKNOWN


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """One field of the request that is not as it should be."""

    field: str
    """Path of the field, for example `queries[3].options.limit`."""
    description: str
    """What was expected and what was got."""


class BroadsideError(Exception):
    """A call failed, or one query of a batch was refused.

    Attributes:
        code: What kind of failure it is. Only `Code.UNAVAILABLE` and the reason `OVERLOADED` were retried.
        message: What happened and what to do, for people.
        reason: What happened, for programs: UPPER_SNAKE such as `TEXT_TOO_LONG`; empty if nobody said.
        metadata: Facts about the reason, for example the limit that was exceeded.
        violations: The fields that are not as they should be; empty unless the request was invalid.
        retry_after: Seconds after which the server suggests another try; None if it suggests none.
        retryable: Whether the same request may succeed later, unchanged, and the server does not ask for no other try.

    """

    def __init__(
        self,
        code: Code,
        message: str,
        reason: str = "",
        metadata: Mapping[str, str] | None = None,
        violations: tuple[FieldViolation, ...] = (),
        retry_after: float | None = None,
        retryable: bool | None = None,
    ) -> None:
        # All of them are passed on, because an exception is copied and unpickled from its `args`.
        super().__init__(code, message, reason, metadata, violations, retry_after, retryable)
        self.code = code
        self.message = message
        self.reason = reason
        self.metadata: Mapping[str, str] = dict(metadata or {})
        self.violations = violations
        self.retry_after = retry_after
        if retryable is None:
            retryable = code is Code.UNAVAILABLE or retry_after is not None or self.is_overload()
        self.retryable = retryable

    def is_overload(self) -> bool:
        """Tells whether the server refused the call because it has too much to do. It did not begin."""
        return self.code is Code.RESOURCE_EXHAUSTED and self.reason == OVERLOADED

    def __str__(self) -> str:
        kind = f"{self.code.name} ({self.reason})" if self.reason else self.code.name
        lines = [f"{kind}: {self.message}"]
        lines += [f"  {violation.field}: {violation.description}" for violation in self.violations]
        return "\n".join(lines)
