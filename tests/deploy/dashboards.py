"""The dashboard and the alerts, against what a live server exposes: metrics, labels, and their values."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import promql_parser
import yaml
from calls import ask, request
from checks import DEPLOY, Checks
from replicas import Replica, samples

FOLDER = DEPLOY / "grafana"
ALERTS = FOLDER / "alerts.yaml"
STORIES = Path(__file__).with_name("alerts_test.yaml")
# What Prometheus itself makes, beside what it reads.
OWN_METRICS = {"up"}
OWN_LABELS = {"job", "instance"}
# What Grafana puts in before it asks.
VARIABLES = {"$__rate_interval": "5m", "$__interval": "1m"}
LABEL_VALUES = re.compile(r"^label_values\((?P<selector>.*), (?P<label>\w+)\)$")
LEGEND = re.compile(r"\{\{\s*(\w+)\s*\}\}")
TEMPLATE = re.compile(r"\$labels\.(\w+)")


@dataclass(frozen=True)
class Query:
    """A query, where it stands, and the labels that whoever shows its result names."""

    place: str
    text: str
    shown: tuple[str, ...] = ()


# The values that each label of each metric has in the exposition of a live server.
Exposed = dict[str, dict[str, set[str]]]


def check_all(checks: Checks) -> None:
    """Both files."""
    print("\n== dashboard and alerts", flush=True)
    said = subprocess.run(
        [sys.executable, str(FOLDER / "generate.py"), "--check"], capture_output=True, text=True, check=False
    )
    checks.holds("the dashboard is what its generator writes", said.returncode == 0, said.stderr.strip())
    dashboard = json.loads((FOLDER / "dashboard.json").read_text(encoding="utf-8"))
    alerts = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))
    is_laid_out(checks, dashboard)
    queries = [*queries_of(dashboard), *queries_of_alerts(alerts)]
    exposed = live_metrics()
    problems = {query: list(problems_of(query, exposed)) for query in queries}
    wrong = [f"{query.place}: {problem}" for query, found in problems.items() for problem in found]
    checks.none(f"{len(queries)} queries parse and name what {len(exposed)} metrics of a live server have", wrong)
    misnamed = Query("", 'sum by (methd) (rate(broadside_calls_total{code="FINE"}[5m])) + broadside_call_total')
    noticed = len(list(problems_of(misnamed, exposed)))
    checks.holds("a wrong metric, label and value would be noticed", noticed == 3, noticed)
    stories_hold(checks, alerts)


def live_metrics() -> Exposed:
    """What a server exposes that has answered a call."""
    with tempfile.TemporaryDirectory(prefix="broadside-deploy-") as folder:
        replica = Replica(1, Path(folder))
        try:
            replica.start()
            ask(f"{replica.address}:{replica.port}", request())
            text = replica.metrics()
        finally:
            replica.stop()
    exposed: Exposed = {}
    for name, labels, _ in samples(text):
        known = exposed.setdefault(name, {})
        for label, value in labels.items():
            known.setdefault(label, set()).add(value)
    return exposed


def queries_of(dashboard: dict[str, Any]) -> Iterator[Query]:
    """The queries of panels, annotations and variables."""
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            yield Query(f"panel {panel['title']!r}", target["expr"], tuple(LEGEND.findall(target["legendFormat"])))
    for annotation in dashboard["annotations"]["list"]:
        yield Query(
            f"annotation {annotation['name']!r}", annotation["expr"], tuple(LEGEND.findall(annotation["titleFormat"]))
        )
    for variable in dashboard["templating"]["list"]:
        if match := LABEL_VALUES.match(variable.get("definition", "")):
            yield Query(f"variable {variable['name']!r}", match["selector"], (match["label"],))


def queries_of_alerts(alerts: dict[str, Any]) -> Iterator[Query]:
    """The queries of alerts."""
    for group in alerts["groups"]:
        for rule in group["rules"]:
            yield Query(
                f"alert {rule['alert']!r}", rule["expr"], tuple(TEMPLATE.findall(json.dumps(rule["annotations"])))
            )


def problems_of(query: Query, exposed: Exposed) -> Iterator[str]:
    """What is wrong with a query: it does not parse, or names what no server has."""
    text = query.text
    for variable, value in VARIABLES.items():
        text = text.replace(variable, value)
    try:
        expression = promql_parser.parse(text)
    except ValueError as error:
        yield str(error)
        return
    selectors: list[Any] = []
    labels = set(query.shown)

    def visit(node: Any) -> None:
        if isinstance(node, promql_parser.VectorSelector):
            selectors.append(node)
        elif isinstance(node, promql_parser.AggregateExpr) and node.modifier is not None:
            labels.update(node.modifier.labels)

    promql_parser.walk(expression, visit)
    for selector in selectors:
        yield from problems_of_selector(selector, exposed)
    known = OWN_LABELS.union(*(exposed.get(selector.name, {}) for selector in selectors))
    yield from (f"no metric of it has the label {label!r}" for label in sorted(labels - known))


def problems_of_selector(selector: Any, exposed: Exposed) -> Iterator[str]:
    """What is wrong with a metric and the labels that choose among its series."""
    if selector.name in OWN_METRICS:
        return
    if selector.name not in exposed:
        yield f"the server has no {selector.name}"
        return
    for matcher in selector.matchers.matchers:
        if matcher.name in OWN_LABELS:
            continue
        values = exposed[selector.name].get(matcher.name)
        if values is None:
            yield f"{selector.name} has no label {matcher.name!r}"
            continue
        is_pattern = matcher.op in (promql_parser.MatchOp.Re, promql_parser.MatchOp.NotRe)
        for wanted in matcher.value.split("|") if is_pattern else [matcher.value]:
            if wanted not in values:
                yield f"{selector.name} has {matcher.name} of {', '.join(sorted(values))}, and never {wanted!r}"


def is_laid_out(checks: Checks, dashboard: dict[str, Any]) -> None:
    """Panels have numbers and places of their own."""
    panels = dashboard["panels"]
    numbers = {panel["id"] for panel in panels}
    taken: set[tuple[int, int]] = set()
    overlaps = []
    for panel in panels:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        if taken & cells or place["x"] + place["w"] > 24:
            overlaps.append(panel["title"])
        taken |= cells
    checks.none("no panel covers another", overlaps)
    checks.holds("panels have numbers of their own", len(numbers) == len(panels), f"{len(panels)} panels")


def stories_hold(checks: Checks, alerts: dict[str, Any]) -> None:
    """Prometheus takes the alerts, and each of them fires when it shall."""
    names = [rule["alert"] for group in alerts["groups"] for rule in group["rules"]]
    told = {story["name"] for story in yaml.safe_load(STORIES.read_text(encoding="utf-8"))["tests"]}
    checks.none("each alert has a story", [name for name in names if name not in told])
    promtool = os.environ.get("BROADSIDE_PROMTOOL") or shutil.which("promtool")
    if not promtool:
        checks.left_out("the alerts as Prometheus evaluates them", "promtool is not installed")
        return
    for command, file in (("check", ALERTS), ("test", STORIES)):
        said = subprocess.run([promtool, command, "rules", str(file)], capture_output=True, text=True, check=False)
        name = {
            "check": "Prometheus takes the alerts",
            "test": f"each of {len(names)} alerts fires in its story alone",
        }[command]
        problem = (said.stdout + said.stderr).strip()[-400:] if said.returncode else ""
        checks.holds(name, said.returncode == 0, problem)
