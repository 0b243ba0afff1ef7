#!/usr/bin/env bash
# Makes a virtual environment of Python with what a requirements file asks for, unless it is there already and neither the
# file nor the interpreter has changed. It also works where Python comes without ensurepip.
#
#   tests/scripts/environment.sh DIRECTORY REQUIREMENTS
#
# PYTHON   the interpreter, 3.11 or newer; default: python3
set -euo pipefail
environment=$1
requirements=$2
python=${PYTHON:-python3}
export PIP_DISABLE_PIP_VERSION_CHECK=1
unset PYTHONPATH

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "environment.sh: expected Python 3.11 or newer, got $("$python" --version 2>&1); set PYTHON to another interpreter" >&2
    exit 2
}
stamp=$({ "$python" -c 'import sys; print(sys.version, sys.executable)' && cat "$requirements"; } | cksum)
if [ -f "$environment/stamp" ] && [ "$(cat "$environment/stamp")" = "$stamp" ]; then exit; fi

mkdir -p "$(dirname "$environment")"
rm -rf "$environment"
if ! "$python" -m venv "$environment" >"$environment.log" 2>&1; then
    rm -rf "$environment"
    virtualenv=$(dirname "$environment")/virtualenv
    [ -d "$virtualenv" ] || "$python" -m pip install --quiet --target "$virtualenv" virtualenv
    PYTHONPATH="$virtualenv" "$python" -m virtualenv --quiet "$environment"
fi
"$environment/bin/python" -m pip install --quiet --requirement "$requirements"
echo "$stamp" >"$environment/stamp"
