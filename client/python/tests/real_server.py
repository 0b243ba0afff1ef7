"""Starts a real broadside-server on free ports with the inventory of the tests, and stops it by its own id."""

from __future__ import annotations

import json
import os
import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

INVENTORY = Path(__file__).parent / "inventory.jsonl"
START_SECONDS_MAX = 60
STOP_SECONDS_MAX = 30
BOUND_ADDRESS = re.compile(r"127\.0\.0\.1:[1-9][0-9]*")


@contextmanager
def serve(binary: str) -> Iterator[str]:
    """Runs the server and yields the address of its match service once its log tells it."""
    # The server refuses BROADSIDE_ variables that it does not know, such as those of the tests.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BROADSIDE_")}
    command = [binary, "--inventory", str(INVENTORY), "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"]
    process = subprocess.Popen(
        [*command, "--log-format", "json"], env=environment, stderr=subprocess.PIPE, encoding="utf-8"
    )
    assert process.stderr is not None, "the pipe was asked for"
    # A server that says nothing is killed, which ends its log and thereby the reading of it.
    watchdog = threading.Timer(START_SECONDS_MAX, process.kill)
    watchdog.start()
    try:
        address = _read_address(process.stderr)
        watchdog.cancel()
        # Its log is read on, so that it never waits for room in the pipe.
        reader = threading.Thread(target=process.stderr.read)
        reader.start()
        yield address
        process.terminate()
        process.wait(STOP_SECONDS_MAX)
        reader.join()
    finally:
        watchdog.cancel()
        # Nothing but an error can have left it running.
        process.kill()
        process.wait()
        process.stderr.close()


def _read_address(log: IO[str]) -> str:
    """Reads the log up to the line that tells the address, in any of its fields but those about administration."""
    lines = []
    for line in log:
        lines.append(line)
        try:
            entry = json.loads(line)
        except json.JSONDecodeError:
            continue
        for name, value in entry.items():
            if "admin" not in name and isinstance(value, str) and BOUND_ADDRESS.fullmatch(value):
                return value
    raise AssertionError(f"expected the server to log its address within {START_SECONDS_MAX} s, got:\n{''.join(lines)}")
