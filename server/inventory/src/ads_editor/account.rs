//! What an export says of campaigns, ad groups and shared sets, until its last row was read: rows come in any order, and
//! a negative may stand after the keywords that it counts for.
//!
//! An ad group becomes a group. A campaign becomes a negative list, which the groups of all its ad groups refer to, and
//! gives them its flight; a shared set becomes a negative list that the groups of the campaigns using it refer to.

use std::collections::HashMap;

use broadside_core::{Keyword, Status, Time};

use crate::ads_editor::name;
use crate::ads_editor::scalar::Standing;
use crate::draft::{Draft, Slot};
use crate::fault::{Fault, Place};
use crate::kind::Kind;
use crate::pipeline::Outbox;

/// What an export says beside its keywords.
#[derive(Debug, Default)]
pub(crate) struct Account {
    pub(crate) name: Said<String>,
    pub(crate) campaigns: Vec<Campaign>,
    pub(crate) ad_groups: Vec<AdGroup>,
    pub(crate) shared_sets: Vec<SharedSet>,
    campaign_numbers: HashMap<String, usize>,
    shared_set_numbers: HashMap<String, usize>,
    bytes: usize,
}

/// What a campaign says for all of its ad groups.
#[derive(Debug)]
pub(crate) struct Campaign {
    name: String,
    place: Place,
    pub(crate) standing: Said<Standing>,
    pub(crate) start: Said<Time>,
    pub(crate) end: Said<Time>,
    negatives: Negatives,
    /// The numbers of the shared sets that it uses, and where it says so.
    shared_sets: Vec<(usize, Place)>,
    ad_group_numbers: HashMap<String, usize>,
}

/// What an ad group says for all of its keywords.
#[derive(Debug)]
pub(crate) struct AdGroup {
    name: String,
    campaign: usize,
    place: Place,
    pub(crate) standing: Said<Standing>,
    pub(crate) bid_micros: Said<u64>,
    negatives: Negatives,
}

/// Negatives that campaigns use by name.
#[derive(Debug)]
pub(crate) struct SharedSet {
    name: String,
    place: Place,
    /// Whether the export has it, and not only a campaign that uses it.
    pub(crate) is_there: bool,
    negatives: Negatives,
}

/// Whose negative a keyword is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holder {
    Campaign(usize),
    AdGroup(usize),
    SharedSet(usize),
}

/// A value that any of several rows may say, if all that do say the same.
#[derive(Debug)]
pub(crate) struct Said<T>(Option<(T, Place)>);

type Negatives = Vec<(Keyword, Place)>;

/// The campaign whose negatives count for all campaigns.
const ACCOUNT_LEVEL: &str = "<Account-level>";

impl<T: PartialEq> Said<T> {
    /// Takes what a row says, or gives the line of a row that said something else.
    pub(crate) fn say(&mut self, value: T, place: Place) -> Result<(), u64> {
        match &self.0 {
            None => self.0 = Some((value, place)),
            Some((first, _)) if *first == value => {}
            Some((_, first_place)) => return Err(first_place.line),
        }
        Ok(())
    }
}

impl<T: Copy> Said<T> {
    fn value(&self) -> Option<T> {
        self.0.as_ref().map(|(value, _)| *value)
    }
}

impl<T> Default for Said<T> {
    fn default() -> Self {
        Said(None)
    }
}

impl Account {
    /// Roughly how much memory is held.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The number of a campaign, which is new if no row before named it.
    pub(crate) fn campaign(&mut self, name: &str, place: Place) -> usize {
        if let Some(&number) = self.campaign_numbers.get(name) {
            return number;
        }
        self.campaigns.push(Campaign {
            name: name.to_owned(),
            place,
            standing: Said::default(),
            start: Said::default(),
            end: Said::default(),
            negatives: Vec::new(),
            shared_sets: Vec::new(),
            ad_group_numbers: HashMap::new(),
        });
        self.bytes += size_of::<Campaign>() + 2 * name.len();
        self.campaign_numbers.insert(name.to_owned(), self.campaigns.len() - 1);
        self.campaigns.len() - 1
    }

    /// The number of a campaign's ad group, in the same way.
    pub(crate) fn ad_group(&mut self, campaign: usize, name: &str, place: Place) -> usize {
        let Campaign { ad_group_numbers, .. } = &mut self.campaigns[campaign];
        if let Some(&number) = ad_group_numbers.get(name) {
            return number;
        }
        self.ad_groups.push(AdGroup {
            name: name.to_owned(),
            campaign,
            place,
            standing: Said::default(),
            bid_micros: Said::default(),
            negatives: Vec::new(),
        });
        self.bytes += size_of::<AdGroup>() + 2 * name.len();
        ad_group_numbers.insert(name.to_owned(), self.ad_groups.len() - 1);
        self.ad_groups.len() - 1
    }

