//! What texts are matched with, alike for every command that matches: flags, and what they ask for.

use std::time::SystemTime;

use broadside_client::{BatchOptions, Include, MatchOptions};

use crate::attribute::{self, Attribute};
use crate::time;

/// The flags.
#[derive(Debug, clap::Args)]
pub(crate) struct QueryOptions {
    /// The most matches to return of one text
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
    /// The most matches to return of one group; 0 means no cap
    #[arg(long, value_name = "N", default_value_t = 0)]
    max_per_group: u32,
    /// An attribute for targeting, such as country=US or interests=sports,music; may be given several times
    ///
    /// 34 is an integer, 0.25 a double, true and false are booleans, everything else is a text. A comma, or a name that is
    /// given again, makes a list of texts; a comma at the end adds none, so interests=sports, is a list of one. What is
    /// between quotation marks is a text to the letter, commas included: 'age="34"', 'title="a, b"' (the outer quotation
    /// marks are for the shell).
    #[arg(long = "attr", value_name = "NAME=VALUE", value_parser = attribute::parse)]
    attributes: Vec<Attribute>,
    /// Judge flights at this time instead of now, such as 2026-11-27T00:00:00Z
    #[arg(long, value_name = "TIME", value_parser = time::parse)]
    as_of: Option<SystemTime>,
}

impl QueryOptions {
    /// What to ask for, with these parts of a match.
    pub(crate) fn batch(&self, include: Vec<Include>) -> BatchOptions {
        BatchOptions {
            matching: MatchOptions {
                limit: self.limit,
                max_per_group: self.max_per_group,
                include,
                as_of: self.as_of,
            },
            attributes: attribute::collect(&self.attributes),
            ..BatchOptions::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use broadside_client::{Attributes, BatchOptions, Include, MatchOptions};
    use clap::Parser;

    use super::QueryOptions;
    use crate::time;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        options: QueryOptions,
    }

    fn check(line: &[&str], expected: &BatchOptions) {
        let words = ["broadside"].iter().chain(line);
        let options = Line::try_parse_from(words).expect("the line is good").options;
        assert_eq!(&options.batch(vec![Include::Spans]), expected, "{line:?}");
    }

    #[test]
    fn flags_are_asked_for() {
        let matching =
            MatchOptions { limit: 10, include: vec![Include::Spans], ..MatchOptions::default() };
        let mut expected = BatchOptions { matching, ..BatchOptions::default() };
        check(&[], &expected);
        expected.matching.limit = 3;
        expected.matching.max_per_group = 2;
        expected.matching.as_of = time::parse("2026-11-27T00:00:00Z").ok();
        expected.attributes =
            Attributes::new().with("age", 34).with("interests", ["sports", "music"]);
        let flags = ["--limit", "3", "--max-per-group", "2", "--as-of", "2026-11-27T00:00:00Z"];
        let attributes = ["--attr", "age=34", "--attr", "interests=sports,music"];
        check(&[&flags[..], &attributes].concat(), &expected);
    }
}
