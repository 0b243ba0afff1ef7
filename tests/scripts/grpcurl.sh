#!/usr/bin/env bash
# Prints the path of grpcurl, after installing it into target/tools if it is not there. Needs Go; where there is none, and
# this is a Debian machine's root, Go is installed first. Prints nothing, and says why on stderr, if it cannot be had.
set -euo pipefail
cd "$(dirname "$0")/../.."
tools=$PWD/target/tools
version=v1.9.3

go_is_usable() { command -v go >/dev/null && go version | grep -qE 'go1\.(2[1-9]|[3-9][0-9])'; }

if [ ! -x "$tools/grpcurl" ]; then
    mkdir -p "$tools"
    if ! go_is_usable && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        { apt-get update -qq && apt-get install -y -qq golang-go; } >&2 || true
    fi
    if ! go_is_usable; then
        echo "grpcurl: needs Go 1.21 or later to be installed" >&2
        exit 0
    fi
    if ! GOBIN=$tools GOFLAGS=-mod=mod go install "github.com/fullstorydev/grpcurl/cmd/grpcurl@$version" >"$tools/grpcurl.log" 2>&1; then
        echo "grpcurl: could not be installed; see target/tools/grpcurl.log" >&2
        exit 0
    fi
fi
echo "$tools/grpcurl"
