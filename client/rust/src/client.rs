//! The client of the match service.

use std::ops::Range;
use std::time::Duration;

use broadside_proto::v1 as pb;
use broadside_proto::v1::match_service_client::MatchServiceClient;
use tonic::transport::Channel;

use crate::answer::{BatchAnswer, QueryAnswer, Token};
use crate::batch::{self, Part};
use crate::builder::Builder;
use crate::connection::{Attempt, Connection, Deadline};
use crate::error::{Code, Error};
use crate::explanation::{ListingExplanation, TextExplanation};
use crate::headers::Headers;
use crate::limits::RESPONSE_BYTES_MAX;
use crate::query::{BatchOptions, Query};
use crate::stream::{self, StreamReceiver, StreamSender};
use crate::version::Version;
use crate::wire;

/// Matches texts against the inventory of a server. Clones are cheap and share one connection, which carries any number
/// of calls at the same time.
#[derive(Debug, Clone)]
pub struct Client {
    connection: Connection,
    deadline: Duration,
}

impl Client {
    /// Settings for a client of the server at this address: `HOST:PORT` or `http://HOST:PORT` for plain text,
    /// `https://HOST:PORT` for TLS, `unix:/PATH` for a socket of this machine.
    pub fn builder(address: impl Into<String>) -> Builder {
        Builder::new(address)
    }

    pub(crate) fn new(connection: Connection, deadline: Duration) -> Client {
        Client { connection, deadline }
    }

    /// Matches any number of texts; the answers are in their order.
    ///
    /// A batch of more than 4,096 queries or 1 MiB travels as several calls. All of its answers come from one version of
    /// the inventory all the same: the first call tells the version, and the others, four at a time, demand it. If the
    /// inventory is reloaded in between, the whole batch is sent again, three times at most, and then fails with ABORTED
    /// and the reason VERSION_CHANGED. The deadline covers all of it.
    ///
    /// # Errors
    /// The call's failure, when no query can be answered. A query that is refused alone (TEXT_TOO_LONG,
    /// TEXT_TOO_MANY_TOKENS, or QUERY_TOO_LARGE for one that exceeds 1 MiB) is an error in its own result only.
    pub async fn match_batch(
        &self,
        queries: &[Query],
        options: &BatchOptions,
    ) -> Result<BatchAnswer, Error> {
        let deadline = Deadline::after(self.deadline);
        let headers = self.headers(options)?;
        let call = |part: Range<usize>, version| {
            self.match_part(&queries[part], options, version, deadline, &headers)
        };
        batch::answer(queries, options.min_version.clone(), call).await
    }

    /// Opens a stream of batches, for a steady flow of texts: it spares what a call costs beside its queries. The batches
    /// share the options. Each is matched by the version that is served when its turn comes, and answered in the order of
    /// sending. Only opening has a deadline. A stream is bound to one server and is not opened again by itself.
    ///
    /// # Errors
    /// The stream cannot be opened.
    pub async fn match_stream(
        &self,
        options: &BatchOptions,
    ) -> Result<(StreamSender, StreamReceiver), Error> {
        let headers = self.headers(options)?;
        stream::open(&self.connection, options, Deadline::after(self.deadline), &headers).await
    }

    /// Matches one text with the default options.
    ///
    /// # Errors
    /// The call's failure, or why the text was refused.
    pub async fn match_one(&self, text: &str) -> Result<QueryAnswer, Error> {
        let queries = [Query::from(text)];
        let mut answer = self.match_batch(&queries, &BatchOptions::default()).await?;
        answer.results.pop().expect("a batch of one query has one result")
    }

    /// Says why one listing matches a text, or why it does not. For people who ask, not for traffic: it looks at much that
    /// matching skips. `limit`, `max_per_group` and `include` of the options have no effect on it.
    ///
    /// # Errors
    /// The call's failure; INVALID_ARGUMENT if the text exceeds the server's limits, or the id is empty
    /// (LISTING_ID_EMPTY). A listing that does not exist is none: its explanation says so.
    pub async fn explain(
        &self,
        listing_id: &str,
        text: &str,
        options: &BatchOptions,
    ) -> Result<ListingExplanation, Error> {
        if listing_id.is_empty() {
            let message =
                "the id of the listing is empty; name a listing, or explain the whole answer";
            return Err(Error::local(Code::InvalidArgument, "LISTING_ID_EMPTY", message));
        }
        wire::listing_explanation(self.call_explain(listing_id, text, options).await?)
    }

