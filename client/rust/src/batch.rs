//! One batch from one version of the inventory, however many calls it takes.

use std::ops::Range;

use futures_util::stream::{self, StreamExt, TryStreamExt};

use crate::answer::{BatchAnswer, QueryAnswer};
use crate::error::{Code, Error};
use crate::limits::{CALL_QUERIES_BYTES_MAX, PARTS_IN_FLIGHT_MAX, VERSION_RETRIES_MAX};
use crate::query::Query;
use crate::split::{self, Plan};
use crate::version::Version;

/// The answer to one part: the version it came from, and one result for each of its queries.
pub(crate) type Part = (Version, Vec<Result<QueryAnswer, Error>>);

/// Answers a batch by calls with parts of it.
///
/// `call` is given the range of the queries and the version to demand. The first part is sent alone, with the version
/// that the caller demands; the version that answers it is then demanded of every other part. A server promises to
/// answer from that generation and from that update on, so a newer update is noticed by comparing.
///
/// # Errors
/// The first failure of a call; QUERY_TOO_LARGE if no query can be sent at all; VERSION_CHANGED.
pub(crate) async fn answer<F>(
    queries: &[Query],
    min_version: Option<Version>,
    call: impl Fn(Range<usize>, Option<Version>) -> F,
) -> Result<BatchAnswer, Error>
where
    F: Future<Output = Result<Part, Error>>,
{
    let mut plan = split::plan(queries);
    if plan.parts.is_empty() {
        match plan.too_large.first() {
            Some((_, bytes)) => return Err(query_too_large(*bytes)),
            // An empty batch is for the server to judge.
            None => plan.parts.push(0..0),
        }
    }
    for _ in 0..=VERSION_RETRIES_MAX {
        if let Some((version, parts)) = one_version(&plan.parts, min_version.clone(), &call).await?
        {
            return Ok(assemble(queries.len(), version, &plan, parts));
        }
    }
    let message = format!(
        "the inventory changed between the parts of this batch {} times in a row; \
         send it again, or send at most 4096 queries at once",
        VERSION_RETRIES_MAX + 1
    );
    let error = Error::local(Code::Aborted, "VERSION_CHANGED", message);
    Err(Error { retryable: true, ..error })
}

/// Every part, or `None` if they cannot all come from one version.
async fn one_version<F>(
    parts: &[Range<usize>],
    min_version: Option<Version>,
    call: &impl Fn(Range<usize>, Option<Version>) -> F,
) -> Result<Option<(Version, Vec<Part>)>, Error>
where
    F: Future<Output = Result<Part, Error>>,
{
    let (first, others) = parts.split_first().expect("a batch has at least one part");
    let first = call(first.clone(), min_version).await?;
    let version = first.0.clone();
    let others = stream::iter(others.to_vec())
        .map(|part| call(part, Some(version.clone())))
        .buffered(PARTS_IN_FLIGHT_MAX)
        .try_collect::<Vec<Part>>()
        .await;
    match others {
        Ok(others) if others.iter().any(|part| part.0 != version) => Ok(None),
        Ok(others) => Ok(Some((version, [vec![first], others].concat()))),
        Err(error) if error.has_reason("INVENTORY_VERSION_NOT_SERVED") => Ok(None),
        Err(error) => Err(error),
    }
}

/// Puts the results in the order of the queries, the ones that could not be sent among them.
fn assemble(queries: usize, version: Version, plan: &Plan, parts: Vec<Part>) -> BatchAnswer {
    let mut sent = parts.into_iter().flat_map(|part| part.1);
    let mut too_large = plan.too_large.iter().peekable();
    let result = |index| match too_large.next_if(|refused| refused.0 == index) {
        Some((_, bytes)) => Err(query_too_large(*bytes)),
        None => sent.next().expect("each part has a result for each of its queries"),
    };
    BatchAnswer { version, results: (0..queries).map(result).collect() }
}

