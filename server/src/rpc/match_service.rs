//! `MatchService`: the main job, in four steps; the same over and over ([`streams`]); and what people ask about it
//! ([`questions`]).
//!
//! Each method takes the bytes of a request and gives the framed bytes of its reply, so that what carries traffic needs
//! no message in between ([`super::wire`]). It waits for nothing but its turn on its thread ([`Lane`]).
//!
//! A batch is matched slice by slice, with a look at the clock in between. When its turn is over it waits for another one;
//! when its time is over the queries that are left are answered with `DEADLINE_PASSED`, each by itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use broadside_core::{Query, Time, match_batch};

use super::body::Bounds;
use super::from_proto::{self, AttributeTable, Batch};
use super::layers::{Deadline, Terms, guarded};
use super::slow::SlowLog;
use super::status::Refusal;
use super::wire::reply::{
    Framed, PREFIX_BYTES, begin_framed, end_framed, put_refused, put_result, put_version,
};
use super::wire::request::BatchView;
use super::workbench::Workbench;
use crate::limits::{
    LANE_TURN, Limits, RESPONSE_BYTES_MAX, SLICE_MATCHES_MAX, SLICE_QUERIES, SLICE_TEXT_BYTES,
};
use crate::runtime::{Catalog, Snapshot, Version};
use crate::serve::lane::{Ask, Lane, Shed, Turn};
use crate::telemetry::Metrics;

mod questions;
mod streams;

/// Bytes of a request up to which it is worth trying to answer it at once. A longer one is a batch, to which the little that
/// this saves is nothing, and which may need a second turn.
const AT_ONCE_BYTES_MAX: usize = 2 * 1024;
/// Bytes of a reply beside its results: the version, and what a stream adds.
const REPLY_BYTES: usize = 64;
/// Bytes of a result for which room is made before it is written, at most.
const RESULT_BYTES_MAX: usize = 4 * 1024;

/// Answers queries from the catalog, on one thread.
pub(crate) struct Matches {
    catalog: Catalog,
    limits: Limits,
    lane: Lane,
    metrics: Arc<Metrics>,
    slow: SlowLog,
    /// Bytes that a result of the last batch took, so that the next reply has room for its results at once.
    result_bytes: AtomicUsize,
}

/// What a batch has come to by what could be done at once.
pub(crate) enum AtOnce {
    /// Its framed reply.
    Done(Vec<u8>),
    /// It must wait for its turn, or for another one.
    Waits(Rest),
}

/// What is there of a batch that goes on later: its reply so far, or nothing if it was not begun.
#[derive(Default)]
pub(crate) struct Rest(Option<(Vec<u8>, Framed, Begun)>);

/// A batch that was begun and needs another turn.
struct Begun {
    turn: Turn,
    /// What it is matched against to its end.
    snapshot: Arc<Snapshot>,
    /// When flights are judged, unless the request says otherwise.
    now: Time,
    /// Where its results begin.
    start: usize,
    progress: Progress,
}

/// How far a batch is.
#[derive(Debug, Default)]
struct Progress {
    /// Queries that are answered.
    queries: usize,
    matches: u64,
    incomplete: u64,
    /// Time that was worked on it, and that it waited for its turns.
    worked: Duration,
    waited: Duration,
}

/// Why nothing more is begun for clients who do not read.
const UNREAD: &str = "too much of replies was not read";

impl Matches {
    pub(crate) fn new(
        catalog: Catalog,
        limits: Limits,
        lane: Lane,
        metrics: Arc<Metrics>,
    ) -> Matches {
        let slow = SlowLog::new(limits.slow_query);
        Matches { catalog, limits, lane, metrics, slow, result_bytes: AtomicUsize::new(0) }
    }

    /// Refuses a call that would only wait and be refused then. Counts it. Streams wait, and are not asked.
    pub(crate) fn admit(&self) -> Result<(), Refusal> {
        if self.lane.is_crowded() {
            self.metrics.shed(Shed::Waited as usize);
            return Err(Refusal::of_shed(Shed::Waited));
        }
        Ok(())
    }

