#!/usr/bin/env bash
# What stands between strangers and the server, against a release build: attacks in their short form, foreign judges, and
# deploy/ with real load balancers. Each says what it left out and fails by itself; all of them run.
set -uo pipefail
cd "$(dirname "$0")/../.."
cargo build --release --locked -p broadside-server -p broadside-cli || exit 1
unset BROADSIDE_ADDRESS BROADSIDE_ADMIN_ADDRESS
export BROADSIDE_SERVER_BIN=$PWD/target/release/broadside-server

failed=()
for part in "attack.sh short" judges.sh deploy.sh; do
    printf '\n== %s\n' "$part"
    # shellcheck disable=SC2086
    tests/scripts/$part || failed+=("$part")
done
if [ ${#failed[@]} -gt 0 ]; then
    printf '\nfailed: %s\n' "${failed[*]}" >&2
    exit 1
fi
