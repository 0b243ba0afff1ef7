#!/usr/bin/env python3
"""Writes `dashboard.json`, the Grafana dashboard of broadside-server, from the table of its panels.

    python3 generate.py           write dashboard.json beside this file
    python3 generate.py --check   write nothing; fail if dashboard.json is not what would be written

Metrics have names here and in `alerts.yaml` alone. Python 3.9 or later, standard library only.
"""

import json
import sys
from pathlib import Path

OUTPUT = Path(__file__).with_name("dashboard.json")

WIDTH = 24
HEIGHT = 8
SOURCE = {"type": "prometheus", "uid": "${datasource}"}

# In each query, ONE stands for the replicas that were chosen, and RATE for the window that Grafana finds fit.
ONE = 'job=~"$job",instance=~"$instance"'
RATE = "$__rate_interval"


def rate(metric, labels=""):
    """The increase of a counter in a second."""
    return f"rate({metric}{{{ONE}{labels}}}[{RATE}])"


def quantile(share, metric, by="", labels=""):
    """A quantile of a histogram over all chosen replicas."""
    kept = f"le, {by}" if by else "le"
    return f"histogram_quantile({share}, sum by ({kept}) ({rate(metric + '_bucket', labels)}))"


def gauge(metric):
    """A gauge of the chosen replicas."""
    return f"{metric}{{{ONE}}}"


NOT_STREAM = ',method!="MatchStream"'
NOT_OK = ',code!="OK"'

# Rows, and their panels: title, unit, and queries with what their lines are called.
ROWS = [
    (
        "Traffic",
        [
            ("Calls by method", "reqps", [(f"sum by (method) ({rate('broadside_calls_total')})", "{{method}}")]),
            (
                "Calls that were not OK",
                "reqps",
                [(f"sum by (method, code) ({rate('broadside_calls_total', NOT_OK)}) > 0", "{{method}} {{code}}")],
            ),
            ("Queries", "qps", [(f"sum by (instance) ({rate('broadside_queries_total')})", "{{instance}}")]),
            (
                "Matches of a query",
                "short",
                [(f"sum({rate('broadside_matches_total')}) / sum({rate('broadside_queries_total')})", "mean")],
            ),
            (
                "Queries of a batch",
                "short",
                [
                    (quantile(0.5, "broadside_batch_queries"), "half of the batches have at most"),
                    (quantile(0.99, "broadside_batch_queries"), "99 of 100 have at most"),
                ],
            ),
            (
                "Batches of streams",
                "reqps",
                [(f"sum by (code) ({rate('broadside_stream_batches_total')}) > 0", "{{code}}")],
            ),
        ],
    ),
    (
        "Latency",
        [
            (
                "MatchBatch",
                "s",
                [
                    (quantile(share, "broadside_call_duration_seconds", labels=',method="MatchBatch"'), name)
                    for share, name in ((0.5, "p50"), (0.99, "p99"), (0.999, "p99.9"))
                ],
            ),
            (
                "p99 by method (a stream's duration is its life, and is left out)",
                "s",
                [(quantile(0.99, "broadside_call_duration_seconds", "method", NOT_STREAM), "{{method}}")],
            ),
            (
                "Time in the queue, of calls that had to wait",
                "s",
                [
                    (quantile(share, "broadside_queue_wait_seconds"), name)
                    for share, name in ((0.5, "p50"), (0.99, "p99"), (0.999, "p99.9"))
                ],
            ),
        ],
    ),
    (
        "Overload",
        [
            (
                "Refused because there was too much",
                "reqps",
                [(f"sum by (reason) ({rate('broadside_shed_total')})", "{{reason}}")],
            ),
            (
                "Queries that were cut short",
                "qps",
                [(f"sum by (instance) ({rate('broadside_incomplete_total')})", "{{instance}}")],
            ),
            (
                "Slow batches, and queries that their batch had no time left for",
                "short",
                [
                    (f"sum({rate('broadside_slow_batches_total')})", "slow batches a second"),
                    (f"sum({rate('broadside_late_queries_total')})", "late queries a second"),
                ],
            ),
        ],
    ),
    (
        "Connections",
        [
            ("Open", "short", [(gauge("broadside_connections"), "{{instance}}")]),
            (
                "Closed by the server",
                "cps",
                [(f"sum by (reason) ({rate('broadside_connections_closed_total')})", "{{reason}}")],
            ),
            (
                "Turned away",
                "cps",
                [
                    (f"sum({rate('broadside_connections_refused_total')})", "connections, by the cap"),
                    (f"sum by (reason) ({rate('broadside_denied_total')})", "calls, by access: {{reason}}"),
                ],
            ),
        ],
    ),
    (
        "Inventory",
        [
            ("Listings", "short", [(gauge("broadside_inventory_listings"), "{{instance}}")]),
            ("Keywords", "short", [(gauge("broadside_inventory_keywords"), "{{instance}}")]),
            (
                "Memory by part",
                "bytes",
                [(f"max by (part) ({gauge('broadside_inventory_part_bytes')})", "{{part}}")],
            ),
            (
                "Replicas by what they serve",
                "short",
                [(f"count by (generation) ({gauge('broadside_inventory_info')})", "{{generation}}")],
            ),
            (
                "Age of what is served",
                "s",
                [(f"time() - {gauge('broadside_inventory_published_timestamp_seconds')}", "{{instance}}")],
            ),
            (
                "Reloads",
                "short",
                [(f"sum by (outcome) (increase(broadside_reloads_total{{{ONE}}}[{RATE}]))", "{{outcome}}")],
            ),
        ],
    ),
    (
        "Replicas",
        [
            ("Versions", "short", [(f"count by (version) ({gauge('broadside_build_info')})", "{{version}}")]),
            ("Panics", "short", [(f"increase(broadside_panics_total{{{ONE}}}[{RATE}])", "{{instance}}")]),
            (
                "Certificates and access files that were read again",
                "short",
                [(f"sum by (outcome) (increase(broadside_secret_reloads_total{{{ONE}}}[{RATE}]))", "{{outcome}}")],
            ),
        ],
    ),
]


