//! A listing while it is read: its values so far, where each stands in the source, and what is wrong with it.
//!
//! The index judges a listing by its values and names a field; the draft knows what that field is called in the format
//! at hand, and at which line and column a person finds it. One draft serves all records of a source in turn, so that
//! its buffers are allocated once.

use broadside_core::limits::{LISTING_KEYWORDS_MAX, LISTING_NEGATIVES_MAX};
use broadside_core::{Field, Keyword, Listing};

use crate::fault::{Faults, Path, Place};
use crate::scalar::show_time;

/// A listing while it is read.
pub(crate) struct Draft {
    pub(crate) listing: Listing,
    pub(crate) faults: Faults,
    line: u64,
    names: Names,
    slots: [Option<Place>; Slot::COUNT],
    keywords: Vec<Place>,
    negatives: Vec<Place>,
}

/// What a format calls the two fields that have another name in each.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Names {
    pub(crate) id: &'static str,
    pub(crate) keywords: &'static str,
}

/// The fields that the index may find fault with, each as a whole.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Slot {
    Id,
    Group,
    Keywords,
    Negatives,
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
            listing: Listing::new(""),
            faults: Faults::default(),
            line: 0,
            names,
            slots: [None; Slot::COUNT],
            keywords: Vec::new(),
            negatives: Vec::new(),
        }
    }

    /// Starts the next listing, whose record starts at this line.
    pub(crate) fn begin(&mut self, line: u64) {
        let before = std::mem::replace(&mut self.listing, Listing::new(""));
        let Listing { mut id, mut keywords, mut negatives, mut payload, .. } = before;
        id.clear();
        keywords.clear();
        negatives.clear();
        payload.clear();
        self.listing = Listing { id, keywords, negatives, payload, ..Listing::new("") };
        self.faults.clear();
        self.line = line;
        self.slots = [None; Slot::COUNT];
        self.keywords.clear();
        self.negatives.clear();
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
            (&mut self.listing.negatives, &mut self.negatives, LISTING_NEGATIVES_MAX)
        } else {
            (&mut self.listing.keywords, &mut self.keywords, LISTING_KEYWORDS_MAX)
        };
        if keywords.len() <= most {
            keywords.push(keyword);
            places.push(place);
        }
    }

    /// Where a field of the listing stands.
    pub(crate) fn place(&self, field: Field) -> Place {
        let (noted, name) = match field {
            Field::Keyword(index) => (self.keywords.get(index).copied(), self.names.keywords),
            Field::Negative(index) => (self.negatives.get(index).copied(), self.names.keywords),
            Field::Id => (self.slots[Slot::Id as usize], self.names.id),
            Field::Group => (self.slots[Slot::Group as usize], "group"),
            Field::Keywords => (self.slots[Slot::Keywords as usize], self.names.keywords),
            Field::Negatives => (self.slots[Slot::Negatives as usize], self.names.keywords),
            Field::Quality => (self.slots[Slot::Quality as usize], "quality"),
            Field::EndTime => (self.slots[Slot::EndTime as usize], "end_time"),
            Field::Payload => (self.slots[Slot::Payload as usize], "payload"),
        };
        noted.unwrap_or(Place { line: self.line, column: 0, path: Path::Field(name) })
    }

    /// The value of a field, as a report shows it.
    pub(crate) fn value(&self, field: Field) -> String {
        let listing = &self.listing;
        match field {
            Field::Id => listing.id.clone(),
            Field::Group => listing.group.clone().unwrap_or_default(),
            Field::Keyword(index) => {
                listing.keywords.get(index).map(Keyword::to_string).unwrap_or_default()
            }
            Field::Negative(index) => listing
                .negatives
                .get(index)
                .map(|keyword| format!("-{keyword}"))
                .unwrap_or_default(),
            Field::Keywords | Field::Negatives => String::new(),
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
    use crate::reason::Reason;

    #[test]
    fn nothing_is_left_of_the_listing_before() {
        let place = Place { line: 1, column: 2, path: Path::Field("x") };
        let time = Some(Time { seconds: 1, nanos: 0 });
        let keyword = Keyword::new("a", MatchType::Exact);
        let mut draft = Draft::new(Names { id: "id", keywords: "keywords" });
        draft.listing = Listing {
            group: Some("g".to_owned()),
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
        draft.note(Slot::Id, place);
        draft.faults.push_refusing(Fault::new(place, Reason::WrongType, "", ""));

        draft.begin(7);
        assert_eq!(draft.listing, Listing::new(""));
        assert!(draft.faults.is_empty() && !draft.faults.refuses_inventory());
        for (field, name) in [(Field::Id, "id"), (Field::Keyword(0), "keywords")] {
            assert_eq!(draft.place(field), Place { line: 7, column: 0, path: Path::Field(name) });
        }
    }
}
