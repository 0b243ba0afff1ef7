"""The package as it is installed: what it brings, what it needs, and that it gets along with its neighbours."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import files, requires, version

import pytest

import broadside

PACKAGE = "broadside-client"


def test_dependencies_are_these_three() -> None:
    names = {re.split(r"[^\w-]", requirement, maxsplit=1)[0] for requirement in requires(PACKAGE) or []}
    assert names == {"googleapis-common-protos", "grpcio", "protobuf"}


def test_version_is_that_of_the_package() -> None:
    assert broadside.__version__ == version(PACKAGE)


def test_every_public_name_exists_and_is_documented() -> None:
    for name in broadside.__all__:
        value = getattr(broadside, name)
        assert not isinstance(value, type) or value.__doc__, name


def test_wheel_brings_types_and_nothing_outside_its_package() -> None:
    names = {str(path) for path in files(PACKAGE) or []}
    assert "broadside/py.typed" in names
    assert "broadside/_generated/match_pb2.pyi" in names
    assert {name.split("/")[0].split("-")[0] for name in names} == {"broadside", "broadside_client"}


@pytest.mark.parametrize("first", ["broadside", "google.rpc.status_pb2", "google.rpc.error_details_pb2"])
def test_descriptors_do_not_conflict_whatever_is_imported_first(first: str) -> None:
    program = f"""
import {first}
import broadside
from google.rpc import status_pb2
from broadside._generated import match_pb2
field = match_pb2.QueryResult.DESCRIPTOR.fields_by_name["error"]
assert field.message_type is status_pb2.Status.DESCRIPTOR
"""
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True, timeout=60)
