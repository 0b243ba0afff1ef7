//! The header of an export: which column holds what, and which of them name something that is no keyword.
//!
//! Names are compared as Google Ads Editor compares them: case, spaces and underscores have no meaning.

use crate::csv::rows::Row;
use crate::fault::{Fault, Faults, Path, Place};
use crate::reason::Reason;

/// A column that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    Account,
    Campaign,
    AdGroup,
    Keyword,
    CriterionType,
    MaxCpc,
    FinalUrl,
    StartDate,
    EndDate,
    CampaignStatus,
    AdGroupStatus,
    Status,
    SharedSet,
    SharedSetType,
}

/// The columns of a file.
pub(crate) struct Header {
    /// For each column that is read, the ordinal of its cells.
    ordinals: [Option<usize>; Column::ALL.len()],
    /// The ordinals of columns that are filled in rows of other things only.
    others: Vec<usize>,
    len: usize,
}

const REQUIRED: [Column; 3] = [Column::Campaign, Column::Keyword, Column::CriterionType];
/// Columns that no file of our own has, folded. Any of them makes a header that of an export.
const TELLING: [&str; 5] = ["campaign", "campaignname", "adgroup", "adgroupname", "criteriontype"];
/// The column that no export has and each file of our own.
const OUR_OWN: &str = "listingid";
/// Columns of ads, assets, criteria and lists, folded. A row that has something in one of them says nothing of a campaign
/// or an ad group as a whole, but for the columns that have their names.
const OTHERS: [&str; 33] = [
    "adname",
    "adtype",
    "age",
    "approvalstatus",
    "assetgroup",
    "assetname",
    "audience",
    "audiencesegment",
    "bidmodifier",
    "callouttext",
    "description1",
    "descriptionline1",
    "gender",
    "header",
    "headline",
    "headline1",
    "householdincome",
    "id",
    "image",
    "linktext",
    "location",
    "locationgroups",
    "locationid",
    "parentalstatus",
    "phonenumber",
    "placement",
    "productgroup",
    "promotiontarget",
    "searchtheme",
    "sitelinktext",
    "snippetvalues",
    "topic",
    "videoid",
];
/// What Google Ads Editor writes to have a value erased, and what it reads as none.
const ERASED: &str = "[]";

impl Column {
    pub(crate) const ALL: [Column; 14] = [
        Column::Account,
        Column::Campaign,
        Column::AdGroup,
        Column::Keyword,
        Column::CriterionType,
        Column::MaxCpc,
        Column::FinalUrl,
        Column::StartDate,
        Column::EndDate,
        Column::CampaignStatus,
        Column::AdGroupStatus,
        Column::Status,
        Column::SharedSet,
        Column::SharedSetType,
    ];

    /// As Google Ads Editor writes it.
    pub(crate) fn name(self) -> &'static str {
        self.names()[0]
    }

    /// Every name under which it is known, the one that is preferred first.
    fn names(self) -> &'static [&'static str] {
        match self {
            Column::Account => &["Account", "Account name"],
            Column::Campaign => &["Campaign", "Campaign name"],
            Column::AdGroup => &["Ad Group", "Ad group name"],
            Column::Keyword => &["Keyword"],
            Column::CriterionType => &["Criterion Type", "Match type", "Keyword type", "Type"],
            Column::MaxCpc => &["Max CPC"],
            Column::FinalUrl => &["Final URL", "Destination URL"],
            Column::StartDate => &["Start Date", "Campaign start date"],
            Column::EndDate => &["End Date", "Campaign end date"],
            Column::CampaignStatus => &["Campaign Status"],
            Column::AdGroupStatus => &["Ad Group Status"],
            Column::Status => &["Status", "Keyword Status"],
            Column::SharedSet => &["Shared set name", "Shared set"],
            Column::SharedSetType => &["Shared set type"],
        }
    }
}

/// A name without what has no meaning in it.
fn folded(name: &str) -> String {
    let meant = name.chars().filter(|character| !character.is_whitespace() && *character != '_');
    meant.map(|character| character.to_ascii_lowercase()).collect()
}

impl Header {
    /// Whether a first row is that of an export, complete or nearly so.
    pub(crate) fn is_in(row: &Row<'_>) -> bool {
        let cells: Vec<String> = row.cells().map(folded).collect();
        let has = |name: &&str| cells.iter().any(|cell| cell == name);
        !has(&OUR_OWN) && TELLING.iter().any(has)
    }

    /// Reads the first row, or notes faults that refuse the inventory.
    pub(crate) fn read(row: &Row<'_>, faults: &mut Faults) -> Option<Header> {
        let cells: Vec<String> = row.cells().map(folded).collect();
        let mut header = Header {
            ordinals: [None; Column::ALL.len()],
            others: (0..cells.len()).filter(|&nth| OTHERS.contains(&cells[nth].as_str())).collect(),
            len: cells.len(),
        };
        for column in Column::ALL {
            let found = column.names().iter().find_map(|name| {
                let name = folded(name);
                let mut places = (0..cells.len()).filter(|&nth| cells[nth] == name);
                Some((places.next()?, places.next()))
            });
            header.ordinals[column as usize] = found.map(|(first, _)| first);
            if let Some((_, Some(second))) = found {
                let path = Path::Field(column.name());
                let place = Place { line: row.line, column: row.column(second), path };
                let what = "is there twice in the header; keep one of the columns";
                let value = row.cell(second).unwrap_or_default();
                faults.push_refusing(Fault::new(place, Reason::DuplicateField, what, value));
            }
        }
        for column in
            REQUIRED.into_iter().filter(|&column| header.ordinals[column as usize].is_none())
        {
            let place = Place { line: row.line, column: 1, path: Path::Field(column.name()) };
            let what = "is missing from the header of what seems to be a Google Ads Editor export; export all columns, \
                        with their names in English";
            faults.push_refusing(Fault::new(place, Reason::MissingField, what, row.first_line()));
        }
        faults.is_empty().then_some(header)
    }

    /// How many cells each row has.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// What a row says in a column, without the space around it; empty if it says nothing.
    pub(crate) fn cell<'r>(&self, row: &Row<'r>, column: Column) -> &'r str {
        let cell = self.ordinals[column as usize].and_then(|ordinal| row.cell(ordinal));
        cell.map(str::trim).filter(|cell| *cell != ERASED).unwrap_or_default()
    }

    /// Where the row's cell in a column stands.
    pub(crate) fn place(&self, row: &Row<'_>, column: Column) -> Place {
        let start = self.ordinals[column as usize].map_or(0, |ordinal| row.column(ordinal));
        Place { line: row.line, column: start, path: Path::Field(column.name()) }
    }

    /// Whether the row is about something that is no campaign, ad group or keyword.
    pub(crate) fn is_of_another_kind(&self, row: &Row<'_>) -> bool {
        let filled =
            |&ordinal: &usize| row.cell(ordinal).is_some_and(|cell| !cell.trim().is_empty());
        self.others.iter().any(filled)
    }
}
