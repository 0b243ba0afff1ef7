#!/usr/bin/env bash
# Runs a test program for cargo, and lets it say how long each test took. Stable Rust has the option hidden behind this variable,
# which reaches neither the compiler nor a build script here.
case $1 in
    */deps/*) RUSTC_BOOTSTRAP=1 exec "$@" -Zunstable-options --report-time ;;
    *) exec "$@" ;;
esac
