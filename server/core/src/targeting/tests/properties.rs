//! Random expressions over few attributes, and random attributes, so that errors, ties and contradictions are frequent:
//! the table of nodes and the oracle must answer the same, whatever is remembered from query to query.
//!
//! `BROADSIDE_TARGETING_CASES` sets how many (expression, attributes) pairs are compared.

use crate::naive;
use crate::targeting::{
    Attribute, AttributeValue, Attributes, Evaluator, Expressions, ExpressionsBuilder, TargetingId,
    Truth, parse,
};
use crate::tests::random::Random;

const CASES_DEFAULT: u64 = 200_000;
const EXPRESSIONS_PER_TABLE: u64 = 20;
const QUERIES_PER_TABLE: u64 = 20;

const NAMES: [&str; 5] = ["s", "n", "b", "l", "geo.x"];
const TEXTS: [&str; 5] = ["", "a", "b", "é", "aa"];
const INTS: [&str; 5] = ["0", "1", "2", "-1", "9007199254740993"];
const DOUBLES: [&str; 5] = ["0.0", "1.5", "1.0", "-1.0", "9007199254740992.0"];
const OPERATORS: [&str; 6] = ["==", "!=", "<", "<=", ">", ">="];

/// A literal and the kind of it: texts, ints, doubles or bools.
fn literal(random: &mut Random, kind: u64) -> String {
    match kind {
        0 => format!("\"{}\"", random.pick(&TEXTS)),
        1 => random.pick(&INTS).to_owned(),
        2 => random.pick(&DOUBLES).to_owned(),
        _ => random.pick(&["true", "false"]).to_owned(),
    }
}

/// The kind of literals that is compared with an attribute: mostly the one that is sent for it.
fn kind_for(random: &mut Random, name: &str) -> u64 {
    match name {
        "s" if !random.one_in(8) => 0,
        "n" if !random.one_in(8) => 1 + random.below(2),
        "b" if !random.one_in(8) => 3,
        _ => random.below(4),
    }
}

fn leaf(random: &mut Random) -> String {
    let name = random.pick(&NAMES);
    let kind = kind_for(random, name);
    match random.below(12) {
        0 => "b".to_owned(),
        1 => name.to_owned(),
        2 => format!("has({name})"),
        3 => literal(random, 3),
        4 => format!("\"{}\" in l", random.pick(&TEXTS)),
        5 => format!("{name} in {}", random.pick(&NAMES)),
        6 => format!("{name} {} {}", random.pick(&OPERATORS), random.pick(&NAMES)),
        7 => format!("{} {} {name}", literal(random, kind), random.pick(&OPERATORS)),
        8 | 9 => {
            let count = random.below(4);
            let elements: Vec<_> = (0..count).map(|_| literal(random, kind)).collect();
            format!("{name} in [{}]", elements.join(", "))
        }
        _ => format!("{name} {} {}", random.pick(&OPERATORS), literal(random, kind)),
    }
}

fn expression(random: &mut Random, depth: u64) -> String {
    if depth == 0 || random.one_in(4) {
        return leaf(random);
    }
    match random.below(8) {
        0 => format!("!({})", expression(random, depth - 1)),
        1 => format!("!{}", random.pick(&["b", "has(s)", "(n > 0)", "!b"])),
        2 => {
            let (left, right) = (expression(random, depth - 1), expression(random, depth - 1));
            format!("({left}) {} ({right})", random.pick(&OPERATORS))
        }
        of => {
            let count = 2 + random.below(2);
            let operands: Vec<_> = (0..count)
                .map(|_| {
                    let operand = expression(random, depth - 1);
                    if random.one_in(3) { operand } else { format!("({operand})") }
                })
                .collect();
            operands.join(if of < 6 { " && " } else { " || " })
        }
    }
}

fn value<'a>(random: &mut Random, name: &str, list: &'a [String]) -> AttributeValue<'a> {
    let doubles = [&0.0, &-0.0, &1.0, &1.5, &f64::NAN, &9_007_199_254_740_992.0, &f64::INFINITY];
    let ints = [&0, &1, &2, &-1, &9_007_199_254_740_993, &i64::MAX];
    let of = match name {
        "s" => 0,
        "n" => 1 + random.below(2),
        "b" => 3,
        _ => 4,
    };
    match if random.one_in(8) { random.below(5) } else { of } {
        0 => AttributeValue::String(random.pick(&["", "a", "b", "é", "aa", "unheard of"])),
        1 => AttributeValue::Int(*random.pick(&ints)),
        2 => AttributeValue::Double(*random.pick(&doubles)),
        3 => AttributeValue::Bool(random.one_in(2)),
        _ => AttributeValue::Strings(list),
    }
}

fn attributes<'a>(random: &mut Random, most: u64, list: &'a [String]) -> Vec<Attribute<'a>> {
    let count = random.below(most + 1);
    let names = [&NAMES[..], &["unused"]].concat();
    (0..count)
        .map(|_| {
            let name = random.pick(&names);
            Attribute { name, value: value(random, name, list) }
        })
        .collect()
}

