"""Measures Broadside and its alternatives, size by size, and prints the table in Markdown.

measure.py BUILD FOLDER SIZE...     run.sh calls it: BUILD has what was built, FOLDER is for files
                                    on the way

Every peer is a process of its own with a bound on its memory and on the time of its start. Rates
are queries a second of CPU time, of the serving processes alone; peers of one group are asked in
turn, round after round, and medians count. Memory is what is resident after the start, less what
the same program has with ten keywords.
"""

import json
import os
import pathlib
import statistics
import sys
import time

from groups import BASE_KEYWORDS, KEYWORD_QUESTIONS, QUESTIONS, RULES_MAX, regexes
from processes import GaveUp, run

ROUNDS = int(os.environ.get("BROADSIDE_PEERS_ROUNDS", "5"))
ASKED = os.environ.get(
    "BROADSIDE_PEERS_QUESTIONS", "keywords,phrases,regexes,targeting,real"
).split(",")


def measure(group, folder, base, work, tools):
    """The rows of the table."""
    rows, alive = {}, []
    for number, peer in enumerate(group.peers):
        row = rows[peer] = {"rates": {mode: [] for mode in peer.modes}}
        note(f"{group.title}: {peer.label}")
        try:
            peer.start(base, work / f"{number}.base.log")
            base_mib = peer.process.resident_mib()
            peer.process.stop()
            row["build"], row["keywords"] = peer.start(folder, work / f"{number}.log")
            row["build_cpu"] = peer.process.cpu_seconds()
            row["memory"] = f"{peer.process.resident_mib() - base_mib:,.0f}"
            if peer.live_heap_kib:
                row["memory"] += f" (live heap {peer.live_heap_kib / 1024:,.0f})"
            alive.append(peer)
        except GaveUp as gave_up:
            row["gave_up"] = " ".join(str(gave_up).split())
            peer.process.stop()
    _each(alive, rows, lambda peer, row: peer.warm())
    for _ in range(ROUNDS):
        _each(
            alive,
            rows,
            lambda peer, row: [
                row["rates"][mode].append(peer.round(how)) for mode, how in peer.modes.items()
            ],
        )
    ours = work / "ours.answers"

    def compare(peer, row):
        if peer in group.incomparable:
            return
        file = ours if peer is group.peers[0] else work / "theirs.answers"
        peer.answers(group.compared, file)
        if peer is not group.peers[0]:
            row["equal"] = json.loads(run([tools["peers"], "compare", ours, file]))

    _each(alive, rows, compare)
    _each(alive, rows, lambda peer, row: row.update(update=peer.update()))
    for peer in alive:
        peer.process.stop()
    return [line for peer in group.peers for line in table_rows(rows[peer])]


def _each(alive, rows, what):
    for peer in list(alive):
        try:
            what(peer, rows[peer])
        except (GaveUp, BrokenPipeError) as gave_up:
            rows[peer]["gave_up"] = " ".join(str(gave_up).split())
            peer.process.stop()
            alive.remove(peer)


def table_rows(row):
    """A line of the table for each way of asking a peer."""
    for number, (mode, rates) in enumerate(row["rates"].items()):
        rate = f"{statistics.median(rates):,.0f}" if rates else "–"
        equal = row.get("equal")
        if number > 0:
            yield f"| {mode} | | {rate} | | | | |"
            continue
        if "gave_up" in row and not rates:
            yield f"| {mode} | – | gave up: {row['gave_up'].replace('|', '/')} | | | | |"
            return
        answers = "–" if equal is None else f"{equal['equal']:,} of {equal['texts']:,}"
        if equal and equal["equal"] < equal["texts"]:
            lacks = f"lacks {equal['only_ours']:,} keywords of {equal['found']:,}"
            answers += f" ({lacks}, has {equal['only_theirs']:,} more)"
        update = seconds(row["update"]) if "update" in row else row.get("gave_up", "–")
        load = f"{seconds(row['build'])} ({row['build_cpu']:.1f} s)"
        cells = [mode, f"{row['keywords']:,}", rate, row["memory"], load, update, answers]
        yield f"| {' | '.join(map(str, cells))} |"


def seconds(value):
    return (
        f"{value * 1000:.1f} ms"
        if value < 0.1
        else f"{value:.2f} s"
        if value < 10
        else f"{value:.0f} s"
    )


def note(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def prepare(tools, folder, size):
    """Writes the inventory and the texts of a size, and says what was left out."""
    folder.mkdir(exist_ok=True)
    run([tools["generate"], size, folder / "source.jsonl", folder / "queries.txt"])
    made = run([tools["peers"], "extract", folder / "source.jsonl", folder / "queries.txt", folder])
    if size <= RULES_MAX and {"regexes", "real"} & set(ASKED):
        run([tools["peers"], "patterns", size, folder])
    return json.loads(made)


COLUMNS = [
    "what",
    "keywords",
    "queries/s of one core",
    "memory, MiB",
    "load (CPU)",
    "one change visible",
    "texts answered alike",
]
HEADER = f"| {' | '.join(COLUMNS)} |\n|---|{'--:|' * (len(COLUMNS) - 1)}"


def main():
    build, work = (pathlib.Path(folder).resolve() for folder in sys.argv[1:3])
    sizes = [int(size) for size in sys.argv[3:]]
    release = build / "release"
    tools = {
        "peers": build / "peers/release/broadside-peers",
        "generate": release / "generate",
        "server": release / "broadside-server",
        "client": release / "broadside",
        "load": release / "broadside-bench-load",
        "python": build / "peers/venv/bin/python",
        "gunicorn": build / "peers/venv/bin/gunicorn",
        "java": "java",
        "classpath": f"{build}/peers/classes:{build}/peers/jars/*",
    }
    base = work / "base"
    prepare(tools, base, BASE_KEYWORDS)
    for size in sizes:
        folder = work / str(size)
        note(f"{size:,} keywords")
        made = prepare(tools, folder, size)
        print(
            f"## {size:,} keywords\n\n{made['left_out']:,} were left out for all: "
            "sigils, negatives, no plain words.\n"
        )
        for question in QUESTIONS if size <= RULES_MAX else KEYWORD_QUESTIONS:
            if question.__name__ not in ASKED:
                continue
            group = question(tools, size)
            print(f"### {group.title}\n\n{HEADER}")
            print("\n".join(measure(group, folder, base, work, tools)) + "\n", flush=True)
        for file in folder.iterdir():
            file.unlink()
    if "real" in ASKED:
        real_expressions(tools, base, work)


def real_expressions(tools, base, work):
    """The same for expressions that people wrote."""
    real = work / "real"
    real.mkdir()
    note("real regular expressions")
    try:
        made = json.loads(run([tools["peers"], "patterns", "real", real]))
    except GaveUp as without:
        print(f"## Real regular expressions\n\nLeft out: {without}")
        return
    print("## Real regular expressions, over user agents\n")
    print(f"{made['left_out']:,} were left out for both: look-around, or no literal.\n\n{HEADER}")
    print("\n".join(measure(regexes(tools, 0), real, base, work, tools)), flush=True)


if __name__ == "__main__":
    main()
