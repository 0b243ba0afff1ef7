"""The settings that a server would run with, asked of the server itself."""

from __future__ import annotations

import subprocess
import tomllib
from pathlib import Path
from typing import Any

from checks import ROOT
from replicas import CUT_MS, environment, server_binary


class Refused(Exception):
    """The server does not accept the settings; the message is its own."""


def in_force(file: Path | None = None, *flags: str) -> dict[str, Any]:
    """Every setting with this file and these flags."""
    command = [str(server_binary()), *(("--config", str(file)) if file else ()), *flags, "--print-config"]
    said = subprocess.run(command, capture_output=True, text=True, env=environment(), check=False)
    if said.returncode != 0:
        raise Refused(said.stderr.strip()[-400:])
    return tomllib.loads(said.stdout)


def problem_of(file: Path, *flags: str) -> str:
    """What the server has against a settings file; empty if it accepts it."""
    try:
        in_force(file, *flags)
    except Refused as error:
        return str(error)
    return ""


def end_ms(settings: dict[str, Any]) -> int:
    """How long a server with these settings may take to end after SIGTERM."""
    return int(settings["lame_duck_ms"]) + int(settings["drain_timeout_ms"]) + CUT_MS


def port_of(address: str) -> int:
    """The port of `IP:PORT`."""
    return int(address.rsplit(":", 1)[1])


def version() -> str:
    """The version of this project."""
    manifest = tomllib.loads((ROOT / "Cargo.toml").read_text(encoding="utf-8"))
    return str(manifest["workspace"]["package"]["version"])
