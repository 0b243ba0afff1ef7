//! A record while it is read: its values so far, where each stands in the source, and what is wrong with it.
//!
//! The index judges a record by its values and names a field; the draft knows what that field is called in the format
//! at hand, and at which line and column a person finds it. Drafts are used again for other
//! records, so that their buffers are allocated once.

use broadside_core::limits::{LISTING_KEYWORDS_MAX, NEGATIVE_LISTS_REFERRED_MAX, NEGATIVES_MAX};
use broadside_core::{
    Field, Group, IndexBuilder, Keyword, Listing, MatchType, NegativeList, RecordError,
};

use crate::fault::{Faults, Path, Place};
use crate::kind::Kind;
use crate::scalar::show_time;

/// What a keyword takes beside its text, and the name of a negative list beside its bytes.
const KEYWORD_BYTES: usize = size_of::<(Keyword, Place)>();
const NAME_BYTES: usize = size_of::<(String, Place)>();

/// A record while it is read.
pub(crate) struct Draft {
    /// A listing unless the reader says otherwise.
    pub(crate) kind: Kind,
    /// The values of the record, of whatever kind: a group has some of a listing's fields, and a negative list has its
    /// name as the id and its negatives.
    pub(crate) listing: Listing,
    pub(crate) faults: Faults,
    line: u64,
    pub(crate) names: Names,
    slots: [Option<Place>; Slot::COUNT],
    keywords: Vec<Place>,
    negatives: Vec<Place>,
    negative_lists: Vec<Place>,
}

/// What differs from format to format in how a record is spoken of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Names {
    /// What the id is called.
    pub(crate) id: &'static str,
    /// What the keywords are called, and the negatives among them.
    pub(crate) keywords: &'static str,
    /// What to do about an id that another record has.
    pub(crate) unique: &'static str,
}

/// The fields that the index may find fault with, each as a whole.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Slot {
    /// The id, or the name of a negative list.
    Id,
    Group,
    Keywords,
    Negatives,
    NegativeLists,
    Targeting,
    Quality,
    EndTime,
    Payload,
}

impl Slot {
    const COUNT: usize = Slot::Payload as usize + 1;
}

impl Draft {
    pub(crate) fn new(names: Names) -> Draft {
        Draft {
            kind: Kind::Listing,
            listing: Listing::new(""),
            faults: Faults::default(),
            line: 0,
            names,
            slots: [None; Slot::COUNT],
            keywords: Vec::new(),
            negatives: Vec::new(),
            negative_lists: Vec::new(),
        }
    }

    /// Starts the next record, which starts at this line.
    pub(crate) fn begin(&mut self, line: u64) {
        let before = std::mem::replace(&mut self.listing, Listing::new(""));
        let Listing { mut id, mut keywords, mut negatives, .. } = before;
        let Listing { mut negative_lists, mut targeting, mut payload, .. } = before;
        id.clear();
        keywords.clear();
        negatives.clear();
        negative_lists.clear();
        targeting.clear();
        payload.clear();
        self.listing = Listing {
            id,
            keywords,
            negatives,
            negative_lists,
            targeting,
            payload,
            ..Listing::new("")
        };
        self.kind = Kind::Listing;
        self.faults.clear();
        self.line = line;
        self.slots = [None; Slot::COUNT];
        self.keywords.clear();
        self.negatives.clear();
        self.negative_lists.clear();
    }

    /// The line at which the record starts.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// Notes where a field stands.
    pub(crate) fn note(&mut self, slot: Slot, place: Place) {
        self.slots[slot as usize] = Some(place);
    }

    /// Adds a keyword or a negative, and where it stands. One more than the index takes is enough for it to say so; what
    /// follows is dropped, so that a file of one endless listing does not fill the memory.
    pub(crate) fn add_keyword(&mut self, keyword: Keyword, negative: bool, place: Place) {
        let (keywords, places, most) = if negative {
            (&mut self.listing.negatives, &mut self.negatives, NEGATIVES_MAX)
        } else {
            (&mut self.listing.keywords, &mut self.keywords, LISTING_KEYWORDS_MAX)
        };
        if keywords.len() <= most {
            keywords.push(keyword);
            places.push(place);
        }
    }

