//! Turns, with time at a standstill unless a test moves it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::{Instant, advance};

use super::{
    Ask, BURST, CALLS_MIN, Lane, LaneLimits, Priority, ROUND, SHORT_TURNS, Shed, TURN, Turn,
    YIELD_TO, thread_clock,
};

mod patience;

const WAIT_MAX: Duration = Duration::from_millis(5);

thread_local! {
    static EPOCH: Instant = Instant::now();
}

/// Time that passes in a test is time that is worked in it.
fn clock() -> Duration {
    EPOCH.with(Instant::elapsed)
}

fn start(waiting_max: usize) -> Lane {
    let lane = Lane::new(LaneLimits { wait_max: WAIT_MAX, waiting_max }, clock);
    let runs = lane.clone();
    tokio::spawn(async move { runs.run().await });
    lane
}

/// A lane in which a unit is known to take a round: there is one turn at a time.
async fn dear(waiting_max: usize) -> Lane {
    let lane = start(waiting_max);
    let mut turn = lane.turn(ask(1)).await.expect("nobody is there");
    advance(ROUND).await;
    turn.lap(1);
    drop(turn);
    drop(lane.turn(ask(1)).await.expect("it is the next round"));
    lane
}

/// A lane in which a quarter of a round is spent, and three turns of a quarter each are held.
async fn with_a_full_round() -> (Lane, Vec<Turn>) {
    let lane = start(1_000);
    let mut turn = lane.turn(ask(1)).await.expect("nobody is there");
    advance(ROUND / 4).await;
    turn.lap(1);
    drop(turn);
    let mut held = Vec::new();
    for _ in 0..3 {
        held.push(lane.turn(ask(1)).await.expect("there is time"));
    }
    (lane, held)
}

fn ask(units: usize) -> Ask {
    Ask { priority: Priority::Interactive, units, deadline: None }
}

/// Lets everyone run who can.
async fn settle() {
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
}

fn enter(lane: &Lane, ask: Ask) -> JoinHandle<Result<Turn, Shed>> {
    let lane = lane.clone();
    tokio::spawn(async move { lane.turn(ask).await })
}

/// Why one that asks now is refused at once.
async fn refusal(lane: &Lane, ask: Ask) -> Option<Shed> {
    let entered = enter(lane, ask);
    settle().await;
    assert!(entered.is_finished(), "it is neither refused nor let in");
    entered.await.expect("no panic").err()
}

#[tokio::test(start_paused = true)]
async fn one_at_a_time_and_in_order() {
    let lane = dear(100).await;
    let first = lane.turn(ask(1)).await.expect("nobody is there");
    assert_eq!(first.waited, None);
    let order = Arc::new(Mutex::new(Vec::new()));
    for number in 0..3 {
        let (lane, order) = (lane.clone(), Arc::clone(&order));
        tokio::spawn(async move {
            let turn = lane.turn(ask(1)).await.expect("it is not long");
            order.lock().expect("no panic").push(number);
            tokio::task::yield_now().await;
            drop(turn);
        });
    }
    settle().await;
    assert!(order.lock().expect("no panic").is_empty(), "the first one has not ended");
    drop(first);
    settle().await;
    assert_eq!(*order.lock().expect("no panic"), [0, 1, 2]);
    assert!(lane.turn(ask(1)).await.expect("all are gone").waited.is_none());
}

#[tokio::test(start_paused = true)]
async fn turns_are_given_for_as_much_as_fits_into_a_round() {
    let (lane, mut held) = with_a_full_round().await;
    assert!(held.iter().all(|turn| turn.waited.is_none()));
    let waits = [enter(&lane, ask(1)), enter(&lane, ask(2)), enter(&lane, ask(2))];
    settle().await;
    assert!(waits.iter().all(|waits| !waits.is_finished()));
    held.clear();
    settle().await;
    let given: Vec<bool> = waits.iter().map(JoinHandle::is_finished).collect();
    assert_eq!(given, [true, true, false], "nothing was worked; what is promised counts");
}

