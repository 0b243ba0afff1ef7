//! Who may wait, who goes first, and what is a crowd.

use std::time::Duration;

use tokio::time::{Instant, advance, timeout};

use super::super::{Ask, BURST, CALLS_MIN, Priority, Shed, YIELDED_MAX, thread_clock};
use super::{WAIT_MAX, ask, clock, dear, enter, refusal, settle, with_a_full_round};

#[tokio::test(start_paused = true)]
async fn nobody_passes_those_who_wait() {
    let bulk = Ask { priority: Priority::Bulk, ..ask(1) };
    for (first, second, passes) in
        [(ask(1), ask(1), false), (ask(1), bulk, false), (bulk, bulk, false), (bulk, ask(1), true)]
    {
        let (lane, mut held) = with_a_full_round().await;
        let waits = enter(&lane, first);
        settle().await;
        held.pop();
        let comes = enter(&lane, second);
        settle().await;
        assert!(!waits.is_finished(), "there is time, and a turn is held");
        assert_eq!(comes.is_finished(), passes, "calls go before bulk alone: {first:?} {second:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_has_begun_is_not_refused() {
    let lane = dear(100).await;
    let turn = lane.turn(ask(1)).await.expect("nobody is there");
    let late = Ask { deadline: Some(Instant::now()), ..ask(1) };
    assert!(lane.another_turn(turn, late).await.waited.is_some());
}

#[tokio::test(start_paused = true)]
async fn bursts_with_a_moment_of_emptiness_between_them_are_no_overload() {
    let lane = dear(100).await;
    for _ in 0..3 {
        let holds = lane.turn(ask(1)).await.expect("nobody is there");
        let burst: Vec<_> = (0..3 * CALLS_MIN).map(|_| enter(&lane, ask(1))).collect();
        settle().await;
        advance(BURST / 2).await;
        drop(holds);
        for one in burst {
            drop(one.await.expect("no panic").expect("it may wait"));
        }
        advance(BURST * 3).await;
    }
}

#[tokio::test(start_paused = true)]
async fn streams_and_bulk_wait_as_long_as_it_takes() {
    let lane = dear(100).await;
    let holds = lane.turn(ask(1)).await.expect("nobody is there");
    let stream = Ask { priority: Priority::Stream, ..ask(1) };
    let bulk = Ask { priority: Priority::Bulk, ..ask(1) };
    let patient: Vec<_> = (0..3 * CALLS_MIN)
        .flat_map(|_| [stream, bulk])
        .map(|ask| {
            let lane = lane.clone();
            tokio::spawn(async move { lane.turn(ask).await.map(drop) })
        })
        .collect();
    settle().await;
    advance(BURST * 3).await;
    drop(holds);
    for one in patient {
        assert_eq!(one.await.expect("no panic"), Ok(()));
    }
}

/// Whatever waits beside them.
#[tokio::test(start_paused = true)]
async fn who_is_owed_a_turn_has_waited_for_long_and_is_not_refused() {
    for priority in [Priority::Stream, Priority::Bulk] {
        let lane = dear(100).await;
        let holds = lane.turn(ask(1)).await.expect("nobody is there");
        let yields = enter(&lane, Ask { priority, ..ask(1) });
        let calls: Vec<_> = (0..3 * CALLS_MIN).map(|_| enter(&lane, ask(1))).collect();
        settle().await;
        advance(BURST * 3).await;
        lane.0.pace.yielded.set(YIELDED_MAX);
        drop(holds);
        assert!(yields.await.expect("no panic").is_ok(), "{priority:?}");
        drop(calls);
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_waits_where_calls_are_refused() {
    let lane = dear(10).await;
    let holds = lane.turn(ask(1)).await.expect("nobody is there");
    let full = enter(&lane, ask(10));
    settle().await;
    assert_eq!(refusal(&lane, ask(1)).await, Some(Shed::Full));
    let stream = enter(&lane, Ask { priority: Priority::Stream, ..ask(1) });
    settle().await;
    drop(holds);
    drop(full.await.expect("no panic").expect("it may wait"));
    assert!(stream.await.expect("no panic").is_ok());
}

/// Streams take whatever time there is, so that there are always some that wait: that is no overload.
#[tokio::test(start_paused = true)]
async fn streams_that_always_wait_are_no_overload_for_calls() {
    let lane = dear(100).await;
    let holds = lane.turn(ask(1)).await.expect("nobody is there");
    let streams: Vec<_> = (0..3 * CALLS_MIN)
        .map(|_| enter(&lane, Ask { priority: Priority::Stream, ..ask(1) }))
        .collect();
    settle().await;
    advance(BURST * 3).await;
    let calls: Vec<_> = (0..2 * CALLS_MIN).map(|_| enter(&lane, ask(1))).collect();
    settle().await;
    advance(WAIT_MAX * 2).await;
    assert!(!lane.is_crowded());
    drop(holds);
    for call in calls {
        let call = timeout(BURST, call).await.expect("it goes first");
        drop(call.expect("no panic").expect("a burst may wait"));
    }
    assert!(streams.iter().all(|stream| !stream.is_finished()), "they yield");
}

/// Neither are long calls that have begun, and are not refused any more.
#[tokio::test(start_paused = true)]
async fn calls_that_have_begun_are_no_overload_for_others() {
    let lane = dear(100).await;
    let mut begun = Vec::new();
    for _ in 0..3 * CALLS_MIN {
        begun.push(lane.turn(ask(0)).await.expect("it promises nothing"));
    }
    let begun: Vec<_> = begun
        .into_iter()
        .map(|turn| {
            let lane = lane.clone();
            tokio::spawn(async move { lane.another_turn(turn, ask(1)).await })
        })
        .collect();
    settle().await;
    let state = lane.0.state.lock().expect("no panic");
    assert_eq!((state.interactive.calls, state.interactive.units, state.busy_since), (0, 0, None));
    drop(state);
    drop(begun);
}

#[tokio::test(start_paused = true)]
async fn bulk_takes_half_of_what_may_wait() {
    let lane = dear(10).await;
    let holds = lane.turn(ask(1)).await.expect("nobody is there");
    let bulk = |units| Ask { priority: Priority::Bulk, ..ask(units) };
    let stream = Ask { priority: Priority::Stream, ..ask(10) };
    let streams = [enter(&lane, stream), enter(&lane, stream)];
    settle().await;
    let first = [enter(&lane, bulk(3)), enter(&lane, bulk(2))];
    settle().await;
    assert_eq!(refusal(&lane, bulk(1)).await, Some(Shed::Full));
    let calls = [enter(&lane, ask(3)), enter(&lane, ask(2))];
    settle().await;
    assert_eq!(refusal(&lane, ask(1)).await, Some(Shed::Full), "the bound is one for both");
    drop(holds);
    for one in calls.into_iter().chain(streams).chain(first) {
        drop(one.await.expect("no panic").expect("it may wait"));
    }
}

#[tokio::test(start_paused = true)]
async fn cheap_calls_are_a_crowd_only_if_there_are_many() {
    let lane = dear(1_000).await;
    let mut holds = lane.turn(ask(1_000)).await.expect("nobody is there");
    for _ in 0..40 {
        holds.lap(1);
    }
    let few: Vec<_> = (0..=CALLS_MIN).map(|_| enter(&lane, ask(1))).collect();
    settle().await;
    advance(BURST + Duration::from_millis(1)).await;
    lane.0.state.lock().expect("no panic").worked = clock();
    assert!(!lane.is_crowded(), "all of it can be done in time");
    let many: Vec<_> = (0..5 * CALLS_MIN).map(|_| enter(&lane, ask(1))).collect();
    settle().await;
    assert!(lane.is_crowded());
    drop((few, many));
}

#[test]
fn the_clock_of_a_thread_stands_while_it_waits() {
    let before = thread_clock();
    let other = std::thread::spawn(|| {
        let began = std::time::Instant::now();
        while began.elapsed() < Duration::from_millis(20) {
            std::hint::spin_loop();
        }
    });
    other.join().expect("no panic");
    assert!(thread_clock() - before < Duration::from_millis(10));
}

#[tokio::test(start_paused = true)]
async fn a_few_callers_who_wait_for_each_other_are_never_refused() {
    let lane = dear(100).await;
    let mut callers: Vec<_> = (0..CALLS_MIN).map(|_| enter(&lane, ask(1))).collect();
    for _ in 0..20 {
        for caller in &mut callers {
            let next = enter(&lane, ask(1));
            let turn = std::mem::replace(caller, next).await.expect("no panic").expect("few");
            advance(BURST / 4).await;
            drop(turn);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_is_next_is_not_refused_after_a_refusal() {
    let lane = dear(100).await;
    let holds = lane.turn(ask(1)).await.expect("nobody is there");
    let crowd: Vec<_> = (0..2 * CALLS_MIN).map(|_| enter(&lane, ask(1))).collect();
    settle().await;
    advance(BURST * 2).await;
    drop(holds);
    let mut outcomes = Vec::new();
    for one in crowd {
        outcomes.push(one.await.expect("no panic").is_ok());
    }
    let last = outcomes.pop();
    assert_eq!(last, Some(true), "the thread does not idle");
    assert!(outcomes.iter().all(|answered| !answered), "{outcomes:?}");
    let alone = lane.turn(ask(1)).await;
    assert!(alone.is_ok(), "nobody waits before it");
}
