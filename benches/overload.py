#!/usr/bin/env python3
"""Measures an overloaded server: offers it parts and multiples of what it can answer, in one run.

    benches/overload.py BUILD [SECONDS [MARKDOWN]]    default: 10 seconds a load, and no record

The server has one worker on one core; the load generator has the other core, and sends in an open
loop: calls are due whether or not others were answered, and latency counts from when a call was
due. Texts are cheap to send and costly to serve (each brings up some hundred listings that
targeting rules out), so that the generator is not what gives way. While the load is ten times what
can be answered, health is asked 600 times. Ends with 1 if a line of the table does not hold.
"""

import http.client
import json
import pathlib
import statistics
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "budget"))
import machine  # noqa: E402
import processes  # noqa: E402

WORDS = 50
LISTINGS_OF_A_WORD = 800
BATCH = 32
CONNECTIONS = 8
DEADLINE_MS = 250
LOADS = (0.5, 0.8, 1, 1.5, 2, 3, 5, 10)
HEALTH_CHECKS = 600


def inventory(folder):
    """An inventory and texts for it."""
    listings, texts = folder / "inventory.jsonl", folder / "texts.txt"
    with open(listings, "w", encoding="utf-8") as out:
        for number in range(WORDS * LISTINGS_OF_A_WORD):
            targeting = f'country == "C{number % 400}" && age >= {number % 90}'
            listing = {
                "id": f"l{number}",
                "keywords": [f"word{number % WORDS}"],
                "targeting": targeting,
            }
            out.write(json.dumps({"listing": listing}) + "\n")
    with open(texts, "w", encoding="utf-8") as out:
        out.writelines(f"word{number} word{number * 7 % WORDS}\n" for number in range(WORDS))
    return listings, texts


class Health(threading.Thread):
    """Asks for health at an even pace and keeps how long each answer took."""

    def __init__(self, address, count, seconds):
        super().__init__(daemon=True)
        self.host, self.port = address.rsplit(":", 1)
        self.count, self.pause = count, seconds / count
        self.took_ms, self.failed = [], 0

    def run(self):
        due = time.monotonic()
        for _ in range(self.count):
            time.sleep(max(0, due - time.monotonic()))
            began = time.monotonic()
            try:
                connection = http.client.HTTPConnection(self.host, int(self.port), timeout=5)
                connection.request("GET", "/readyz")
                self.failed += connection.getresponse().status != 200
                connection.close()
            except OSError:
                self.failed += 1
            self.took_ms.append((time.monotonic() - began) * 1000)
            due += self.pause


class Run:
    """A server and what is offered to it."""

    def __init__(self, build, service, cores, texts):
        self.build, self.service, self.core, self.texts = build, service, cores[1], texts

    def offer(self, seconds, **load):
        load = {"batch": BATCH, **load}
        return processes.load(self.build, self.core, self.service, self.texts, seconds, load)

    def peak(self, seconds):
        """The most queries a second that it answers: in a closed loop that does not crowd it."""
        reports = [self.offer(seconds, connections=4, concurrency=2) for _ in range(3)]
        return statistics.median(report["queries_per_second"] for report in reports)

    def at(self, times, peak, seconds):
        report = self.offer(
            seconds,
            connections=CONNECTIONS,
            rate=int(peak * times),
            deadline_seconds=DEADLINE_MS / 1_000,
            concurrency=100,
            waiting=2_000,
        )
        return {
            "times": times,
            "good": report["good_queries_per_second"] / peak,
            "p50_ms": report["latency_ns"]["p50"] / 1e6,
            "p99_ms": report["latency_ns"]["p99"] / 1e6,
            "outcomes": report["outcomes"],
            "offered": sum(report["outcomes"].values()) * BATCH / peak / report["seconds"],
        }


def row(measured):
    """One line of the table."""
    outcomes = measured["outcomes"]
    counts = " | ".join(
        str(outcomes[name]) for name in ("ok", "overloaded", "deadline", "other", "not_sent")
    )
    shape = "| {times} | {offered:.2f} | {good:.2f} | {p50_ms:.1f} | {p99_ms:.1f} |"
    return f"{shape.format(**measured)} {counts} |"


def judged(rows, normal, health):
    """The lines of what should hold."""
    by_load = {row["times"]: row for row in rows}
    p99 = by_load[0.8]["p99_ms"]
    accepted = max(row["p99_ms"] for row in rows if row["times"] > 1)
    late = sum(1 for took in health.took_ms if took > 100)
    return [
        (
            "goodput at 2 × what it can answer",
            by_load[2]["good"],
            "≥ 0.90",
            by_load[2]["good"] >= 0.9,
        ),
        ("goodput at 10 ×", by_load[10]["good"], "≥ 0.75", by_load[10]["good"] >= 0.75),
        (
            "p99 of what is answered above 1 × / p99 at 0.8 ×",
            accepted / p99,
            "≤ 2",
            accepted <= 2 * p99,
        ),
        (
            "goodput at 0.8 × in the 10 s after 10 ×",
            normal["good"],
            "≥ 0.79",
            normal["good"] >= 0.79,
        ),
        (
            "p99 then / p99 at 0.8 × before",
            normal["p99_ms"] / p99,
            "≤ 2",
            normal["p99_ms"] <= 2 * p99,
        ),
        (
            "health checks at 10 × that failed or took more than 100 ms",
            health.failed + late,
            "0",
            health.failed + late == 0,
        ),
    ]


def main():
    build = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "target/release")
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 10
    with tempfile.TemporaryDirectory() as folder:
        cores = machine.cores()
        listings, texts = inventory(pathlib.Path(folder))
        with processes.server(build, listings, cores[0]) as service:
            run = Run(build, service, cores, texts)
            run.peak(2)
            peak = run.peak(seconds / 2)
            rows = []
            for times in LOADS:
                health = (
                    Health(service.admin_address, HEALTH_CHECKS, max(seconds, 30))
                    if times == 10
                    else None
                )
                if health:
                    health.start()
                rows.append(run.at(times, peak, max(seconds, 30) if health else seconds))
            normal = run.at(0.8, peak, 10)
            health.join()
    took = sorted(health.took_ms)
    lines = [
        f"{machine.description()}. One worker on one core, the generator on the other; "
        f"batches of {BATCH}, {CONNECTIONS}",
        f"connections, deadline {DEADLINE_MS}ms. 1 × is {peak:,.0f} queries/s, "
        f"the most in a closed loop. {seconds} s a load.",
        "",
        "| × | offered | good | p50 ms | p99 ms | ok | overloaded | deadline | other | not sent |",
        "|---|---|---|---|---|---|---|---|---|---|",
        *map(row, rows),
        row(normal) + " after 10 ×",
        "",
        f"Health at 10 ×: {len(took)} asked, {health.failed} failed, "
        f"p50 {took[len(took) // 2]:.1f} ms, at most {took[-1]:.1f} ms.",
        "",
        "| what | got | goal | holds |",
        "|---|---|---|---|",
    ]
    verdicts = judged(rows, normal, health)
    lines += [
        f"| {what} | {got:.2f} | {goal} | {'yes' if holds else '**no**'} |"
        for what, got, goal, holds in verdicts
    ]
    text = "\n".join(lines) + "\n"
    sys.stdout.write(text)
    if len(sys.argv) > 3:
        pathlib.Path(sys.argv[3]).write_text(f"# Overload\n\n{text}", encoding="utf-8")
    return 0 if all(holds for *_, holds in verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
