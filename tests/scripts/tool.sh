#!/usr/bin/env bash
# Prints the path of a tool that is written in Go or Rust, at the version that stands here. It is built once into
# target/tools/NAME-VERSION. Prints nothing, and says why on stderr, if it cannot be had.
#
#   tests/scripts/tool.sh NAME
#
# Tools of Go need Go 1.21 or newer; where there is none, and this is a Debian machine's root, Go is installed first.
set -euo pipefail
cd "$(dirname "$0")/../.."
name=${1:-}
case $name in
    cargo-deny) kind=cargo version=0.20.2 ;;
    cargo-mutants) kind=cargo version=27.1.0 ;;
    ghz) kind=go version=v0.93.0 module=github.com/bojand/ghz package=cmd/ghz ;;
    grpc-health-probe) kind=go version=v0.4.40 module=github.com/grpc-ecosystem/grpc-health-probe package=. ;;
    grpcurl) kind=go version=v1.9.3 module=github.com/fullstorydev/grpcurl package=cmd/grpcurl ;;
    h2spec) kind=go version=v2.2.1+incompatible module=github.com/summerwind/h2spec package=cmd/h2spec ;;
    *) echo "tool.sh: expected the name of a tool that is listed in tests/scripts/tool.sh, got '$name'" >&2 && exit 2 ;;
esac
folder=$PWD/target/tools/$name-$version
program=$folder/bin/$name

go_is_usable() { command -v go >/dev/null && go version | grep -qE 'go1\.(2[1-9]|[3-9][0-9])'; }

# Built inside a module of its own: the version alone decides what is built.
build_go() {
    mkdir -p "$folder/source"
    cd "$folder/source"
    [ -f go.mod ] || go mod init tool
    go mod edit -require="$module@$version"
    GOFLAGS=-mod=mod go build -o "$program.new" "${module}/${package}"
    mv "$program.new" "$program"
}

# These tools run for seconds: it is their build that has to be fast.
build_cargo() {
    CARGO_TARGET_DIR=$folder/target CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off \
        CARGO_PROFILE_RELEASE_CODEGEN_UNITS=1 CARGO_PROFILE_RELEASE_DEBUG=false \
        cargo install --quiet --locked --no-track --root "$folder" "$name@$version"
    rm -rf "$folder/target"
}

mkdir -p "$folder"
# Of two runs at once the second waits for the first.
if command -v flock >/dev/null; then exec 9>"$folder/lock" && flock 9; fi
if [ ! -x "$program" ]; then
    if [ "$kind" = go ] && ! go_is_usable && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        { apt-get update -qq && apt-get install -y -qq golang-go; } >&2 || true
    fi
    if [ "$kind" = go ] && ! go_is_usable; then
        echo "$name: needs Go 1.21 or newer to be installed" >&2
        exit
    fi
    if ! ("build_$kind") >"$folder/log" 2>&1; then
        echo "$name: could not be built; see ${folder#"$PWD"/}/log" >&2
        exit
    fi
fi
echo "$program"
