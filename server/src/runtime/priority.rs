//! The priority of the thread that loads inventories.

/// How much the thread steps back, of 0 (as much as any) to 19 (least). At 10 it gets a tenth of a core that calls would fill
/// alone, so that a reload comes to its end on a machine that is never idle.
#[cfg(target_os = "linux")]
pub(super) const NICE: i32 = 10;

/// Lets calls go before this thread from now on, and before the threads that it starts: a reload takes seconds of a core, and
/// a call that waits for it takes as long as a time slice. There is no way back, and nothing depends on it: where the system
/// has no such thing, or refuses, the thread goes on as it is.
pub(super) fn yield_to_calls() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{getpriority_process, setpriority_process};
        let thread = Some(rustix::thread::gettid());
        // A server that was started further back stays there: who may do all could bring the thread forward.
        if getpriority_process(thread).is_ok_and(|nice| nice < NICE) {
            let _ = setpriority_process(thread, NICE);
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::process::{getpriority_process, setpriority_process};

    use super::{NICE, yield_to_calls};

    fn nice() -> i32 {
        getpriority_process(Some(rustix::thread::gettid())).expect("a thread has a priority")
    }

    #[test]
    fn a_thread_steps_back_and_no_other_does() {
        let before = nice();
        let stepped_back = std::thread::spawn(move || {
            yield_to_calls();
            nice()
        });
        assert_eq!(stepped_back.join().expect("it ends in order"), NICE.max(before));
        assert_eq!(nice(), before);
    }

    #[test]
    fn a_thread_that_is_further_back_is_not_brought_forward() {
        let further_back = std::thread::spawn(|| {
            let thread = Some(rustix::thread::gettid());
            setpriority_process(thread, 19).expect("anybody may step back");
            yield_to_calls();
            nice()
        });
        assert_eq!(further_back.join().expect("it ends in order"), 19);
    }
}
