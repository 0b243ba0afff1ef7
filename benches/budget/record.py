"""The record: what was measured, beside its goal, in Markdown."""

import statistics

from plan import BATCHES, GOAL_KEYWORDS, INDEX_PARTS, KEYWORDS, LOAD_S, SIZES, TEXTS, UNARY
from plot import short

median = statistics.median


def markdown(results, date, picture):
    """The whole record."""
    parts = [
        _head(results, date),
        _budget(results),
        _growth(results, picture),
        _memory(results),
        _loading(results),
        _calls(results),
        _reloads(results),
        _block("Worst cases: what one text can take", results["worst_cases"]),
        _block("Regular expressions: all of them in one index, and each tried by itself", results["regexes"]),
        _block("Targeting: 100,000 distinct expressions", results["targeting"]),
        "Again: `make bench`.\n",
    ]
    return "\n".join(parts)


def times(results):
    """What the plot shows: microseconds for a query at each size."""
    batches = [(size, _in_process_us(results, "batches", size)) for size in SIZES]
    single = [(size, _in_process_us(results, "single", size)) for size in SIZES]
    analysis = _in_process_us(results, "analysis", None)
    return [
        ("one at a time", single),
        ("batches of 256", batches),
        ("reading the text", [(size, analysis) for size in SIZES]),
    ]


def _head(results, date):
    facts, rounds = results["facts"], results["rounds"]
    changed = " with changes beside it" if results["changed"] else ""
    steals = ", ".join(f"{steal:.1%}" for steal in results["steals"])
    short_of = ""
    if KEYWORDS != GOAL_KEYWORDS:
        short_of = f"\nThe goals are for {GOAL_KEYWORDS:,} keywords, so none is judged here.\n"
    texts = facts["texts"]
    length, matched, matches = (facts[what] / texts for what in ("text_bytes", "matched", "matches"))
    return f"""# Measured on {date} at commit {results["commit"]}{changed}

{results["machine"]}.
Rounds: {rounds}, interleaved, with {LOAD_S} s of each load; medians of the rounds. The service has one core, what asks it the
other one. Steal: {results["steal"]:.1%} in all, {steals} in the rounds; {results["minutes"]:.0f} minutes.

{facts["keywords"]:,} keywords of {facts["listings"]:,} listings, {facts["words"]:,} distinct words, {facts["patterns"]:,} patterns;
phrases and texts are {results["origin"]}. {texts:,} texts of {length:.0f} bytes; {matched:.0%} of them match, with {matches:.2f} matches a
text, of the ten that are asked for.
{short_of}"""


def _budget(results):
    """The table of goals."""
    facts, rates, reload = results["facts"], results["in_process"], results["reload"]
    rate = rates["batches", TEXTS, KEYWORDS]
    over = _ratio(results, BATCHES, lambda pair, number: _us(pair[0]) * rate[number] / 1e6)
    over_echo = _ratio(results, UNARY, lambda pair, _: _us(pair[1]) / _us(pair[0]))
    busy = _of(results, BATCHES, 0, _busy)
    text, memory = results["keyword_bytes"], _bytes(facts)
    builds = results["builds"][KEYWORDS]
    calm, reloading = reload["calm"], reload["reloading"]
    rows = [
        _row("in process, batches of 256, one core", median(rate), "queries/s", least=2_000_000),
        _row("gRPC, batches of 256: server's CPU a query over in process", over, "×", most=1.4),
        _row(
            f"gRPC, batches of 256, one core, {busy:.0%} busy",
            _of(results, BATCHES, 0, _rate),
            "queries/s",
            least=1_500_000,
        ),
        _row(
            "gRPC, one query a call: calls for each second of server's CPU",
            1e6 / _of(results, UNARY, 0, _us),
            "calls/s",
            least=120_000,
        ),
        _row("the same, over what the echo service does", over_echo, "×", least=0.9),
    ]
    if len(SIZES) > 1:
        pairs = zip(rates["batches", TEXTS, SIZES[-2]], rate)
        what = f"growth: time a query at {short(KEYWORDS)} over that at {short(SIZES[-2])}"
        rows.append(_row(what, median(smaller / larger for smaller, larger in pairs), "×", most=1.5))
    peak = max(build["peak_bytes"] for build in builds)
    p99 = reloading["latency_ns"]["p99"] / calm["latency_ns"]["p99"]
    rows += [
        _row("memory: the index over its keyword text", _bytes(facts, INDEX_PARTS) / text, "×", most=1.0),
        _row("memory: with bids, groups, ids", memory / text, "×", most=1.5),
        _row("build from JSON Lines", max(build["wall_s"] for build in builds), "s", most=30),
        _row("its peak memory over the finished inventory", peak / memory, "×", most=2),
        _row("start from a compiled file until it serves", median(results["start_s"]), "s", most=1),
        _row("reload from a compiled file", max(reload["alone_s"]), "s", most=1),
        _row("calls while it reloads that failed or were not sent", _unanswered(reloading), "calls", most=0),
        _row("p99 while it reloads over that before", p99, "×", most=1.5),
    ]
    table = _table(("what", "figure", "goal", "figure over goal", "holds"), rows)
    return f"## The budget, at {KEYWORDS:,} keywords\n\n{table}\nLive updates are not measured here.\n"


