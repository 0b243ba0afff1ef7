//! Lists of keywords and negatives: each element is a notation, or an object around one.

use std::borrow::Cow;

use broadside_core::{Keyword, MatchType};

use crate::draft::Draft;
use crate::fault::{Fault, Faults, Path, Place};
use crate::json_lines::field::Field;
use crate::json_lines::value::{Kind, Member};
use crate::reason::Reason;
use crate::scalar;
use crate::suggestion::did_you_mean;

const NAMES: [&str; 5] = ["text", "match_type", "bid_micros", "anchor_start", "anchor_end"];

/// The fields of a keyword object that were there, each at its ordinal in [`NAMES`].
type KeywordFields<'l> = [Option<Field<'l>>; NAMES.len()];

/// Reads the list that is called `list`. All elements of `negatives` are negatives, those of `keywords` if they say so.
pub(crate) fn read_list(field: Field<'_>, list: &'static str, negatives: bool, draft: &mut Draft) {
    let mut index = 0;
    field.items(draft, |value, draft| {
        let item = Field { value, path: Path::Item(list, index), ..field };
        let read = match value.kind() {
            Kind::String => read_notation(item, &mut draft.faults),
            Kind::Object => read_object(item, list, index, negatives, draft),
            found => {
                let what = format!("must be a string or an object with a `text`, not {found}");
                item.refuse(Reason::WrongType, &what, &mut draft.faults);
                None
            }
        };
        if let Some((keyword, negative, place)) = read {
            draft.add_keyword(keyword, negative || negatives, place);
        }
        index += 1;
    });
}

/// Reads a keyword from its notation, whether it is a negative, and where its text stands.
fn read_notation(field: Field<'_>, faults: &mut Faults) -> Option<(Keyword, bool, Place)> {
    let (keyword, negative) = parse(&field.text(faults)?);
    Some((keyword, negative, field.place()))
}

fn parse(notation: &str) -> (Keyword, bool) {
    let parsed = Keyword::parse(notation);
    (parsed.keyword, parsed.negative)
}

/// The same from an object. Nothing is returned if anything is wrong with it.
fn read_object(
    item: Field<'_>,
    list: &'static str,
    index: usize,
    negatives: bool,
    draft: &mut Draft,
) -> Option<(Keyword, bool, Place)> {
    let mut sound = true;
    let mut fields: KeywordFields<'_> = [None; NAMES.len()];
    item.members(draft, |member, draft| {
        let Some(ordinal) = NAMES.iter().position(|known| *known == member.name) else {
            draft.faults.push(unknown_field(&member, item));
            sound = false;
            return;
        };
        let path = Path::Member(list, index, NAMES[ordinal]);
        if fields[ordinal].is_some() {
            draft.faults.push(member.repeated(item.line, path));
            sound = false;
        } else {
            fields[ordinal] = Some(Field { value: member.value, path, ..item });
        }
    })?;
    let faults = &mut draft.faults;
    let [text, match_type, bid, anchors @ ..] = fields;
    let Some(text) = text else {
        let place = Place { path: Path::Member(list, index, "text"), ..item.place() };
        let what = "is missing; it holds the keyword";
        faults.push(Fault::new(place, Reason::MissingField, what, item.value.raw()));
        return None;
    };
    let place = Place { path: item.path, ..text.place() };
    let written = text.text(faults);
    let (mut keyword, negative) = match match_type {
        Some(match_type) => (literal(written, match_type, faults)?, false),
        None => parse(&written?),
    };
    sound &= read_anchors(&mut keyword, match_type.is_some(), anchors, faults);
    if let Some(bid) = bid {
        keyword.bid_micros = read_bid(bid, negative || negatives, faults);
        sound &= keyword.bid_micros.is_some();
    }
    sound.then_some((keyword, negative, place))
}

/// A keyword whose match type is a field of its own, so that its text has no marks.
fn literal(
    text: Option<Cow<'_, str>>,
    match_type: Field<'_>,
    faults: &mut Faults,
) -> Option<Keyword> {
    let name = match_type.text(faults)?;
    let (match_type, _) = match_type.accept(scalar::match_type(&name, false), faults)?;
    Some(Keyword::new(text?, match_type))
}

/// Sets the anchors, which are fields of a PHRASE that has a match type. False if one of them is wrong.
fn read_anchors(
    keyword: &mut Keyword,
    has_match_type: bool,
    anchors: [Option<Field<'_>>; 2],
    faults: &mut Faults,
) -> bool {
    let mut sound = true;
    let anchored = [&mut keyword.anchor_start, &mut keyword.anchor_end];
    for (field, anchored) in anchors.into_iter().zip(anchored) {
        let Some(field) = field else { continue };
        match field.boolean(faults) {
            Some(true) if !has_match_type || keyword.match_type != MatchType::Phrase => {
                let what = "needs `\"match_type\": \"PHRASE\"`; without match_type, write ^ and $ in the notation";
                field.refuse(Reason::ConflictingValue, what, faults);
                sound = false;
            }
            Some(true) => *anchored = true,
            Some(false) => {}
            None => sound = false,
        }
    }
    sound
}

fn read_bid(field: Field<'_>, negative: bool, faults: &mut Faults) -> Option<u64> {
    let number = field.number(faults)?;
    let bid = field.accept(scalar::bid(number), faults)?;
    if negative {
        let what = "is on a negative, which never brings a match; remove it";
        field.refuse(Reason::BidOnNegative, what, faults);
        return None;
    }
    Some(bid)
}

fn unknown_field(member: &Member<'_>, item: Field<'_>) -> Fault {
    let place = Place { column: member.column, ..item.place() };
    let what = format!("is not a field of a keyword{}", did_you_mean(&member.name, &NAMES));
    let field = format!("{}.{}", item.path, member.name);
    Fault::named(place, &field, Reason::UnknownField, what, member.value.raw())
}
