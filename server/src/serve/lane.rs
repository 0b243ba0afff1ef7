//! Who works next on a thread: calls take turns, with a look at the sockets in between.
//!
//! Calls are answered where their connection lives, so a thread that has more of them than it can answer would read less
//! and less from its sockets, and what waits there is invisible: nobody could refuse it, and health checks would wait
//! behind it. So whoever is about to do real work takes a **turn** first. Turns are given in rounds: as many as are
//! probably done within [`ROUND`], and the next ones only when the runtime has polled the sockets again. A call that needs
//! longer than [`TURN`] goes on in the next round; what has not ended after [`SHORT_TURNS`] of them is **long**, and lets
//! others go first from then on: short calls do not wait for long ones, and nobody holds the thread. Under overload a
//! round is [`BUSY_ROUND`]: what comes in at a socket meanwhile is read, and mostly refused, at once, which costs a
//! fraction of reading it piece by piece.
//!
//! **What waits too long is refused before any work**, so that a server with twice as many calls as it can answer answers
//! as many as ever, and fast, and not all of them too late. While the queue has been empty now and then, a call may wait
//! for [`BURST`]: a burst is no overload. When it has not been empty for so long, calls that have waited for more than the
//! lane's `wait_max` are refused. Where never more than [`CALLS_MIN`] wait nobody is: a few callers who wait for each other
//! are no overload, however dear their calls are. But once somebody was refused, all are held to `wait_max` until nobody
//! had to be for [`BURST`]: otherwise those few would always stand in the queue, and each call would wait behind them. The
//! rule is CoDel's, in the form that Facebook's servers use it ("Fail at Scale", ACM
//! Queue 13, 2015): its measure is the time in the queue, which is right for cheap and for dear calls. It is the thread's
//! CPU time that is measured: a thread that the system does not let run has not too much to do.
//!
//! Who comes while as much waits as can be done in `wait_max` is refused without waiting, before its request is even read
//! ([`Lane::is_crowded`]): at ten times the load that can be borne, refusing must cost next to nothing.
//!
//! Only calls that somebody waits for, and that have not begun, are measured and refused. Those who let others go first
//! have a queue of their own, since there is always more of them: bulk calls, streams, and calls that are long. They are
//! given a turn when nobody else waits, and an eighth of the time in any case. A stream is never refused; it is read more
//! slowly.
//!
//! Nothing here knows what the work is.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

use super::tally::Tally;
use crate::limits::{
    LANE_BURST as BURST, LANE_BUSY_ROUND as BUSY_ROUND, LANE_CALLS_MIN as CALLS_MIN,
    LANE_ROUND as ROUND, LANE_SHORT_TURNS as SHORT_TURNS, LANE_TURN as TURN,
};

/// The bounds of a lane.
#[derive(Debug, Clone, Copy)]
pub struct LaneLimits {
    /// How long a call may wait while there is more work than can be done.
    pub wait_max: Duration,
    /// Units of work that may wait, at most. Bulk takes no more than half of it.
    pub waiting_max: usize,
}

/// Tells how long the calling thread has worked.
pub type Clock = fn() -> Duration;

/// The lane of one thread. Clones share it.
#[derive(Debug, Clone)]
pub struct Lane(Arc<Shared>);

/// Who goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Priority {
    /// Somebody waits for the answer.
    Interactive,
    /// Nobody does, or not now: the call lets others go first, and is refused only if too many of its kind wait.
    Bulk,
    /// One request of a stream: lets others go first, and is not refused. Streams must wait for each other.
    Stream,
}

/// What a call asks for.
#[derive(Debug, Clone, Copy)]
pub struct Ask {
    /// Who goes first.
    pub priority: Priority,
    /// How many units of work it is.
    pub units: usize,
    /// When the answer is of no use any more.
    pub deadline: Option<Instant>,
}

/// Why a call is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shed {
    /// As much waits as may.
    Full,
    /// It has waited too long.
    Waited,
    /// Its deadline passed while it waited.
    Late,
}

/// The right to work now. Whoever is next has it when this one is dropped.
#[derive(Debug)]
pub struct Turn {
    lane: Lane,
    lap: Instant,
    /// Nanoseconds that it has worked, as of the last lap.
    worked: u64,
    /// How long the call has waited, if it had to.
    pub waited: Option<Duration>,
    /// Whether it is one of those who let others go first.
    yields: bool,
    /// Nanoseconds that it will probably work.
    promised: u64,
    /// Which turn of its call it is, from 1 on.
    ordinal: u32,
}

#[derive(Debug)]
struct Shared {
    limits: LaneLimits,
    clock: Clock,
    pace: Pace,
    state: Mutex<State>,
    /// Tells the lane's own task that somebody waits for the next look at the sockets.
    round_wanted: Notify,
}