def panel(number, title, unit, queries, x, y, width):
    """One graph."""
    return {
        "id": number,
        "type": "timeseries",
        "title": title,
        "datasource": SOURCE,
        "gridPos": {"x": x, "y": y, "w": width, "h": HEIGHT},
        "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}},
        "targets": [
            {"refId": chr(ord("A") + position), "datasource": SOURCE, "expr": query, "legendFormat": name}
            for position, (query, name) in enumerate(queries)
        ],
    }


def panels():
    """All rows, three graphs beside each other."""
    found, y = [], 0
    for title, row in ROWS:
        found.append(
            {
                "id": len(found) + 1,
                "type": "row",
                "title": title,
                "collapsed": False,
                "gridPos": {"x": 0, "y": y, "w": WIDTH, "h": 1},
                "panels": [],
            }
        )
        y += 1
        width = WIDTH // 3
        for position, (name, unit, queries) in enumerate(row):
            x = position % 3 * width
            found.append(panel(len(found) + 1, name, unit, queries, x, y + position // 3 * HEIGHT, width))
        y += (len(row) + 2) // 3 * HEIGHT
    return found


def variable(name, label, query):
    """A choice of several values that a label has."""
    return {
        "name": name,
        "label": label,
        "type": "query",
        "datasource": SOURCE,
        "query": {"query": query, "refId": name},
        "definition": query,
        "refresh": 2,
        "sort": 1,
        "multi": True,
        "includeAll": True,
        "allValue": ".+",
        "current": {"text": ["All"], "value": ["$__all"]},
    }


def dashboard():
    """The whole dashboard."""
    return {
        "uid": "broadside",
        "title": "Broadside",
        "tags": ["broadside"],
        "schemaVersion": 39,
        "version": 1,
        "editable": True,
        "refresh": "30s",
        "time": {"from": "now-1h", "to": "now"},
        "timezone": "utc",
        "templating": {
            "list": [
                {"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus"},
                variable("job", "Job", "label_values(broadside_build_info, job)"),
                variable("instance", "Replica", 'label_values(broadside_build_info{job=~"$job"}, instance)'),
            ]
        },
        "annotations": {
            "list": [
                {
                    "name": "Another inventory",
                    "datasource": SOURCE,
                    "enable": True,
                    "iconColor": "blue",
                    "expr": f"changes({gauge('broadside_inventory_published_timestamp_seconds')}[$__interval]) > 0",
                    "titleFormat": "{{instance}} serves another inventory",
                }
            ]
        },
        "panels": panels(),
    }


def main():
    """Writes the dashboard, or compares it."""
    text = json.dumps(dashboard(), indent=2) + "\n"
    if sys.argv[1:] == ["--check"]:
        if not OUTPUT.exists() or OUTPUT.read_text(encoding="utf-8") != text:
            sys.exit(f"{OUTPUT.name} is not what generate.py would write: run it")
        return
    OUTPUT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
