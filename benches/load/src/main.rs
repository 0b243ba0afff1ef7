//! The load generator, for scripts: `broadside-bench-load ADDRESS TEXTS LOAD`.
//!
//! TEXTS is a file with a text a line. LOAD is a `broadside_load::Load` as JSON, such as
//! `{"batch": 1, "rate": 1000}`. It prints the report of `broadside bench --json`, failed calls
//! included, and ends with 1 only if there is none.
#![allow(clippy::print_stdout, reason = "it is what this program is for")]

use std::{env, error, fs, future};

use broadside_client::{BatchOptions, Client, Query};
use broadside_load::{Access, Load, Report, Target};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn error::Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [address, texts, load] = &arguments[..] else {
        return Err("usage: broadside-bench-load ADDRESS TEXTS LOAD".into());
    };
    let texts: Vec<String> = fs::read_to_string(texts)?.lines().map(str::to_owned).collect();
    let load: Load = serde_json::from_str(load)?;
    let first = Query::from(texts.first().ok_or("TEXTS: has no text in it")?.as_str());
    let client = Client::builder(address).build()?;
    let version = client.match_batch(&[first], &BatchOptions::default()).await?.version;
    let target = Target::new(address, &Access::default())?;
    let measured = load.run(&target, &texts, future::pending()).await?;
    let report = Report::new(&load, &measured, version.generation, version.sequence);
    println!("{}", serde_json::to_string(&report)?);
    Ok(())
}