fn query_too_large(bytes: usize) -> Error {
    let message = format!(
        "the query takes {bytes} bytes; at most {CALL_QUERIES_BYTES_MAX} can be sent, \
         and a text may have 64 KiB; shorten it or match its parts"
    );
    Error::local(Code::InvalidArgument, "QUERY_TOO_LARGE", message)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::ops::Range;

    use super::{Part, answer};
    use crate::answer::QueryAnswer;
    use crate::error::{Code, Error};
    use crate::limits::{CALL_QUERIES_BYTES_MAX, CALL_QUERIES_MAX};
    use crate::query::Query;
    use crate::version::Version;

    fn version(sequence: u64) -> Version {
        Version { generation: "9d3f".to_owned(), sequence }
    }

    /// A server that serves one version after the other, one a call, and answers each query with its index.
    struct Server {
        versions: RefCell<Vec<u64>>,
        demanded: RefCell<Vec<Option<u64>>>,
    }

    impl Server {
        fn new(versions: &[u64]) -> Server {
            let versions = versions.iter().rev().copied().collect();
            Server { versions: RefCell::new(versions), demanded: RefCell::default() }
        }

        async fn call(&self, part: Range<usize>, demanded: Option<Version>) -> Result<Part, Error> {
            let demanded = demanded.map(|version| version.sequence);
            self.demanded.borrow_mut().push(demanded);
            let serves = self.versions.borrow_mut().pop().expect("no more calls than that");
            if demanded.is_some_and(|least| serves < least) {
                let code = Code::FailedPrecondition;
                return Err(Error::local(code, "INVENTORY_VERSION_NOT_SERVED", ""));
            }
            let result = |index| Ok(QueryAnswer { total: index as u64, ..Default::default() });
            Ok((version(serves), part.map(result).collect()))
        }

        /// Sends a batch of three parts. Gives the version or the reason, and the calls left.
        async fn check(&self, expected: Result<u64, &str>) {
            let queries = vec![Query::from("cat"); 2 * CALL_QUERIES_MAX + 1];
            let outcome = answer(&queries, None, |part, version| self.call(part, version)).await;
            if let Ok(answer) = &outcome {
                let totals = answer.results.iter().flatten().map(|answer| answer.total);
                assert!(totals.eq(0..queries.len() as u64), "each answer is at its query's place");
            }
            let outcome = outcome
                .map(|answer| answer.version.sequence)
                .map_err(|error| error.reason.expect("it has a reason"));
            assert_eq!(outcome.as_ref().map_err(String::as_str), expected.as_ref().map_err(|e| *e));
            assert!(self.versions.borrow().is_empty(), "as many calls as expected");
        }
    }

    #[tokio::test]
    async fn the_first_part_tells_the_version_that_the_others_demand() {
        let server = Server::new(&[5, 5, 5]);
        server.check(Ok(5)).await;
        assert_eq!(*server.demanded.borrow(), [None, Some(5), Some(5)]);
    }

    #[tokio::test]
    async fn a_change_between_parts_sends_the_whole_batch_again() {
        // A newer update is noticed by comparing, an older one because it is not served.
        Server::new(&[5, 6, 6, 6, 6, 6]).check(Ok(6)).await;
        Server::new(&[5, 5, 4, 4, 4, 4]).check(Ok(4)).await;
    }

    #[tokio::test]
    async fn a_change_each_time_is_reported_in_the_end() {
        Server::new(&[1, 2, 2, 3, 4, 4, 5, 6, 6, 7, 8, 8]).check(Err("VERSION_CHANGED")).await;
    }

    #[tokio::test]
    async fn a_version_that_the_caller_demands_in_vain_is_the_callers_matter() {
        let server = Server::new(&[4]);
        let call = |part, version| server.call(part, version);
        let error = answer(&[Query::from("cat")], Some(version(5)), call).await;
        let error = error.expect_err("it is not served");
        assert_eq!(error.reason.as_deref(), Some("INVENTORY_VERSION_NOT_SERVED"));
    }

    #[tokio::test]
    async fn a_query_that_is_too_large_fails_alone() {
        let huge = Query::from("x".repeat(CALL_QUERIES_BYTES_MAX));
        let queries = [Query::from("a"), huge.clone(), Query::from("c"), huge.clone()];
        let server = Server::new(&[5, 5]);
        let call = |part, version| server.call(part, version);
        let results = answer(&queries, None, call).await.expect("two can be sent").results;
        let totals: Vec<Option<u64>> =
            results.iter().map(|result| result.as_ref().ok().map(|answer| answer.total)).collect();
        assert_eq!(totals, [Some(0), None, Some(2), None]);

        let server = Server::new(&[]);
        let call = |part, version| server.call(part, version);
        let error = answer(&[huge], None, call).await.expect_err("nothing can be sent");
        assert_eq!(error.reason.as_deref(), Some("QUERY_TOO_LARGE"));
    }
}
