#!/usr/bin/env python3
"""Checks `deploy/`: see `tests/scripts/deploy.sh`, which installs what this needs and calls it.

Usage: `run.py [--only PART] [--rolling-restarts N]`. Prints one line a check; the exit status is 1 if one fails.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Callable
from functools import partial

import balancers
import dashboards
import images
import manifests
import service_unit
from checks import Checks

PARTS: dict[str, Callable[[Checks], None]] = {
    "image": images.check_image,
    "compose": images.check_composition,
    "kubernetes": manifests.check_all,
    "systemd": service_unit.check_all,
    "grafana": dashboards.check_all,
}


def main() -> int:
    """Reads the command line and does what it says."""
    names = [*PARTS, *(recipe.name.lower() for recipe in balancers.RECIPES)]
    parser = argparse.ArgumentParser(description="Checks what is in deploy/.")
    only = f"one of {', '.join(names)}; may be given more than once"
    parser.add_argument("--only", metavar="PART", action="append", choices=names, help=only)
    parser.add_argument(
        "--rolling-restarts", metavar="N", type=int, default=1, help="behind each balancer (default: 1)"
    )
    arguments = parser.parse_args()
    parts = PARTS | {
        recipe.name.lower(): partial(balancers.check_recipe, recipe=recipe, rolling_restarts=arguments.rolling_restarts)
        for recipe in balancers.RECIPES
    }
    chosen = arguments.only or names
    # Whoever is told to end stops first what it has started.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    checks = Checks()
    started = time.monotonic()
    for name in chosen:
        try:
            parts[name](checks)
        except Exception as error:
            # The other parts are still checked.
            checks.holds(f"{name} can be checked", False, f"{type(error).__name__}: {error}")
    return checks.end(time.monotonic() - started)


if __name__ == "__main__":
    sys.exit(main())
