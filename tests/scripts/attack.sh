#!/usr/bin/env bash
# Attacks a real server beside a legitimate client, and says whether it holds: `tests/attack/run.py` has the rows.
#
#   tests/scripts/attack.sh [short|long] [OPTION…]    default: short, some seconds a row; long is a minute a row
#
# OPTION is one of run.py's: --only NAME (may be repeated), --list, --json FILE.
#
# BROADSIDE_SERVER_BIN  the server; default: target/release/broadside-server, or target/debug/broadside-server if it
#                       is not there. Nothing is built here
# PYTHON                the interpreter, 3.11 or newer; default: python3
set -euo pipefail
cd "$(dirname "$0")/../.."
environment=$PWD/target/attack-venv
export PYTHONDONTWRITEBYTECODE=1

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
tests/scripts/environment.sh "$environment" tests/attack/requirements.txt
exec "$environment/bin/python" tests/attack/run.py --server "$server" --form "$form" "$@"
