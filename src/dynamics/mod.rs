//! Bodies, force elements and integrators (model sections 1-4). Knows no vehicle.

pub mod adaptive;
pub mod contact;
pub mod crush;
pub mod element;
pub mod lane;
pub mod network;
pub mod record;
pub mod rider;
mod sample;
mod sensor;
pub mod separation;
pub mod share;
pub mod step;
pub mod system;
mod topology;
pub mod yaw;

pub use network::{
    BodyId, BodySpec, Cell, Crush, CrushLaw, Drive, GroupId, MaxwellSpec, MountSpec, Network, Port, Pretension,
    PushedSpec, Ramp, RiderSpec, Sensor, SensorId, Share, SliderSpec, ThoraxSpec, TurnSpec, YawSpec,
};
pub use record::{Detail, Plan, Record, Solver, Turn};
pub use step::{Registers, simulate, simulate_in, simulate_lanes};

/// Why a simulation could not be set up or finished.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SimulationError {
    /// The step exceeds the stability limit.
    #[error("a step of {step_us} us is too large for {element} (at most {largest_us:.3} us is stable there)")]
    StepTooLarge {
        /// Requested step.
        step_us: f64,
        /// Stiffest element.
        element: String,
        /// Largest stable step.
        largest_us: f64,
    },
    /// A state left the finite numbers.
    #[error("the state of {body} is no longer finite at {time_ms:.3} ms")]
    NotFinite {
        /// Body or tip.
        body: String,
        /// When it was noticed.
        time_ms: f64,
    },
    /// Cases in one batch differ in bodies, cells or elements.
    #[error("cases of one batch must share a topology: {0} differ")]
    Topology(&'static str),
    /// The adaptive solver gave up.
    #[error("the adaptive solver stopped at {time_ms:.3} ms: {why}")]
    Adaptive {
        /// When.
        time_ms: f64,
        /// Reason.
        why: String,
    },
}
