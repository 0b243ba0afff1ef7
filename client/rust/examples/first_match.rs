//! The shortest program that asks a server: `cargo run -p broadside-client --example first_match`.
#![allow(clippy::print_stdout, reason = "it is what an example is for")]

use broadside_client::{Client, Error};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let client = Client::builder("127.0.0.1:50051").build()?;
    for found in client.match_one("cheap running shoes").await?.matches {
        println!("{} {}", found.listing_id, found.score);
    }
    Ok(())
}
