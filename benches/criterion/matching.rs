//! Matching: one iteration is a batch of 256 queries, or one query, against inventories of growing size; and the build.
#![allow(missing_docs, reason = "criterion's macros make public items")]

use std::hint::black_box;

use broadside_benches::{corpus, index_of};
use broadside_core::{Attributes, Query, Scratch, TextLimits, Time, match_batch};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

const TEXTS: usize = 16_384;
const AT: Time = Time { seconds: 1_800_000_000, nanos: 0 };

fn matching(criterion: &mut Criterion) {
    let texts = corpus::texts("queries_trec_million", TEXTS);
    let attributes = Attributes::default();
    let query = |text| Query { text, limit: 10, max_per_group: 0, at: AT, attributes };
    let queries: Vec<_> = texts.iter().map(|text| query(text.as_str())).collect();
    let mut group = criterion.benchmark_group("matching");
    for phrases in [10_000, 100_000, 1_200_000] {
        let index = index_of(&corpus::phrases(phrases));
        for batch in [1, 256] {
            let mut scratch = Scratch::new(TextLimits::default());
            let mut batches = queries.chunks_exact(batch).cycle();
            group.throughput(Throughput::Elements(batch as u64));
            group.bench_function(BenchmarkId::new(format!("batch {batch}"), phrases), |bencher| {
                bencher.iter(|| {
                    let batch = batches.next().expect("the cycle has no end");
                    match_batch(&index, black_box(batch), &mut scratch);
                });
            });
        }
    }
    group.finish();
}

fn build(criterion: &mut Criterion) {
    let phrases = corpus::phrases(100_000);
    let mut group = criterion.benchmark_group("build");
    group.sample_size(10).throughput(Throughput::Elements(phrases.len() as u64));
    group.bench_function("100000", |bencher| bencher.iter(|| index_of(&phrases)));
    group.finish();
}

criterion_group!(benches, matching, build);
criterion_main!(benches);
