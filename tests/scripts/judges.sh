#!/usr/bin/env bash
# Lets programs that nobody here wrote judge a real server: h2spec (HTTP/2), ghz (load), grpcurl (reflection), and
# grpc-health-probe.
#
#   tests/scripts/judges.sh [NAME…]    default: all of them
#
# tests/scripts/tool.sh builds them, which needs Go. One that cannot be had is LEFT OUT, and says so.
#
# BROADSIDE_SERVER_BIN  the server; default: target/debug/broadside-server. Nothing is built here
set -euo pipefail
cd "$(dirname "$0")/../.."
calls=2000
queries='{"queries": [{"text": "running shoes"}, {"text": "gift card"}]}'

judge_h2spec() {
    local failed=0
    python3 tests/attack/conformance.py "$1" match "$address" || failed=1
    python3 tests/attack/conformance.py "$1" admin "$admin_address" || failed=1
    return $failed
}

judge_ghz() {
    "$1" --insecure --call broadside.v1.MatchService.MatchBatch --data "$queries" \
        --total $calls --concurrency 20 --connections 4 "$address" >"$folder/ghz"
    grep -qE "^ +\[OK\] +$calls responses" "$folder/ghz" || { cat "$folder/ghz" && return 1; }
    echo "ghz: $calls of $calls calls are OK, $(grep -E '^ +Requests/sec' "$folder/ghz" | tr -s '\t ' ' ')"
}

judge_grpcurl() {
    local match_batch=broadside.v1.MatchService/MatchBatch
    "$1" -plaintext "$address" list >"$folder/grpcurl"
    grep -qx broadside.v1.MatchService "$folder/grpcurl" || { cat "$folder/grpcurl" && return 1; }
    "$1" -plaintext "$address" describe broadside.v1.MatchService >"$folder/grpcurl"
    grep -q 'rpc MatchBatch' "$folder/grpcurl" || { cat "$folder/grpcurl" && return 1; }
    "$1" -plaintext -d "$queries" "$address" $match_batch >"$folder/grpcurl"
    grep -q '"listingId"' "$folder/grpcurl" || { cat "$folder/grpcurl" && return 1; }
    "$1" -plaintext "$admin_address" broadside.v1.InventoryService/GetStatus >"$folder/grpcurl"
    grep -q 'SERVING_STATUS_SERVING' "$folder/grpcurl" || { cat "$folder/grpcurl" && return 1; }
    echo "grpcurl: lists, describes and calls"
}

judge_grpc-health-probe() {
    local service
    for service in "" broadside.v1.MatchService; do
        "$1" -addr "$address" -service "$service" 2>"$folder/probe" || { cat "$folder/probe" && return 1; }
        "$1" -addr "$admin_address" -service "$service" 2>"$folder/probe" || { cat "$folder/probe" && return 1; }
    done
    # What is not there must not be called healthy.
    if "$1" -addr "$address" -service no.such.Service 2>"$folder/probe"; then return 1; fi
    echo "grpc-health-probe: serving, by both names on both listeners"
}

all=(h2spec ghz grpcurl grpc-health-probe)
names=("$@")
[ $# -gt 0 ] || names=("${all[@]}")
for name in "${names[@]}"; do
    case " ${all[*]} " in *" $name "*) continue ;; esac
    echo "judges.sh: expected one of ${all[*]}, got '$name'" >&2
    exit 2
done

server=${BROADSIDE_SERVER_BIN:-target/debug/broadside-server}
if [ ! -x "$server" ]; then
    echo "judges.sh: there is no server at $server: build one, or set BROADSIDE_SERVER_BIN" >&2
    exit 2
fi

folder=$(mktemp -d)
pid=
stop() {
    if [ -n "$pid" ]; then
        kill -INT "$pid" 2>/dev/null || true
        wait "$pid" || true
    fi
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT TERM
: >"$folder/log"
env -i PATH="$PATH" "$server" --sample --listen 127.0.0.1:0 --admin-listen 127.0.0.1:0 --log-format json \
    --drain-timeout-ms 1000 2>"$folder/log" &
pid=$!
# The line that says "ready" has both addresses.
for _ in $(seq 200); do
    grep -q '"message":"ready"' "$folder/log" && break
    kill -0 "$pid" 2>/dev/null || { cat "$folder/log" >&2; exit 1; }
    sleep 0.05
done
field() { grep '"message":"ready"' "$folder/log" | grep -oE "\"$1\":\"[^\"]*\"" | cut -d'"' -f4; }
address=$(field listen)
admin_address=$(field admin_listen)

failed=0
for name in "${names[@]}"; do
    program=$(tests/scripts/tool.sh "$name")
    if [ -z "$program" ]; then
        echo "LEFT OUT: $name as a judge: it cannot be installed here"
    elif ! "judge_$name" "$program"; then
        echo "FAILS: $name"
        failed=1
    fi
done
if grep -q panicked "$folder/log"; then
    grep panicked "$folder/log"
    failed=1
fi
exit $failed
