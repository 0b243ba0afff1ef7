#!/usr/bin/env python3
"""Attacks a real server beside a legitimate client, and says whether it holds.

Every row starts a server of its own on ports of the system's choice, with an inventory and certificates made for it.
It prints a line a row with what was measured and the verdict, then a table. A row that fails is played once more, and what
was held at the second try alone is said. The exit status is 0 if all rows hold, 1 if one fails, 2 if nothing could be
tried.

Usage: `run.py --server PROGRAM [--form short|long] [--only NAME]… [--list] [--json FILE]`. Linux alone: the server is
measured through /proc. tests/scripts/attack.sh makes the environment that this needs.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import NoReturn

import connections
import floods
import headers
import identity
import lifecycle
import payloads
import resets
import streams
from stage import LONG, REPLAYS, SHORT, Result, Row, Stage, as_json

TABLES = (resets, floods, streams, connections, headers, payloads, identity, lifecycle)
ROWS: list[Row] = [row for table in TABLES for row in table.ROWS]
# The attacks hold thousands of connections, and so does the server.
DESCRIPTORS_MIN = 8_192
FIGURES_OF_ALL = ("memory_mib", "cores", "p99_before_ms", "p99_ms", "others_cores")


def refuse(why: str) -> NoReturn:
    """Ends the program before it has tried anything."""
    print(f"run.py: {why}", file=sys.stderr)
    sys.exit(2)


def chosen(names: list[str]) -> list[Row]:
    """The rows of these names, or all."""
    known = {row.name for row in ROWS}
    if unknown := set(names) - known:
        refuse(f"there is no row {', '.join(sorted(unknown))}; --list shows all of them")
    return [row for row in ROWS if not names or row.name in names]


def allow_descriptors() -> None:
    """Lets this process and the servers have as many descriptors as the system allows."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < DESCRIPTORS_MIN:
        refuse(f"expected a limit of {DESCRIPTORS_MIN} descriptors or more, got {hard}: ulimit -Hn")
    resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS_MIN, hard))


def shown(figures: dict[str, float | str]) -> str:
    """Figures on one line."""
    return ", ".join(
        f"{name} {value:.6g}" if isinstance(value, float) else f"{name} {value}" for name, value in figures.items()
    )


def print_result(result: Result) -> None:
    """A line of what was measured, and the verdict."""
    print(f"{result.name}: {shown(result.figures)}: {result.verdict}", flush=True)


def print_table(results: list[Result]) -> None:
    """A table of all rows, in Markdown."""
    head = ["row", *FIGURES_OF_ALL, "seconds", "verdict"]
    print("\n| " + " | ".join(head) + " |\n|" + " --- |" * len(head))
    for result in results:
        figures = [result.figures.get(name, "") for name in FIGURES_OF_ALL]
        cells = [result.name, *(f"{it:.3g}" if isinstance(it, float) else str(it) for it in figures)]
        print("| " + " | ".join([*cells, f"{result.seconds:.1f}", result.verdict.replace("|", "\\|")]) + " |")


def play(rows: list[Row], stage: Stage) -> list[Result]:
    """Plays the rows one after the other, and prints a line each."""
    results = []
    for row in rows:
        result = stage.play(row)
        for _ in range(REPLAYS):
            if not result.says_nothing:
                break
            print_result(result)
            print(f"{row.name}: once more, since others used {result.others_cores:.2f} cores", flush=True)
            result = stage.play(row)
        results.append(result)
        print_result(result)
    return results


def play_again(rows: list[Row], results: list[Result], stage: Stage) -> list[Result]:
    """Plays rows that fail once more: what is measured on a machine that does other things, too, may fail by chance. A
    fault of the server's fails again."""
    failed = [row for row, result in zip(rows, results, strict=True) if result.problems]
    if not failed:
        return results
    print(f"\nonce more: {', '.join(row.name for row in failed)}", flush=True)
    second = {result.name: result for result in play(failed, stage)}
    return [second.get(result.name, result) for result in results]


def main() -> int:
    """Reads the command line and does what it says."""
    parser = argparse.ArgumentParser(description="Attacks a real server beside a legitimate client.")
    parser.add_argument("--server", metavar="PROGRAM", type=Path, help="the broadside-server to attack")
    parser.add_argument(
        "--form", choices=[SHORT.name, LONG.name], default=SHORT.name, help="seconds, or a minute a row"
    )
    parser.add_argument("--only", metavar="NAME", action="append", default=[], help="play this row; may be repeated")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the results there as well")
    parser.add_argument("--list", action="store_true", help="print the names of the rows and stop")
    arguments = parser.parse_args()
    rows = chosen(arguments.only)
    if arguments.list:
        print("\n".join(f"{row.name}: {row.about}" for row in rows))
        return 0
    if arguments.server is None or not arguments.server.is_file():
        refuse(f"expected --server and the path of a broadside-server, got {arguments.server}")
    allow_descriptors()
    began = time.monotonic()
    form = LONG if arguments.form == LONG.name else SHORT
    with tempfile.TemporaryDirectory(prefix="broadside-attack-") as folder:
        stage = Stage(arguments.server.resolve(), form, Path(folder))
        first = play(rows, stage)
        results = play_again(rows, first, stage)
    print_table(results)
    failed = sum(bool(result.problems) for result in results)
    twice = [one.name for one, other in zip(first, results, strict=True) if one is not other and not other.problems]
    print(f"\n{len(results) - failed} of {len(results)} rows hold, in {time.monotonic() - began:.0f} s.")
    if twice:
        print(f"At the second try: {', '.join(twice)}.")
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(list(map(as_json, results)), indent=1) + "\n", encoding="utf-8")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
