//! Batch after batch over one stream.

use std::pin::pin;

use broadside_proto::v1 as pb;
use futures_util::stream;
use tokio::sync::mpsc;
use tonic::Streaming;

use crate::answer::BatchAnswer;
use crate::client;
use crate::connection::{Attempt, Connection, Deadline};
use crate::error::{Code, Error};
use crate::headers::Headers;
use crate::limits::STREAM_BATCHES_AHEAD_MAX;
use crate::query::{BatchOptions, Query};
use crate::split;
use crate::wire;

/// The sending half of a stream. Dropping it says that no batch comes any more; what was sent is still answered.
#[derive(Debug)]
pub struct StreamSender {
    options: BatchOptions,
    requests: mpsc::Sender<pb::MatchStreamRequest>,
    asked: mpsc::UnboundedSender<Asked>,
    /// The number of the last batch.
    sent: u64,
    address: String,
}

/// The receiving half of a stream. Dropping it ends the stream.
#[derive(Debug)]
pub struct StreamReceiver {
    responses: Streaming<pb::MatchStreamResponse>,
    asked: mpsc::UnboundedReceiver<Asked>,
    address: String,
    ended: bool,
}

/// The answer to one batch of a stream.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamAnswer {
    /// The number of the batch, as [`StreamSender::send`] gave it.
    pub number: u64,
    /// The answer, or why this batch was refused; the stream goes on after a refusal.
    pub outcome: Result<BatchAnswer, Error>,
}

/// A batch that is to be answered.
#[derive(Debug, Clone, Copy)]
struct Asked {
    number: u64,
    queries: usize,
}

/// What the call opens.
type Opened = (mpsc::Sender<pb::MatchStreamRequest>, Streaming<pb::MatchStreamResponse>);

/// Opens a stream, again if it may be, until the deadline. The stream itself has none.
pub(crate) async fn open(
    connection: &Connection,
    options: &BatchOptions,
    deadline: Deadline,
    headers: &Headers,
) -> Result<(StreamSender, StreamReceiver), Error> {
    let (requests, responses) = connection.call(deadline, headers, send).await?;
    let (asked, to_answer) = mpsc::unbounded_channel();
    let address = connection.address().to_owned();
    let options = options.clone();
    let sender = StreamSender { options, requests, asked, sent: 0, address: address.clone() };
    Ok((sender, StreamReceiver { responses, asked: to_answer, address, ended: false }))
}

async fn send(attempt: Attempt) -> Result<tonic::Response<Opened>, tonic::Status> {
    let (requests, mut queue) = mpsc::channel(STREAM_BATCHES_AHEAD_MAX);
    let queue = stream::poll_fn(move |context| queue.poll_recv(context));
    let (channel, request) = attempt.stream(queue);
    let opened = client::service(channel).match_stream(request).await?;
    Ok(opened.map(|responses| (requests, responses)))
}

impl StreamSender {
    /// Sends a batch of at most 4,096 queries and 1 MiB, and gives its number: 1 for the first one.
    ///
    /// Waits while the server does not read, which it stops doing when answers are not taken: receive at the same time.
    ///
    /// # Errors
    /// INVALID_ARGUMENT if the batch exceeds what one call may carry (BATCH_TOO_LARGE): nothing was sent, and the stream
    /// goes on. UNAVAILABLE if the stream has ended; the receiver knows why.
    pub async fn send(&mut self, queries: &[Query]) -> Result<u64, Error> {
        let plan = split::plan(queries);
        if plan.parts.len() > 1 || !plan.too_large.is_empty() {
            let message = "a batch of a stream may have 4096 queries and 1 MiB; send it in parts";
            return Err(Error::local(Code::InvalidArgument, "BATCH_TOO_LARGE", message));
        }
        let ended = || {
            let message = format!("the stream from {} has ended; open another one", self.address);
            Error::local(Code::Unavailable, "STREAM_ENDED", message)
        };
        let batch = wire::batch_request(queries, &self.options, self.options.min_version.as_ref());
        let place = self.requests.reserve().await.map_err(|_| ended())?;
        let number = self.sent + 1;
        let asked = Asked { number, queries: queries.len() };
        self.asked.send(asked).map_err(|_| ended())?;
        place.send(pb::MatchStreamRequest { request_id: number, batch: Some(batch) });
        self.sent = number;
        Ok(number)
    }
}

impl StreamReceiver {
    /// The answer to the next batch, in the order of sending; none after the last one.
    ///
    /// # Errors
    /// Why the stream ended before its time: UNAVAILABLE with the reason SHUTTING_DOWN, say, when the server goes away.
    /// What was not answered is to be sent again on another stream. After an error there is no more answer.
    pub async fn try_next(&mut self) -> Result<Option<StreamAnswer>, Error> {
        if self.ended {
            return Ok(None);
        }
        let answer = self.receive().await;
        self.ended = !matches!(answer, Ok(Some(_)));
        answer
    }

    /// The same as a [`Stream`](futures_util::Stream) of answers, which ends after the first error.
    pub fn into_stream(self) -> impl futures_util::Stream<Item = Result<StreamAnswer, Error>> {
        stream::unfold(self, |mut receiver| async {
            receiver.try_next().await.transpose().map(|answer| (answer, receiver))
        })
    }

    async fn receive(&mut self) -> Result<Option<StreamAnswer>, Error> {
        let response = pin!(self.responses.message()).await;
        let Some(response) = response.map_err(|status| wire::call_error(&status, &self.address))?
        else {
            return Ok(None);
        };
        let asked = self.asked.try_recv().ok().filter(|asked| asked.number == response.request_id);
        let Some(Asked { number, queries }) = asked else {
            let message = "the server answered a batch of a stream out of order";
            return Err(Error::local(Code::Internal, "RESPONSE_INVALID", message));
        };
        Ok(Some(StreamAnswer { number, outcome: wire::stream_outcome(response, queries)? }))
    }
}