#[tokio::test(start_paused = true)]
async fn a_burst_may_wait_and_a_queue_that_never_ends_may_not() {
    let lane = dear(100).await;
    let first = lane.turn(ask(1)).await.expect("nobody is there");
    let burst = enter(&lane, ask(1));
    settle().await;
    advance(BURST - Duration::from_millis(1)).await;
    drop(first);
    let waited = burst.await.expect("no panic").expect("a burst is no overload").waited;
    assert_eq!(waited, Some(BURST - Duration::from_millis(1)));
    settle().await;

    let holds = lane.turn(ask(1)).await.expect("the queue is empty again");
    let old = enter(&lane, ask(1));
    settle().await;
    advance(BURST).await;
    let late = enter(&lane, ask(1));
    settle().await;
    advance(WAIT_MAX + Duration::from_millis(1)).await;
    let patient: Vec<_> = (1..CALLS_MIN).map(|_| enter(&lane, ask(1))).collect();
    settle().await;
    drop(holds);
    assert_eq!(old.await.expect("no panic").err(), Some(Shed::Waited));
    assert_eq!(
        late.await.expect("no panic").err(),
        Some(Shed::Waited),
        "however few they are then"
    );
    for one in patient {
        drop(one.await);
    }

    advance(BURST * 2).await;
    let holds = lane.turn(ask(1)).await.expect("nobody is there");
    let few: Vec<_> = (0..CALLS_MIN).map(|_| enter(&lane, ask(1))).collect();
    settle().await;
    advance(BURST * 2).await;
    drop(holds);
    for one in few {
        assert!(one.await.expect("no panic").is_ok(), "nobody was refused for long");
    }
}

#[tokio::test(start_paused = true)]
async fn a_lane_is_crowded_when_more_waits_than_can_be_done_in_time() {
    let lane = dear(1_000).await;
    let holds = lane.turn(ask(1)).await.expect("nobody is there");
    let crowd: Vec<_> = (0..5 * CALLS_MIN).map(|_| enter(&lane, ask(1))).collect();
    settle().await;
    assert!(!lane.is_crowded(), "a burst");
    advance(BURST + Duration::from_millis(1)).await;
    lane.0.state.lock().expect("no panic").worked = clock();
    assert!(lane.is_crowded(), "it has not been empty for long, and a unit takes a round at times");
    drop(holds);
    settle().await;
    drop(crowd);
    settle().await;
    assert!(!lane.is_crowded());
    let calm = lane.turn(ask(1)).await.expect("it is over when it is over");
    let few: Vec<_> = (0..CALLS_MIN).map(|_| enter(&lane, ask(1))).collect();
    settle().await;
    advance(BURST * 2).await;
    lane.0.state.lock().expect("no panic").worked = clock();
    assert!(!lane.is_crowded(), "a few callers are no crowd");
    drop((calm, few));
}

#[tokio::test(start_paused = true)]
async fn a_few_callers_who_wait_for_each_other_are_no_overload() {
    let lane = dear(100).await;
    for _ in 0..5 {
        let first = lane.turn(ask(1)).await.expect("nobody is there");
        let few: Vec<_> = (0..CALLS_MIN).map(|_| enter(&lane, ask(1))).collect();
        settle().await;
        advance(BURST * 3).await;
        drop(first);
        for one in few {
            drop(one.await.expect("no panic").expect("it may wait"));
            settle().await;
        }
    }
}

/// A thread that was not let run has not too much to do: nothing is refused for that.
#[tokio::test(start_paused = true)]
async fn time_that_was_not_worked_does_not_count() {
    let lane = Lane::new(LaneLimits { wait_max: WAIT_MAX, waiting_max: 100 }, || Duration::ZERO);
    let runs = lane.clone();
    tokio::spawn(async move { runs.run().await });
    let mut first = lane.turn(ask(1)).await.expect("nobody is there");
    advance(ROUND).await;
    first.lap(1);
    let many: Vec<_> = (0..3 * CALLS_MIN).map(|_| enter(&lane, ask(1))).collect();
    settle().await;
    advance(BURST * 10).await;
    drop(first);
    for one in many {
        drop(one.await.expect("no panic").expect("it was not the work that it waited for"));
    }
    let before = thread_clock();
    while thread_clock() < before + Duration::from_millis(1) {
        std::hint::spin_loop();
    }
}

