#!/usr/bin/env bash
# Measures what people would use instead of Broadside, on the same keywords and texts, and writes a table of it.
#
#   benches/peers/run.sh [SIZE...]   keywords; default: 10000 100000 1000000; about 5, 7 and 15 minutes
#
# BROADSIDE_BENCH_DATA         a folder with real phrases, texts and expressions; without it they are made up
# BROADSIDE_PEERS_RECORD       where the table is written; default: benches/record/peers-DATE-COMMIT.md
# BROADSIDE_PEERS_MEMORY_GIB   what one peer may take before it counts as giving up; default: 12
# BROADSIDE_PEERS_QUESTIONS    which to ask; default: keywords,phrases,regexes,targeting,real
# BROADSIDE_PEERS_ROUNDS, BROADSIDE_PEERS_ROUND_SECONDS   default: 5 and 1.5
#
# Needs cargo, Python 3.10, and for the Lucene peer a JDK (17 or newer) and Maven; without those two it says so and stops.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=benches/peers
build=$PWD/target
sizes=("$@")
[ ${#sizes[@]} -gt 0 ] || sizes=(10000 100000 1000000)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM

for tool in cargo python3 javac mvn; do
    command -v "$tool" >/dev/null || { echo "run.sh: expected $tool on the path; install it" >&2; exit 2; }
done
cargo build --release --locked -p broadside-server -p broadside-cli -p broadside-benches \
    -p broadside-bench-load
# Its lock file follows the crates of the project that it is built with, so it is not --locked.
cargo build --release --manifest-path "$here/rust/Cargo.toml" --target-dir "$build/peers"
[ -x "$build/peers/venv/bin/gunicorn" ] || {
    python3 -m venv "$build/peers/venv"
    "$build/peers/venv/bin/python" -m pip install --quiet --requirement "$here/python/requirements.txt"
}
[ -d "$build/peers/jars" ] || mvn --quiet --batch-mode --file "$here/java/pom.xml" \
    dependency:copy-dependencies -DoutputDirectory="$build/peers/jars"
mkdir -p "$build/peers/classes"
javac -d "$build/peers/classes" -cp "$build/peers/jars/*" "$here/java/MonitorPeer.java"

commit=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)
record=${BROADSIDE_PEERS_RECORD:-benches/record/peers-$(date +%F)-$commit.md}
mkdir -p "$(dirname "$record")"
{
    echo "# Broadside beside what people would use instead: measured on $(date +%F) at commit $commit"
    echo
    echo "$(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2 | sed 's/^ //'), $(nproc) cores, Linux $(uname -r). Rates are medians of ${BROADSIDE_PEERS_ROUNDS:-5} interleaved rounds, in queries a second of CPU time of whoever serves; times are by the clock. What each peer is, and what was made equal: \`benches/peers/README.md\`."
    echo
    PYTHONDONTWRITEBYTECODE=1 python3 "$here/python/measure.py" "$build" "$folder" "${sizes[@]}"
    echo
    echo "Again: \`benches/peers/run.sh ${sizes[*]}\`."
} | tee "$record.partial"
mv "$record.partial" "$record"
echo "written to $record" >&2