    /// Adds the name of a negative list, and where it stands; as many as [`Draft::add_keyword`] would.
    pub(crate) fn add_negative_list(&mut self, name: String, place: Place) {
        if self.negative_lists.len() <= NEGATIVE_LISTS_REFERRED_MAX {
            self.listing.negative_lists.push(name);
            self.negative_lists.push(place);
        }
    }

    /// Adds the record to an index.
    ///
    /// # Errors
    /// What the index finds wrong with it.
    pub(crate) fn add_to(&self, index: &mut IndexBuilder) -> Result<(), Vec<RecordError>> {
        match self.kind {
            Kind::Listing => index.add(&self.listing),
            Kind::Group => index.add_group(&self.group()),
            Kind::NegativeList => index.add_negative_list(&self.negative_list()),
        }
    }

    /// Whether it has a value inside which the index may find fault: a targeting or a regular expression.
    pub(crate) fn has_expression(&self) -> bool {
        let Listing { keywords, negatives, targeting, .. } = &self.listing;
        let is_expression = |keyword: &Keyword| keyword.match_type == MatchType::Regex;
        !targeting.is_empty() || keywords.iter().chain(negatives).any(is_expression)
    }

    /// Bytes of memory that it takes, but for what was reserved and is not used.
    pub(crate) fn bytes(&self) -> usize {
        let Listing { id, group, keywords, negatives, .. } = &self.listing;
        let Listing { negative_lists, targeting, payload, .. } = &self.listing;
        let of_keyword = |keyword: &Keyword| KEYWORD_BYTES + keyword.text.len();
        let of_name = |name: &String| NAME_BYTES + name.len();
        size_of::<Draft>()
            + id.len()
            + group.as_ref().map_or(0, String::len)
            + keywords.iter().chain(negatives).map(of_keyword).sum::<usize>()
            + negative_lists.iter().map(of_name).sum::<usize>()
            + targeting.len()
            + payload.len()
            + self.faults.bytes()
    }

    fn group(&self) -> Group {
        let Listing { id, status, start_time, end_time, bid_micros, .. } = &self.listing;
        let Listing { targeting, negatives, negative_lists, .. } = &self.listing;
        Group {
            id: id.clone(),
            status: *status,
            start_time: *start_time,
            end_time: *end_time,
            targeting: targeting.clone(),
            negatives: negatives.clone(),
            negative_lists: negative_lists.clone(),
            bid_micros: *bid_micros,
        }
    }

    fn negative_list(&self) -> NegativeList {
        let Listing { id, negatives, .. } = &self.listing;
        NegativeList { name: id.clone(), negatives: negatives.clone() }
    }

    /// Where a field of the record stands.
    pub(crate) fn place(&self, field: Field) -> Place {
        let slot = |slot: Slot| self.slots[slot as usize];
        let (noted, name) = match field {
            Field::Keyword(index) => (self.keywords.get(index).copied(), self.names.keywords),
            Field::Negative(index) => (self.negatives.get(index).copied(), self.names.keywords),
            Field::NegativeList(index) => {
                (self.negative_lists.get(index).copied(), "negative_lists")
            }
            Field::Id => (slot(Slot::Id), self.names.id),
            Field::Name => (slot(Slot::Id), "name"),
            Field::Group => (slot(Slot::Group), "group"),
            Field::Keywords => (slot(Slot::Keywords), self.names.keywords),
            Field::Negatives => (slot(Slot::Negatives), self.names.keywords),
            Field::NegativeLists => (slot(Slot::NegativeLists), "negative_lists"),
            Field::Targeting => (slot(Slot::Targeting), "targeting"),
            Field::Quality => (slot(Slot::Quality), "quality"),
            Field::EndTime => (slot(Slot::EndTime), "end_time"),
            Field::Payload => (slot(Slot::Payload), "payload"),
        };
        noted.unwrap_or(Place { line: self.line, column: 0, path: Path::Field(name) })
    }

    /// The text of a field that is an expression, without the marks around it.
    pub(crate) fn expression(&self, field: Field) -> Option<&str> {
        let listing = &self.listing;
        match field {
            Field::Targeting => Some(&listing.targeting),
            Field::Keyword(index) => {
                listing.keywords.get(index).map(|keyword| keyword.text.as_str())
            }
            Field::Negative(index) => {
                listing.negatives.get(index).map(|keyword| keyword.text.as_str())
            }
            _ => None,
        }
    }