#[tokio::test(start_paused = true)]
async fn what_may_wait_is_bounded_and_deadlines_are_kept() {
    let lane = dear(10).await;
    let holds = lane.turn(ask(1_000)).await.expect("one that begins at once does not wait");
    let large = enter(&lane, ask(1_000));
    settle().await;
    assert_eq!(refusal(&lane, ask(1)).await, Some(Shed::Full), "one waits, however large it is");
    let now = Instant::now();
    let past = Ask { deadline: Some(now), ..ask(1) };
    assert_eq!(refusal(&lane, past).await, Some(Shed::Late), "nothing waits for nothing");
    large.abort();
    assert!(large.await.is_err());
    drop(holds);
    settle().await;

    let holds = lane.turn(ask(1)).await.expect("who went away is not waited for");
    let short = enter(&lane, Ask { deadline: Some(now + Duration::from_millis(3)), ..ask(6) });
    let long = enter(&lane, Ask { deadline: Some(now + Duration::from_millis(9)), ..ask(4) });
    settle().await;
    assert_eq!(refusal(&lane, ask(1)).await, Some(Shed::Full));
    advance(Duration::from_millis(4)).await;
    drop(holds);
    assert_eq!(short.await.expect("no panic").err(), Some(Shed::Late));
    assert!(long.await.expect("no panic").is_ok());
}

/// In which order so many of each are let in, each of whom works for so long: a letter each.
async fn order_of(calls: &[(Priority, char, usize, Duration)]) -> String {
    let lane = dear(1_000).await;
    lane.0.pace.yielded.set(0);
    let holds = lane.turn(ask(1)).await.expect("nobody is there");
    let given = Arc::new(Mutex::new(String::new()));
    for &(priority, letter, count, works) in calls {
        for _ in 0..count {
            let (lane, given) = (lane.clone(), Arc::clone(&given));
            tokio::spawn(async move {
                // So many that there is one turn at a time.
                let ask = Ask { priority, ..ask(8) };
                let mut turn = lane.turn(ask).await.expect("it is not long");
                given.lock().expect("no panic").push(letter);
                advance(works).await;
                turn.lap(1);
            });
        }
    }
    settle().await;
    drop(holds);
    let all = calls.iter().map(|(_, _, count, _)| count).sum();
    for _ in 0..1_000 {
        if given.lock().expect("no panic").len() < all {
            settle().await;
        }
    }
    let given = given.lock().expect("no panic");
    given.clone()
}

#[tokio::test(start_paused = true)]
async fn bulk_and_streams_yield_and_do_not_starve() {
    use Priority::{Bulk, Interactive, Stream};
    let most = YIELD_TO as usize + 2;
    for yielding in [Bulk, Stream] {
        let order = order_of(&[(yielding, 'y', 3, TURN), (Interactive, 'i', most, TURN)]).await;
        assert_eq!(order, "iiiiiiiyiiyy", "an eighth of the time, and when nobody else waits");
    }
    let order = order_of(&[(Bulk, 'b', 2, TURN), (Stream, 's', 2, TURN)]).await;
    assert_eq!(order, "bbss", "they do not yield to each other");
}

#[tokio::test(start_paused = true)]
async fn those_who_yield_are_owed_time_and_not_turns() {
    use Priority::{Bulk, Interactive};
    let calls = 2 * YIELD_TO as usize;
    let order = order_of(&[(Bulk, 'b', 1, TURN), (Interactive, 'i', calls, TURN / 2)]).await;
    assert_eq!(order, "iiiiiiiiiiiiiib", "as long as all of these is owed for one turn");
}

