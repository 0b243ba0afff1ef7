#!/usr/bin/env bash
# Checks deploy/: image, composition, Kubernetes, systemd, dashboard and alerts, and the recipes for Envoy, HAProxy and
# nginx, each in front of three real servers that are restarted under load. Ends with one line that says how many checks ran,
# after what was left out.
#
#   deploy.sh [--only PART]... [--rolling-restarts N]     see tests/deploy/run.py --help
#
# BROADSIDE_SERVER_BIN   the server to check, with `broadside` beside it; default: target/debug/broadside-server
# PYTHON                 the interpreter, 3.11 or newer; default: python3
#
# It builds nothing of the project. What comes from PyPI goes into target/python, promtool into target/tools. On a Debian
# machine without a running init system HAProxy, nginx, strace and systemd-analyze are installed for root; elsewhere what is
# not there is left out, and named.
set -euo pipefail
cd "$(dirname "$0")/../.."
tools=$PWD/target/tools
export PYTHONDONTWRITEBYTECODE=1
unset PYTHONPATH
mkdir -p "$tools"

environment=$(tests/scripts/environment.sh deploy tests/deploy/requirements.txt)

is_debian_root() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }

updated=
apt_update() {
    [ -n "$updated" ] || apt-get update -qq
    updated=yes
}

# need PROGRAM PACKAGE: installs it where that starts no service; without it the checks say what they leave out.
need() {
    if command -v "$1" >/dev/null || [ -d /run/systemd/system ] || ! is_debian_root; then
        return
    fi
    # RUNLEVEL: a package's scripts start services only in the run levels for that.
    { apt_update && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$2"; } \
        >"$tools/$2.log" 2>&1 || echo "deploy.sh: $2 could not be installed; see target/tools/$2.log" >&2
}
need haproxy haproxy
need nginx nginx-light
need strace strace
need systemd-analyze systemd

# The package has a whole Prometheus in it, of which only one program is wanted: unpacked, not installed.
if [ ! -x "$tools/promtool" ] && ! command -v promtool >/dev/null && is_debian_root; then
    folder=$(mktemp -d)
    (
        apt_update
        cd "$folder"
        apt-get download -qq prometheus
        dpkg-deb -x prometheus_*.deb .
        cp usr/bin/promtool "$tools/promtool"
    ) >"$tools/promtool.log" 2>&1 || echo "deploy.sh: promtool could not be fetched; see target/tools/promtool.log" >&2
    rm -rf "$folder"
fi
[ ! -x "$tools/promtool" ] || export BROADSIDE_PROMTOOL=$tools/promtool

exec "$environment/bin/python" tests/deploy/run.py "$@"
