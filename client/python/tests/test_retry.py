"""Whether a call is tried again, and when."""

from __future__ import annotations

import pytest

from broadside import BroadsideError, Code
from broadside._retry import pause_before_retry


@pytest.mark.parametrize(
    ("attempts", "remaining", "chance", "retry_after", "pause"),
    [
        # The pause doubles with each attempt, and is drawn from its upper half.
        (1, 2.0, 0.0, None, 0.025),
        (1, 2.0, 1.0, None, 0.05),
        (2, 2.0, 0.0, None, 0.05),
        (3, 2.0, 1.0, None, 0.2),
        # It is bounded.
        (9, 2.0, 1.0, None, 1.0),
        # The server's wish is never undercut, and exceeded by a fifth at most.
        (1, 2.0, 0.0, 0.5, 0.5),
        (9, 2.0, 1.0, 0.5, 0.6),
        (1, 2.0, 1.0, 0.0, 0.0),
        # The last attempt was made.
        (10, 2.0, 0.0, None, None),
        (10, 2.0, 0.0, 0.5, None),
        # The wait would outlast the deadline.
        (1, 0.05, 1.0, None, None),
        (1, 2.0, 0.0, 2.0, None),
        (1, 0.0, 0.0, 0.0, None),
    ],
)
def test_pause(attempts: int, remaining: float, chance: float, retry_after: float | None, pause: float | None) -> None:
    for code, reason in ((Code.UNAVAILABLE, ""), (Code.RESOURCE_EXHAUSTED, "OVERLOADED")):
        error = BroadsideError(code, "down", reason, retry_after=retry_after)
        assert pause_before_retry(error, attempts, 10, remaining, chance) == pytest.approx(pause)
        error.retryable = False
        assert pause_before_retry(error, attempts, 10, remaining, chance) is None


@pytest.mark.parametrize("code", [code for code in Code if code is not Code.UNAVAILABLE])
def test_other_codes_are_final_even_if_the_server_suggests_a_retry(code: Code) -> None:
    for reason in ("", "QUOTA") if code is Code.RESOURCE_EXHAUSTED else ("", "OVERLOADED"):
        error = BroadsideError(code, "no", reason, retry_after=0.0)
        assert error.retryable
        assert pause_before_retry(error, 1, 10, 2.0, 0.0) is None
