"""How one row is played: a server of its own, a legitimate client that calls all the time, and the attack.

What is demanded of the server, whatever the attack: the legitimate client lost no call and waited little longer than
before; memory grew by no more than the row allows; the attack took no more than a core; the server lives, answers a new
connection, has given its descriptors back, has met no bug, and has not filled its log.
"""

from __future__ import annotations

import shutil
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import grpc

import messages
import wire
from certificates import Authority
from legitimate import Client, Dress, Window
from server import Server, ServerError, cpu_s, machine_cpu_s

# What the legitimate client costs the server: about a quarter of a core.
LEGITIMATE_CORES = 0.25
# Its calls, if a server is fast enough. A slower one, which was built for debugging, gets smaller ones.
CALLS_A_SECOND = 150
CALL_TEXTS_MIN, CALL_TEXTS_MAX = 16, 2_048
# By these it is found out how fast the server is, once it has been asked a little.
TRIAL_CALLS_A_SECOND, TRIAL_CALLS, TRIAL_TEXTS = 50, 25, 256
MEMORY_MIB = 64
CORES = 1.0
SETTLED_WITHIN_S = 3.0
NEW_CALL_WITHIN_S = 1.0
# Whoever can make the server write a line for each of his connections can fill its disk.
LOG_KIB = 32
LOG_KIB_A_SECOND = 4
# Descriptors that come and go with a process: its timers, a file that it reads again.
DESCRIPTORS_SLACK = 4
POLL_S = 0.02


@dataclass(frozen=True)
class Form:
    """How long a row plays, and what is demanded of time.

    A call may take `slower` times as long as before, or up to `slow_ms`. Where a row has a limit of its own for what must
    happen at once, `patience` is its factor. The short form is played on machines that do other things, too, and a handful
    of calls make its p99: it only tells waiting from not being served. The long form judges time.
    """

    name: str
    listings: int
    before_s: float
    attack_s: float
    slower: float
    slow_ms: float
    patience: float


# If others had more of the machine than this, a failure says nothing, and the row is played again, so often at most.
OTHERS_CORES_MAX = 0.25
REPLAYS = 2

SHORT = Form("short", listings=20_000, before_s=0.7, attack_s=2.0, slower=10.0, slow_ms=1_000.0, patience=10.0)
LONG = Form("long", listings=100_000, before_s=10.0, attack_s=60.0, slower=2.0, slow_ms=25.0, patience=1.0)


class Broken(Exception):
    """The server did not do what a row demands, and the row cannot go on."""


@dataclass(frozen=True)
class Row:
    """An attack: what it does, and what it needs."""

    name: str
    about: str
    attack: Callable[[Scene], None]
    settings: Mapping[str, str] = field(default_factory=dict)
    # Which of the server's faces are dressed: `tls`, `mtls`, `access`.
    dress: frozenset[str] = frozenset()
    descriptors: int | None = None
    memory_mib: float = MEMORY_MIB
    # The attack ends the server, so nothing can be asked of it afterwards.
    ends_server: bool = False


@dataclass
class Result:
    """What a row measured, and why it failed if it did."""

    name: str
    figures: dict[str, float | str] = field(default_factory=dict)
    # By what they are about: of those about the same, the last one counts.
    problems: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    # Cores that were used by processes that are none of the row's.
    others_cores: float = 0.0

    @property
    def says_nothing(self) -> bool:
        """Whether it failed, and others may be why."""
        return bool(self.problems) and self.others_cores > OTHERS_CORES_MAX

    @property
    def verdict(self) -> str:
        """One or more words."""
        return "FAILS: " + "; ".join(self.problems.values()) if self.problems else "holds"


