"""Processes: pinned, bounded in time, stopped by their own id."""

import json
import os
import re
import select
import shutil
import subprocess
import threading
import time

import machine

# The server refuses settings that it does not know, and a proxy or a locale of the user's has no
# place in a measurement.
ENVIRONMENT = {"PATH": os.environ["PATH"]}
BENCH_ENVIRONMENT = {
    **ENVIRONMENT,
    **{k: v for k, v in os.environ.items() if k == "BROADSIDE_BENCH_DATA"},
}
STARTED_WITHIN_S = 300


def pinned(core, *command):
    """The command on one core."""
    return ["taskset", "--cpu-list", str(core), *map(str, command)]


def run(command, accepted=(0,), timeout_s=600):
    """What a command prints. Ends the run if the command fails."""
    command = [str(part) for part in command]
    done = subprocess.run(
        command, capture_output=True, text=True, env=BENCH_ENVIRONMENT, timeout=timeout_s
    )
    if done.returncode not in accepted:
        said = (done.stderr.strip() or done.stdout.strip())[-500:]
        raise SystemExit(f"measure.py: {' '.join(command)} ended with {done.returncode}: {said}")
    return done.stdout


def cost(command, log, timeout_s=600):
    """Runs a command and gives its time by the clock, its CPU time, and the most memory that it had
    resident.
    """
    began = time.monotonic()
    with open(log, "w", encoding="utf-8") as out:
        process = subprocess.Popen(
            [str(part) for part in command], stdout=out, stderr=out, env=ENVIRONMENT
        )
    try:
        while True:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            if time.monotonic() - began > timeout_s:
                raise SystemExit(
                    f"measure.py: {command[0]} {command[1]} is not done after {timeout_s} s"
                )
            time.sleep(0.005)
        wall = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
    finally:
        _end(process)
    if process.returncode != 0:
        with open(log, encoding="utf-8") as said:
            raise SystemExit(
                f"measure.py: {' '.join(map(str, command))} failed: {said.read()[-500:]}"
            )
    return {
        "wall_s": wall,
        "cpu_s": usage.ru_utime + usage.ru_stime,
        "peak_bytes": usage.ru_maxrss * 1024,
    }


class Service:
    """A process that says when it is ready in a line of its output. It is stopped at the end of
    `with`.
    """

    def __init__(self, command, ready, of_stderr=False):
        self.command = [str(part) for part in command]
        pipe = {"stderr" if of_stderr else "stdout": subprocess.PIPE}
        self.began = time.monotonic()
        self.process = subprocess.Popen(self.command, env=ENVIRONMENT, **pipe)
        self.output = self.process.stderr if of_stderr else self.process.stdout
        try:
            self.ready = self._wait(ready)
        except BaseException:
            self.stop()
            raise
        self.start_s = time.monotonic() - self.began
        # A pipe that nobody reads fills up, and then the service waits.
        threading.Thread(target=self._drain, daemon=True).start()

    @property
    def pid(self):
        return self.process.pid

    def _wait(self, ready):
        said = b""
        while not (found := re.search(ready, said.decode("utf-8", "replace"), re.MULTILINE)):
            left = self.began + STARTED_WITHIN_S - time.monotonic()
            if left <= 0 or not select.select([self.output], [], [], left)[0]:
                raise SystemExit(
                    f"measure.py: {self.command} is not ready after {STARTED_WITHIN_S} s"
                )
            part = os.read(self.output.fileno(), 65536)
            if not part:
                raise SystemExit(
                    f"measure.py: {self.command} ended: {said.decode('utf-8', 'replace')[-500:]}"
                )
            said += part
        return found

    def _drain(self):
        with self.output, open(os.devnull, "wb") as nowhere:
            shutil.copyfileobj(self.output, nowhere)

    def stop(self):
        _end(self.process)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def server(build, inventory, core=None):
    """The server with an inventory: with one worker on one core, or as it comes."""
    command = [build / "broadside-server", "--inventory", inventory, "--log-format", "json"]
    command += ["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"]
    if core is not None:
        command = pinned(core, *command, "--workers", 1)
    service = Service(command, r'^.*"message":"ready".*$', of_stderr=True)
    fields = dict(re.findall(r'"(listen|admin_listen)":"([^"]*)"', service.ready.group()))
    service.address, service.admin_address = fields["listen"], fields["admin_listen"]
    return service


def echo(build, core, kind, *flags):
    """The echo service of a kind."""
    service = Service(pinned(core, build / "broadside-echo", kind, *flags), r"^\S+:\d+$")
    service.address = service.ready.group()
    return service


def load_command(build, core, address, queries, load):
    """The load generator, with a load as benches/load reads it."""
    return pinned(
        core, build / "broadside-bench-load", address, queries, json.dumps({"threads": 1, **load})
    )


def load(build, core, service, queries, duration_s, load):
    """One round of load: the generator's report, with the service's CPU time."""
    load = {"warmup_seconds": 0, "duration_seconds": duration_s, **load}
    before = machine.cpu_ns(service.pid)
    report = json.loads(run(load_command(build, core, service.address, queries, load)))
    report["cpu_ns"] = machine.cpu_ns(service.pid) - before
    return report


def _end(process):
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(25)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