    /// `MatchBatch`, as far as it gets at once: to its end, if it is small and nobody is before it.
    pub(crate) fn match_at_once(
        &self,
        request: &[u8],
        terms: Terms,
        bounds: &Bounds,
    ) -> Result<AtOnce, Refusal> {
        if request.len() > AT_ONCE_BYTES_MAX || !self.lane.is_free() {
            return Ok(AtOnce::Waits(Rest::default()));
        }
        let view = self.read(request)?;
        let Some(turn) = self.turn_at_once(&view, terms, bounds) else {
            return Ok(AtOnce::Waits(Rest::default()));
        };
        let mut reply = Vec::with_capacity(PREFIX_BYTES + self.reply_bytes(view.len()));
        let framed = begin_framed(&mut reply);
        match self.begin(&mut reply, &view, terms, turn)? {
            None => Ok(AtOnce::Done(ended(reply, framed))),
            Some(begun) => Ok(AtOnce::Waits(Rest(Some((reply, framed, begun))))),
        }
    }

    /// The rest of the same batch. If it was begun its request, which is small, is read again.
    pub(crate) async fn match_rest(
        &self,
        request: &[u8],
        terms: Terms,
        bounds: &Bounds,
        rest: Rest,
    ) -> Result<Vec<u8>, Refusal> {
        let (bytes, view) = (request.len(), self.read(request)?);
        let (reply, framed) = match rest.0 {
            Some((mut reply, framed, begun)) => {
                self.go_on(&mut reply, &view, bytes, terms, bounds, Some(begun)).await?;
                (reply, framed)
            }
            None => {
                let mut reply = Vec::new();
                let framed = begin_framed(&mut reply);
                self.put_batch(&mut reply, &view, bytes, terms, bounds).await?;
                (reply, framed)
            }
        };
        Ok(ended(reply, framed))
    }

    /// `MatchBatch` from its beginning to its end.
    #[cfg(any(test, feature = "fuzz"))]
    pub(crate) async fn match_batch(
        &self,
        request: &[u8],
        terms: Terms,
        bounds: &Bounds,
    ) -> Result<Vec<u8>, Refusal> {
        match self.match_at_once(request, terms, bounds)? {
            AtOnce::Done(reply) => Ok(reply),
            AtOnce::Waits(rest) => self.match_rest(request, terms, bounds, rest).await,
        }
    }

