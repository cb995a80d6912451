//! What a study tells of its progress, and how it is asked to stop.

/// What is being worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Pairs as built.
    AsBuilt,
    /// Own wall tests.
    Wall,
    /// Sizing.
    Sizing,
    /// Pareto fronts.
    Fronts,
    /// Feasibility maps.
    Maps,
    /// Uncertainty of the reference target's designs.
    Uncertainty,
    /// The reference design in every pair.
    Sized,
}

/// Told of progress; may be called from several threads.
pub trait Progress: Sync {
    /// A stage begins with this many steps.
    fn begin(&self, stage: Stage, steps: usize);
    /// One step is done.
    fn step(&self, what: &str);
    /// A part of a step begins that takes so many steps of its own.
    fn part(&self, what: &str, steps: usize) {
        let _ = (what, steps);
    }
    /// So many steps of the part are done.
    fn part_done(&self, steps: usize) {
        let _ = steps;
    }
    /// Should the study stop? Finished files are kept.
    fn stop(&self) -> bool;
}

/// The progress of one vehicle's analysis, told as parts of the study's step.
pub(super) struct Within<'a> {
    pub study: &'a dyn Progress,
    pub vehicle: &'a str,
}

impl crate::sizing::uncertainty::Progress for Within<'_> {
    fn begin(&self, stage: &str, steps: usize) {
        let what = format!("{}, {stage}", self.vehicle);
        self.study.part(&what, steps);
    }
    fn done(&self, steps: usize) {
        self.study.part_done(steps);
    }
    fn stop(&self) -> bool {
        self.study.stop()
    }
}

/// Work inside a step that several threads do at once: it can be stopped, and says nothing.
pub(super) struct Quiet<'a>(pub &'a dyn Progress);

impl crate::sizing::uncertainty::Progress for Quiet<'_> {
    fn begin(&self, _: &str, _: usize) {}
    fn done(&self, _: usize) {}
    fn stop(&self) -> bool {
        self.0.stop()
    }
}
