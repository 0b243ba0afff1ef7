#!/usr/bin/env bash
# Changes the lines of Rust that differ from a commit, one change at a time, and says which changes no test of their crate
# notices (cargo-mutants). Works on a copy of the tree, keeps everything below target/mutants, and ends after 30 minutes.
#
#   tests/scripts/mutants.sh [REF]
#
# REF      the commit to compare the working tree with; new files count once they are added to git. Default: the commit at
#          which the branch left origin/main, or HEAD~1 where that is HEAD itself or there is no origin/main
# MINUTES  the bound on the whole run, the first build included; default: 30
#
# Exit status: 0 if nothing was missed, 1 if something was, 2 if the run says nothing.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$PWD/target/mutants
end=$((SECONDS + ${MINUTES:-30} * 60))

fail() { echo "mutants.sh: $*" >&2; exit 2; }
command -v timeout >/dev/null || fail "needs timeout, of GNU coreutils"

# Runs a command until the end of the run, in a process group of its own: an interrupt ends it as the end of the run does,
# and with it all that it started.
child=
within_time() {
    [ "$SECONDS" -lt "$end" ] || return 124
    timeout --signal=INT --kill-after=30 $((end - SECONDS)) "$@" &
    child=$!
    local status=0
    wait "$child" || status=$?
    child=
    return "$status"
}
interrupted() {
    trap '' INT TERM HUP
    if [ -n "$child" ]; then kill -INT "$child" 2>/dev/null && wait "$child"; fi
    echo "mutants.sh: interrupted" >&2
    exit 130
}
trap interrupted INT TERM HUP

ref=${1:-}
if [ -z "$ref" ]; then
    ref=$(git merge-base HEAD origin/main 2>/dev/null || true)
    if [ -z "$ref" ] || [ "$ref" = "$(git rev-parse HEAD)" ]; then ref=HEAD~1; fi
fi
commit=$(git rev-parse --verify --quiet "$ref^{commit}") || fail "there is no commit $ref; name one: make mutants REF=main"
name=$(git log -1 --format='%h (%s)' "$commit")
mkdir -p "$work"
git diff --no-ext-diff --no-color --src-prefix=a/ --dst-prefix=b/ "$commit" -- '*.rs' >"$work/diff"
[ -s "$work/diff" ] || fail "no Rust file differs from $name; name an earlier commit: make mutants REF=HEAD~3"

# Its first build counts as well, and takes some minutes.
within_time tests/scripts/tool.sh cargo-mutants >"$work/tool" || fail "cargo-mutants was not built in time (status $?)"
tool=$(cat "$work/tool")
[ -n "$tool" ] || exit 2

# At a place of its own, so that what was built for it is used again; and with the time of now, so that nothing passes for
# fresh that was built of a change.
rm -rf "$work/tree" "$work/mutants.out" "$work/mutants.out.old"
mkdir -p "$work/tree"
git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
    if [ -e "$file" ]; then printf '%s\0' "$file"; fi
done | tar -c --null -T - | tar -x -m -C "$work/tree"

echo "comparing with $name"
status=0
# Random tests repeat, and do not look for their smallest case.
CARGO_TARGET_DIR=$work/build PROPTEST_RNG_SEED=1 PROPTEST_MAX_SHRINK_ITERS=0 RUST_LIB_BACKTRACE=0 \
    within_time "$tool" mutants --dir "$work/tree" --in-place --in-diff "$work/diff" --exclude 'benches/**' \
    --output "$work" --minimum-test-timeout 60 --colors never --no-times || status=$?

out=$work/mutants.out
count() { { cat "$@" 2>/dev/null || true; } | wc -l; }
# 124: out of time. 4: the tests fail as they are.
case $status in
    0 | 2 | 3 | 124 | 137) ;;
    4) fail "the tests fail without any change; see $out/log" ;;
    *) fail "cargo-mutants ended with status $status; see $out/log" ;;
esac
planned=$(grep -c '"genre"' "$out/mutants.json" 2>/dev/null || true)
tried=$(count "$out"/{caught,missed,unviable,timeout}.txt)
printf '\n== mutants of what differs from %s\n' "$name"
printf '%6d caught\n%6d missed\n%6d did not build\n%6d did not end in time\n' \
    "$(count "$out/caught.txt")" "$(count "$out/missed.txt")" "$(count "$out/unviable.txt")" "$(count "$out/timeout.txt")"
show() { if [ -s "$2" ]; then printf '\n%s\n' "$1"; sed 's/^/  /' "$2"; fi; }
show "missed: no test notices" "$out/missed.txt"
show "did not end in time:" "$out/timeout.txt"
if [ "$status" = 124 ] || [ "$status" = 137 ]; then
    if [ -n "$planned" ]; then left="$((planned - tried)) of $planned"; else left="all"; fi
    printf '\nstopped after %d minutes, %s not tried\n' "${MINUTES:-30}" "$left"
elif [ "$tried" = 0 ]; then
    printf '\nnothing to try: no changed line can be changed further\n'
fi
[ ! -s "$out/missed.txt" ]
