#!/usr/bin/env python3
"""Runs h2spec against a listener, and compares what it finds with the exceptions that have a reason.

One that fails, or that h2spec skips, needs an entry in `h2spec_exceptions.toml`. The others that do not pass are run again, and
that is said: h2spec gives up on an answer that comes late. The exit status is 0 if all of them pass.

Usage: `conformance.py H2SPEC LISTENER ADDRESS`. Needs Python 3.11 alone.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from xml.etree import ElementTree

EXCEPTIONS = Path(__file__).with_name("h2spec_exceptions.toml")
SPECIFICATIONS = ("generic", "http2", "hpack")
TIMEOUT_S = 2
RUN_S_MAX = 300
ATTEMPTS = 3
# h2spec makes a header block that exceeds a frame of five headers of this length; the server takes frames of 64 KiB.
HEADER_BYTES = 13_500

# A test: its section and its title.
Test = tuple[str, str]


def run(h2spec: str, address: str, path: str, sections: list[str]) -> dict[Test, str]:
    """What becomes of each test of these sections: `passed`, `skipped`, or what h2spec expected and got."""
    host, port = address.rsplit(":", 1)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.xml")
        command = [h2spec, *sections, "-h", host, "-p", port, "-P", path, "-o", str(TIMEOUT_S)]
        command += ["--max-header-length", str(HEADER_BYTES), "-j", str(report)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=RUN_S_MAX, check=False)
        if not report.exists():
            raise SystemExit(
                f"conformance.py: h2spec ended with {done.returncode}: {(done.stdout + done.stderr)[-500:]}"
            )
        cases = ElementTree.parse(report).getroot().iter("testcase")
        return {(case.get("package", ""), case.get("classname", "")): outcome(case) for case in cases}


def outcome(case: ElementTree.Element) -> str:
    """What became of one test."""
    if case.find("skipped") is not None:
        return "skipped"
    for kind in ("error", "failure"):
        if (found := case.find(kind)) is not None:
            *expected, got = (found.text or "nothing").splitlines()
            return f"expected {' or '.join(expected)}, got {got}"
    return "passed"


def main() -> int:
    """Reads the command line and does what it says."""
    h2spec, name, address = sys.argv[1:4]
    table = tomllib.loads(EXCEPTIONS.read_text(encoding="utf-8"))
    path = next(listener["path"] for listener in table["listener"] if listener["name"] == name)
    excused = {(it["section"], it["test"]): it["reason"] for it in table["exception"] if it["listener"] == name}
    results = run(h2spec, address, path, list(SPECIFICATIONS))
    if unknown := set(excused) - set(results):
        raise SystemExit(f"conformance.py: there is no such test: {sorted(unknown)}")
    for attempt in range(1, ATTEMPTS + 1):
        others = {test: said for test, said in results.items() if said != "passed" and test not in excused}
        for (section, title), said in others.items():
            print(f"attempt {attempt}: {section}: {title}: {said}", flush=True)
        if not others or attempt == ATTEMPTS:
            break
        again = run(h2spec, address, path, sorted({section for section, _ in others}))
        results |= {test: again.get(test, said) for test, said in others.items()}
    passed = sum(said == "passed" for said in results.values())
    needed = [test for test in excused if results[test] != "passed"]
    print(f"h2spec {name}: {passed} of {len(results)} pass, {len(needed)} are excused, {len(others)} fail")
    return 1 if others else 0


if __name__ == "__main__":
    sys.exit(main())
