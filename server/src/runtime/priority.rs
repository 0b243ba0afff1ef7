//! The priority of the thread that loads inventories.

/// How much the thread steps back, of 0 (as much as any) to 19 (least). At 10 it gets a tenth of a core that calls would fill
/// alone, so that a reload comes to its end on a machine that is never idle.
#[cfg(target_os = "linux")]
const NICE: i32 = 10;

/// Lets calls go before this thread from now on, and before the threads that it starts: a reload takes seconds of a core, and
/// a call that waits for it takes as long as a time slice. There is no way back, and nothing depends on it: where the system
/// has no such thing, or refuses, the thread goes on as it is.
pub(super) fn yield_to_calls() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(Some(rustix::thread::gettid()), NICE);
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::{NICE, yield_to_calls};

    #[test]
    fn a_thread_steps_back_and_no_other_does() {
        let nice = || {
            let thread = Some(rustix::thread::gettid());
            rustix::process::getpriority_process(thread).expect("a thread has a priority")
        };
        let before = nice();
        let stepped_back = std::thread::spawn(move || {
            yield_to_calls();
            nice()
        });
        assert_eq!(stepped_back.join().expect("it ends in order"), NICE.max(before));
        assert_eq!(nice(), before);
    }
}
