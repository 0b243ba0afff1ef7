//! Any bytes as a request: what prost reads as a batch is answered, with a result for each query; nothing else is; nothing
//! panics.
#![no_main]

use broadside_server::fuzz;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| fuzz::request(bytes));
