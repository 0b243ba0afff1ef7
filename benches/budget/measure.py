"""Measures the performance budget and writes the record of it.

measure.py BUILD ROUNDS     benches/run.sh calls it: BUILD is the folder of what was built

Rates that are compared are measured in the same rounds, one after the other, and medians of the
rounds count. A service has the first core, the load generator the second one. The cost of a query
is the CPU time of the service for each query, which does not depend on how the load generator
shares the machine; the busy share of its core says whether the rate is the service's or the
generator's.
"""

import datetime
import json
import os
import pathlib
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

import machine
import plot
import processes
import record
from plan import (
    BATCHES,
    CALLS,
    DISK_BYTES,
    KEYWORDS,
    LOAD_S,
    PASSES,
    RELOADS,
    SIZES,
    TCP_WINDOWS,
    UNARY,
)

# Bytes of a match in a reply beside its listing's id: tags, lengths, score, match type, keyword's
# index.
MATCH_BYTES = 17
OTHER_LISTING = {
    "listing": {"id": "the other inventory's own", "keywords": ["zyzzyva quokka"], "bid_micros": 1}
}


def main(build, rounds):
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="broadside-bench-") as name:
        folder = pathlib.Path(name)
        if shutil.disk_usage(folder).free < DISK_BYTES:
            where = f"{folder.parent}; set TMPDIR to another folder"
            where += ", or BROADSIDE_BENCH_KEYWORDS to fewer"
            raise SystemExit(f"measure.py: expected {DISK_BYTES >> 20} MiB free in {where}")
        results = {"rounds": rounds, "machine": machine.description()}
        results["commit"], results["changed"] = machine.commit()
        stolen, elapsed = machine.ticks()
        inventories, source, other = make_inventories(build, folder, results)
        measure_start(build, inventories[-1], source, rounds, results)
        source.unlink()
        measure_rounds(build, folder / "queries.txt", inventories, other, rounds, results)
        measure_limits(build, results)
        stolen, elapsed = (
            after - before for after, before in zip(machine.ticks(), (stolen, elapsed))
        )
        results["steal"] = stolen / elapsed
    results["minutes"] = (time.monotonic() - began) / 60
    date = datetime.date.today().isoformat()
    path = os.environ.get("BROADSIDE_BENCH_RECORD", f"benches/record/{date}-{results['commit']}.md")
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = path.with_name(f"{path.stem}-growth.svg")
    picture.write_text(plot.growth(record.times(results)), encoding="utf-8")
    text = record.markdown(results, date, picture.name)
    path.write_text(text, encoding="utf-8")
    print(text)
    note(f"written to {path} and {picture}")


def note(what):
    print(what, file=sys.stderr, flush=True)


def make_inventories(build, folder, results):
    """Makes the compiled inventories by size, and keeps the source of the largest; that one is made
    with one listing more as well: a server that is told to load what it serves has nothing to do.
    """
    results["builds"], inventories = {}, []
    for size in SIZES:
        note(f"making an inventory of {size:,} keywords")
        source, compiled = folder / f"{size}.jsonl", folder / f"{size}.bsx"
        said = processes.run([build / "generate", size, source, folder / "queries.txt"]).split()
        results["keyword_bytes"], results["origin"] = int(said[0]), said[1]
        results["source_bytes"] = source.stat().st_size
        results["builds"][size] = [make(build, folder, compiled, source)]
        inventories.append(compiled)
        if size != KEYWORDS:
            source.unlink()
    results["compiled_bytes"] = compiled.stat().st_size
    more, other = folder / "more.jsonl", folder / "other.bsx"
    more.write_text(json.dumps(OTHER_LISTING) + "\n", encoding="utf-8")
    results["builds"][KEYWORDS].append(make(build, folder, other, source, more))
    # What is still being written to the disk would be measured with what comes next.
    os.sync()
    return inventories, source, other


def make(build, folder, compiled, *sources):
    return processes.cost(
        [build / "broadside", "build", *sources, "-o", compiled], folder / "build.log"
    )


def measure_start(build, compiled, source, rounds, results):
    """Seconds from the start of the process until it serves."""
    note("starting servers")
    results["start_s"] = []
    for _ in range(rounds):
        with processes.server(build, compiled) as server:
            results["start_s"].append(server.start_s)
    with processes.server(build, source) as server:
        results["source_start_s"], results["source_memory_kib"] = (
            server.start_s,
            machine.memory_kib(server.pid),
        )


