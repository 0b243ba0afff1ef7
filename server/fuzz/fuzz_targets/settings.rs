//! Any text as flags, as a settings file and as a table of access: read or refused with a reason.
#![no_main]

use broadside_server::fuzz;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| fuzz::settings(text));
