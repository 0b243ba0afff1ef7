"""How each peer is started, asked, compared and changed: programs with the commands of src/peer.rs,
and servers.

All of them have: `label`, `modes` (names of the ways in which rates are taken), `start`, `warm`,
`round` (queries a second of CPU time), `answers` (a line of sorted numbers a text), `update`
(seconds until one more keyword is found).
"""

import json
import os
import pathlib
import signal
import socket
import time

from processes import MEMORY_BYTES_MAX, GaveUp, Process, run

ROUND_SECONDS = float(os.environ.get("BROADSIDE_PEERS_ROUND_SECONDS", "1.5"))
# Of CPU time, so that a busy machine makes nobody give up.
START_SECONDS_MAX = 180
# Java compiles what is hot while it runs: it gets this CPU time before the first round that counts.
JAVA_WARMUP_SECONDS = 15
WORKERS = 2
ADDED = "zqxadded keywordzqx"
HERE = pathlib.Path(__file__).resolve().parent


class Harness:
    """A program that takes the commands of src/peer.rs."""

    warmup_seconds = 0
    live_heap_kib = None

    def __init__(self, label, command, batches=(None,), memory_bytes=MEMORY_BYTES_MAX):
        self.label, self.command, self.memory_bytes = label, command, memory_bytes
        self.modes = {
            label if batch is None else f"{label}, batches of {batch}": batch for batch in batches
        }

    def start(self, folder, log):
        self.process = Process(self.command(folder), log, self.memory_bytes)
        ready = self.process.line(START_SECONDS_MAX)
        self.live_heap_kib = ready.get("live_heap_kib", self.live_heap_kib)
        return ready["build_seconds"], ready["keywords"]

    def ask(self, command, seconds=START_SECONDS_MAX):
        self.process.process.stdin.write(command + "\n")
        self.process.process.stdin.flush()
        return self.process.line(seconds)

    def warm(self):
        for batch in self.modes.values():
            self.round(batch, self.warmup_seconds / len(self.modes) or ROUND_SECONDS)

    def round(self, batch, seconds=ROUND_SECONDS):
        done = self.ask(f"round {seconds} {batch}" if batch else f"round {seconds}")
        return done["queries"] / done["cpu_seconds"]

    def answers(self, count, file):
        self.ask(f"answers {count} {file}")

    def update(self):
        return self.ask("update")["seconds"]


class Monitor(Harness):
    warmup_seconds = JAVA_WARMUP_SECONDS


class Server:
    """A server whose CPU time is taken from outside; what sends is not counted."""

    live_heap_kib = None

    def __init__(self, label, tools, modes):
        self.label, self.tools, self.modes = label, tools, modes

    def start(self, folder, log):
        self.folder, self.log = folder, log
        started = time.monotonic()
        self.launch()
        self.wait_until_found(started)
        return time.monotonic() - started, sum(1 for _ in open(folder / "keywords.tsv", "rb"))

    def wait_until_found(self, started):
        while not self.is_up():
            if self.process.process.poll() is not None:
                raise GaveUp(self.process.last_words())
            cpu, clock = self.process.cpu_seconds(), time.monotonic() - started
            if cpu > START_SECONDS_MAX * len(self.process.pids()) or clock > 3 * START_SECONDS_MAX:
                raise GaveUp(f"not up after {cpu:.0f} s of CPU, {clock:.0f} s by the clock")
            time.sleep(0.05)

    def warm(self):
        for mode in self.modes.values():
            self.round(mode)

    def round(self, mode):
        before = self.process.cpu_seconds()
        queries = self.send(mode)
        return queries / (self.process.cpu_seconds() - before)


