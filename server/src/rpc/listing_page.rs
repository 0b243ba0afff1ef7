//! One page of the listings that are served.

use broadside_core::Index;
use broadside_proto::v1;
use prost::Message as _;

use super::from_proto::Page;
use super::{page_token, to_proto};

/// When a page ends although it has not all the listings that were asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PageEnds {
    /// After so many bytes of listings.
    pub(crate) bytes: usize,
    /// After so many listings were looked at.
    pub(crate) scanned: usize,
}

/// The listings of a page, and the token of the next one; empty if there is none.
pub(crate) fn page(index: &Index, asked: &Page<'_>, ends: PageEnds) -> (Vec<v1::Listing>, String) {
    let mut listings = Vec::new();
    let (mut bytes, mut scanned, mut last) = (0, 0, None);
    for listing in index.listings_after(asked.after.as_deref()) {
        let full = listings.len() == asked.listings_max || bytes >= ends.bytes;
        if let Some(last) = last.filter(|_| full || scanned == ends.scanned) {
            return (listings, page_token::write(asked.group, index.listing_id(last)));
        }
        (scanned, last) = (scanned + 1, Some(listing));
        if asked.group.is_none() || asked.group == index.group_of(listing) {
            let listing = to_proto::listing(index.listing(listing));
            bytes += listing.encoded_len();
            listings.push(listing);
        }
    }
    (listings, String::new())
}

#[cfg(test)]
mod tests {
    use broadside_core::{Index, IndexBuilder, Keyword, Listing, MatchType};
    use broadside_proto::v1;

    use super::{PageEnds, page};
    use crate::rpc::from_proto;

    const NEVER: PageEnds = PageEnds { bytes: usize::MAX, scanned: usize::MAX };

    /// Listings a, b, c, d, e, of which b and e are of group g; each has a payload of 100 bytes.
    fn index() -> Index {
        let mut builder = IndexBuilder::new();
        builder.name_group("g");
        for id in ["d", "b", "a", "e", "c"] {
            let mut listing = Listing::new(id);
            listing.keywords.push(Keyword::new("shoes", MatchType::Broad));
            listing.group = ["b", "e"].contains(&id).then(|| "g".to_owned());
            listing.payload = vec![b'x'; 100];
            builder.add(&listing).expect("a good listing");
        }
        builder.finish().expect("every reference has its target")
    }

    /// The ids of each page, asked for with the token of the one before.
    fn check(page_size: i32, group: &str, ends: PageEnds, expected: &[&str]) {
        let index = index();
        let mut request = v1::ListListingsRequest {
            page_size,
            group: group.to_owned(),
            ..v1::ListListingsRequest::default()
        };
        let mut pages = Vec::new();
        loop {
            let asked = from_proto::page(&request).expect("a good request");
            let (listings, token) = page(&index, &asked, ends);
            pages.push(listings.into_iter().map(|listing| listing.id).collect::<String>());
            if token.is_empty() {
                break;
            }
            request.page_token = token;
        }
        assert_eq!(pages, expected, "{page_size} {group:?} {ends:?}");
    }

    #[test]
    fn pages() {
        check(0, "", NEVER, &["abcde"]);
        check(5, "", NEVER, &["abcde"]);
        check(2, "", NEVER, &["ab", "cd", "e"]);
        check(1, "g", NEVER, &["b", "e"]);
        check(0, "h", NEVER, &[""]);
        check(0, "", PageEnds { bytes: 150, ..NEVER }, &["ab", "cd", "e"]);
        check(0, "", PageEnds { bytes: 1, ..NEVER }, &["a", "b", "c", "d", "e"]);
        check(0, "g", PageEnds { scanned: 1, ..NEVER }, &["", "b", "", "", "e"]);
    }
}
