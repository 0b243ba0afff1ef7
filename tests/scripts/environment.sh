#!/usr/bin/env bash
# Prints the path of a virtual environment of Python with what a requirements file asks for. It is made once below
# target/python: one for each name, interpreter and content of the files. It also works where Python comes without ensurepip.
#
#   tests/scripts/environment.sh NAME REQUIREMENTS [FILE…]     a changed FILE asks for another environment, too
#
# PYTHON        the interpreter; default: python3
# PYTHON_LEAST  its oldest version that will do; default: 3.11
set -euo pipefail
cd "$(dirname "$0")/../.."
name=$1
requirements=$2
shift
python=${PYTHON:-python3}
least=${PYTHON_LEAST:-3.11}
export PIP_DISABLE_PIP_VERSION_CHECK=1
unset PYTHONPATH

"$python" -c "import sys; sys.exit(sys.version_info < ($(echo "$least" | tr . ,)))" || {
    echo "environment.sh: expected Python $least or newer, got $("$python" --version 2>&1); set PYTHON to another interpreter" >&2
    exit 2
}
key=$({ "$python" -c 'import sys; print(sys.version, sys.executable)' && cat "$@"; } | cksum | cut -d' ' -f1)
environment=$PWD/target/python/$name-$key
mkdir -p target/python
# Of two runs at once the second waits for the first.
if command -v flock >/dev/null; then exec 9>"$environment.lock" && flock 9; fi
if [ ! -f "$environment/complete" ]; then
    rm -rf "$environment"
    if ! "$python" -m venv "$environment" >"$environment.log" 2>&1; then
        rm -rf "$environment"
        virtualenv=$PWD/target/python/virtualenv
        [ -d "$virtualenv" ] || "$python" -m pip install --quiet --target "$virtualenv" virtualenv >&2
        PYTHONPATH="$virtualenv" "$python" -m virtualenv --quiet "$environment" >&2
    fi
    "$environment/bin/python" -m pip install --quiet --requirement "$requirements" >&2
    touch "$environment/complete"
fi
echo "$environment"