#[tokio::test(start_paused = true)]
async fn a_turn_that_nobody_takes_goes_on() {
    let lane = dear(100).await;
    let holds = lane.turn(ask(1)).await.expect("nobody is there");
    let (gone, next) = (enter(&lane, ask(1)), enter(&lane, ask(1)));
    settle().await;
    // Granted, and dropped before it could run.
    drop(holds);
    gone.abort();
    assert!(gone.await.is_err());
    assert!(next.await.expect("no panic").is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_long_call_lets_those_who_wait_go_first() {
    let lane = dear(100).await;
    let mut turn = lane.turn(ask(2)).await.expect("nobody is there");
    let other = enter(&lane, ask(2));
    settle().await;
    advance(TURN / 2).await;
    assert_eq!(turn.lap(1), TURN / 2);
    assert!(!turn.is_over());
    advance(TURN / 2).await;
    turn.lap(1);
    assert!(turn.is_over());
    let order = Mutex::new(Vec::new());
    let (again, ()) = tokio::join!(
        async {
            for _ in 1..SHORT_TURNS {
                turn = lane.another_turn(turn, ask(2)).await;
                order.lock().expect("no panic").push("goes on");
                advance(TURN).await;
                turn.lap(1);
            }
            let again = lane.another_turn(turn, ask(2)).await;
            order.lock().expect("no panic").push("again");
            again
        },
        async {
            let other = other.await.expect("no panic").expect("it is its turn");
            order.lock().expect("no panic").push("other");
            advance(TURN).await;
            drop(other);
        }
    );
    let expected = ["goes on", "goes on", "goes on", "other", "again"];
    assert_eq!(*order.lock().expect("no panic"), expected);
    assert!(!again.is_over() && again.waited.is_some());
}

#[tokio::test(start_paused = true)]
async fn short_calls_pass_long_ones() {
    let lane = dear(100).await;
    let mut long = lane.turn(ask(0)).await.expect("nobody is there");
    long.ordinal = SHORT_TURNS;
    let holds = lane.turn(ask(1)).await.expect("that one promises nothing");
    let waits = lane.clone();
    let long = tokio::spawn(async move { waits.another_turn(long, ask(1)).await });
    settle().await;
    let short = enter(&lane, ask(1));
    settle().await;
    drop(holds);
    drop(short.await.expect("no panic").expect("it goes first"));
    assert!(!long.is_finished(), "it waits for the next round");
    settle().await;
    assert!(long.is_finished());
}

#[tokio::test(start_paused = true)]
async fn the_cost_of_a_unit_is_learned_at_once_and_forgotten_slowly() {
    let lane = start(100);
    assert_eq!(lane.units_within(TURN), usize::MAX, "nothing is known");
    let mut turn = lane.turn(ask(1)).await.expect("nobody is there");
    advance(Duration::from_micros(800)).await;
    turn.lap(8);
    assert_eq!(lane.units_within(TURN), 10);
    assert_eq!(lane.units_within(Duration::from_nanos(1)), 1, "one at least");
    for _ in 0..40 {
        turn.lap(1);
    }
    assert!(lane.units_within(TURN) > 1_000);
}

/// In real time: what comes in at a socket is seen between two rounds of work, however many wait for a turn.
#[tokio::test]
async fn sockets_are_looked_at_between_rounds() {
    let lane = Lane::new(
        LaneLimits { wait_max: Duration::from_secs(60), waiting_max: 10_000 },
        thread_clock,
    );
    let runs = lane.clone();
    tokio::spawn(async move { runs.run().await });
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let mut client =
        TcpStream::connect(listener.local_addr().expect("bound")).await.expect("connected");
    let (mut server, _) = listener.accept().await.expect("accepted");
    let turns = Arc::new(Mutex::new(0));
    let workers: Vec<_> = (0..40)
        .map(|_| {
            let (lane, turns) = (lane.clone(), Arc::clone(&turns));
            tokio::spawn(async move {
                let mut turn = lane.turn(ask(1)).await.expect("it may wait");
                let began = std::time::Instant::now();
                while began.elapsed() < ROUND {
                    std::hint::spin_loop();
                }
                turn.lap(1);
                *turns.lock().expect("no panic") += 1;
            })
        })
        .collect();
    let reading = tokio::spawn(async move { server.read_u8().await });
    client.write_all(b"x").await.expect("sent");
    reading.await.expect("no panic").expect("a byte");
    let seen_after = *turns.lock().expect("no panic");
    for worker in workers {
        worker.await.expect("no panic");
    }
    assert_eq!(*turns.lock().expect("no panic"), 40);
    assert!(seen_after <= 3, "{seen_after} turns went by before the socket was looked at");
}
