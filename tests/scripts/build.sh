#!/usr/bin/env bash
# Builds every test, and the programs with them, into target/debug. All checks use what this builds: another selection of
# packages would enable other features of the dependencies, and build most of them a second time.
set -euo pipefail
cd "$(dirname "$0")/../.."
cargo test --workspace --locked --no-run