    /// Reads a request of `MatchBatch`.
    fn read<'r>(&self, request: &'r [u8]) -> Result<BatchView<'r>, Refusal> {
        guarded(&self.metrics, || Ok(BatchView::read(request, self.limits.batch_queries_max)?))
    }

    /// A turn, if one can be had at once and there is room for the reply.
    fn turn_at_once(&self, request: &BatchView<'_>, terms: Terms, bounds: &Bounds) -> Option<Turn> {
        let has_room = bounds.unread.has_room(1);
        if has_room { self.lane.try_turn(terms.ask(request.len())) } else { None }
    }

    /// Matches a batch and writes its answer: mostly in one turn, which is there at once.
    async fn put_batch(
        &self,
        out: &mut Vec<u8>,
        request: &BatchView<'_>,
        request_bytes: usize,
        terms: Terms,
        bounds: &Bounds,
    ) -> Result<(), Refusal> {
        let begun = match self.turn_at_once(request, terms, bounds) {
            Some(turn) => match self.begin(out, request, terms, turn)? {
                None => return Ok(()),
                begun => begun,
            },
            None => None,
        };
        // In a box of its own, so that what each request carries about is small.
        Box::pin(self.go_on(out, request, request_bytes, terms, bounds, begun)).await
    }

    /// Matches a batch from its beginning on until the turn is over. Gives what is needed to go on, if that is not its end.
    fn begin(
        &self,
        out: &mut Vec<u8>,
        request: &BatchView<'_>,
        terms: Terms,
        mut turn: Turn,
    ) -> Result<Option<Begun>, Refusal> {
        let mut progress =
            Progress { waited: turn.waited.unwrap_or_default(), ..Progress::default() };
        guarded(&self.metrics, || {
            let now = from_proto::now();
            let attributes = AttributeTable::of_batch(request)?;
            let batch = from_proto::batch(request, &attributes, now)?;
            let current = self.catalog.current().ok_or(Refusal::NotLoaded)?;
            serves(&current.version, batch.min_version.as_ref())?;
            out.reserve(self.reply_bytes(batch.queries.len()));
            put_version(out, &current.version);
            let start = out.len();
            if self.work(out, start, &current, &batch, terms, &mut turn, &mut progress)? {
                self.count(&batch, &progress);
                return Ok(None);
            }
            Ok(Some(Begun { turn, snapshot: current.kept(), now, start, progress }))
        })
    }

    /// Waits for the turns that a batch needs, and matches what is left of it in each. Between them, as much of its reply
    /// as is there counts as unread.
    async fn go_on(
        &self,
        out: &mut Vec<u8>,
        request: &BatchView<'_>,
        request_bytes: usize,
        terms: Terms,
        bounds: &Bounds,
        begun: Option<Begun>,
    ) -> Result<(), Refusal> {
        let mut waits = bounds.waiting.hold();
        if !waits.grow(request_bytes) {
            return Err(Refusal::Overloaded("too much of requests waits"));
        }
        let mut replies = bounds.unread.hold();
        let ask = terms.ask(request.len());
        let begun = match begun {
            Some(begun) => begun,
            None => {
                let turn = self.turn_with_room(ask, terms.deadline, bounds).await?;
                match self.begin(out, request, terms, turn)? {
                    Some(begun) => begun,
                    None => return Ok(()),
                }
            }
        };
        let Begun { mut turn, snapshot, now, start, mut progress } = begun;
        let attributes = guarded(&self.metrics, || AttributeTable::of_batch(request))?;
        let batch = guarded(&self.metrics, || from_proto::batch(request, &attributes, now))?;
        loop {
            replies.release();
            replies.add(out.capacity());
            if bounds.unread.is_used_up() {
                return Err(Refusal::Overloaded(UNREAD));
            }
            turn = self.lane.another_turn(turn, ask).await;
            progress.waited += turn.waited.unwrap_or_default();
            let done = guarded(&self.metrics, || {
                self.work(out, start, &snapshot, &batch, terms, &mut turn, &mut progress)
            })?;
            if done {
                self.count(&batch, &progress);
                return Ok(());
            }
        }
    }

    /// Matches and answers queries of a batch until the turn is over. Says whether all are answered.
    #[expect(clippy::too_many_arguments, reason = "the state of a batch between two turns")]
    fn work(
        &self,
        out: &mut Vec<u8>,
        start: usize,
        current: &Snapshot,
        batch: &Batch<'_>,
        terms: Terms,
        turn: &mut Turn,
        progress: &mut Progress,
    ) -> Result<bool, Refusal> {
        let queries = batch.queries.len();
        Workbench::lend(self.limits.text, |workbench| {
            let Workbench { scratch, highlights, .. } = workbench;
            while progress.queries < queries {
                let from = progress.queries;
                let Some(slice) = self.slice(&batch.queries[from..], terms.deadline) else {
                    if from == 0 {
                        return Err(Refusal::DeadlinePassed);
                    }
                    put_refused(out, queries - from, Refusal::DeadlinePassed);
                    self.metrics.late_queries.increment((queries - from) as u64);
                    break;
                };
                match_batch(&current.index, slice, scratch);
                current.index.prefetch_ids(scratch.hits());
                for ((ordinal, query), answer) in (from..).zip(slice).zip(scratch.answers()) {
                    let parts = batch.parts(ordinal);
                    put_result(out, &current.index, query, parts, &answer, highlights);
                    progress.matches += answer.hits.len() as u64;
                    progress.incomplete += u64::from(answer.incomplete);
                    if out.len() - start > RESPONSE_BYTES_MAX {
                        return Err(Refusal::ReplyTooLarge { most: RESPONSE_BYTES_MAX });
                    }
                }
                progress.queries += slice.len();
                let lap = turn.lap(slice.len());
                progress.worked += lap;
                if turn.is_over() && progress.queries < queries {
                    return Ok(false);
                }
            }
            let result_bytes = (out.len() - start).div_ceil(queries).min(RESULT_BYTES_MAX);
            self.result_bytes.store(result_bytes, Ordering::Relaxed);
            Ok(true)
        })
    }

    /// Bytes that the answer to so many queries probably takes.
    fn reply_bytes(&self, queries: usize) -> usize {
        REPLY_BYTES + queries * self.result_bytes.load(Ordering::Relaxed)
    }

    /// The queries to match next: as many as are probably done within a turn and before the deadline, at least one.
    /// Nothing once the deadline has passed.
    fn slice<'b, 'r>(&self, rest: &'b [Query<'r>], deadline: Deadline) -> Option<&'b [Query<'r>]> {
        let time = match deadline.left() {
            None => LANE_TURN,
            Some(left) if left.is_zero() => return None,
            Some(left) => left.min(LANE_TURN),
        };
        if let [_] = rest {
            return Some(rest);
        }
        let most = self.lane.units_within(time).min(SLICE_QUERIES).min(rest.len());
        let (mut bytes, mut matches) = (0, 0);
        let fitting = rest[..most].iter().take_while(|query| {
            bytes += query.text.len();
            matches += query.limit as usize;
            bytes <= SLICE_TEXT_BYTES && matches <= SLICE_MATCHES_MAX
        });
        let count = fitting.count().max(1);
        Some(&rest[..count])
    }

    /// Waits for a turn at a time at which the connection has room for a reply.
    async fn turn_with_room(
        &self,
        ask: Ask,
        deadline: Deadline,
        bounds: &Bounds,
    ) -> Result<Turn, Refusal> {
        loop {
            let turn = self.turn(ask).await?;
            if bounds.unread.has_room(1) {
                return Ok(turn);
            }
            drop(turn);
            if bounds.unread.is_used_up() {
                return Err(Refusal::Overloaded(UNREAD));
            }
            tokio::select! {
                () = bounds.unread.own_room() => {}
                () = deadline.passed() => return Err(Refusal::DeadlinePassed),
            }
        }
    }

    /// Waits for a turn on this thread.
    async fn turn(&self, ask: Ask) -> Result<Turn, Refusal> {
        match self.lane.turn(ask).await {
            Ok(turn) => {
                if let Some(waited) = turn.waited {
                    self.metrics.queue_wait.record_time(waited);
                }
                Ok(turn)
            }
            Err(shed) => {
                self.metrics.shed(shed as usize);
                Err(Refusal::of_shed(shed))
            }
        }
    }

    fn count(&self, batch: &Batch<'_>, progress: &Progress) {
        let metrics = &self.metrics;
        metrics.queries.increment(progress.queries as u64);
        metrics.matches.increment(progress.matches);
        metrics.batch_queries.record(batch.queries.len() as u64);
        if progress.incomplete > 0 {
            metrics.incomplete.increment(progress.incomplete);
        }
        if self.slow.is_slow(progress.worked + progress.waited) {
            metrics.slow_batches.increment(1);
            self.slow.tell(Instant::now(), || {
                let bytes = batch.queries.iter().map(|query| query.text.len());
                tracing::warn!(
                    queries = batch.queries.len(),
                    answered = progress.queries,
                    matches = progress.matches,
                    incomplete = progress.incomplete,
                    text_bytes = bytes.clone().sum::<usize>(),
                    longest_text_bytes = bytes.max(),
                    worked_us = micros(progress.worked),
                    waited_us = micros(progress.waited),
                    "slow batch"
                );
            });
        }
    }
}

fn ended(mut reply: Vec<u8>, framed: Framed) -> Vec<u8> {
    end_framed(&mut reply, framed);
    reply
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// Whether what is served is what was asked for: the same content, if one was named, and at least as many updates.
fn serves(served: &Version, asked: Option<&Version>) -> Result<(), Refusal> {
    match asked {
        Some(asked)
            if (!asked.generation.is_empty() && asked.generation != served.generation)
                || asked.sequence > served.sequence =>
        {
            Err(Refusal::VersionNotServed { asked: asked.clone(), served: served.clone() })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