def measure_rounds(build, queries, inventories, other, rounds, results):
    core, client = machine.cores()
    described = processes.run([build / "match-rate", "describe", inventories[-1]])
    facts = {name: int(number) for name, number in map(str.split, described.splitlines())}
    results["facts"] = facts
    results["in_process"], results["calls"], results["tcp"], results["steals"] = {}, {}, {}, []
    results["echo"] = matches, id_bytes = echo_reply(facts)
    with (
        processes.server(build, inventories[-1], core) as server,
        processes.echo(build, core, "grpc", "--matches", matches, "--id-bytes", id_bytes) as echo,
    ):
        # The first calls pay for pages that are touched for the first time.
        for service in (server, echo):
            processes.load(build, client, service, queries, 1, CALLS[BATCHES])
        for number in range(rounds):
            note(f"round {number + 1} of {rounds}")
            stolen, elapsed = machine.ticks()
            measure_in_process(build, core, inventories, results)
            for name, load in CALLS.items():
                pair = [
                    processes.load(build, client, asked, queries, LOAD_S, load)
                    for asked in (server, echo)
                ]
                if not all(report["queries"] for report in pair):
                    statuses = [report["statuses"] for report in pair]
                    raise SystemExit(
                        f"measure.py: {name}: expected calls that end well, got {statuses}"
                    )
                results["calls"].setdefault(name, []).append(pair)
                if name in TCP_WINDOWS:
                    measured = tcp(build, core, client, name, load["batch"], pair[0], facts)
                    results["tcp"].setdefault(name, []).append(measured)
            stolen, elapsed = (
                after - before for after, before in zip(machine.ticks(), (stolen, elapsed))
            )
            results["steals"].append(stolen / elapsed)
        results["memory_kib"] = machine.memory_kib(server.pid)
        note("reloading under load")
        unary = statistics.median(pair[0]["calls_per_second"] for pair in results["calls"][UNARY])
        places = [other, inventories[-1]]
        results["reload"] = measure_reloads(build, client, server, queries, places, int(unary / 2))


def echo_reply(facts):
    """Matches of the echo's result, and bytes of their ids, so that its replies are as long as the
    server's.
    """
    bytes_a_query = (
        facts["matches"] / facts["texts"] * MATCH_BYTES + facts["id_bytes"] / facts["texts"]
    )
    matches = round(facts["matches"] / facts["texts"])
    return (matches, max(1, round(bytes_a_query / matches - MATCH_BYTES))) if matches else (0, 1)


def measure_in_process(build, core, inventories, results):
    """One round of some passes; the median pass counts."""
    said = processes.run(
        processes.pinned(core, build / "match-rate", "measure", PASSES, *inventories)
    )
    passes = {}
    for line in said.splitlines():
        how, texts, inventory, rate = line.split()
        size = None if inventory == "-" else int(pathlib.Path(inventory).stem)
        passes.setdefault((how, texts, size), []).append(float(rate))
    for key, rates in passes.items():
        results["in_process"].setdefault(key, []).append(statistics.median(rates))


def tcp(build, core, client, name, batch, report, facts):
    """What a message costs without HTTP/2: requests and replies have as many bytes."""
    # A query is its text, two tags and two lengths; a request has options of four bytes and is
    # framed with five.
    request_bytes = round(batch * (facts["text_bytes"] / facts["texts"] + 4) + 9)
    reply_bytes = round(report["reply_bytes"] / report["calls"])
    with processes.echo(build, core, "tcp", "--reply-bytes", reply_bytes) as service:
        asked = [
            build / "broadside-echo",
            "tcp-client",
            "--address",
            service.address,
            "--server-pid",
            service.pid,
        ]
        asked += [
            "--request-bytes",
            request_bytes,
            "--window",
            TCP_WINDOWS[name],
            "--seconds",
            LOAD_S,
        ]
        said = processes.run(processes.pinned(client, *asked))
    rate, cpu_us = map(float, re.search(r"(\d+) a second, ([\d.]+) ", said).groups())
    return {"seconds_a_call": 1 / rate, "cpu_us": cpu_us, "reply_bytes": reply_bytes}


def measure_reloads(build, client, server, queries, places, rate):
    """Unary calls at a fixed rate, each timed from when it was due: without reloads, then with one
    after the other.
    """

    def reload(place):
        command = [
            build / "broadside",
            "reload",
            "--admin-address",
            server.admin_address,
            "--json",
            "--source",
            place,
        ]
        done = json.loads(processes.run(command))
        if done["outcome"] != "PUBLISHED":
            raise SystemExit(
                f"measure.py: expected the reload of {place} to be PUBLISHED, got {done['outcome']}"
            )
        return done["seconds"]

    alone = [reload(place) for place in places]
    # Under load a reload has half the core, and so takes twice as long.
    load_s = round(min(30, max(3, RELOADS * max(alone) * 2.5 + 1)))
    offered = {**CALLS[UNARY], "rate": max(1, rate)}
    offered |= {"warmup_seconds": 1, "duration_seconds": load_s}
    command = processes.load_command(build, client, server.address, queries, offered)
    calm = json.loads(processes.run(command))
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=processes.ENVIRONMENT) as load:
        try:
            # The warm-up, and some time to connect.
            time.sleep(1.2)
            loaded = [reload(places[number % 2]) for number in range(RELOADS)]
            outlasted = load.poll() is not None
            reloading = json.loads(load.communicate(timeout=60)[0])
        finally:
            load.kill()
    return {
        "alone_s": alone,
        "loaded_s": loaded,
        "load_s": load_s,
        "rate": rate,
        "calm": calm,
        "reloading": reloading,
        "outlasted": outlasted,
    }


def measure_limits(build, results):
    """What hurts, regular expressions, targeting: as their programs print it."""
    note("worst cases and expressions")
    results["worst_cases"] = processes.run([build / "worst-cases"])
    regexes = [processes.run([build / "expressions", "regexes", *most]) for most in ([], [50_000])]
    results["regexes"] = "".join(regexes)
    results["targeting"] = processes.run([build / "expressions", "targeting"])


if __name__ == "__main__":
    # SIGTERM ends the run as Ctrl-C does: servers are stopped and the folder is removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        main(pathlib.Path(sys.argv[1]), max(1, int(sys.argv[2])))
    except KeyboardInterrupt:
        sys.exit(130)
