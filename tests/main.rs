//! Integration tests: real servers on ports of their own, real clients, real files. One module a subject; the tidy test
//! fails if one is forgotten here.

#![allow(
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this crate is tests alone"
)]

mod access; // TLS, tokens, client certificates, roles, the audit log, what is renewed while calls go on
mod contract; // every case of the matching contract, through the wire
mod foreign; // grpcurl, a client that nobody here wrote
mod health; // what load balancers see, shutdown, the pages of the admin listener
mod language; // groups, negative lists, targeting, expressions, explanations over the wire
mod match_batch; // options, limits and errors of MatchBatch and Analyze
mod match_stream; // order, refusals, reloads, back-pressure and end of MatchStream
mod model; // random inventories through the wire against the oracle
mod overload; // more work than can be done: who is refused, and who is not; deadlines
mod process; // the program itself: signals, lame duck, health checks, traces
mod real_data; // index against oracle on real text
mod real_patterns; // regular expressions that others wrote, against the regex crate
mod reload; // reloads, good and bad, and fifty under load
mod support; // servers to test against
mod tidy; // what a machine can hold of STYLE.md