    /// The value of a field, as a report shows it.
    pub(crate) fn value(&self, field: Field) -> String {
        let listing = &self.listing;
        let keyword = |sign: &str, keyword: Option<&Keyword>| {
            keyword.map(|keyword| format!("{sign}{keyword}")).unwrap_or_default()
        };
        match field {
            Field::Id | Field::Name => listing.id.clone(),
            Field::Group => listing.group.clone().unwrap_or_default(),
            Field::Keyword(index) => keyword("", listing.keywords.get(index)),
            Field::Negative(index) => keyword("-", listing.negatives.get(index)),
            Field::NegativeList(index) => {
                listing.negative_lists.get(index).cloned().unwrap_or_default()
            }
            Field::Keywords | Field::Negatives | Field::NegativeLists => String::new(),
            Field::Targeting => listing.targeting.clone(),
            Field::Quality => listing.quality.to_string(),
            Field::EndTime => listing.end_time.map(show_time).unwrap_or_default(),
            Field::Payload => String::from_utf8_lossy(&listing.payload).into_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use broadside_core::{Field, Keyword, Listing, MatchType, Status, Time};

    use super::{Draft, Names, Slot};
    use crate::fault::{Fault, Path, Place};
    use crate::kind::Kind;
    use crate::reason::Reason;

    const NAMES: Names = Names { id: "id", keywords: "keywords", unique: "" };

    #[test]
    fn every_value_takes_memory() {
        let long = || "x".repeat(1_000);
        let place = Place { line: 1, column: 1, path: Path::Record };
        let set: [fn(&mut Draft, String, Place); 8] = [
            |draft, text, _| draft.listing.id = text,
            |draft, text, _| draft.listing.group = Some(text),
            |draft, text, _| draft.listing.targeting = text,
            |draft, text, _| draft.listing.payload = text.into_bytes(),
            |draft, text, place| draft.add_negative_list(text, place),
            |draft, text, place| {
                draft.add_keyword(Keyword::new(text, MatchType::Broad), false, place);
            },
            |draft, text, place| {
                draft.add_keyword(Keyword::new(text, MatchType::Broad), true, place);
            },
            |draft, text, place| draft.faults.push(Fault::new(place, Reason::WrongType, text, "")),
        ];
        let empty = Draft::new(NAMES).bytes();
        for (ordinal, set) in set.into_iter().enumerate() {
            let mut draft = Draft::new(NAMES);
            set(&mut draft, long(), place);
            assert!(draft.bytes() >= empty + 1_000, "value {ordinal}");
            draft.begin(1);
            assert_eq!(draft.bytes(), empty, "value {ordinal}");
        }
    }

    #[test]
    fn nothing_is_left_of_the_listing_before() {
        let place = Place { line: 1, column: 2, path: Path::Field("x") };
        let time = Some(Time { seconds: 1, nanos: 0 });
        let keyword = Keyword::new("a", MatchType::Exact);
        let mut draft = Draft::new(NAMES);
        draft.listing = Listing {
            group: Some("g".to_owned()),
            targeting: "x == 1".to_owned(),
            bid_micros: Some(1),
            quality: 2.0,
            status: Status::Paused,
            start_time: time,
            end_time: time,
            payload: vec![1],
            ..Listing::new("l1")
        };
        draft.add_keyword(keyword.clone(), false, place);
        draft.add_keyword(keyword, true, place);
        draft.add_negative_list("n".to_owned(), place);
        draft.kind = Kind::Group;
        draft.note(Slot::Id, place);
        draft.faults.push_refusing(Fault::new(place, Reason::WrongType, "", ""));

        draft.begin(7);
        assert_eq!((draft.kind, &draft.listing), (Kind::Listing, &Listing::new("")));
        assert!(draft.faults.is_empty() && !draft.faults.refuses_inventory());
        for (field, name) in [
            (Field::Id, "id"),
            (Field::Keyword(0), "keywords"),
            (Field::NegativeList(0), "negative_lists"),
        ] {
            assert_eq!(draft.place(field), Place { line: 7, column: 0, path: Path::Field(name) });
        }
    }
}
