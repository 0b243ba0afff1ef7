//! The export of Google Ads Editor as it is: one thing a row (a keyword, a negative, a campaign, an ad group, an ad), in
//! any order, with some hundred columns of which few are filled.
//!
//! A keyword becomes a listing of its own, since it has a bid, a status and a final URL of its own; what the export says
//! of ad groups, campaigns and shared sets is collected ([`account`]) and handed over at its end. Rows of all other things
//! are left out and counted.
//!
//! A negative that is left out would let listings match that should not. So a row that is bad refuses the inventory
//! however many bad records are admitted, unless it can be told to be a keyword and nothing else.

mod account;
mod criterion;
mod header;
mod name;
mod scalar;

use std::io::{self, Read};

use broadside_core::{MatchType, Status};

use crate::ads_editor::account::{Account, Holder, Said};
use crate::ads_editor::criterion::{Criterion, Scope};
use crate::ads_editor::header::Column;
use crate::ads_editor::scalar::Standing;
use crate::csv::refuse;
use crate::csv::rows::{Row, Rows};
use crate::draft::{Draft, Names, Slot};
use crate::fault::{Fault, Path, Place};
use crate::limits::ADS_EDITOR_BYTES_MAX;
use crate::lines::Lines;
use crate::pipeline::Outbox;
use crate::reason::Reason;
use crate::scalar::Refusal;

pub(crate) use crate::ads_editor::header::Header;

const NAMES: Names = Names {
    id: "Keyword",
    keywords: "Keyword",
    unique: "a keyword stands once in its ad group, and a campaign in one export; remove one of the rows, or export all \
             campaigns to one file",
};

const CAMPAIGN: &str = "the same campaign; make them equal";
const AD_GROUP: &str = "the same ad group; make them equal";

/// An export while it is read.
struct Export<'h> {
    header: &'h Header,
    account: Account,
    /// The keyword of the row at hand, or only what is wrong with the row.
    draft: Draft,
}

/// What a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Subject {
    /// A keyword or a negative.
    Keyword,
    Campaign,
    AdGroup,
    /// A shared set of negatives.
    SharedSet,
    /// That a campaign uses a shared set of negatives.
    SharedSetUse,
    /// A thing that is not read: an ad, an asset, a location.
    Other,
}

/// The numbers of the campaign and the ad group that a row names.
#[derive(Debug, Clone, Copy)]
struct Owners {
    campaign: Option<usize>,
    ad_group: Option<usize>,
}

/// Reads every row under a header, and adds its campaigns and ad groups after the last.
pub(crate) fn read<R: Read>(
    header: &Header,
    rows: &mut Rows,
    lines: &mut Lines<R>,
    outbox: &mut Outbox,
) -> io::Result<()> {
    let mut export = Export { header, account: Account::default(), draft: Draft::new(NAMES) };
    while let Some(row) = rows.next(lines)? {
        match row {
            Err(fault) => refuse(fault, outbox),
            Ok(row) if row.is_blank() => {}
            Ok(row) => match row.uneven(header.len()) {
                Some(fault) => refuse(fault, outbox),
                None => export.read_row(&row, outbox),
            },
        }
        if export.account.bytes() > ADS_EDITOR_BYTES_MAX {
            export.draft.faults.push_refusing(export.too_much());
            outbox.submit_faults(&mut export.draft.faults);
            return Ok(());
        }
    }
    export.account.submit(&mut export.draft, outbox);
    Ok(())
}