def _row(what, figure, unit, most=None, least=None):
    """A figure beside its goal, which is the most or the least that it may be."""
    goal, sign, holds = (most, "≤", figure <= most) if least is None else (least, "≥", figure >= least)
    digits = ",.0f" if unit in ("queries/s", "calls/s", "calls") else ".2f"
    over = f"{figure / goal:.2f}" if goal else ""
    judged = ("yes" if holds else "**no**") if KEYWORDS == GOAL_KEYWORDS else ""
    return (what, f"{figure:{digits}} {unit}", f"{sign} {goal:,} {unit}", over, judged)


def _growth(results, picture):
    rows = []
    for size in SIZES:
        batches, single = _in_process_us(results, "batches", size), _in_process_us(results, "single", size)
        rows.append((f"{size:,}", f"{1e6 / batches:,.0f}", f"{batches:.3f}", f"{single:.3f}"))
    analysis = _in_process_us(results, "analysis", None)
    others = [
        f"{texts} {median(rates):,.0f}"
        for (how, texts, size), rates in results["in_process"].items()
        if how == "batches" and texts != TEXTS
    ]
    names = ("queries/s, batches of 256", "µs a query, batches of 256", "µs a query, one at a time")
    table = _table(("keywords", *names), rows)
    return f"""## In process, one core, by CPU time

![Time for a query against the size of the inventory]({picture})

{table}
Reading the text alone, which every query needs: {analysis:.3f} µs. Other texts at the largest size, in batches of 256, in
queries/s: {", ".join(others)}.
"""


def _memory(results):
    text, rows = results["keyword_bytes"], []
    for name, part in _parts(results["facts"]):
        of_index = " (index)" if name in INDEX_PARTS else ""
        rows.append((f"{name}{of_index}", f"{part:,}", f"{part / text:.3f}"))
    total = _bytes(results["facts"])
    rows.append(("**all**", f"{total:,}", f"{total / text:.3f}"))
    mapped, loaded = (
        ", ".join(f"{kib / 1024:,.0f} MiB {name}" for name, kib in results[which].items())
        for which in ("memory_kib", "source_memory_kib")
    )
    return f"""## Memory

{_table(("part", "bytes", f"over {text:,} bytes of keyword text"), rows)}
The compiled file: {results["compiled_bytes"]:,} bytes, of {results["source_bytes"]:,} bytes of JSON Lines. The server that
mapped it, after the rounds: {mapped}.
The server that loaded the JSON Lines: {loaded}.
"""


def _loading(results):
    rows = []
    for size, builds in results["builds"].items():
        for made in builds:
            peak_mib = f"{made['peak_bytes'] / 2**20:,.0f}"
            rows.append((f"{size:,}", f"{made['wall_s']:.2f}", f"{made['cpu_s']:.2f}", peak_mib))
    starts = ", ".join(f"{start:.2f}" for start in results["start_s"])
    return f"""## Loading

{_table(("`broadside build`, keywords", "s by the clock", "s of CPU", "MiB resident at most"), rows)}
Seconds from the server's start until it serves, at the largest size: {starts} from the compiled file;
{results["source_start_s"]:.2f} from JSON Lines.
"""


