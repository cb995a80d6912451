//! Nothing allocates in the step loop: the number of allocations of a run does not depend on its steps.
//!
//! A test binary of its own, since it replaces the allocator; one test, so that no other thread counts in.

use std::alloc::{GlobalAlloc, Layout, System};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use crumple::collision::assemble;
use crumple::collision::file::load_case;
use crumple::dynamics::{Detail, Network, Plan, Record, simulate, simulate_lanes};
use crumple::models::{self, Model};

/// The system's allocator with a count.
struct Counting;

static COUNT: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is passed on unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.fetch_add(1, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }
    unsafe fn realloc(&self, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        COUNT.fetch_add(1, Ordering::Relaxed);
        unsafe { System.realloc(old, layout, size) }
    }
    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Allocations of a run.
fn counted<T>(run: impl Fn() -> T) -> usize {
    let before = COUNT.load(Ordering::Relaxed);
    let result = run();
    let count = COUNT.load(Ordering::Relaxed) - before;
    drop(result);
    count
}

/// A plan of `steps` steps and 40 samples.
fn plan(steps: usize, detail: Detail) -> Plan {
    let mut plan = Plan::new(steps as f64 * 5e-6, 5e-6);
    plan.stride = steps / 40;
    plan.detail = detail;
    plan
}

#[test]
fn ten_times_the_steps_cost_no_more_allocations() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/n-box-vs-f-150.toml");
    let (case, _) = load_case(&file).expect("the shipped case loads");
    let shipped = assemble(&case).expect("it assembles").network;
    let elements = [
        models::lobdell(23.4, 6.71),
        models::coach(),
        models::breaking_mount(),
        models::rate_factor(),
        models::half_sine_restraint(0.03),
    ];
    let mut nets: Vec<Network> = elements.into_iter().map(|m: Model| m.network).collect();
    nets.push(shipped);
    for net in &nets {
        for detail in [Detail::Full, Detail::Lean] {
            let alone = |steps: usize| -> usize {
                counted(|| -> Record { simulate(net, &plan(steps, detail)).expect("runs") })
            };
            let beside = |steps: usize| counted(|| simulate_lanes::<8>(&[net; 8], &plan(steps, detail)).expect("runs"));
            // Once before, so that nothing that is set up once counts.
            alone(400);
            beside(400);
            // 2 and 20 ms: the longer run has contacts, yields and breaks that the shorter has not.
            assert_eq!(alone(400), alone(4000), "{detail:?}, alone");
            assert_eq!(beside(400), beside(4000), "{detail:?}, eight lanes");
        }
    }
}
