//! What assigning allocates: nothing for a unit, and for many of them the list of the answers.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use avos::assign::{Assigner, Groups};
use avos::config;
use avos::domain::{HashAlgorithm, LayerId, State};
use avos::plan::{Scope, plan_changes};
use jiff::Timestamp;

/// The system's allocator, counting what the threads that are being watched ask of it.
struct Counting;

thread_local! {
    static COUNT: Cell<Option<u64>> = const { Cell::new(None) };
}

#[expect(unsafe_code, reason = "an allocator can't be written without")]
// SAFETY: every call goes to the system's allocator as it came; the counter allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.set(COUNT.get().map(|count| count + 1));
        // SAFETY: the caller's promises are those that the system's allocator asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above; the pointer came from the system's allocator.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How often this thread allocates meanwhile. Growing a list counts too.
fn allocations(work: impl FnOnce()) -> u64 {
    COUNT.set(Some(0));
    work();
    COUNT.take().expect("counted")
}

const UNITS: u64 = 100_000;

fn units() -> Vec<String> {
    (0..UNITS).map(|number| format!("user_{number}")).collect()
}

fn at() -> Timestamp {
    "2026-01-01T00:00:00Z".parse().expect("a time")
}

fn assigner() -> Assigner {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/configs/v1");
    let files = config::read_sources(dir.as_ref()).expect("the examples");
    let desired = config::check_sources(&files, at()).desired;
    let nothing = State::empty(HashAlgorithm::Sha256);
    let planned = plan_changes(&desired, &nothing, &Scope::All, at());
    Assigner::new(&nothing.with_layers(planned.after))
}

#[test]
fn what_is_allocated_is_counted() {
    let count = allocations(|| {
        let units = units();
        assert_eq!(units.len() as u64, UNITS);
    });
    assert!(count > UNITS, "{count}");
}

#[test]
fn a_unit_allocates_nothing() {
    let (assigner, units, groups) = (assigner(), units(), Groups::default());
    let layer = LayerId::from("homepage_hero");
    let mut variants = 0;
    let count = allocations(|| {
        for unit in &units {
            let answer = assigner.assign(&layer, unit, &groups, at());
            variants += u64::from(answer.is_ok_and(|answer| answer.variant.is_some()));
            for (_, answer) in assigner.assign_all_layers(unit, &groups, at()) {
                variants += u64::from(answer.is_ok_and(|answer| answer.variant.is_some()));
            }
        }
    });
    assert!(variants > UNITS, "{variants}");
    assert_eq!(count, 0);
}

#[cfg(feature = "bulk")]
#[test]
fn many_units_allocate_the_list_of_their_answers() {
    use std::sync::atomic::{AtomicU64, Ordering};

    // What all threads of the pool allocate, told by each as it ends.
    static TOTAL: AtomicU64 = AtomicU64::new(0);
    let (assigner, units, groups) = (assigner(), units(), Groups::default());
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(4)
        .start_handler(|_| COUNT.set(Some(0)))
        .exit_handler(|_| {
            TOTAL.fetch_add(COUNT.take().expect("counted"), Ordering::SeqCst);
        });
    let answered = pool
        .build_scoped(rayon::ThreadBuilder::run, |pool| {
            let layer = LayerId::from("homepage_hero");
            let answers = pool.install(|| assigner.assign_bulk(&layer, &units, &groups, at()));
            answers.expect("a known layer").len() as u64
        })
        .expect("a pool");
    assert_eq!(answered, UNITS);
    let total = TOTAL.load(Ordering::SeqCst);
    // The list, and what the pool needs for itself: far less than one for each task.
    assert!((1..100).contains(&total), "{total}");
}