def _calls(results):
    rows = []
    for name, pairs in results["calls"].items():
        for number, service in enumerate(("server", "echo")):
            share = "" if number else f"{_ratio(results, name, lambda pair, _: _us(pair[1]) / _us(pair[0])):.2f}"
            rows.append((f"{service}: {name}", *_call_figures(results, name, number), share))
        if rounds := results["tcp"].get(name):
            batch = pairs[0][0]["batch"]
            cpu, rate = (median(round_[what] / batch for round_ in rounds) for what in ("cpu_us", "seconds_a_call"))
            reply = f"{rounds[0]['reply_bytes'] / batch:.0f}"
            rows.append((f"plain TCP: {name}", f"{cpu:.3f}", f"{1 / rate:,.0f}", "", "", "", reply, ""))
    failed = sum(_unanswered(report) for pairs in results["calls"].values() for pair in pairs for report in pair)
    names = ("µs of CPU a query", "queries/s", "busy", "p50, µs", "p99, µs", "reply bytes a query", "echo's CPU over it")
    matches, id_bytes = results["echo"]
    return f"""## gRPC: the server, the echo service on its transport, and plain TCP

{_table(("what", *names), rows)}
Latencies are those of calls, or messages, with the loop closed and the core saturated. Where it is less than 98 % busy, the
load generator sets the rate. The echo's results have {matches} matches with ids of {id_bytes} bytes. Calls that failed: {failed}.
"""


def _call_figures(results, name, service):
    cpu, rate, busy = (_of(results, name, service, what) for what in (_us, _rate, _busy))
    p50, p99 = (_of(results, name, service, lambda report: report["latency_ns"][at] / 1e3) for at in ("p50", "p99"))
    reply = _of(results, name, service, lambda report: report["reply_bytes"] / report["queries"])
    return f"{cpu:.3f}", f"{rate:,.0f}", f"{busy:.0%}", f"{p50:,.0f}", f"{p99:,.0f}", f"{reply:.0f}"


def _reloads(results):
    reload = results["reload"]
    columns = []
    for name in ("calm", "reloading"):
        report = reload[name]
        latency = [report["latency_ns"][quantile] / 1e3 for quantile in ("p50", "p99", "p99_9", "max")]
        figures = [f"{microseconds:,.0f}" for microseconds in latency]
        what = "without reloads" if name == "calm" else f"with {len(reload['loaded_s'])}, one after the other"
        columns.append((what, f"{report['calls']:,}", *figures, report["failed_calls"], report["unsent_calls"]))
    spent, low, high = (what(reload["loaded_s"]) for what in (sum, min, max))
    outlasted = " The last of them ended after the load." if reload["outlasted"] else ""
    alone = ", ".join(f"{seconds:.2f}" for seconds in reload["alone_s"])
    return f"""## Reloading under load

{_table(("unary calls", "calls", "p50, µs", "p99, µs", "p99.9, µs", "longest, µs", "failed", "not sent"), columns)}
Open loop: {reload["rate"]:,} calls a second, half of the peak, for {reload["load_s"]} s, timed from when each was due. Two
compiled files that differ in one listing take turns, and a reload shares the one core of the server with its calls. Reloads
took {alone} s without load; under load {low:.2f} to {high:.2f} s, {spent:.1f} s together.{outlasted}
"""


def _us(report):
    return report["cpu_ns"] / report["queries"] / 1e3


def _rate(report):
    return report["queries_per_second"]


def _busy(report):
    return report["cpu_ns"] / report["seconds"] / 1e9


def _unanswered(report):
    return report["failed_calls"] + report["unsent_calls"]


def _of(results, name, service, what):
    """The median over the rounds of a figure of one service."""
    return median(what(pair[service]) for pair in results["calls"][name])


def _ratio(results, name, what):
    """The median of the rounds' ratios."""
    return median(what(pair, number) for number, pair in enumerate(results["calls"][name]))


def _in_process_us(results, how, size):
    return 1e6 / median(results["in_process"][how, TEXTS, size])


def _parts(facts):
    """Bytes of memory by part."""
    return [(name.removeprefix("memory."), part) for name, part in facts.items() if name.startswith("memory.")]


def _bytes(facts, names=None):
    return sum(part for name, part in _parts(facts) if names is None or name in names)


def _table(head, rows):
    lines = [head, ["---", *["--:"] * (len(head) - 1)], *rows]
    return "".join("| " + " | ".join(map(str, line)) + " |\n" for line in lines)


def _block(title, text):
    return f"## {title}\n\n```\n{text}```\n"
