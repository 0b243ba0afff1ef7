//! What people would use instead of Broadside, in one harness with Broadside itself. README.md in the folder above says
//! what is compared, and how.

use std::process::ExitCode;

mod compare;
mod extract;
mod load;
mod ours;
mod patterns;
mod peer;
mod phrases;
mod regexes;
mod targeting;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments[..] {
        ["extract", inventory, queries, folder] => extract::extract(inventory, queries, folder),
        ["patterns", count, folder] => patterns::write(count, folder),
        ["keywords", "ours", inventory, queries] => ours::serve(inventory, queries),
        ["phrases", name, keywords, texts] => phrases::serve(name, keywords, texts),
        ["regexes", name, patterns, texts] => regexes::serve(name, patterns, texts),
        ["targeting", name, count] => targeting::serve(name, count),
        ["load", protocol, address, texts, batch, seconds] => {
            load::measure(protocol, address, texts, batch, seconds)
        }
        ["ask", protocol, address, texts, count, answers] => {
            load::ask(protocol, address, texts, count, answers)
        }
        ["compare", ours, theirs] => compare::compare(ours, theirs),
        _ => Err("expected a command; src/main.rs lists them, run.sh is who gives them".to_owned()),
    };
    let Err(message) = outcome else { return ExitCode::SUCCESS };
    eprintln!("broadside-peers: {message}");
    ExitCode::FAILURE
}
