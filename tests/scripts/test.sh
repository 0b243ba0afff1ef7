#!/usr/bin/env bash
# Every test: Rust (with grpcurl as a foreign client), then the Python client's wheel against a real server.
# Ends with one line that says how many ran.
set -euo pipefail
cd "$(dirname "$0")/../.."
log=target/test-log
mkdir -p "$log"

step() { printf '\n== %s\n' "$*"; }

step "Rust: build"
# This builds the programs as well: packages whose integration tests run them need them.
cargo test --workspace --locked --no-run

step "Rust: tests"
BROADSIDE_GRPCURL=$(tests/scripts/grpcurl.sh)
if [ -n "$BROADSIDE_GRPCURL" ]; then export BROADSIDE_GRPCURL; else unset BROADSIDE_GRPCURL; fi
cargo test --workspace --locked 2>&1 | tee "$log/rust.txt"

step "sample inventory"
python3 server/sample/generate.py --check

step "Python client"
BROADSIDE_SERVER_BIN=$PWD/target/debug/broadside-server client/python/test.sh 2>&1 | tee "$log/python.txt"

# Tests print what they leave out, and cargo shows it only when asked.
if [ -z "${BROADSIDE_GRPCURL:-}" ]; then echo "LEFT OUT: grpcurl as a client"; fi
if [ ! -d "${BROADSIDE_DATA:-../shared/data}" ]; then echo "LEFT OUT: the comparison on real phrases (set BROADSIDE_DATA)"; fi

sum() { { grep -oE "[0-9]+ $1" "$2" || true; } | awk '{ sum += $1 } END { print sum + 0 }'; }
rust=$(grep -E '^test result: ' "$log/rust.txt" >"$log/rust-results.txt"; sum passed "$log/rust-results.txt")
python=$(tail -n 3 "$log/python.txt" | grep -oE '[0-9]+ passed' | tail -n 1 | cut -d' ' -f1)
printf '\nRust %s, Python %s\n%s passed, 0 failed\n' "$rust" "${python:-0}" "$((rust + ${python:-0}))"
