#!/usr/bin/env bash
# Lints with warnings denied: format, clippy, docs, and what cargo-deny holds.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/scripts/parts.sh
. tests/scripts/parts.sh

documentation() {
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --document-private-items --locked --quiet
}

dependencies() {
    local deny said
    deny=$(tests/scripts/tool.sh cargo-deny)
    [ -n "$deny" ]
    "$deny" --locked check bans licenses sources
    # The list of known vulnerabilities lives in a public repository; a machine that cannot reach it says so and goes on.
    if ! said=$("$deny" --locked check advisories 2>&1); then
        if ! grep -qiE 'fetch|clone|connect|resolve|network' <<<"$said"; then
            printf '%s\n' "$said" >&2
            return 1
        fi
        echo "LEFT OUT: known vulnerabilities were not checked: the advisory database cannot be fetched here"
    fi
}

part "format" cargo fmt --all -- --check
part "clippy" cargo clippy --workspace --all-targets --locked -- -D warnings
part "rules of sabotage" python3 tests/sabotage/run.py --check
part "documentation" documentation
part "dependencies" dependencies
parts
