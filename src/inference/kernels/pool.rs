//! Threads that share out a loop, for loops of a hundred microseconds that come thousands a second.
//!
//! A decoder does some 140 of them for a token. rayon's sleeping and waking costs as much as the work, and on a machine with
//! other things to do a fixed share for each thread waits for whichever was interrupted. Here threads take the next piece
//! from a counter, look for more work a short while before they sleep, and whoever started the loop waits only for pieces
//! that somebody is working on.

use std::{
    cell::UnsafeCell,
    hint::spin_loop,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::{
        Arc,
        atomic::{
            AtomicBool, AtomicU64, AtomicUsize,
            Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst},
        },
    },
    thread::{self, JoinHandle},
};

/// How often a thread looks for work before it sleeps: some 20 microseconds, longer than the gap between two loops.
const LOOKS: u32 = 2_000;
/// Pieces of one loop at most: the counter shares a word with the number of the loop.
const MAX_PIECES: usize = 0xffff;

type Work = dyn Fn(usize) + Sync;

/// A number of threads, the caller's included.
pub(in crate::inference) struct Pool {
    shared: Arc<Shared>,
    helpers: Vec<JoinHandle<()>>,
}

struct Shared {
    /// The loop's number, its pieces, and the next piece to take: 32, 16 and 16 bits. One word, so that a helper that was
    /// interrupted for long cannot take a piece of a loop that has ended.
    state: AtomicU64,
    /// Written by the caller while no piece is out; read by whoever holds a piece.
    work: UnsafeCell<Option<&'static Work>>,
    done: AtomicUsize,
    panicked: AtomicBool,
    ending: AtomicBool,
    asleep: Vec<AtomicBool>,
}

// SAFETY: `work` is the only field that is not `Sync`. It is written only in `Pool::run`, which `&mut self` makes exclusive,
// while every piece of the loop before is done and the next loop is not yet announced; it is read only between taking a
// piece and reporting it done.
unsafe impl Sync for Shared {}

impl Pool {
    /// Starts `threads - 1` helpers; where the system gives fewer, the pool is smaller.
    pub fn new(threads: usize) -> Self {
        let helpers = threads.saturating_sub(1);
        let shared = Arc::new(Shared {
            state: AtomicU64::new(0),
            work: UnsafeCell::new(None),
            done: AtomicUsize::new(0),
            panicked: AtomicBool::new(false),
            ending: AtomicBool::new(false),
            asleep: (0..helpers).map(|_| AtomicBool::new(false)).collect(),
        });
        let start = |index| {
            let shared = Arc::clone(&shared);
            thread::Builder::new().name(format!("text-model-{index}")).spawn(move || shared.help(index)).ok()
        };
        let helpers = (0..helpers).map_while(start).collect();
        Self { shared, helpers }
    }

    /// Calls `work` with every number below `pieces`, from several threads at once, and returns when all calls have.
    /// Panics when one of them does.
    pub fn run(&mut self, pieces: usize, work: &(dyn Fn(usize) + Sync)) {
        assert!(pieces <= MAX_PIECES, "a loop of {pieces} pieces");
        if pieces <= 1 || self.helpers.is_empty() {
            return (0..pieces).for_each(work);
        }
        let shared = &*self.shared;
        // SAFETY: the reference is used only by holders of a piece, and this function does not return, nor unwind, before all
        // pieces are reported done; so it outlives every use in spite of the lifetime claimed here.
        let work = unsafe { std::mem::transmute::<&(dyn Fn(usize) + Sync), &'static Work>(work) };
        // SAFETY: see `Sync` above: no piece is out, and `&mut self` keeps other callers away.
        unsafe { *shared.work.get() = Some(work) };
        shared.done.store(0, Relaxed);
        let number = (shared.state.load(Relaxed) >> 32).wrapping_add(1);
        shared.state.store((number << 32) | ((pieces as u64) << 16), SeqCst);
        for (helper, asleep) in self.helpers.iter().zip(&shared.asleep) {
            if asleep.load(SeqCst) {
                helper.thread().unpark();
            }
        }
        let own = catch_unwind(AssertUnwindSafe(|| while shared.take_and_do() {}));
        shared.wait(pieces, own.is_err());
        // Taken back in either case: the next loop is not to blame.
        let helper_panicked = shared.panicked.swap(false, AcqRel);
        if let Err(panic) = own {
            resume_unwind(panic);
        }
        assert!(!helper_panicked, "a helper thread panicked");
    }
}

impl Shared {
    /// Does one piece, if there is one to take.
    fn take_and_do(&self) -> bool {
        let Some(piece) = self.take() else { return false };
        // SAFETY: we hold a piece, so the caller of `run` waits and `work` is set and not written.
        let work = unsafe { (*self.work.get()).expect("set before pieces are given out") };
        let _report = Report(self);
        work(piece);
        true
    }