impl Export<'_> {
    fn read_row(&mut self, row: &Row<'_>, outbox: &mut Outbox) {
        self.draft.begin(row.line);
        let subject = self.subject(row);
        let owners = self.read_owners(row);
        match (subject, owners) {
            (Subject::Keyword, _) => return self.read_keyword(row, owners, outbox),
            (Subject::Campaign, Owners { campaign: Some(campaign), .. }) => {
                self.read_campaign(row, campaign);
            }
            (Subject::AdGroup, Owners { ad_group: Some(ad_group), .. }) => {
                self.read_ad_group(row, ad_group);
            }
            (Subject::SharedSet | Subject::SharedSetUse, _) => self.read_shared_set(row, owners),
            _ => outbox.ignore_row(),
        }
        self.submit_faults(outbox);
    }

    fn subject(&self, row: &Row<'_>) -> Subject {
        let filled = |column| !self.header.cell(row, column).is_empty();
        let criterion = self.header.cell(row, Column::CriterionType);
        if filled(Column::Keyword) || Criterion::read(criterion).is_ok() {
            return Subject::Keyword;
        }
        if filled(Column::SharedSet) {
            let kind = self.header.cell(row, Column::SharedSetType).to_ascii_lowercase();
            return match (kind.is_empty() || kind.contains("keyword"), filled(Column::Campaign)) {
                (true, true) => Subject::SharedSetUse,
                (true, false) => Subject::SharedSet,
                (false, _) => Subject::Other,
            };
        }
        if !criterion.is_empty() || self.header.is_of_another_kind(row) {
            return Subject::Other;
        }
        match (filled(Column::Campaign), filled(Column::AdGroup)) {
            (true, true) => Subject::AdGroup,
            (true, false) => Subject::Campaign,
            (false, _) => Subject::Other,
        }
    }

    /// Notes campaign and ad group of a row, with the statuses that any row may give them.
    fn read_owners(&mut self, row: &Row<'_>) -> Owners {
        let mut owners = Owners { campaign: None, ad_group: None };
        let name = self.header.cell(row, Column::Campaign);
        if name.is_empty() {
            return owners;
        }
        let account = self.value(row, Column::Account, |cell| Ok(cell.to_owned()));
        let of = "the account; export each account to a file of its own";
        self.say(row, Column::Account, account, of, |account| &mut account.name);
        let campaign = self.account.campaign(name, self.header.place(row, Column::Campaign));
        owners.campaign = Some(campaign);
        let standing = self.value(row, Column::CampaignStatus, scalar::standing);
        self.say(row, Column::CampaignStatus, standing, CAMPAIGN, |account| {
            &mut account.campaigns[campaign].standing
        });

        let name = self.header.cell(row, Column::AdGroup);
        if !name.is_empty() {
            let place = self.header.place(row, Column::AdGroup);
            let ad_group = self.account.ad_group(campaign, name, place);
            owners.ad_group = Some(ad_group);
            let standing = self.value(row, Column::AdGroupStatus, scalar::standing);
            self.say(row, Column::AdGroupStatus, standing, AD_GROUP, |account| {
                &mut account.ad_groups[ad_group].standing
            });
        }
        if !self.draft.faults.is_empty() {
            self.draft.faults.refuse_inventory();
        }
        owners
    }

    fn read_campaign(&mut self, row: &Row<'_>, campaign: usize) {
        if self.header.cell(row, Column::CampaignStatus).is_empty() {
            let standing = self.value(row, Column::Status, scalar::standing);
            self.say(row, Column::Status, standing, CAMPAIGN, |account| {
                &mut account.campaigns[campaign].standing
            });
        }
        let start = self.value(row, Column::StartDate, scalar::day_start);
        self.say(row, Column::StartDate, start, CAMPAIGN, |account| {
            &mut account.campaigns[campaign].start
        });
        let end = self.value(row, Column::EndDate, scalar::day_end);
        self.say(row, Column::EndDate, end, CAMPAIGN, |account| {
            &mut account.campaigns[campaign].end
        });
    }

    fn read_ad_group(&mut self, row: &Row<'_>, ad_group: usize) {
        if self.header.cell(row, Column::AdGroupStatus).is_empty() {
            let standing = self.value(row, Column::Status, scalar::standing);
            self.say(row, Column::Status, standing, AD_GROUP, |account| {
                &mut account.ad_groups[ad_group].standing
            });
        }
        let bid = self.bid(row);
        self.say(row, Column::MaxCpc, bid, AD_GROUP, |account| {
            &mut account.ad_groups[ad_group].bid_micros
        });
    }

    fn read_shared_set(&mut self, row: &Row<'_>, owners: Owners) {
        let place = self.header.place(row, Column::SharedSet);
        let set = self.account.shared_set(self.header.cell(row, Column::SharedSet), place);
        match owners.campaign {
            None => self.account.shared_sets[set].is_there = true,
            Some(campaign) => self.account.use_shared_set(campaign, set, place),
        }
    }

    fn read_keyword(&mut self, row: &Row<'_>, owners: Owners, outbox: &mut Outbox) {
        let criterion = self.required(row, Column::CriterionType, Criterion::read);
        let standing = self.value(row, Column::Status, scalar::standing);
        let standing = standing.unwrap_or(Standing::Enabled);
        let Some(criterion) = criterion else {
            return self.submit_faults(outbox);
        };
        let keyword = self.required(row, Column::Keyword, |cell| criterion.keyword(cell));
        let place = self.header.place(row, Column::Keyword);
        let is_negative = criterion.scope != Scope::Keyword;
        let holder = is_negative.then(|| self.holder(row, criterion.scope, owners)).flatten();
        let counts = standing == Standing::Enabled || standing == Standing::Paused && !is_negative;
        if !counts && self.draft.faults.is_empty() {
            return outbox.ignore_row();
        }
        if is_negative {
            if let (Some(keyword), Some(holder)) = (keyword, holder) {
                self.account.add_negative(holder, keyword, place);
            }
            return self.submit_faults(outbox);
        }
        self.fill_listing(row, criterion.match_type);
        if standing != Standing::Enabled {
            self.draft.listing.status = Status::Paused;
        }
        if let Some(keyword) = keyword {
            self.draft.add_keyword(keyword, false, place);
        }
        outbox.submit(&mut self.draft);
    }

    /// Reads what a row says of its keyword, but for the keyword itself.
    fn fill_listing(&mut self, row: &Row<'_>, match_type: MatchType) {
        let campaign =
            self.required(row, Column::Campaign, |cell| Ok(cell.to_owned())).unwrap_or_default();
        let ad_group =
            self.required(row, Column::AdGroup, |cell| Ok(cell.to_owned())).unwrap_or_default();
        let cell = self.header.cell(row, Column::Keyword);
        let bid_micros = self.bid(row);
        let Draft { listing, .. } = &mut self.draft;
        listing.id = name::listing_id(&campaign, &ad_group, match_type, cell);
        listing.group = Some(name::group_id(&campaign, &ad_group));
        listing.bid_micros = bid_micros;
        listing.payload.extend_from_slice(self.header.cell(row, Column::FinalUrl).as_bytes());
        self.draft.note(Slot::Id, self.header.place(row, Column::Keyword));
        self.draft.note(Slot::Payload, self.header.place(row, Column::FinalUrl));
    }

    /// Whose negative a row has.
    fn holder(&mut self, row: &Row<'_>, scope: Scope, owners: Owners) -> Option<Holder> {
        match (owners, scope) {
            (Owners { ad_group: Some(ad_group), .. }, Scope::Negative) => {
                Some(Holder::AdGroup(ad_group))
            }
            (Owners { campaign: Some(campaign), .. }, _) => Some(Holder::Campaign(campaign)),
            _ => {
                let name = self.header.cell(row, Column::SharedSet);
                if name.is_empty() {
                    self.required(row, Column::Campaign, |_| Ok(()));
                    return None;
                }
                let set = self.account.shared_set(name, self.header.place(row, Column::SharedSet));
                self.account.shared_sets[set].is_there = true;
                Some(Holder::SharedSet(set))
            }
        }
    }

    /// The bid of a row. No bid is zero, so a zero means what an empty cell means: that of the ad group, or none.
    fn bid(&mut self, row: &Row<'_>) -> Option<u64> {
        self.value(row, Column::MaxCpc, scalar::amount).filter(|&bid| bid > 0)
    }

    /// What a cell says; none if it is empty or if it is bad, which is noted.
    fn value<T>(
        &mut self,
        row: &Row<'_>,
        column: Column,
        read: impl FnOnce(&str) -> Result<T, Refusal>,
    ) -> Option<T> {
        let cell = self.header.cell(row, column);
        if cell.is_empty() {
            return None;
        }
        read(cell).map_err(|(reason, what)| self.blame(row, column, reason, &what)).ok()
    }

    /// The same for a cell that a row of a keyword must have.
    fn required<T>(
        &mut self,
        row: &Row<'_>,
        column: Column,
        read: impl FnOnce(&str) -> Result<T, Refusal>,
    ) -> Option<T> {
        if self.header.cell(row, column).is_empty() {
            self.blame(
                row,
                column,
                Reason::MissingField,
                "is empty in the row of a keyword; fill it, or remove the row",
            );
            return None;
        }
        self.value(row, column, read)
    }

    /// Takes what a row says of something, which must be what other rows say `of` it.
    fn say<T: PartialEq>(
        &mut self,
        row: &Row<'_>,
        column: Column,
        value: Option<T>,
        of: &str,
        said: impl FnOnce(&mut Account) -> &mut Said<T>,
    ) {
        let Some(value) = value else { return };
        if let Err(line) = said(&mut self.account).say(value, self.header.place(row, column)) {
            let what = format!("differs from what line {line} says of {of}");
            self.blame(row, column, Reason::ConflictingValue, &what);
        }
    }

    fn blame(&mut self, row: &Row<'_>, column: Column, reason: Reason, what: &str) {
        let (place, cell) = (self.header.place(row, column), self.header.cell(row, column));
        let value = if cell.is_empty() { row.first_line() } else { cell };
        self.draft.faults.push(Fault::new(place, reason, what, value));
    }

    /// Hands over what is wrong with a row that is no keyword.
    fn submit_faults(&mut self, outbox: &mut Outbox) {
        if !self.draft.faults.is_empty() {
            self.draft.faults.refuse_inventory();
            outbox.submit_faults(&mut self.draft.faults);
        }
    }

    fn too_much(&self) -> Fault {
        let place = Place { line: self.draft.line(), column: 1, path: Path::Record };
        let what = format!(
            "has names and negatives of campaigns and ad groups beyond {ADS_EDITOR_BYTES_MAX} bytes of memory; export \
             fewer campaigns to each file"
        );
        Fault::coded(place, "TOO_LONG", what, "")
    }
}
