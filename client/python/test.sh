#!/bin/sh
# Tests the Python client as a user gets it: builds the wheel, installs it into an environment that has never seen the
# sources, and runs the type checker and all tests there.
#
# Environments are kept between runs in target/python of the project, what is built in target/python-client.
#
# PYTHON                  the interpreter, 3.10 or newer; default: python3
# BROADSIDE_SERVER_BIN    a broadside-server binary, to be started for the tests against a real server
# BROADSIDE_TEST_ADDRESS  a server that runs already and serves tests/inventory.jsonl; without either those are skipped
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
directory=$here/../../target/python-client
mkdir -p "$directory"
directory=$(CDPATH='' cd -- "$directory" && pwd)
export PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
unset PYTHONPATH

environment() { PYTHON_LEAST=3.10 "$here/../../tests/scripts/environment.sh" "$@"; }

echo "== environments"
build=$(environment client-build "$here/requirements-build.txt")
test=$(environment client-test "$here/requirements-test.txt" "$here/pyproject.toml")

echo "== format, lint, generated code"
"$build/bin/ruff" format --quiet --check --cache-dir "$directory/ruff" "$here"
"$build/bin/ruff" check --quiet --cache-dir "$directory/ruff" "$here"
"$build/bin/python" "$here/generate.py" --check

echo "== wheel"
# Built from a copy: setuptools leaves files beside the sources, and would put stale ones into the next wheel.
rm -rf "$directory/source" "$directory/wheel"
mkdir "$directory/source"
cp -R "$here/pyproject.toml" "$here/README.md" "$here/LICENSE" "$here/src" "$directory/source"
find "$directory/source" -name '*.egg-info' -prune -exec rm -rf {} +
"$build/bin/python" -m pip wheel --quiet --no-deps --no-build-isolation \
    --wheel-dir "$directory/wheel" "$directory/source"
"$test/bin/python" -m pip install --quiet "$directory"/wheel/*.whl
"$test/bin/python" -m pip install --quiet --force-reinstall --no-deps "$directory"/wheel/*.whl

# From here on nothing may find the sources: the tests are run from a copy outside the tree.
rm -rf "$directory/tests"
cp -R "$here/tests" "$directory/tests"
cp "$here/pyproject.toml" "$directory/tests/pyproject.toml"
cd "$directory/tests"

echo "== types"
"$test/bin/mypy" --strict --cache-dir "$directory/mypy" --package broadside
"$test/bin/mypy" --strict --cache-dir "$directory/mypy" .

echo "== tests"
"$test/bin/python" -m pytest -p no:cacheprovider --quiet --durations 5 --durations-min 0.5 .
