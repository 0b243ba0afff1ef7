//! All listings, page by page.

use std::vec;

use crate::admin::{AdminClient, ListListingsRequest};
use crate::error::Error;
use crate::listing::{Listing, ListingPage};

/// The listings of several pages, one after the other. It holds one page. Each page is a call with a deadline of its own.
#[derive(Debug)]
pub struct Listings {
    client: AdminClient,
    pages: Pages,
}

/// Where in the pages it is. Pure: somebody else makes the calls.
#[derive(Debug)]
struct Pages {
    /// What is left of the page.
    page: vec::IntoIter<Listing>,
    /// Asks for the next page; absent after the last one.
    next: Option<ListListingsRequest>,
}

impl Listings {
    /// Starts at the page of this request.
    pub(crate) fn new(client: AdminClient, request: ListListingsRequest) -> Listings {
        Listings { client, pages: Pages::new(request) }
    }

    /// The next listing; none after the last one.
    ///
    /// # Errors
    /// The failure of the call for the next page, as of [`AdminClient::list_listings`]. Asking again asks for the same page
    /// again.
    pub async fn try_next(&mut self) -> Result<Option<Listing>, Error> {
        // A page may be empty without being the last one.
        while let Some(request) = self.pages.wanted() {
            let page = self.client.list_listings(request).await?;
            self.pages.turn(page);
        }
        Ok(self.pages.page.next())
    }
}

impl Pages {
    fn new(request: ListListingsRequest) -> Pages {
        Pages { page: Vec::new().into_iter(), next: Some(request) }
    }

    /// The request for the next page, if it is needed to go on and there is one.
    fn wanted(&self) -> Option<&ListListingsRequest> {
        self.next.as_ref().filter(|_| self.page.as_slice().is_empty())
    }

    /// Goes on with the page that was wanted.
    fn turn(&mut self, page: ListingPage) {
        self.page = page.listings.into_iter();
        self.next = self
            .next
            .take()
            .zip(page.next_page_token)
            .map(|(request, token)| ListListingsRequest { page_token: Some(token), ..request });
    }
}

#[cfg(test)]
mod tests {
    use super::Pages;
    use crate::admin::{AdminClient, ListListingsRequest};
    use crate::error::Code;
    use crate::listing::{Listing, ListingPage, Status};
    use crate::version::Version;

    fn listing(id: &str) -> Listing {
        Listing {
            id: id.to_owned(),
            group: None,
            keywords: Vec::new(),
            negatives: Vec::new(),
            negative_lists: Vec::new(),
            targeting: String::new(),
            bid_micros: None,
            quality: 1.0,
            status: Status::Active,
            start_time: None,
            end_time: None,
            payload: Vec::new(),
        }
    }

    /// Reads all of these pages, whose tokens are their ordinals. Gives the ids, and the tokens that were sent.
    fn check(pages: &[&[&str]], expected_ids: &[&str], expected_tokens: &[Option<&str>]) {
        let (mut ids, mut tokens) = (Vec::new(), Vec::new());
        let mut read = Pages::new(ListListingsRequest {
            group: Some("g".to_owned()),
            page_size: 7,
            page_token: None,
        });
        loop {
            while let Some(request) = read.wanted() {
                assert_eq!((request.group.as_deref(), request.page_size), (Some("g"), 7));
                let token = request.page_token.clone();
                let page = token.as_ref().map_or(0, |token| token.parse().expect("an ordinal"));
                tokens.push(token);
                let next = (page + 1 < pages.len()).then(|| (page + 1).to_string());
                read.turn(ListingPage {
                    version: Version::default(),
                    listings: pages[page].iter().map(|id| listing(id)).collect(),
                    next_page_token: next,
                });
            }
            match read.page.next() {
                Some(listing) => ids.push(listing.id),
                None => break,
            }
        }
        assert_eq!(ids, expected_ids);
        assert_eq!(tokens.iter().map(Option::as_deref).collect::<Vec<_>>(), expected_tokens);
    }

    #[test]
    fn pages_are_read_to_the_last() {
        check(&[&[]], &[], &[None]);
        check(&[&["a", "b"]], &["a", "b"], &[None]);
        check(&[&["a"], &["b", "c"], &["d"]], &["a", "b", "c", "d"], &[None, Some("1"), Some("2")]);
    }

    #[test]
    fn an_empty_page_is_not_the_last_one() {
        check(&[&[], &["a"], &[], &[]], &["a"], &[None, Some("1"), Some("2"), Some("3")]);
    }

    #[tokio::test]
    async fn a_failure_is_not_the_end() {
        let client = AdminClient::builder("127.0.0.1:1").max_attempts(1).build_admin();
        let client = client.expect("the address is good");
        let mut listings = client.all_listings(ListListingsRequest::default());
        for _ in 0..2 {
            let error = listings.try_next().await.expect_err("nobody listens");
            assert_eq!(error.code, Code::Unavailable);
        }
    }

    #[tokio::test]
    async fn reading_may_go_on_on_any_thread() {
        fn is_send(_: &impl Send) {}
        let client = AdminClient::builder("127.0.0.1:1").build_admin().expect("it is good");
        is_send(&client.list_listings(&ListListingsRequest::default()));
        is_send(&client.get_listing("l1", true));
        is_send(&client.all_listings(ListListingsRequest::default()).try_next());
    }
}
