#!/usr/bin/env bash
# Attacks a real server beside a legitimate client, and says whether it holds: `tests/attack/run.py` has the rows.
#
#   tests/scripts/attack.sh [short|long] [OPTION…]    default: short, some seconds a row; long is a minute a row
#
# OPTION is one of run.py's: --only NAME (may be repeated), --list, --json FILE.
#
# BROADSIDE_SERVER_BIN  the server; default: target/release/broadside-server, or target/debug/broadside-server if it
#                       is not there. Nothing is built here
set -euo pipefail
cd "$(dirname "$0")/../.."
environment=$PWD/target/attack-venv
requirements=tests/attack/requirements.txt
export PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1

form=short
case ${1:-} in
    short | long) form=$1 && shift ;;
    -* | '') ;;
    *) echo "attack.sh: expected short or long, got '$1'" >&2 && exit 2 ;;
esac

server=${BROADSIDE_SERVER_BIN:-}
for built in target/release/broadside-server target/debug/broadside-server; do
    [ -z "$server" ] && [ -x "$built" ] && server=$built
done
if [ ! -x "$server" ]; then
    echo "attack.sh: expected a server in BROADSIDE_SERVER_BIN or target/release, got '$server'; build one" >&2
    exit 2
fi
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "attack.sh: expected Python 3.11 or newer, got $(python3 --version 2>&1)" >&2
    exit 2
}

# The environment is made once, and again if what it needs has changed.
stamp=$({ python3 --version && cat "$requirements"; } | cksum)
if [ ! -f "$environment/stamp" ] || [ "$(cat "$environment/stamp")" != "$stamp" ]; then
    rm -rf "$environment"
    python3 -m venv "$environment"
    "$environment/bin/python" -m pip install --quiet --requirement "$requirements"
    echo "$stamp" >"$environment/stamp"
fi
exec "$environment/bin/python" tests/attack/run.py --server "$server" --form "$form" "$@"
