//! Work that keeps cores busy, away from the threads that answer requests, and after them.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

use tokio::sync::oneshot;

use super::{JobError, cancel::Cancelled};

/// Runs `work`, which keeps a core busy, on a thread of its own that gives way to those that answer requests. A panic ends the job
/// and not the service.
pub(in crate::pipeline) async fn away<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, JobError> {
    const FAULT: &str = "this is a fault of soapstone; the log names the place";
    let fault = || JobError::Passing(FAULT.to_owned());
    let (done, ended) = oneshot::channel();
    let begun = thread::Builder::new().name("work".to_owned()).spawn(move || {
        give_way();
        // Nobody may be waiting any more, which is no fault.
        let _ = done.send(catch_unwind(AssertUnwindSafe(work)));
    });
    begun.map_err(|error| JobError::Passing(format!("no thread can be started: {error}")))?;
    ended.await.map_err(|_| fault())?.map_err(|panic| match panic.is::<Cancelled>() {
        true => JobError::Moot,
        false => fault(),
    })
}

/// Lets other threads have a core first, from now on: recognition and the language model take every core, and somebody who
/// waits for a page would wait for them. Threads that this one starts do the same.
fn give_way() {
    #[cfg(target_os = "linux")]
    {
        /// As `nice` gives without being asked for a number.
        const NICE: libc::c_int = 10;
        // SAFETY: the call takes and returns plain numbers. On Linux, 0 is the calling thread; where it is refused, all goes on as
        // before.
        unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, NICE) };
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    /// The 19th field of stat(5), behind the name in parentheses.
    fn nice() -> i32 {
        let stat = std::fs::read_to_string("/proc/thread-self/stat").expect("Linux tells");
        let (_, fields) = stat.rsplit_once(')').expect("a name");
        fields.split_whitespace().nth(16).expect("a field").parse().expect("a number")
    }

    #[tokio::test]
    async fn work_and_the_threads_that_it_starts_give_way_and_others_do_not() {
        let before = nice();
        let within = away(|| (nice(), thread::spawn(nice).join().expect("it ends"))).await.expect("done");
        assert_eq!(within, (10, 10));
        assert_eq!(nice(), before);
    }
}