/// What must be known where nobody waits, which is nearly always: it takes no lock. Times are in nanoseconds.
#[derive(Debug, Default)]
struct Pace {
    /// Turns that were given and have not ended.
    turns: Tally,
    /// Work that they will probably do.
    promised: Tally,
    /// Work since the last look at the sockets.
    spent: Tally,
    /// How long others have worked before those who yield, less what these had since then, [`YIELD_TO`] times.
    yielded: Tally,
    /// Those who wait, in both queues.
    waiting: Tally,
    /// What a unit of work takes at most: at once as much as it took last, and less of it bit by bit.
    unit: Tally,
    /// What it takes on average.
    mean: Tally,
}

#[derive(Debug, Default)]
struct State {
    interactive: Queue,
    /// Those who let others go first.
    yielding: Queue,
    /// What the clock said last: when turns were given, or when the first call began to wait.
    worked: Duration,
    /// Since when calls that may be refused have always waited.
    busy_since: Option<Duration>,
    /// When a call was refused because too much waited.
    refused_at: Option<Duration>,
}

/// Those who wait, in order.
#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<Waiting>,
    /// How many of them may be refused, and their units of work: calls that have not begun.
    calls: usize,
    units: usize,
}

#[derive(Debug)]
struct Waiting {
    ask: Ask,
    since: Duration,
    /// Turns that it has had.
    turns: u32,
    grant: oneshot::Sender<Result<Turn, Shed>>,
}

/// How many times as long as those who yield the others may work while both wait.
const YIELD_TO: u32 = 7;
const ROUND_NANOS: u64 = nanos(ROUND);
const BUSY_ROUND_NANOS: u64 = nanos(BUSY_ROUND);
const TURN_NANOS: u64 = nanos(TURN);
/// So much work of others gives those who yield a turn. Nobody saves up more.
const YIELDED_MAX: u64 = TURN_NANOS * YIELD_TO as u64;

impl Lane {
    /// A lane in which nobody waits. [`Lane::run`] must run on its thread.
    pub fn new(limits: LaneLimits, clock: Clock) -> Lane {
        Lane(Arc::new(Shared {
            limits,
            clock,
            pace: Pace::default(),
            state: Mutex::default(),
            round_wanted: Notify::new(),
        }))
    }

    /// Lets the next one in after each look at the sockets. Never ends.
    pub async fn run(&self) {
        loop {
            self.0.round_wanted.notified().await;
            // The runtime wakes a task that yields after it has polled the sockets, and everyone that is ready goes first.
            tokio::task::yield_now().await;
            self.0.pace.spent.set(0);
            self.grant();
        }
    }

    /// Whether a turn can be had at once by anybody.
    pub fn is_free(&self) -> bool {
        self.0.pace.waiting.get() == 0 && self.0.pace.has_time(ROUND_NANOS)
    }

    /// A turn, if one can be had at once.
    pub fn try_turn(&self, ask: Ask) -> Option<Turn> {
        let pace = &self.0.pace;
        let free = if pace.waiting.get() == 0 {
            pace.has_time(ROUND_NANOS)
        } else {
            let state = self.state();
            pace.has_time(state.round()) && state.is_first(ask)
        };
        free.then(|| self.give(ask, 0, Instant::now()))
    }

    /// Waits for a turn.
    ///
    /// # Errors
    /// The call is refused, and nothing should be done for it.
    pub async fn turn(&self, ask: Ask) -> Result<Turn, Shed> {
        let now = Instant::now();
        if ask.deadline.is_some_and(|deadline| deadline <= now) {
            return Err(Shed::Late);
        }
        if let Some(turn) = self.try_turn(ask) {
            return Ok(turn);
        }
        let granted = {
            let mut state = self.state();
            if state.is_full(ask, self.0.limits.waiting_max) {
                return Err(Shed::Full);
            }
            self.enqueue(&mut state, ask, 0)
        };
        let mut turn = granted.await.unwrap_or(Err(Shed::Late))?;
        turn.begin(now);
        Ok(turn)
    }

    /// Gives the turn back and waits for another one. Is not refused any more.
    pub async fn another_turn(&self, turn: Turn, ask: Ask) -> Turn {
        let now = Instant::now();
        let granted = {
            let mut state = self.state();
            self.enqueue(&mut state, ask, turn.ordinal)
        };
        drop(turn);
        match granted.await {
            Ok(Ok(mut turn)) => {
                turn.begin(now);
                turn
            }
            // The lane holds itself while somebody waits, and refuses nobody who has begun.
            _ => unreachable!("who has begun is given a turn"),
        }
    }

