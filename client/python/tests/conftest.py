"""Where the tests find a real server."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from real_server import serve

from broadside import Client


@pytest.fixture(scope="session")
def client() -> Iterator[Client]:
    """Gives a client of a real server that serves `inventory.jsonl`."""
    address = os.environ.get("BROADSIDE_TEST_ADDRESS")
    if address:
        with Client(address) as connected:
            yield connected
    else:
        # Patient, because the server may still be loading when it tells its address.
        with (
            serve(os.environ["BROADSIDE_SERVER_BIN"]) as started,
            Client(started, deadline=30, max_attempts=100) as connected,
        ):
            yield connected
