"""Whether to try a call again, and how long to wait before. Pure: no clock, no chance, no waiting."""

from __future__ import annotations

from broadside._errors import BroadsideError, Code
from broadside._limits import PAUSE_FIRST_SECONDS, PAUSE_MAX_SECONDS


def pause_before_retry(
    error: BroadsideError, attempts: int, max_attempts: int, remaining: float, chance: float
) -> float | None:
    """Decides what follows a failed attempt.

    Every call of the service may be repeated, but only UNAVAILABLE and a refusal for overload promise that a repetition
    can help, and a server that asks for none gets none. The pause doubles with each attempt; it is drawn from its
    upper half, so that clients that failed together do not come back together. If the server said when to come back,
    the pause is at least that and at most a fifth longer.

    Args:
        error: How the attempt failed.
        attempts: How many attempts were made, 1 or more.
        max_attempts: The most attempts to make.
        remaining: Seconds that are left of the call's deadline.
        chance: A number drawn from 0 to 1.

    Returns:
        The seconds to wait before the next attempt, or None to give up: also if the wait would outlast the deadline,
        because the error at hand says more than DEADLINE_EXCEEDED would.

    """
    may_help = error.code is Code.UNAVAILABLE or error.is_overload()
    if not (may_help and error.retryable) or attempts >= max_attempts:
        return None
    if error.retry_after is None:
        pause = min(PAUSE_FIRST_SECONDS * 2 ** (attempts - 1), PAUSE_MAX_SECONDS) * (1 + chance) / 2
    else:
        pause = error.retry_after * (1 + chance / 5)
    return pause if pause < remaining else None
