//! Records that were checked, with what they refer to by its number.

use crate::targeting::TargetingId;

use super::super::rules::Flight;

/// A listing, without its keywords and negatives.
#[derive(Debug, Clone, Copy)]
pub(super) struct ListingDraft {
    pub(super) quality: f64,
    /// The number of its group's name.
    pub(super) group: Option<u32>,
    pub(super) rules: RulesDraft,
}

/// A group, without its negatives.
#[derive(Debug, Clone, Copy)]
pub(super) struct GroupDraft {
    /// How many groups were added before it; none if it was only named.
    pub(super) ordinal: Option<u32>,
    pub(super) rules: RulesDraft,
    pub(super) bid_micros: Option<u64>,
}

/// A negative list, without its negatives.
#[derive(Debug, Clone, Copy)]
pub(super) struct NamedList {
    /// How many negative lists were added before it.
    pub(super) ordinal: u32,
}

/// Rules without the negatives, which are drafts of keywords.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct RulesDraft {
    pub(super) paused: bool,
    pub(super) flight: Flight,
    pub(super) targeting: Option<TargetingId>,
    /// Where its references to negative lists begin and end.
    pub(super) lists: (u32, u32),
}

impl GroupDraft {
    /// A group that was only named.
    pub(super) const UNDESCRIBED: GroupDraft = GroupDraft {
        ordinal: None,
        rules: RulesDraft {
            paused: false,
            flight: Flight { start: None, end: None },
            targeting: None,
            lists: (0, 0),
        },
        bid_micros: None,
    };
}