    /// Whether a call would only be refused that came now: more calls than can be done in time have waited for too long.
    pub fn is_crowded(&self) -> bool {
        if self.0.pace.waiting.get() == 0 {
            return false;
        }
        let mut state = self.state();
        let wait_max = self.0.limits.wait_max;
        if state.is_few() || !state.is_overloaded() {
            return false;
        }
        let mean = Duration::from_nanos(self.0.pace.mean.get());
        let units = u32::try_from(state.interactive.units).unwrap_or(u32::MAX);
        let crowded = mean.saturating_mul(units) >= wait_max;
        if crowded {
            state.refused_at = Some(state.worked);
        }
        crowded
    }

    /// How many units of work fit into this time, at least one.
    pub fn units_within(&self, time: Duration) -> usize {
        let unit = self.0.pace.unit.get();
        nanos(time)
            .checked_div(unit)
            .map_or(usize::MAX, |units| usize::try_from(units).unwrap_or(usize::MAX).max(1))
    }

    fn enqueue(
        &self,
        state: &mut State,
        ask: Ask,
        turns: u32,
    ) -> oneshot::Receiver<Result<Turn, Shed>> {
        if state.interactive.calls == 0 && !yields(ask, turns) {
            state.worked = (self.0.clock)();
        }
        let since = state.worked;
        let (grant, granted) = oneshot::channel();
        let waiting = Waiting { ask, since, turns, grant };
        let goes_on = !turns.is_multiple_of(SHORT_TURNS);
        if yields(ask, turns) {
            state.yielding.enter(waiting, goes_on);
        } else {
            state.interactive.enter(waiting, goes_on);
        }
        self.0.pace.waiting.add(1);
        if state.interactive.calls > 0 {
            state.busy_since.get_or_insert(since);
        }
        if self.0.pace.turns.get() == 0 {
            self.0.round_wanted.notify_one();
        }
        granted
    }

    /// A turn that counts from now.
    fn give(&self, ask: Ask, turns: u32, now: Instant) -> Turn {
        let pace = &self.0.pace;
        let promised = pace.unit.get().saturating_mul(ask.units as u64).min(TURN_NANOS);
        let yields = yields(ask, turns);
        pace.turns.add(1);
        pace.promised.add(promised);
        if yields {
            let repaid = promised * u64::from(YIELD_TO);
            pace.yielded.set(pace.yielded.get().saturating_sub(repaid));
        }
        let (lane, ordinal) = (self.clone(), turns + 1);
        Turn { lane, lap: now, worked: 0, waited: None, yields, promised, ordinal }
    }

    /// Gives turns to the next ones in order, past those who are gone and those who waited too long, while there is time.
    fn grant(&self) {
        let now = Instant::now();
        let pace = &self.0.pace;
        self.state().worked = (self.0.clock)();
        loop {
            let (waiting, verdict) = {
                let mut state = self.state();
                if !pace.has_time(state.round()) {
                    // Whoever has a turn comes here again at its end.
                    if pace.turns.get() == 0 && pace.waiting.get() > 0 {
                        self.0.round_wanted.notify_one();
                    }
                    return;
                }
                let limit = state.wait_limit(self.0.limits.wait_max);
                let Some(waiting) = state.next(pace.yielded.get()) else { return };
                pace.waiting.subtract(1);
                if waiting.grant.is_closed() {
                    continue;
                }
                let verdict = match waiting.shed(now, state.worked, limit) {
                    Some(shed) => {
                        if shed == Shed::Waited {
                            state.refused_at = Some(state.worked);
                        }
                        Err(shed)
                    }
                    None => Ok(self.give(waiting.ask, waiting.turns, now)),
                };
                (waiting, verdict)
            };
            // Whoever went away at this very moment drops the turn, which gives it on.
            let _ = waiting.grant.send(verdict);
        }
    }

    /// The state. A panic while it was held leaves it as good as it was: nothing in here panics half-way.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn {
    /// So many units of work were done since the last time this was called, or since the turn began. Says how long that
    /// was.
    pub fn lap(&mut self, units: usize) -> Duration {
        let now = Instant::now();
        let lap = now - self.lap;
        let unit = nanos(lap) / units.max(1) as u64;
        let Pace { unit: known, mean, .. } = &self.lane.0.pace;
        // A lap that was interrupted looks dear, and is forgotten after a few.
        known.set(unit.max(known.get() / 8 * 7));
        let before = mean.get();
        mean.set(if before == 0 { unit } else { (before * 31 + unit) / 32 });
        self.lap = now;
        self.worked += nanos(lap);
        lap
    }

    /// Whether others should have a turn, as of the last lap.
    pub fn is_over(&self) -> bool {
        self.worked >= TURN_NANOS
    }