    /// The number of a shared set, in the same way.
    pub(crate) fn shared_set(&mut self, name: &str, place: Place) -> usize {
        if let Some(&number) = self.shared_set_numbers.get(name) {
            return number;
        }
        let (name, negatives) = (name.to_owned(), Vec::new());
        self.bytes += size_of::<SharedSet>() + 2 * name.len();
        self.shared_set_numbers.insert(name.clone(), self.shared_sets.len());
        self.shared_sets.push(SharedSet { name, place, is_there: false, negatives });
        self.shared_sets.len() - 1
    }

    /// Notes that a campaign uses a shared set.
    pub(crate) fn use_shared_set(&mut self, campaign: usize, set: usize, place: Place) {
        let sets = &mut self.campaigns[campaign].shared_sets;
        if sets.iter().all(|(used, _)| *used != set) {
            sets.push((set, place));
        }
    }

    pub(crate) fn add_negative(&mut self, holder: Holder, keyword: Keyword, place: Place) {
        self.bytes += size_of::<(Keyword, Place)>() + keyword.text.len();
        let negatives = match holder {
            Holder::Campaign(number) => &mut self.campaigns[number].negatives,
            Holder::AdGroup(number) => &mut self.ad_groups[number].negatives,
            Holder::SharedSet(number) => &mut self.shared_sets[number].negatives,
        };
        negatives.push((keyword, place));
    }

    /// Hands over all groups and negative lists.
    pub(crate) fn submit(self, draft: &mut Draft, outbox: &mut Outbox) {
        for campaign in &self.campaigns {
            draft.begin(campaign.place.line);
            for &(number, place) in &campaign.shared_sets {
                let SharedSet { name, is_there, .. } = &self.shared_sets[number];
                if !is_there {
                    let what = "names a shared set of negatives that the export does not have; export it with the \
                                shared library, or remove the row";
                    draft.faults.push_refusing(Fault::coded(
                        place,
                        "UNKNOWN_REFERENCE",
                        what,
                        name,
                    ));
                }
            }
            let name = name::campaign_list(&campaign.name);
            submit_list(name, &campaign.negatives, campaign.place, draft, outbox);
        }
        for set in &self.shared_sets {
            draft.begin(set.place.line);
            submit_list(name::shared_list(&set.name), &set.negatives, set.place, draft, outbox);
        }
        for ad_group in &self.ad_groups {
            draft.begin(ad_group.place.line);
            self.fill_group(ad_group, draft);
            outbox.submit(draft);
        }
    }

    /// Makes a group of an ad group.
    fn fill_group(&self, ad_group: &AdGroup, draft: &mut Draft) {
        let campaign = &self.campaigns[ad_group.campaign];
        draft.kind = Kind::Group;
        draft.note(Slot::Id, ad_group.place);
        draft.listing.id = name::group_id(&campaign.name, &ad_group.name);
        let standings = [campaign.standing.value(), ad_group.standing.value()];
        if standings.iter().flatten().any(|&standing| standing != Standing::Enabled) {
            draft.listing.status = Status::Paused;
        }
        draft.listing.start_time = campaign.start.value();
        if let Some((end, place)) = &campaign.end.0 {
            draft.note(Slot::EndTime, *place);
            draft.listing.end_time = Some(*end);
        }
        draft.listing.bid_micros = ad_group.bid_micros.value();
        for (keyword, place) in &ad_group.negatives {
            draft.add_keyword(keyword.clone(), true, *place);
        }
        draft.add_negative_list(name::campaign_list(&campaign.name), campaign.place);
        if self.campaign_numbers.contains_key(ACCOUNT_LEVEL) {
            draft.add_negative_list(ACCOUNT_LEVEL.to_owned(), campaign.place);
        }
        for &(number, place) in &campaign.shared_sets {
            draft.add_negative_list(name::shared_list(&self.shared_sets[number].name), place);
        }
    }
}

fn submit_list(
    name: String,
    negatives: &Negatives,
    place: Place,
    draft: &mut Draft,
    outbox: &mut Outbox,
) {
    draft.kind = Kind::NegativeList;
    draft.note(Slot::Id, place);
    draft.listing.id = name;
    for (keyword, place) in negatives {
        draft.add_keyword(keyword.clone(), true, *place);
    }
    outbox.submit(draft);
}