class Tree(Server):
    """The tree in Python, behind WSGI or behind a line socket."""

    def __init__(self, label, tools, protocol, modes):
        super().__init__(label, tools, modes)
        self.protocol = protocol

    def launch(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        keywords = self.folder / "keywords.tsv"
        if self.protocol == "line":
            command = [self.tools["python"], HERE / "line_server.py", keywords, self.port]
            self.process = Process(command, self.log)
            return
        command = [self.tools["gunicorn"], "--bind", f"127.0.0.1:{self.port}", "--workers", WORKERS]
        command += [
            "--worker-class",
            "gthread",
            "--threads",
            1,
            "--keep-alive",
            75,
            "--timeout",
            600,
        ]
        command += [
            "--graceful-timeout",
            1,
            "--chdir",
            HERE,
            "--log-level",
            "error",
            "wsgi:application",
        ]
        environment = {"PEER_KEYWORDS": str(keywords)}
        self.process = Process(command, self.log, MEMORY_BYTES_MAX // WORKERS, environment)

    def is_up(self, text="nothing", answer=None):
        try:
            with socket.create_connection(("127.0.0.1", self.port), 2) as connection:
                body = f"{text}\n".encode()
                head = b"POST /match HTTP/1.0\r\nContent-Length: %d\r\n\r\n" % len(body)
                connection.sendall(body if self.protocol == "line" else head + body)
                got = (
                    connection.makefile("rb").read()
                    if self.protocol == "http"
                    else connection.recv(4096)
                )
        except OSError:
            return False
        workers = self.protocol == "line" or len(self.process.pids()) == WORKERS + 1
        return workers and bool(got) and (answer is None or got.split()[-1:] == [answer])

    def send(self, batch):
        command = [self.tools["peers"], "load", self.protocol, f"127.0.0.1:{self.port}"]
        command += [self.folder / "texts.txt", batch, ROUND_SECONDS]
        return json.loads(run(command))["queries"]

    def answers(self, count, file):
        address = f"127.0.0.1:{self.port}"
        run(
            [
                self.tools["peers"],
                "ask",
                self.protocol,
                address,
                self.folder / "texts.txt",
                count,
                file,
            ]
        )

    def update(self):
        """Gets one more keyword in: by a graceful reload of the workers, or a new process."""
        keywords = self.folder / "keywords.tsv"
        size = keywords.stat().st_size
        number = str(sum(1 for _ in open(keywords, "rb"))).encode()
        with open(keywords, "a", encoding="utf-8") as file:
            file.write(f"PHRASE\t{ADDED}\tadded\t0\n")
        try:
            started = time.monotonic()
            if self.protocol == "line":
                self.process.stop()
                self.launch()
            else:
                self.process.process.send_signal(signal.SIGHUP)
            # Each of the workers answers some of these.
            in_a_row = 0
            while in_a_row < 8:
                in_a_row = in_a_row + 1 if self.is_up(ADDED, number) else 0
                if time.monotonic() - started > START_SECONDS_MAX:
                    raise GaveUp(f"took more than {START_SECONDS_MAX} s")
                if in_a_row == 0:
                    time.sleep(0.02)
            return time.monotonic() - started
        finally:
            os.truncate(keywords, size)


class Broadside(Server):
    """The server of this project, on an inventory of the folder."""

    def __init__(self, label, tools, inventory, limit, modes):
        super().__init__(label, tools, modes)
        self.inventory, self.limit = inventory, limit

    def launch(self):
        command = [
            self.tools["server"],
            "--inventory",
            self.folder / self.inventory,
            "--log-format",
            "json",
        ]
        command += ["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"]
        self.process = Process(command, self.log)

    def is_up(self):
        # The last line may not be whole yet, and the allocator's warnings are no JSON.
        lines = pathlib.Path(self.log).read_text(encoding="utf-8").split("\n")[:-1]
        for fields in (json.loads(line) for line in lines if line.startswith("{")):
            if fields.get("message") == "ready":
                self.address, self.admin = fields["listen"], fields["admin_listen"]
                return True
        return False

    def client(self, *arguments):
        addresses = ["--address", self.address, "--admin-address", self.admin]
        return run([self.tools["client"], *arguments, *addresses])

    def send(self, load):
        load = {"limit": self.limit, "warmup_seconds": 0, "duration_seconds": ROUND_SECONDS, **load}
        command = [self.tools["load"], self.address, self.folder / "queries.txt", json.dumps(load)]
        report = json.loads(run(command))
        if report["failed_calls"]:
            raise GaveUp(f"calls failed: {report['statuses']}")
        return report["queries"]

    def answers(self, count, file):
        texts = file.with_suffix(".texts")
        lines = (self.folder / "queries.txt").read_text(encoding="utf-8").split("\n")[:count]
        texts.write_text("\n".join(lines) + "\n", encoding="utf-8")
        matched = self.client("match", "--file", texts, "--limit", 1000, "--json").splitlines()
        with open(file, "w", encoding="utf-8") as to:
            for line in matched:
                numbers = sorted(int(match["listing_id"]) for match in json.loads(line)["matches"])
                to.write(" ".join(map(str, numbers)) + "\n")

    def update(self):
        inventory = self.folder / self.inventory
        size = inventory.stat().st_size
        with open(inventory, "a", encoding="utf-8") as file:
            record = {"id": "4294967295", "keywords": [f'"{ADDED}"'], "bid_micros": 1}
            file.write(json.dumps({"listing": record}) + "\n")
        try:
            started = time.monotonic()
            self.client("reload", "--json")
            found = json.loads(self.client("match", ADDED, "--json"))["matches"]
            if not found:
                raise GaveUp("what was added is not found")
            return time.monotonic() - started
        finally:
            os.truncate(inventory, size)