    fn begin(&mut self, since: Instant) {
        self.lap = Instant::now();
        self.waited = Some(self.lap - since);
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let pace = &self.lane.0.pace;
        pace.turns.subtract(1);
        pace.promised.subtract(self.promised);
        // Work after the last lap is writing, and little.
        pace.spent.add(self.worked);
        if !self.yields {
            pace.yielded.set((pace.yielded.get() + self.worked).min(YIELDED_MAX));
        }
        if pace.turns.get() == 0 && pace.waiting.get() > 0 {
            self.lane.grant();
        }
    }
}

impl Pace {
    /// Whether another turn may be given in a round of so many nanoseconds.
    fn has_time(&self, round: u64) -> bool {
        self.spent.get() + self.promised.get() < round
    }
}

impl State {
    /// Nanoseconds of work between two looks at the sockets.
    fn round(&self) -> u64 {
        if self.is_overloaded() { BUSY_ROUND_NANOS } else { ROUND_NANOS }
    }

    /// Whether the queue has not been empty for longer than a burst lasts, or calls had to be refused since.
    fn is_overloaded(&self) -> bool {
        self.busy_since.is_some_and(|since| self.worked - since > BURST) || self.is_shedding()
    }

    /// Whether a call was refused a short while ago.
    fn is_shedding(&self) -> bool {
        self.refused_at.is_some_and(|at| self.worked - at < BURST)
    }

    /// Whether so few calls wait that none is refused: a few callers who wait for each other, or who is next.
    fn is_few(&self) -> bool {
        self.interactive.calls <= if self.is_shedding() { 1 } else { CALLS_MIN }
    }

    /// Whether one that comes now has nobody before it.
    fn is_first(&self, ask: Ask) -> bool {
        self.interactive.waiting.is_empty() && (self.yielding.waiting.is_empty() || !yields(ask, 0))
    }

    /// Whether too much waits already for one that comes now. One call may wait, however large it is.
    fn is_full(&self, ask: Ask, waiting_max: usize) -> bool {
        let bulk_max = waiting_max / 2;
        let (queue, most) = match ask.priority {
            Priority::Interactive => {
                (&self.interactive, waiting_max - self.yielding.units.min(bulk_max))
            }
            Priority::Bulk => (&self.yielding, bulk_max),
            Priority::Stream => return false,
        };
        queue.calls > 0 && queue.units.saturating_add(ask.units) > most
    }

    /// How long a call may have waited that is to begin now; nothing if it may have waited for ever.
    fn wait_limit(&self, wait_max: Duration) -> Option<Duration> {
        let most = if self.is_overloaded() { wait_max } else { BURST.max(wait_max) };
        (!self.is_few()).then_some(most)
    }

    fn next(&mut self, yielded: u64) -> Option<Waiting> {
        let yields = self.interactive.waiting.is_empty() || yielded >= YIELDED_MAX;
        let next = if yields && let Some(next) = self.yielding.leave() {
            next
        } else {
            self.interactive.leave()?
        };
        if self.interactive.calls == 0 {
            self.busy_since = None;
        }
        Some(next)
    }
}

impl Queue {
    /// One more, behind all others, or before them if it only goes on with what is nearly done.
    fn enter(&mut self, waiting: Waiting, goes_on: bool) {
        if waiting.may_be_refused() {
            self.calls += 1;
            self.units += waiting.ask.units;
        }
        if goes_on {
            self.waiting.push_front(waiting);
        } else {
            self.waiting.push_back(waiting);
        }
    }

    /// The first one.
    fn leave(&mut self) -> Option<Waiting> {
        let first = self.waiting.pop_front()?;
        if first.may_be_refused() {
            self.calls -= 1;
            self.units -= first.ask.units;
        }
        Some(first)
    }
}

/// Whether a call that has had so many turns lets others go first.
fn yields(ask: Ask, turns: u32) -> bool {
    ask.priority != Priority::Interactive || turns >= SHORT_TURNS
}

impl Waiting {
    /// Whether it counts as a call that could be refused: one that has begun is finished, and a stream is read on.
    fn may_be_refused(&self) -> bool {
        self.turns == 0 && self.ask.priority != Priority::Stream
    }

    fn shed(&self, now: Instant, worked: Duration, limit: Option<Duration>) -> Option<Shed> {
        if self.turns > 0 {
            return None;
        }
        if self.ask.deadline.is_some_and(|deadline| deadline <= now) {
            return Some(Shed::Late);
        }
        let bounded = self.ask.priority == Priority::Interactive;
        let waited = worked.saturating_sub(self.since);
        (bounded && limit.is_some_and(|limit| waited > limit)).then_some(Shed::Waited)
    }
}

const fn nanos(duration: Duration) -> u64 {
    duration.as_secs().saturating_mul(1_000_000_000).saturating_add(duration.subsec_nanos() as u64)
}

/// How long the calling thread has worked, as the system counts it. A system call.
pub fn thread_clock() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or_default())
}

#[cfg(test)]
mod tests;
