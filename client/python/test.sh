#!/bin/sh
# Tests the Python client as a user gets it: builds the wheel, installs it into an environment that has never seen the
# sources, and runs the type checker and all tests there.
#
#   test.sh [DIRECTORY]     where environments are kept between runs; default: target/python of the project
#
# PYTHON                  the interpreter, 3.10 or newer; default: python3
# BROADSIDE_SERVER_BIN    a broadside-server binary, to be started for the tests against a real server
# BROADSIDE_TEST_ADDRESS  a server that runs already and serves tests/inventory.jsonl; without either those are skipped
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
python=${PYTHON:-python3}
directory=${1:-$here/../../target/python}
mkdir -p "$directory"
directory=$(CDPATH='' cd -- "$directory" && pwd)
export PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
unset PYTHONPATH

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' || {
    echo "test.sh: expected Python 3.10 or newer, got $("$python" --version 2>&1); set PYTHON to another interpreter" >&2
    exit 2
}

# make_environment NAME: an empty virtual environment, also where Python comes without ensurepip.
make_environment() {
    rm -rf "${directory:?}/$1"
    if "$python" -m venv "$directory/$1" >"$directory/$1.log" 2>&1; then
        return
    fi
    rm -rf "${directory:?}/$1"
    [ -d "$directory/virtualenv" ] || "$python" -m pip install --quiet --target "$directory/virtualenv" virtualenv
    PYTHONPATH="$directory/virtualenv" "$python" -m virtualenv --quiet "$directory/$1"
}

# environment NAME FILE...: makes it and installs what its requirements file asks for, unless the files are unchanged.
environment() {
    name=$1
    shift
    stamp=$({ "$python" -c 'import sys; print(sys.version, sys.executable)' && cat "$@"; } | cksum)
    if [ -f "$directory/$name/stamp" ] && [ "$(cat "$directory/$name/stamp")" = "$stamp" ]; then
        return
    fi
    make_environment "$name"
    "$directory/$name/bin/python" -m pip install --quiet --requirement "$1"
    echo "$stamp" >"$directory/$name/stamp"
}

echo "== environments in $directory"
environment build "$here/requirements-build.txt"
environment test "$here/requirements-test.txt" "$here/pyproject.toml"

echo "== format, lint, generated code"
"$directory/build/bin/ruff" format --quiet --check --cache-dir "$directory/ruff" "$here"
"$directory/build/bin/ruff" check --quiet --cache-dir "$directory/ruff" "$here"
"$directory/build/bin/python" "$here/generate.py" --check

echo "== wheel"
# Built from a copy: setuptools leaves files beside the sources, and would put stale ones into the next wheel.
rm -rf "$directory/source" "$directory/wheel"
mkdir "$directory/source"
cp -R "$here/pyproject.toml" "$here/README.md" "$here/LICENSE" "$here/src" "$directory/source"
find "$directory/source" -name '*.egg-info' -prune -exec rm -rf {} +
"$directory/build/bin/python" -m pip wheel --quiet --no-deps --no-build-isolation \
    --wheel-dir "$directory/wheel" "$directory/source"
"$directory/test/bin/python" -m pip install --quiet "$directory"/wheel/*.whl
"$directory/test/bin/python" -m pip install --quiet --force-reinstall --no-deps "$directory"/wheel/*.whl

# From here on nothing may find the sources: the tests are run from a copy outside the tree.
rm -rf "$directory/tests"
cp -R "$here/tests" "$directory/tests"
cp "$here/pyproject.toml" "$directory/tests/pyproject.toml"
cd "$directory/tests"

echo "== types"
"$directory/test/bin/mypy" --strict --cache-dir "$directory/mypy" --package broadside
"$directory/test/bin/mypy" --strict --cache-dir "$directory/mypy" .

echo "== tests"
"$directory/test/bin/python" -m pytest -p no:cacheprovider --quiet .
