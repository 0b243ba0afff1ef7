#!/usr/bin/env bash
# Attacks a real server beside a legitimate client, and says whether it holds: `tests/attack/run.py` has the rows.
#
#   tests/scripts/attack.sh [short|long] [OPTION…]    default: short, some seconds a row; long is a minute a row
#
# OPTION is one of run.py's: --only NAME (may be repeated), --list, --json FILE.
#
# BROADSIDE_SERVER_BIN  the server; default: target/debug/broadside-server. Nothing is built here
# PYTHON                the interpreter, 3.11 or newer; default: python3
set -euo pipefail
cd "$(dirname "$0")/../.."
export PYTHONDONTWRITEBYTECODE=1

form=short
case ${1:-} in
    short | long) form=$1 && shift ;;
    -* | '') ;;
    *) echo "attack.sh: expected short or long, got '$1'" >&2 && exit 2 ;;
esac

server=${BROADSIDE_SERVER_BIN:-target/debug/broadside-server}
if [ ! -x "$server" ]; then
    echo "attack.sh: there is no server at $server: build one, or set BROADSIDE_SERVER_BIN" >&2
    exit 2
fi
environment=$(tests/scripts/environment.sh attack tests/attack/requirements.txt)
exec "$environment/bin/python" tests/attack/run.py --server "$server" --form "$form" "$@"
