"""What happens to a server while it is used: it is told to end, its certificates change, another one wants its port."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

from hyperframe.frame import DataFrame

import wire
from certificates import Authority
from connections import crowd
from handshakes import SPOKEN, context, handshake, served_serial
from server import Server, ServerError
from stage import Form, Row, Scene

SILENT, HALF_SENT, WATCHING = 100, 100, 100
LAME_DUCK_MS, DRAIN_MS = 1_000, 2_000
GONE_S = (LAME_DUCK_MS + DRAIN_MS) / 1_000 + 1
NOT_SERVING = 2
# Before the listener closes: what the legitimate client asked until then must be answered.
LAME_DUCK_SEEN_S = LAME_DUCK_MS / 1_000 * 0.7

ROTATIONS = {"short": 5, "long": 100}
BAD_EVERY = 5
BAD_IN_LONG_EVERY = 10
# The server looks every two seconds.
ROTATED_WITHIN_S = 4.0
HANDSHAKES_BETWEEN_S = 0.02
# The signal that says to read certificates again says to read the inventory again, too.
ROTATION_MEMORY_MIB = 160

WATCH_BODY = DataFrame(1, wire.message(b""), flags=["END_STREAM"]).serialize()


def sigterm(scene: Scene) -> None:
    """The end, with all kinds of clients that do not go away by themselves."""
    half = [scene.wire() for _ in range(HALF_SENT)]
    watching = [scene.wire() for _ in range(WATCHING)]
    with crowd(scene, scene.server.address, [(SILENT, b"")]):
        try:
            for attacker in half:
                attacker.begin(wire.MATCH_BATCH, wire.message(b"x" * 10, length=100), end=False)
            for attacker in watching:
                watch(attacker)
            scene.client.window()
            told = time.monotonic()
            scene.server.signal(signal.SIGTERM)
            while time.monotonic() - told < LAME_DUCK_SEEN_S:
                health = health_of(scene)
                time.sleep(0.1)
            scene.demand(health == NOT_SERVING, "health in the lame duck", f"is {health}, expected {NOT_SERVING}")
            window = scene.client.window()
            scene.note("calls", window.calls)
            lost = f"{window.failed} calls were lost in the lame duck: {'; '.join(window.errors)}"
            scene.demand(window.failed == 0 and window.calls > 0, "legitimate client", lost)
            scene.note("max_ms", window.max_ms)
            status = scene.server.wait(GONE_S * 3)
            scene.most("gone_s", time.monotonic() - told, GONE_S)
            scene.demand(status == 0, "the server", f"ended with {status}, expected 0")
        finally:
            for attacker in [*half, *watching]:
                attacker.close()


def watch(attacker: wire.Wire) -> None:
    """Begins to watch health, and waits for its first word."""
    stream = attacker.begin(wire.HEALTH_WATCH, wire.message(b""))
    attacker.wait(lambda: attacker.replies[stream].data_bytes)


def health_of(scene: Scene) -> int | None:
    """What health says on a new connection: the number of its status, nothing if it is not answered."""
    try:
        with scene.wire() as newcomer:
            reply = newcomer.call(wire.HEALTH_CHECK, wire.message(b""))
    except OSError:
        return None
    # A prefix of five bytes, the field's tag, its value.
    return reply.data[6] if len(reply.data) == 7 else None


class Handshakes:
    """Shakes hands all the time, on a thread, and counts. Usable in `with`."""

    def __init__(self, address: str, authority: Authority) -> None:
        self.address = address
        self.context = context(authority.certificate)
        self.count = 0
        self.failures: list[str] = []
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self) -> None:
        """Until it is told to stop."""
        while not self.stop.wait(HANDSHAKES_BETWEEN_S):
            outcome = handshake(self.address, self.context)
            self.count += 1
            if outcome != SPOKEN:
                self.failures.append(outcome)

    def __enter__(self) -> Handshakes:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self.thread.join()


def certificate_rotation(scene: Scene) -> None:
    """Certificates that change under load, some of them bad: a bad pair leaves the old one in place."""
    certificate, key = scene.folder / "server.pem", scene.folder / "server-key.pem"
    slowest, good, bad = 0.0, 0, 0
    with Handshakes(scene.server.address, scene.authority) as handshakes:
        for number in range(ROTATIONS[scene.form.name]):
            if is_bad(number, scene.form):
                rotate_badly(scene, certificate, key, number)
                bad += 1
                continue
            # Half of the time nobody tells the server: it must look by itself.
            slowest = max(slowest, rotate(scene, certificate, key, tells=bool(number % 2)))
            good += 1
    scene.note("rotations", good)
    scene.note("bad_pairs", bad)
    scene.most("rotated_after_s", slowest, ROTATED_WITHIN_S)
    scene.note("handshakes", handshakes.count)
    failed = f"{len(handshakes.failures)} failed: {', '.join(sorted(set(handshakes.failures)))}"
    scene.demand(not handshakes.failures, "handshakes", failed)


def is_bad(number: int, form: Form) -> bool:
    """One rotation of five in the short form, of ten in the long one."""
    every = BAD_EVERY if form.name == "short" else BAD_IN_LONG_EVERY
    return number % every == every // 2


def rotate(scene: Scene, certificate: Path, key: Path, tells: bool) -> float:
    """Puts a good pair there. Says how long it took until it was served."""
    before = serial_of(scene)
    scene.authority.issue(certificate, key)
    if tells:
        scene.server.signal(signal.SIGHUP)
    return scene.eventually(lambda: serial_of(scene) != before, ROTATED_WITHIN_S)


def rotate_badly(scene: Scene, certificate: Path, key: Path, number: int) -> None:
    """Puts a pair there that does not fit, waits until the server has complained, and sees that nothing changed."""
    before, good = serial_of(scene), (certificate.read_bytes(), key.read_bytes())
    errors = count_errors(scene)
    if number % 2:
        certificate.write_bytes(b"no certificate at all\n")
    else:
        other = scene.folder / "other"
        other.mkdir(exist_ok=True)
        scene.authority.issue(other / "server.pem", other / "key.pem")
        os.replace(other / "key.pem", key)
    scene.server.signal(signal.SIGHUP)
    seen = scene.eventually(lambda: count_errors(scene) > errors, ROTATED_WITHIN_S)
    scene.demand(seen < float("inf"), "a bad pair", "is not reported in the log")
    scene.demand(serial_of(scene) == before, "a bad pair", "is served, or nothing is")
    certificate.write_bytes(good[0])
    key.write_bytes(good[1])


def count_errors(scene: Scene) -> int:
    """Lines of the log that are errors."""
    return sum(line.get("level") == "ERROR" for line in scene.server.log_lines())


def serial_of(scene: Scene) -> str:
    """The number of the certificate that is served now."""
    return served_serial(scene.server.address, scene.authority.certificate)


def two_servers(scene: Scene) -> None:
    """Another server that wants the same port must say so and end, and the first one must not notice."""
    for name, address in (("listen", scene.server.address), ("admin_listen", scene.server.admin_address)):
        try:
            with Server(scene.program, scene.inventory, scene.folder / f"{name}.log", {name: address}):
                scene.demand(False, name, f"was taken by two servers: {address}")
        except ServerError as error:
            said = str(error)
            scene.note(name, said)
            clear = address in said and f"({name})" in said and "taken" in said
            scene.demand(clear, name, f"{address} is taken, and what the second server says is not clear: {said}")


ROWS = [
    Row(
        "sigterm",
        "SIGTERM with 100 silent clients, 100 that have sent half a request and 100 that watch",
        sigterm,
        settings={"lame_duck_ms": str(LAME_DUCK_MS), "drain_timeout_ms": str(DRAIN_MS)},
        ends_server=True,
    ),
    Row(
        "certificate_rotation",
        "certificates that change under load, some of them bad",
        certificate_rotation,
        dress=frozenset({"tls"}),
        memory_mib=ROTATION_MEMORY_MIB,
    ),
    Row("two_servers", "a second server on a port that is taken", two_servers),
]
