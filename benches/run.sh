#!/usr/bin/env bash
# Measures matching in process and through gRPC, interleaved over rounds, then texts and inventories that are built to hurt,
# regular expressions and targeting, and writes a dated record of it.
#
#   benches/run.sh [ROUNDS]          default: 5 rounds, about 5 minutes
#
# BROADSIDE_BENCH_DATA   a folder with phrases_latin.txt.zst and queries_trec_million.txt.zst; without it both are made up
# BROADSIDE_BENCH_RECORD where the record is written; default: benches/record/DATE-COMMIT.md
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-5}
seconds=5
build=target/release
folder=$(mktemp -d)
stop() {
    if [ -n "${pid:-}" ] && kill -0 "$pid" 2>/dev/null; then kill "$pid"; wait "$pid" || true; fi
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT TERM

cargo build --release --locked -p broadside-server -p broadside-cli -p broadside-benches
"$build/match-rate" write "$folder"
"$build/match-rate" describe >"$folder/corpus"

env -i PATH="$PATH" "$build/broadside-server" --inventory "$folder/phrases.txt" --listen 127.0.0.1:0 \
    --admin-listen 127.0.0.1:0 --log-format json 2>"$folder/log" &
pid=$!
for _ in $(seq 1200); do
    grep -q '"message":"ready"' "$folder/log" && break
    kill -0 "$pid" 2>/dev/null || { cat "$folder/log" >&2; exit 1; }
    sleep 0.1
done
address=$(grep '"message":"ready"' "$folder/log" | grep -oE '"listen":"[^"]*"' | cut -d'"' -f4)

# Nanoseconds of CPU that the server has used so far.
server_cpu() { cat /proc/"$pid"/task/*/schedstat | awk '{ sum += $1 } END { printf "%.0f\n", sum }'; }
steal() { awk '/^cpu / { print $9 }' /proc/stat; }
# median FILE: of one number a line.
median() { sort -n "$1" | awk '{ values[NR] = $1 } END { print values[int((NR + 1) / 2)] }'; }

# load NAME FLAGS...: one round of load; notes its rate and the server's CPU time for each query.
load() {
    local name=$1 before after queries
    shift
    before=$(server_cpu)
    "$build/broadside" bench --address "$address" --file "$folder/queries.txt" --json \
        --duration "${seconds}s" --warmup 0s "$@" >"$folder/load.json"
    after=$(server_cpu)
    python3 - "$folder/load.json" "$name" <<'PYTHON' >>"$folder/rounds"
import json, sys
load = json.load(open(sys.argv[1]))
latency = load["latency_ns"]
print(
    sys.argv[2],
    round(load["queries_per_second"]),
    round(load["calls_per_second"]),
    round(latency["p50"] / 1000),
    round(latency["p99"] / 1000),
    load["failed_calls"],
)
PYTHON
    queries=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["queries"])' "$folder/load.json")
    awk -v ns="$((after - before))" -v n="$queries" 'BEGIN { printf "%.3f\n", ns / n / 1000 }' >>"$folder/$name.cpu"
}

steal_before=$(steal)
load warm --batch 256 --connections 4 --concurrency 2
for round in $(seq "$rounds"); do
    echo "round $round of $rounds" >&2
    "$build/match-rate" measure 3 >>"$folder/in-process"
    load batch256 --batch 256 --connections 4 --concurrency 2
    load batch16 --batch 16 --connections 4 --concurrency 4
    load unary --unary --connections 4 --concurrency 16
done
steal_after=$(steal)
echo "worst cases and expressions" >&2
"$build/worst-cases" >"$folder/worst-cases"
{ "$build/expressions" regexes; "$build/expressions" regexes 50000; } >"$folder/regexes"
"$build/expressions" targeting >"$folder/targeting"

column() { awk -v name="$1" -v column="$2" '$1 == name { print $column }' "$folder/rounds" >"$folder/column"; median "$folder/column"; }
in_process() { awk -v name="$1" '$1 == name { print $2 }' "$folder/in-process" >"$folder/column"; median "$folder/column"; }
commit=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)
record=${BROADSIDE_BENCH_RECORD:-benches/record/$(date +%F)-$commit.md}
mkdir -p "$(dirname "$record")"
row() { printf '| %s | %s | %s | %s | %s |\n' "$@"; }
{
    echo "# Measured on $(date +%F) at commit $commit"
    echo
    echo "$(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2 | sed 's/^ //'), $(nproc) cores shared by server and load generator, Linux $(uname -r), transparent huge pages $(grep -oE '\[[a-z]+\]' /sys/kernel/mm/transparent_hugepage/enabled | tr -d '[]'). $rounds rounds of ${seconds} s each, interleaved; medians. Steal: $((steal_after - steal_before)) ticks of 10 ms in all."
    echo
    cat "$folder/corpus"
    echo
    echo "| what | queries/s | µs of CPU a query | p50, µs a call | p99, µs a call |"
    echo "|---|--:|--:|--:|--:|"
    for name in queries_trec_million queries_multilingual tweets; do
        rate=$(in_process "$name")
        row "in process, one core, batches of 256: $name" "$rate" "$(awk -v r="$rate" 'BEGIN { printf "%.3f", 1e6 / r }')" "" ""
    done
    for name in batch256 batch16 unary; do
        row "gRPC, $name: queries_trec_million (server's CPU)" "$(column $name 2)" "$(median "$folder/$name.cpu")" "$(column $name 4)" "$(column $name 5)"
    done
    echo
    echo "Calls that failed: $(awk '{ sum += $6 } END { print sum }' "$folder/rounds"). Server memory: $(awk '/VmRSS/ { print $2 }' /proc/"$pid"/status) KiB resident, $(awk '/VmHWM/ { print $2 }' /proc/"$pid"/status) KiB at most while it loaded."
    echo
    block() { printf '## %s\n\n```\n' "$1"; cat "$folder/$2"; printf '```\n\n'; }
    block "Worst cases: what one text can take" worst-cases
    block "Regular expressions: all of them in one index, and each tried by itself" regexes
    block "Targeting: 100,000 distinct expressions" targeting
    echo "Again: \`make bench\`."
} >"$record"
cat "$record"
echo "written to $record" >&2
