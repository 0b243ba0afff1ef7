//! Writes the inventory of the benches as JSON Lines, and the texts that are matched against it.
//!
//! `generate KEYWORDS INVENTORY QUERIES` prints the bytes of the keywords' texts, and whether phrases and texts are `real`
//! or `made-up`.
#![allow(clippy::print_stdout, reason = "it is what this program is for")]

use std::fs::File;
use std::io::{BufWriter, Write as _};

use broadside_benches::{advertisers, corpus};

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let [keywords, inventory, queries] = arguments[..] else {
        println!("usage: generate KEYWORDS INVENTORY QUERIES");
        return;
    };
    let create = |path| BufWriter::new(File::create(path).expect("the file can be written"));
    let phrases = corpus::phrases(usize::MAX);
    let mut file = create(inventory);
    let most = keywords.parse().expect("KEYWORDS is a number");
    let bytes = advertisers::write(&phrases, most, &mut file).and_then(|bytes| {
        file.flush()?;
        Ok(bytes)
    });
    let origin = match corpus::origin() {
        corpus::Origin::Files(_) => "real",
        corpus::Origin::Synthetic => "made-up",
    };
    println!("{} {origin}", bytes.expect("the inventory can be written"));
    let texts = corpus::texts("queries_trec_million", usize::MAX).join("\n") + "\n";
    create(queries).write_all(texts.as_bytes()).expect("the texts can be written");
}
