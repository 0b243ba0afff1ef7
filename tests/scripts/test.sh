#!/usr/bin/env bash
# Every test: Rust (with grpcurl as a foreign client), then the Python client's wheel against a real server. Ends with how long
# each part took, the slowest tests, and one line that says how many ran.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/scripts/parts.sh
. tests/scripts/parts.sh
log=target/test-log
slowest=10
mkdir -p "$log"

find_grpcurl() {
    BROADSIDE_GRPCURL=$(tests/scripts/tool.sh grpcurl)
    if [ -n "$BROADSIDE_GRPCURL" ]; then export BROADSIDE_GRPCURL; else unset BROADSIDE_GRPCURL; fi
}

rust() {
    cargo test --workspace --locked --config "target.'cfg(unix)'.runner = '$PWD/tests/scripts/run_test.sh'" 2>&1 |
        tee "$log/rust.txt"
}

python() {
    BROADSIDE_SERVER_BIN=$PWD/target/debug/broadside-server client/python/test.sh 2>&1 | tee "$log/python.txt"
}

part "build" tests/scripts/build.sh
part "tools" find_grpcurl
part "Rust" rust
part "Python client" python

# Tests print what they leave out, and cargo shows it only when asked.
if [ -z "${BROADSIDE_GRPCURL:-}" ]; then echo "LEFT OUT: grpcurl as a client"; fi
if [ ! -d "${BROADSIDE_DATA:-../shared/data}" ]; then echo "LEFT OUT: the comparison on real phrases (set BROADSIDE_DATA)"; fi

parts
printf '\nseconds  test of those in Rust that took longest\n'
sed -nE 's/^test (.*) \.\.\. ok <([0-9.]+)s>$/\2 \1/p' "$log/rust.txt" | sort -rn |
    awk -v most=$slowest 'NR <= most { printf "%7.1f  %s\n", $1, $2 }'

sum() { { grep -oE "[0-9]+ $1" "$2" || true; } | awk '{ sum += $1 } END { print sum + 0 }'; }
rust=$(grep -E '^test result: ' "$log/rust.txt" >"$log/rust-results.txt"; sum passed "$log/rust-results.txt")
python=$(tail -n 3 "$log/python.txt" | grep -oE '[0-9]+ passed' | tail -n 1 | cut -d' ' -f1)
printf '\nRust %s, Python %s\n%s passed, 0 failed\n' "$rust" "${python:-0}" "$((rust + ${python:-0}))"
