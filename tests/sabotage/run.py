#!/usr/bin/env python3
"""Proves that each rule of the matching contract, and each protection of the edge, is held by a test.

`rules.toml` has one entry for each: a small change of the source that breaks that rule and no other. This program
copies the crates to `target/sabotage`, makes one change at a time there, and demands that the copy still builds and that
a unit test of the changed crate fails; it waits for the first one that does. It prints a Markdown table of those tests.

Promises: the source tree itself is never written to, and random tests repeat (their seed is fixed). The exit status is
0 if every change was noticed, and 1 if one was not, did not build, or did not find the text that it replaces exactly
once.

Usage: `python3 tests/sabotage/run.py [--only SUBSTRING] [--jobs N] [--list | --check]`. Needs Python 3.11 and cargo
alone.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from pathlib import Path
from queue import SimpleQueue

ROOT = Path(__file__).resolve().parents[2]
RULES = Path(__file__).resolve().with_name("rules.toml")
WORK = ROOT / "target" / "sabotage"

ROOT_FILES = ("Cargo.lock", "rust-toolchain.toml")
MEMBERS = ("proto", "server/memory", "server/core", "server/inventory", "server", "client/rust")
FOLDERS = ("proto", "server", "client/rust", "tests/data")
# Whose tests must notice a change: those of the first folder that the changed file is in.
PACKAGES = {
    "server/core/": "broadside-core",
    "server/inventory/": "broadside-inventory",
    "server/": "broadside-server",
    "client/rust/": "broadside-client",
}

# A change may make a loop endless; a run that takes this long is one that nobody waits for.
RUN_SECONDS_MAX = 600
CODE_CHARACTERS_MAX = 90
DOES_NOT_BUILD = "it does not build"
TAKES_TOO_LONG = f"it does not end within {RUN_SECONDS_MAX} seconds"


@dataclass(frozen=True)
class Rule:
    """A rule, and the change that breaks it."""

    spec: str
    rule: str
    file: str
    find: str
    replace: str

    @property
    def title(self) -> str:
        """The rule with its section."""
        return f"{self.spec} {self.rule}"

    @property
    def package(self) -> str:
        """The crate whose tests must notice the change."""
        for folder, package in PACKAGES.items():
            if self.file.startswith(folder):
                return package
        raise RulesError(f"{self.title}: {self.file} is in none of {', '.join(PACKAGES)}")

    def problem_in(self, root: Path) -> str | None:
        """Why the change cannot be made in the sources at `root`, if it cannot."""
        try:
            count = (root / self.file).read_text(encoding="utf-8").count(self.find)
        except FileNotFoundError:
            return f"{self.file} does not exist; name the file that the code moved to"
        if count == 0:
            return f"its text is gone from {self.file}; find what does the same now, or drop the rule with what it broke"
        if count > 1:
            return f"its text stands {count} times in {self.file}; take more of the line into it, so that it stands once"
        return "it changes nothing; let `replace` break the rule" if self.find == self.replace else None


@dataclass(frozen=True)
class Outcome:
    """What became of one run of the tests: the first that failed, or `problem` if the run says nothing."""

    failed: str | None = None
    problem: str | None = None
    output: str = ""


class RulesError(Exception):
    """`rules.toml` is not what it should be."""


def read_rules(path: Path) -> list[Rule]:
    """Reads the rules and checks that each is complete and has a title of its own."""
    names = {field.name for field in fields(Rule)}
    rules: list[Rule] = []
    for number, entry in enumerate(tomllib.loads(path.read_text(encoding="utf-8"))["rule"], start=1):
        if set(entry) != names or not all(isinstance(value, str) for value in entry.values()):
            raise RulesError(f"entry {number}: expected the texts {sorted(names)}, got {sorted(entry)}")
        rule = Rule(**entry)
        if any(rule.title == other.title for other in rules):
            raise RulesError(f"entry {number}: {rule.title!r} stands twice; give each rule a title of its own")
        rules.append(rule)
    return rules


class Copy:
    """A workspace of the server and what it is built on, with a target directory of its own."""

    def __init__(self, number: int) -> None:
        """Copies the sources.

        What an interrupted run built must not pass for fresh: files get the time of now, not that of their originals,
        and what the compiler keeps from build to build is removed, which may hold parts of a change.
        """
        self.folder = WORK / f"workspace-{number}"
        target = WORK / f"target-{number}"
        self.environment = os.environ | {
            "CARGO_TARGET_DIR": str(target),
            "CARGO_TERM_COLOR": "never",
            # A change may leave something unused; that is not what is tested.
            "RUSTFLAGS": "",
            "PROPTEST_RNG_SEED": "1",
            # That a case fails is enough; nobody reads the smallest one.
            "PROPTEST_MAX_SHRINK_ITERS": "0",
        }
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(target / "debug" / "incremental", ignore_errors=True)
        self.folder.mkdir(parents=True)
        for name in ROOT_FILES:
            shutil.copyfile(ROOT / name, self.folder / name)
        for folder in FOLDERS:
            ignore = shutil.ignore_patterns("target", "fuzz")
            shutil.copytree(ROOT / folder, self.folder / folder, ignore=ignore, copy_function=shutil.copyfile)
        manifest = (ROOT / "Cargo.toml").read_text(encoding="utf-8")
        members = ", ".join(f'"{member}"' for member in MEMBERS)
        reduced, count = re.subn(r"^members = \[[^\]]*\]", f"members = [{members}]", manifest, flags=re.MULTILINE)
        if count != 1:
            raise RulesError(f"Cargo.toml: expected one list of members, found {count}")
        (self.folder / "Cargo.toml").write_text(reduced, encoding="utf-8")

    def run_tests(self, package: str) -> Outcome:
        """Builds a crate of the copy and runs its unit tests until one fails."""
        build = subprocess.run(
            ("cargo", "test", "-p", package, "--lib", "--no-run", "--message-format=json-render-diagnostics"),
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        if build.returncode != 0:
            return Outcome(problem=DOES_NOT_BUILD, output=build.stderr)
        messages = [json.loads(line) for line in build.stdout.splitlines()]
        (tests,) = (message["executable"] for message in messages if message.get("executable"))
        crate = self.folder / next(folder for folder, name in PACKAGES.items() if name == package)
        as_cargo = {"cwd": crate, "env": self.environment | {"CARGO_MANIFEST_DIR": str(crate)}}

        def fails_alone(name: str) -> bool:
            """Whether a test fails by itself, too. If only beside others, on a busy machine, it says nothing."""
            alone = subprocess.run((tests, "--exact", name), **as_cargo, capture_output=True, timeout=RUN_SECONDS_MAX)
            return alone.returncode != 0

        output: list[str] = []
        with subprocess.Popen(
            (tests,), **as_cargo, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", errors="replace"
        ) as process:
            watchdog = threading.Timer(RUN_SECONDS_MAX, process.kill)
            watchdog.start()
            try:
                for line in process.stdout or ():
                    output.append(line)
                    failed = re.match(r"test (\S+) .*FAILED$", line)
                    if failed and fails_alone(failed[1]):
                        return Outcome(failed=failed[1])
                process.wait()
            except subprocess.TimeoutExpired:
                return Outcome(problem=TAKES_TOO_LONG)
            finally:
                ended_late = watchdog.finished.is_set()
                watchdog.cancel()
                process.kill()
        if ended_late:
            return Outcome(problem=TAKES_TOO_LONG)
        text = "".join(output)
        return Outcome(problem=None if "\ntest result: " in text else "the tests died without naming one", output=text)

    def try_rule(self, rule: Rule) -> Outcome:
        """Breaks one rule, runs the tests, and puts the file back."""
        problem = rule.problem_in(self.folder)
        if problem is not None:
            return Outcome(problem=problem)
        path = self.folder / rule.file
        original = path.read_text(encoding="utf-8")
        try:
            path.write_text(original.replace(rule.find, rule.replace), encoding="utf-8")
            outcome = self.run_tests(rule.package)
        finally:
            path.write_text(original, encoding="utf-8")
        if outcome.problem is None and outcome.failed is None:
            return Outcome(problem="SURVIVED: no test went red")
        return outcome


def try_all(rules: list[Rule], copies: list[Copy]) -> Iterator[tuple[Rule, Outcome]]:
    """Tries the rules, as many at a time as there are copies; gives the outcomes in the order of the rules."""
    free: SimpleQueue[Copy] = SimpleQueue()
    for copy in copies:
        free.put(copy)

    def try_one(rule: Rule) -> Outcome:
        copy = free.get()
        try:
            return copy.try_rule(rule)
        finally:
            free.put(copy)

    with ThreadPoolExecutor(max_workers=len(copies)) as pool:
        yield from zip(rules, pool.map(try_one, rules), strict=True)


def describe_change(rule: Rule) -> str:
    """The change in one line: what differs, with one word around it."""
    before, after = rule.find.split(), rule.replace.split()
    shortest = min(len(before), len(after))
    head = 0
    while head < shortest and before[head] == after[head]:
        head += 1
    tail = 0
    while tail < shortest - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    head, tail = max(head - 1, 0), max(tail - 1, 0)

    def code(words: list[str]) -> str:
        text = " ".join(words[head : len(words) - tail])
        if len(text) > CODE_CHARACTERS_MAX:
            text = text[: CODE_CHARACTERS_MAX - 1] + "…"
        return f"`{text}`" if text else "nothing"

    return f"{code(before)} → {code(after)}"


def print_row(*cells: str) -> None:
    """Prints one row of a Markdown table."""
    print("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |", flush=True)


def print_verdict(rule: Rule, outcome: Outcome) -> None:
    """Prints the row of one rule."""
    verdict = f"`{outcome.failed}`" if outcome.problem is None else f"**{outcome.problem}**"
    print_row(rule.title, describe_change(rule), verdict)


def run(rules: list[Rule], jobs: int) -> int:
    """Tries all of these rules, prints what became of them, and returns the exit status."""
    started = time.monotonic()
    copies = [Copy(number) for number in range(jobs)]
    for package in sorted({rule.package for rule in rules}):
        unchanged = copies[0].run_tests(package)
        if unchanged.problem is not None or unchanged.failed is not None:
            print(unchanged.output, file=sys.stderr)
            reason = unchanged.problem or f"{unchanged.failed} fails"
            print(f"error: the unchanged {package} must be green first: {reason}", file=sys.stderr)
            return 1
    print_row("rule", "what was changed", "the test that went red")
    print_row("---", "---", "---")
    problems: list[tuple[Rule, Outcome]] = []
    for rule, outcome in try_all(rules, copies):
        print_verdict(rule, outcome)
        if outcome.problem is not None:
            problems.append((rule, outcome))
    seconds = time.monotonic() - started
    print(f"\n{len(rules) - len(problems)} of {len(rules)} changes were noticed, in {seconds:.0f} s.")
    for rule, outcome in problems:
        print(f"error: {rule.title}: {outcome.problem}", file=sys.stderr)
        if outcome.problem == DOES_NOT_BUILD:
            print(outcome.output, file=sys.stderr)
    return 1 if problems else 0


def check(rules: list[Rule]) -> int:
    """Says which rules cannot be tried, since the sources have changed, and what to do; returns the exit status."""
    problems = [(rule, problem) for rule in rules if (problem := rule.problem_in(ROOT)) is not None]
    for rule, problem in problems:
        print(f"error: {RULES.relative_to(ROOT)}: {rule.title!r}: {problem}", file=sys.stderr)
    print(f"{len(rules) - len(problems)} of {len(rules)} rules can be tried")
    return 1 if problems else 0


def main() -> int:
    """Reads the command line and does what it says."""
    parser = argparse.ArgumentParser(description="Proves that each rule is held by a test.")
    parser.add_argument("--only", metavar="SUBSTRING", default="", help="try only rules whose title has this in it")
    parser.add_argument("--jobs", metavar="N", type=int, default=1, help="try so many rules at a time (default: 1)")
    parser.add_argument("--list", action="store_true", help="print the titles of the rules and stop")
    parser.add_argument("--check", action="store_true", help="only say which rules do not fit the sources any more")
    arguments = parser.parse_args()
    try:
        rules = [rule for rule in read_rules(RULES) if arguments.only in rule.title]
        if not rules:
            raise RulesError(f"no rule has {arguments.only!r} in its title; --list shows all of them")
        if arguments.list:
            print("\n".join(rule.title for rule in rules))
            return 0
        if arguments.check:
            return check(rules)
        return run(rules, max(arguments.jobs, 1))
    except RulesError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
