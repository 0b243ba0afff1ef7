"""What goes in front of the message of a call: who asks, for which trace, and how urgent it is."""

from __future__ import annotations

from typing import Literal, get_args

Priority = Literal["interactive", "bulk"]
"""How urgent a call is: `interactive` if somebody waits for it; `bulk` lets others go first."""

Metadata = tuple[tuple[str, str], ...]


class Headers:
    """The headers of a client. No error and no representation of it shows the token."""

    def __init__(self, token: str | None, traceparent: str | None, priority: Priority) -> None:
        self._authorization: Metadata = ()
        if token is not None:
            if not _is_word(token):
                raise ValueError(
                    "token: expected one word of visible ASCII characters; without the line break at the end of a file?"
                )
            self._authorization = (("authorization", f"Bearer {token}"),)
        self._traceparent = _checked_traceparent(traceparent)
        self._priority = _checked_priority(priority)

    def of_call(self, traceparent: str | None, priority: Priority | None) -> Metadata:
        """Returns the headers of one call; what it says itself is instead of what the client says.

        Raises:
            ValueError: The trace cannot be sent, or the priority is none.

        """
        trace = _checked_traceparent(traceparent) or self._traceparent
        urgency = _checked_priority(priority) if priority is not None else self._priority
        return (
            *self._authorization,
            *((("traceparent", trace),) if trace is not None else ()),
            *((("x-broadside-priority", "bulk"),) if urgency == "bulk" else ()),
        )


def _is_word(text: str) -> bool:
    """Tells whether a header can carry the text: characters of visible ASCII, at least one."""
    return bool(text) and all("!" <= character <= "~" for character in text)


def _checked_traceparent(traceparent: str | None) -> str | None:
    if traceparent is not None and not _is_word(traceparent):
        raise ValueError(f"traceparent: expected the header of a trace as it came, got {traceparent!r:.200}")
    return traceparent


def _checked_priority(priority: Priority) -> Priority:
    if priority not in get_args(Priority):
        raise ValueError(f"priority: expected 'interactive' or 'bulk', got {priority!r:.200}")
    return priority
