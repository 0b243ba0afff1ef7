"""Processes with bounds: what they take of the machine, and how they end."""

import json
import os
import pathlib
import resource
import select
import subprocess
import time

MEMORY_BYTES_MAX = int(float(os.environ.get("BROADSIDE_PEERS_MEMORY_GIB", "12")) * 2**30)
# The server refuses settings that it does not know.
SERVED_WITH = {name: value for name, value in os.environ.items() if not name.startswith("BROADSIDE_PEERS_")}
SERVED_WITH.pop("BROADSIDE_BENCH_DATA", None)


class GaveUp(Exception):
    """A peer cannot do this size; the message says why."""


class Process:
    """A process and its children, with bounded memory."""

    def __init__(self, command, log, memory_bytes=MEMORY_BYTES_MAX, environment=None):
        self.log = open(log, "w+", encoding="utf-8")
        self.process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
            env={**SERVED_WITH, **(environment or {})},
            preexec_fn=lambda: memory_bytes and resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes)),
        )

    def pids(self):
        found = [self.process.pid]
        for pid in found:
            children = pathlib.Path(f"/proc/{pid}/task/{pid}/children")
            if children.exists():
                found += map(int, children.read_text().split())
        return found

    def cpu_seconds(self):
        ticks = 0
        for pid in self.pids():
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def resident_mib(self):
        kib = 0
        for pid in self.pids():
            status = pathlib.Path(f"/proc/{pid}/status").read_text()
            kib += int(status.split("VmRSS:")[1].split()[0])
        return kib / 1024

    def last_words(self):
        self.log.seek(0)
        lines = [line.strip() for line in self.log.read().splitlines() if line.strip()]
        telling = [line for line in lines if "memory" in line.lower() or "Error" in line]
        said = (telling or lines or ["it said nothing"])[-1 if not telling else 0]
        return f"ended with {self.process.returncode}: {said[:160]}"

    def line(self, cpu_seconds):
        """The next line of its output, for which it may take so much CPU time, and three times as long by the clock."""
        started, cpu_before = time.monotonic(), self.cpu_seconds()
        while not select.select([self.process.stdout], [], [], 1)[0]:
            cpu, clock = self.cpu_seconds() - cpu_before, time.monotonic() - started
            if cpu > cpu_seconds or clock > 3 * cpu_seconds:
                raise GaveUp(f"not done after {cpu:.0f} s of CPU, {clock:.0f} s by the clock")
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            raise GaveUp(self.last_words())
        return json.loads(line)

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()


def run(command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        raise GaveUp((done.stderr.strip() or f"ended with {done.returncode}")[-200:])
    return done.stdout