/// One table, and the sources in it.
fn table(random: &mut Random) -> (Expressions, Vec<(String, Option<TargetingId>)>) {
    let mut builder = ExpressionsBuilder::new();
    let mut sources = Vec::new();
    while sources.len() as u64 != EXPRESSIONS_PER_TABLE {
        let depth = random.below(4);
        let source = expression(random, depth);
        // Random parts need not fit together; what is refused has no meaning to compare.
        if let Ok(id) = builder.add(&source) {
            sources.push((source, id));
        }
    }
    let expressions = builder.finish();
    expressions.validate().expect("a table just built is valid");
    (expressions, sources)
}

fn compare(seed: u64, evaluator: &mut Evaluator) {
    let random = &mut Random(seed);
    let (expressions, sources) = table(random);
    let lists = [vec![], vec!["a".to_owned(), "unheard of".to_owned(), "é".to_owned()]];
    let mut shared = Vec::new();
    for nth in 0..QUERIES_PER_TABLE {
        let same_shared = nth > 0 && random.one_in(2);
        if !same_shared {
            let list = &lists[usize::from(random.one_in(2))];
            shared = attributes(random, 6, list);
        }
        let most = *random.pick(&[&0, &0, &3]);
        let own = attributes(random, most, &lists[1]);
        let attributes = Attributes { shared: &shared, own: &own };
        evaluator.begin(&expressions, attributes, same_shared);
        for (source, id) in &sources {
            let truth = match id {
                Some(id) => evaluator.evaluate(&expressions, attributes, *id).0,
                None => Truth::True,
            };
            let expected = naive::targeting::evaluate(source, attributes).expect("it was taken");
            assert_eq!(truth, expected, "seed {seed}: {source}\n{attributes:?}");
            if let Some(id) = *id
                && truth == Truth::True
            {
                assert!(!expressions.is_never_true(id), "seed {seed}: {source}\n{attributes:?}");
            }
        }
        let (source, id) = &sources[usize::try_from(random.below(20)).expect("it is an index")];
        if let Some(id) = *id {
            check_explanation(&expressions, source, id, attributes);
        }
    }
}

/// A part is named if and only if the whole is not true, and the part alone is what is said of it.
fn check_explanation(
    expressions: &Expressions,
    source: &str,
    id: TargetingId,
    attributes: Attributes<'_>,
) {
    let truth = naive::targeting::evaluate(source, attributes).expect("it was taken");
    let Some(unmet) = expressions.explain(id, attributes) else {
        assert_eq!(truth, Truth::True, "{source} {attributes:?}");
        return;
    };
    let part = naive::targeting::evaluate(&unmet.expression, attributes).expect("it is a part");
    assert_eq!(part, truth, "{source}: {unmet:?} {attributes:?}");
    assert_eq!(unmet.is_error, truth == Truth::Error, "{source}: {unmet:?} {attributes:?}");
}

#[test]
fn the_table_and_the_oracle_agree() {
    let cases = std::env::var("BROADSIDE_TARGETING_CASES").ok();
    let cases = cases.map_or(CASES_DEFAULT, |cases| cases.parse().expect("a number of cases"));
    let mut evaluator = Evaluator::default();
    for seed in 0..cases / (EXPRESSIONS_PER_TABLE * QUERIES_PER_TABLE) {
        compare(seed, &mut evaluator);
    }
}

#[test]
fn the_generator_makes_all_truths_and_contradictions() {
    let mut counts = [0; 4];
    for seed in 0..100 {
        let random = &mut Random(seed);
        let (expressions, sources) = table(random);
        let list = ["a".to_owned()];
        let own = attributes(random, 8, &list);
        let attributes = Attributes { shared: &[], own: &own };
        for (source, id) in sources {
            match naive::targeting::evaluate(&source, attributes).expect("it was taken") {
                Truth::False => counts[0] += 1,
                Truth::True => counts[1] += 1,
                Truth::Error => counts[2] += 1,
            }
            counts[3] += usize::from(id.is_some_and(|id| expressions.is_never_true(id)));
        }
    }
    assert!(counts.iter().all(|&count| count >= 50), "{counts:?}");
}

#[test]
fn no_soup_makes_the_parser_panic() {
    const PIECES: [&str; 44] = [
        "a", "geo.x", "in", "has", "(", ")", "[", "]", ",", "&&", "||", "!", "==", "!=", "<", "=",
        "\"", "'", "\\", "\\u", "\\x4", "\"x\"", "'é'", "1", "-", "-1", "1.", ".5", "1e", "1e9",
        "true", "null", "not", "and", " ", "  ", "\n", "é", "東", "🔥", "\u{0}", "&", ".", "X",
    ];
    let random = &mut Random(7);
    let mut taken = 0;
    for _ in 0..200_000 {
        let count = random.below(12);
        let soup: String = (0..count).map(|_| random.pick(&PIECES)).collect();
        match parse(&soup) {
            Ok(_) => taken += 1,
            Err(error) => {
                assert!(soup.is_char_boundary(error.position()), "{soup:?} {error}");
                assert!(!error.message().is_empty(), "{soup:?}");
            }
        }
    }
    assert!(taken > 1_000, "{taken}");
}
