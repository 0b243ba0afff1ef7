#!/usr/bin/env bash
# What stands between strangers and the server: attacks in their short form, foreign judges, and deploy/ with real load
# balancers. Each says what it left out and fails by itself; all of them run. The server is the one that the tests built, with
# its assertions on.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/scripts/parts.sh
. tests/scripts/parts.sh
unset BROADSIDE_ADDRESS BROADSIDE_ADMIN_ADDRESS BROADSIDE_SERVER_BIN

failed=()
try() { "$@" || failed+=("$*"); }

part "build" try tests/scripts/build.sh
[ ${#failed[@]} -eq 0 ] || exit 1
part "attacks" try tests/scripts/attack.sh short
part "judges" try tests/scripts/judges.sh
part "deploy" try tests/scripts/deploy.sh
parts
if [ ${#failed[@]} -gt 0 ]; then
    printf '\nfailed: %s\n' "${failed[@]}" >&2
    exit 1
fi