class Scene:
    """What an attack sees: the server, how long it may last, and where it puts what it measured."""

    def __init__(self, row: Row, stage: Stage, server: Server, client: Client, cores: float, result: Result) -> None:
        self.row = row
        self.form = stage.form
        self.authority = stage.authority
        self.program = stage.program
        self.inventory = stage.inventory
        self.folder = stage.folder / row.name
        self.server = server
        self.client = client
        # Cores that the legitimate client takes of the server, and CPU time of a byte of its calls.
        self.client_cores = cores
        self.byte_s = cores / CALLS_A_SECOND / len(messages.batch(messages.texts(client.texts)))
        self.result = result
        self.worst: dict[str, float] = {}
        self.until = time.monotonic() + self.form.attack_s

    def lasts(self) -> bool:
        """Whether the attack should go on."""
        return time.monotonic() < self.until and self.server.is_alive()

    def elapsed_s(self) -> float:
        """How long the attack has lasted."""
        return self.form.attack_s - (self.until - time.monotonic())

    def wire(self, **options: object) -> wire.Wire:
        """A new connection to the match port."""
        return wire.Wire(self.server.address, **options)  # type: ignore[arg-type]

    def note(self, name: str, value: float | str) -> None:
        """Keeps a measured figure."""
        self.result.figures[name] = round(value, 3) if isinstance(value, float) else value

    def most(self, name: str, value: float, most: float) -> None:
        """Keeps a figure that may be so large; of several, the largest."""
        worst = max(value, self.worst.get(name, value))
        self.worst[name] = worst
        self.note(name, worst)
        self.demand(worst <= most, name, f"is {worst:.6g}, expected at most {most:.6g}")

    def demand(self, holds: object, about: str, otherwise: str) -> None:
        """Keeps a problem unless something holds. The row goes on."""
        if not holds:
            self.result.problems[about] = f"{about} {otherwise}"

    def times_ordinary(self, cost_s: float, length: int) -> float:
        """CPU time that a message cost, as a multiple of that of ordinary calls of its length in this row."""
        return max(0.0, cost_s) / (length * self.byte_s)

    def eventually(self, condition: Callable[[], bool], within_s: float) -> float:
        """Waits for a condition. Says how long it took, infinity if it did not come true."""
        began = time.monotonic()
        while not condition():
            if time.monotonic() - began > within_s:
                return float("inf")
            time.sleep(POLL_S)
        return time.monotonic() - began


class Stage:
    """Plays rows: the server's program, the inventory and the certificates are the same for all of them."""

    def __init__(self, program: Path, form: Form, folder: Path) -> None:
        self.program = program
        self.form = form
        self.folder = folder
        self.inventory = folder / "inventory.jsonl"
        messages.write_inventory(self.inventory, form.listings)
        self.authority = Authority(folder / "certificates")
        self.call_texts: int | None = None

    def play(self, row: Row) -> Result:
        """Plays one row, to its end whatever happens."""
        result, began = Result(row.name), time.monotonic()
        folder = self.folder / row.name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        try:
            settings, dress = self._dressed(row, folder)
            with Server(self.program, self.inventory, folder / "log", settings, row.descriptors) as server:
                self._play_against(row, server, dress, result)
        except (Broken, ServerError) as error:
            result.problems["server"] = str(error)
        except Exception as error:  # A mistake of a row must not cost the results of the others.
            traceback.print_exc()
            result.problems["row"] = f"the row itself failed: {type(error).__name__}: {error}"
        result.seconds = round(time.monotonic() - began, 1)
        return result

    def _dressed(self, row: Row, folder: Path) -> tuple[dict[str, str], Dress]:
        """The settings of a row, and what the legitimate client must show."""
        settings, dress = dict(row.settings), {}
        if row.dress & {"tls", "mtls"}:
            settings |= self.authority.server_settings(folder)
            dress["authority"] = str(self.authority.certificate)
        if "mtls" in row.dress:
            settings["tls_client_ca"] = str(self.authority.certificate)
            dress |= self.authority.client_files(folder)
        if "access" in row.dress:
            settings["access"] = str(self.authority.write_access(folder))
            dress["token"] = self.authority.match_token
        return settings, Dress(**dress)

    def _play_against(self, row: Row, server: Server, dress: Dress, result: Result) -> None:
        with Client(server.address, dress, CALLS_A_SECOND, self._texts_of_a_call(server, dress)) as client:
            time.sleep(self.form.before_s / 2)
            client.window()
            cpu, began = server.cpu_s(), time.monotonic()
            time.sleep(self.form.before_s)
            before = client.window()
            cores = (server.cpu_s() - cpu) / (time.monotonic() - began)
            resident, descriptors, logged = server.memory_mib(), server.descriptors(), len(server.said())
            server.forget_peak()
            scene = Scene(row, self, server, client, cores, result)
            cpu, others, began = server.cpu_s(), others_cpu_s(scene), time.monotonic()
            attack(row, scene)
            if not row.ends_server:
                took = time.monotonic() - began
                result.others_cores = (others_cpu_s(scene) - others) / took
                scene.note("attack_s", took)
                scene.note("others_cores", result.others_cores)
                scene.note("client_cores", cores)
                scene.most("memory_mib", server.memory_mib("VmHWM") - resident, row.memory_mib)
                scene.most("cores", max(0.0, (server.cpu_s() - cpu) / took - cores), CORES)
                judge_service(scene, before, client)
                judge_server(scene, dress, descriptors)
                logged_kib = (len(server.said()) - logged) / 1024
                scene.most("log_kib", logged_kib, LOG_KIB + LOG_KIB_A_SECOND * took)

    def _texts_of_a_call(self, server: Server, dress: Dress) -> int:
        """So many that the calls take a quarter of a core, however fast the server was built to be."""
        if self.call_texts is None:
            with Client(server.address, dress, TRIAL_CALLS_A_SECOND, TRIAL_TEXTS) as client:
                wait_for_calls(client, TRIAL_CALLS)
                cpu = server.cpu_s()
                calls = wait_for_calls(client, TRIAL_CALLS)
                text_s = (server.cpu_s() - cpu) / calls / TRIAL_TEXTS
            texts = round(LEGITIMATE_CORES / CALLS_A_SECOND / text_s)
            self.call_texts = max(CALL_TEXTS_MIN, min(CALL_TEXTS_MAX, texts))
        return self.call_texts


