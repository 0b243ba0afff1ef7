#!/usr/bin/env bash
# Fuzzes each target for the given number of seconds. Installs cargo-fuzz if it is not there.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-60}
if ! cargo +nightly --version >/dev/null 2>&1; then
    echo "make fuzz: needs a nightly toolchain: rustup toolchain install nightly" >&2
    exit 2
fi
command -v cargo-fuzz >/dev/null || cargo install --locked cargo-fuzz
# Each target keeps its corpus; -max_len bounds an input, -max_total_time the run.
fuzz() {
    (cd "$1" && cargo +nightly fuzz run "$2" -- -max_total_time="$seconds" -max_len=4096 -timeout=10)
}
for target in analysis expressions index_against_naive; do
    fuzz server/core "$target"
done
for target in request authorization settings; do
    fuzz server "$target"
done