    /// Explains the whole answer to a text: the listings that match, as matching returns them, and listings of which a
    /// keyword matches and that do not match all the same. `include` of the options has no effect: keyword and spans are
    /// always there, a payload never is.
    ///
    /// # Errors
    /// The call's failure; INVALID_ARGUMENT if the text exceeds the server's limits.
    pub async fn explain_text(
        &self,
        text: &str,
        options: &BatchOptions,
    ) -> Result<TextExplanation, Error> {
        wire::text_explanation(self.call_explain("", text, options).await?)
    }

    /// Splits a text into tokens exactly as matching does.
    ///
    /// # Errors
    /// The call's failure; INVALID_ARGUMENT if the text exceeds the server's limits.
    pub async fn analyze(&self, text: &str) -> Result<Vec<Token>, Error> {
        let send = |attempt: Attempt| {
            let (channel, request) = attempt.request(pb::AnalyzeRequest { text: text.to_owned() });
            async move { service(channel).analyze(request).await }
        };
        let (deadline, headers) = (Deadline::after(self.deadline), self.connection.headers());
        Ok(wire::tokens(self.connection.call(deadline, headers, send).await?))
    }

    /// One call for a listing, or for the whole answer if its id is empty.
    async fn call_explain(
        &self,
        listing_id: &str,
        text: &str,
        options: &BatchOptions,
    ) -> Result<pb::ExplainResponse, Error> {
        let headers = self.headers(options)?;
        let send = |attempt: Attempt| {
            let (channel, request) =
                attempt.request(wire::explain_request(listing_id, text, options));
            async move { service(channel).explain(request).await }
        };
        self.connection.call(Deadline::after(self.deadline), &headers, send).await
    }

    /// One call with some queries of a batch.
    async fn match_part(
        &self,
        queries: &[Query],
        options: &BatchOptions,
        min_version: Option<Version>,
        deadline: Deadline,
        headers: &Headers,
    ) -> Result<Part, Error> {
        let send = |attempt: Attempt| {
            let message = wire::batch_request(queries, options, min_version.as_ref());
            let (channel, request) = attempt.request(message);
            async move { service(channel).match_batch(request).await }
        };
        let response = self.connection.call(deadline, headers, send).await?;
        wire::batch_response(response, queries.len())
    }

    /// The headers of a call with these options.
    fn headers(&self, options: &BatchOptions) -> Result<Headers, Error> {
        self.connection.headers().with(options.traceparent.as_deref(), options.priority)
    }
}

/// The service, over this channel.
pub(crate) fn service(channel: Channel) -> MatchServiceClient<Channel> {
    MatchServiceClient::new(channel).max_decoding_message_size(RESPONSE_BYTES_MAX)
}

#[cfg(test)]
mod tests {
    use super::Client;
    use crate::query::{BatchOptions, Query};

    fn is_send(_: &impl Send) {}

    #[tokio::test]
    async fn calls_may_run_on_any_thread() {
        let client = Client::builder("127.0.0.1:1").build().expect("the address is good");
        let (queries, options) = ([Query::from("cat")], BatchOptions::default());
        is_send(&client.match_batch(&queries, &options));
        is_send(&client.match_one("cat"));
        is_send(&client.match_stream(&options));
        is_send(&client.analyze("cat"));
        is_send(&client.explain("l1", "cat", &options));
        is_send(&client.explain_text("cat", &options));
    }

    #[tokio::test]
    async fn a_listing_without_an_id_is_refused_before_anything_is_sent() {
        let client = Client::builder("127.0.0.1:1").build().expect("the address is good");
        let error = client.explain("", "cat", &BatchOptions::default()).await;
        let error = error.expect_err("there is no id");
        assert_eq!(error.reason.as_deref(), Some("LISTING_ID_EMPTY"));
    }
}