    fn take(&self) -> Option<usize> {
        let has_more = |state: u64| (state & 0xffff) < ((state >> 16) & 0xffff);
        let taken = self.state.fetch_update(AcqRel, Acquire, |state| has_more(state).then_some(state + 1));
        taken.ok().map(|state| (state & 0xffff) as usize)
    }

    /// Waits until every piece is done. After a panic of the caller the rest is left undone.
    fn wait(&self, mut pieces: usize, panicked: bool) {
        if panicked {
            while self.take().is_some() {
                pieces -= 1;
            }
        }
        let mut looks = 0u32;
        while self.done.load(Acquire) < pieces {
            looks += 1;
            // Whoever has the last piece may have been interrupted, perhaps by us.
            if looks.is_multiple_of(LOOKS) { thread::yield_now() } else { spin_loop() }
        }
    }

    fn help(&self, index: usize) {
        let mut looks = 0;
        while !self.ending.load(Acquire) {
            match catch_unwind(AssertUnwindSafe(|| self.take_and_do())) {
                Ok(true) => looks = 0,
                Ok(false) if looks < LOOKS => {
                    looks += 1;
                    spin_loop();
                }
                Ok(false) => self.sleep(index),
                // Reported with its piece.
                Err(_) => looks = 0,
            }
        }
    }

    fn sleep(&self, index: usize) {
        self.asleep[index].store(true, SeqCst);
        let state = self.state.load(SeqCst);
        let nothing_to_do = (state & 0xffff) >= ((state >> 16) & 0xffff);
        if nothing_to_do && !self.ending.load(SeqCst) {
            thread::park();
        }
        self.asleep[index].store(false, SeqCst);
    }
}

/// Reports a piece done, even when it panics. The panic is told first: whoever waits for the piece looks for it as soon as
/// the piece is done.
struct Report<'a>(&'a Shared);

impl Drop for Report<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.panicked.store(true, Relaxed);
        }
        self.0.done.fetch_add(1, Release);
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.ending.store(true, SeqCst);
        for helper in self.helpers.drain(..) {
            helper.thread().unpark();
            // A panic of the helper was passed on when it happened.
            let _ = helper.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_piece_is_done_once() {
        let mut pool = Pool::new(3);
        for pieces in (0..200).chain([60_000]) {
            let counts: Vec<AtomicUsize> = (0..pieces).map(|_| AtomicUsize::new(0)).collect();
            pool.run(pieces, &|piece| {
                counts[piece].fetch_add(1, Relaxed);
            });
            assert!(counts.iter().all(|count| count.load(Relaxed) == 1), "{pieces} pieces");
        }
    }

    #[test]
    fn a_panic_is_passed_on_and_the_pool_goes_on() {
        let mut pool = Pool::new(2);
        for bad in 0..20 {
            let run = catch_unwind(AssertUnwindSafe(|| pool.run(20, &|piece| assert_ne!(piece, bad))));
            assert!(run.is_err());
        }
        let sum = AtomicUsize::new(0);
        pool.run(10, &|piece| {
            sum.fetch_add(piece, Relaxed);
        });
        assert_eq!(sum.load(Relaxed), 45);
    }

    #[test]
    fn a_panic_belongs_to_the_loop_it_happened_in() {
        let mut pool = Pool::new(2);
        for _ in 0..200 {
            // Both threads panic, so that one panic is the caller's and one a helper's whenever the helper came in time.
            let run = catch_unwind(AssertUnwindSafe(|| pool.run(2, &|piece| assert!(piece > 1))));
            assert!(run.is_err());
            pool.run(2, &|_| {});
        }
    }
}