def attack(row: Row, scene: Scene) -> None:
    """Attacks. That nobody answers any more is a matter of the server only if it is gone."""
    try:
        row.attack(scene)
    except OSError as error:
        if scene.server.is_alive():
            raise
        raise Broken(f"the server is gone: {scene.server.said()[-500:]}") from error


def others_cpu_s(scene: Scene) -> float:
    """CPU time so far of all processes but those of the row: this one, the server, and the legitimate client."""
    ours = time.process_time() + scene.server.cpu_s() + cpu_s(scene.client.process.pid)
    return machine_cpu_s() - ours


def wait_for_calls(client: Client, count: int) -> int:
    """Waits until so many calls have succeeded. Says how many there were."""
    calls = 0
    while calls < count:
        time.sleep(POLL_S)
        window = client.window()
        calls += window.calls
        if window.failed:
            raise Broken(f"the legitimate client cannot call: {'; '.join(window.errors)}")
    return calls


def judge_service(scene: Scene, before: Window, client: Client) -> None:
    """What the legitimate client noticed."""
    during = client.window()
    last = client.finish()
    failed = during.failed + last.failed
    scene.note("calls", during.calls + last.calls)
    errors = "; ".join([*during.errors, *last.errors])
    scene.demand(failed == 0, "legitimate client", f"{failed} calls were lost: {errors}")
    scene.demand(during.calls > 0, "legitimate client", "no call was answered at all")
    scene.note("refused_and_tried_again", during.refused + last.refused)
    scene.note("p99_before_ms", before.p99_ms)
    scene.most("p99_ms", during.p99_ms, max(scene.form.slower * before.p99_ms, scene.form.slow_ms))
    scene.note("max_ms", max(during.max_ms, last.max_ms))


def judge_server(scene: Scene, dress: Dress, descriptors: int) -> None:
    """What the attack left behind."""
    if not scene.server.is_alive():
        raise Broken(f"the server is gone: {scene.server.said()[-500:]}")
    within_s = NEW_CALL_WITHIN_S * scene.form.patience
    answered = scene.eventually(lambda: new_call_succeeds(scene.server, dress), within_s)
    scene.demand(answered < float("inf"), "a new connection", f"has no answer within {within_s} s")
    # The legitimate client has ended by now: what it had open is given back as well.
    within_s = SETTLED_WITHIN_S * scene.form.patience
    settled = scene.eventually(lambda: scene.server.descriptors() <= descriptors + DESCRIPTORS_SLACK, within_s)
    left = scene.server.descriptors()
    scene.demand(settled < float("inf"), "descriptors", f"{left} are open {within_s} s later, {descriptors} before")
    said = scene.server.said()
    scene.demand("panicked" not in said, "the log", "has a panic: " + said[said.find("panicked") - 200 :][:400])


def new_call_succeeds(server: Server, dress: Dress) -> bool:
    """Whether a connection that is made now can match."""
    channel = dress.channel(server.address)
    try:
        method = channel.unary_unary(wire.MATCH_BATCH)
        method(messages.batch(["anything"]), timeout=NEW_CALL_WITHIN_S, metadata=dress.metadata())
    except grpc.RpcError:
        return False
    finally:
        channel.close()
    return True


def as_json(result: Result) -> dict[str, object]:
    """A result as it is written to a file."""
    return {**asdict(result), "holds": not result.problems}
