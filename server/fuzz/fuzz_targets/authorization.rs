//! Any bytes as an authorization header: only the one token of the table is let in.
#![no_main]

use broadside_server::fuzz;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| fuzz::authorization(bytes));
