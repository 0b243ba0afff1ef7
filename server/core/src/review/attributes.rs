//! Attributes that one targeting alone reads.

use crate::index::Index;
use crate::record::Field;
use crate::targeting::TargetingId;

use super::{Found, Subject, WarningKind};

/// Distinct targetings from which on an attribute is suspicious that only one of them reads.
const MANY_TARGETINGS: usize = 20;
/// Characters in which a misspelt name differs from the right one.
const MISSPELT_CHARACTERS: usize = 2;

/// The attributes that only one distinct targeting reads, with the name that was probably meant.
pub(super) struct LoneAttributes<'i> {
    index: &'i Index,
    lone: Vec<(&'i str, Option<&'i str>)>,
}

impl<'i> LoneAttributes<'i> {
    pub(super) fn of(index: &'i Index) -> LoneAttributes<'i> {
        let all: Vec<(&str, u32)> = index.targetings.attributes().collect();
        let is_many = index.targetings.len() >= MANY_TARGETINGS;
        let lone = all.iter().filter(|&&(_, uses)| uses == 1).filter_map(|&(name, _)| {
            let usual = all.iter().filter(|&&(_, uses)| uses > 1);
            let near = usual
                .map(|&(other, _)| (distance(name, other), other))
                .filter(|&(distance, other)| {
                    distance <= MISSPELT_CHARACTERS
                        && distance < other.chars().count().min(name.chars().count())
                })
                .min();
            (is_many || near.is_some()).then_some((name, near.map(|(_, other)| other)))
        });
        LoneAttributes { index, lone: lone.collect() }
    }

    pub(super) fn warn(&self, found: &mut Found, subject: Subject<'_>, id: TargetingId) {
        if self.lone.is_empty() {
            return;
        }
        for name in self.index.targetings.attributes_of(id) {
            let Some((_, near)) = self.lone.iter().find(|(lone, _)| *lone == name) else {
                continue;
            };
            found.warn(WarningKind::LoneAttribute, subject, Field::Targeting, || match near {
                Some(near) => format!(
                    "no other targeting reads the attribute `{name}`; did you mean `{near}`?"
                ),
                None => format!(
                    "no other targeting reads the attribute `{name}`; is it spelt as it is sent?"
                ),
            });
        }
    }
}

/// How many characters must be put in, taken out or replaced to make one text of the other.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, character) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &other) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(character != other);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
