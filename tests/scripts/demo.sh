#!/usr/bin/env bash
# The main job on a fresh machine: builds, starts a server on the sample inventory, matches telling texts, explains a miss,
# reloads once, stops the server. The server listens on ports of the system's choice and is stopped by its own process id.
set -euo pipefail
cd "$(dirname "$0")/../.."

say() { printf '\n\033[2m%s\033[0m\n' "$*"; }
[ -t 1 ] || say() { printf '\n%s\n' "$*"; }

say "Building (the first time takes a few minutes)"
cargo build --locked -p broadside-server -p broadside-cli
server=target/debug/broadside-server
broadside=target/debug/broadside

folder=$(mktemp -d)
stop() {
    if [ -n "${pid:-}" ] && kill -0 "$pid" 2>/dev/null; then
        kill "$pid"
        wait "$pid" || true
    fi
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT TERM

say "Starting a server on the sample inventory, a shop and a news desk of our own making"
env -i PATH="$PATH" "$server" --sample --listen 127.0.0.1:0 --admin-listen 127.0.0.1:0 --lame-duck-ms 0 --log-format json \
    2>"$folder/log" &
pid=$!
# The line that says "ready" has both addresses.
for _ in $(seq 200); do
    grep -q '"message":"ready"' "$folder/log" && break
    kill -0 "$pid" 2>/dev/null || { cat "$folder/log" >&2; exit 1; }
    sleep 0.05
done
field() { grep '"message":"ready"' "$folder/log" | grep -oE "\"$1\":\"[^\"]*\"" | cut -d'"' -f4; }
BROADSIDE_ADDRESS=$(field listen)
BROADSIDE_ADMIN_ADDRESS=$(field admin_listen)
export BROADSIDE_ADDRESS BROADSIDE_ADMIN_ADDRESS
echo "serving at $BROADSIDE_ADDRESS, administration at $BROADSIDE_ADMIN_ADDRESS"

show() {
    say "$1"
    shift
    # "The answer is no" is an answer here.
    "$broadside" match "$@" --limit 3 --include keyword,spans || [ $? = 1 ]
}
show "EXACT beats PHRASE beats BROAD at the same score" "running shoes"
show "A negative always wins: -\"free trial\" keeps the premium listing out" "free trial of a running app"
show "Words are whole: no car in carpet, no cat in catalogue" "the carpet catalogue"
show "A plain keyword finds #cycling and @weatherdesk; a keyword with a sigil asks for it" \
    "running late, no #cycling today, thanks @weatherdesk"
show "A ticker" "\$acme beats expectations"
show "Anchors: the text must begin, or end, with the phrase" "Breaking news: cup final live scores"
show "Punctuation separates: T-Rex is t rex" "my son wants a T-Rex model"
show "Case and ß fold, accents stay" "Café an der HAUPTSTRASSE"
show "A phrase inside a text without spaces" "明日の東京の天気"
show "Emoji are words" "this ramen is 🔥🔥"
show "So are c++ and c#" "c++ or c# for game engines"
show "Order is bid × quality: here it puts a BROAD before an EXACT" "gift card"

show "A negative list blocks for every group that refers to it: here brand-safety, by its -casino" \
    "casino night in the old hotel"
show "Targeting reads what is known of the user, and nothing is known of this one" "gin tasting for two"
show "Now something is" "gin tasting for two" --attr country=US --attr age=30
show "A hashtag is asked for by its sign" "we open at nine #shoplocal"
show "A regular expression is tried on the text as it was sent" "refund for ord-1189"

explain() {
    say "$1"
    shift
    "$broadside" explain "$@" || [ $? = 1 ]
}
explain "Why not? The first reason, and where it stands" \
    --listing hotels-old-town-suites "casino night in the old hotel"
explain "And why not here?" --listing drinks-gin-tasting-us "gin tasting for two" --attr country=US --attr age=20

show "Nobody bids on this yet" "glow in the dark skipping rope"
say "Reloading from a file with one listing more, as a campaign team would: no call is dropped"
{
    cat server/sample/inventory.jsonl
    echo '{"listing": {"id": "toys-skipping-rope-launch", "keywords": ["\"skipping rope\""], "bid_micros": 1900000}}'
} >"$folder/next.jsonl"
"$broadside" reload --source "$folder/next.jsonl"
show "Now somebody does" "glow in the dark skipping rope"

say "Stopping the server"
kill "$pid"
wait "$pid"
pid=

cat <<'END'

That was Broadside. Its programs are target/debug/broadside-server and target/debug/broadside, which were built to be ready
soon; `cargo build --release` puts optimised ones into target/release. To try next:

  make run                                           a server on the sample inventory, at 127.0.0.1:50051
  target/debug/broadside match "trail shoes"         asks it
  target/debug/broadside explain "trail shoes"       says why, also for what a keyword found and a rule kept out
  target/debug/broadside status                      what it serves, and how large that is
  target/debug/broadside check FILE                  is this inventory good? .jsonl, .csv, .txt, also .gz, .zst
  target/debug/broadside-server --inventory FILE     serves it
  make test                                          every test

README.md goes on from there: other languages, figures, the files' formats.
END
