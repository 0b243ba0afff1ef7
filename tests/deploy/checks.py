"""What was checked: one line a check, and a last line that says how many there were.

Promises that nothing is silent: what failed and what was left out is told where it happens and again at the end.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
POLL_SECONDS = 0.02
WRONG_SHOWN = 20


class Checks:
    """Counts checks and prints each of them."""

    def __init__(self) -> None:
        self.passed = 0
        self.failed: list[str] = []
        self.omitted: list[str] = []

    def holds(self, name: str, condition: bool, figures: object = "") -> bool:
        """Counts one check; `figures` is what was measured, or what is wrong."""
        line = f"{name}: {figures}" if figures != "" else name
        if condition:
            self.passed += 1
            print(f"  ok     {line}", flush=True)
        else:
            self.failed.append(line)
            print(f"  FAILS  {line}", flush=True)
        return condition

    def none(self, name: str, wrong: Iterable[object]) -> bool:
        """Counts one check that holds if nothing is wrong."""
        found = [str(one) for one in wrong]
        return self.holds(name, not found, "; ".join(found[:WRONG_SHOWN]))

    def left_out(self, what: str, why: str) -> None:
        """Says what is not checked here, and why."""
        self.omitted.append(f"{what}: {why}")
        print(f"  LEFT OUT: {what}: {why}", flush=True)

    def end(self, seconds: float) -> int:
        """Prints the last lines and returns the exit status."""
        print()
        for line in self.omitted:
            print(f"LEFT OUT: {line}")
        for line in self.failed:
            print(f"FAILED: {line}")
        total = f"{self.passed} passed, {len(self.failed)} failed, {len(self.omitted)} left out"
        print(f"deploy: {total}, in {seconds:.0f} s")
        return 1 if self.failed else 0


def until(what: str, condition: Callable[[], bool], seconds: float) -> float:
    """Waits until the condition holds and returns how long that took; it is an error if it never does."""
    started = time.monotonic()
    while not condition():
        if time.monotonic() - started > seconds:
            raise TimeoutError(f"{what}: not within {seconds:.1f} s")
        time.sleep(POLL_SECONDS)
    return time.monotonic() - started
