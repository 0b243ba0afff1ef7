#!/usr/bin/env bash
# Measures the performance budget: in process and through gRPC, beside an echo service on the same transport, at sizes up to
# ten million keywords; then loading and reloading, texts and inventories that are built to hurt, expressions, targeting.
# Writes a dated record of it and a plot.
#
#   benches/run.sh [ROUNDS]          default: 5 rounds, about 12 minutes on two quiet cores, with 2 GB of disk
#
# BROADSIDE_BENCH_KEYWORDS  keywords of the largest inventory; default: 10000000. With 100000 it takes about 6 minutes
# BROADSIDE_BENCH_DATA      a folder with phrases_latin.txt.zst, queries_trec_million.txt.zst and others; without it they are
#                           made up
# BROADSIDE_BENCH_RECORD    where the record is written; default: benches/record/DATE-COMMIT.md. The plot is beside it
# TMPDIR                    where the inventories are kept meanwhile
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=${1:-5}
keywords=${BROADSIDE_BENCH_KEYWORDS:-10000000}
for number in "$rounds" "$keywords"; do
    [[ $number =~ ^[1-9][0-9]*$ ]] || { echo "run.sh: expected a number above 0, got '$number'" >&2; exit 2; }
done
for tool in cargo python3 taskset; do
    command -v "$tool" >/dev/null || { echo "run.sh: expected $tool on the path; install it" >&2; exit 2; }
done
cargo build --release --locked -p broadside-server -p broadside-cli -p broadside-benches \
    -p broadside-bench-load -p broadside-echo
BROADSIDE_BENCH_KEYWORDS=$keywords PYTHONDONTWRITEBYTECODE=1 exec python3 benches/budget/measure.py target/release "$rounds"
