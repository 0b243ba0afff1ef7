//! Text analysis: one iteration is the analysis of 1,024 texts.
#![allow(missing_docs, reason = "criterion's macros make public items")]

use std::hint::black_box;

use broadside_benches::corpus;
use broadside_core::{Analyzer, TextLimits};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const TEXTS: usize = 1_024;

fn analysis(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("analysis");
    for name in ["queries_trec_million", "queries_multilingual", "tweets"] {
        let texts = corpus::texts(name, TEXTS);
        group.throughput(Throughput::Elements(texts.len() as u64));
        let mut analyzer = Analyzer::new(TextLimits::default());
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                for text in &texts {
                    black_box(analyzer.analyze(text).expect("it is short").len());
                }
            });
        });
    }
    group.finish();
}

criterion_group!(benches, analysis);
criterion_main!(benches);
