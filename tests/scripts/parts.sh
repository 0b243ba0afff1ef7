# shellcheck shell=bash
# Runs the parts of a script one after the other, and keeps how long each took. To be sourced by bash.
#
#   part NAME COMMAND [ARGUMENT…]   prints the name and runs the command; under `set -e` a part that fails ends the script
#   parts                           prints how long each part took

part_names=()
part_seconds=()

part() {
    local name=$1 began=$SECONDS
    shift
    printf '\n== %s\n' "$name"
    "$@"
    part_names+=("$name")
    part_seconds+=($((SECONDS - began)))
}

parts() {
    local number
    printf '\nseconds  part\n'
    for number in "${!part_names[@]}"; do
        printf '%7d  %s\n' "${part_seconds[number]}" "${part_names[number]}"
    done
}
