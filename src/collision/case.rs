//! A collision to be simulated: two vehicles as crashed, how they are placed, who sits in them.

use crate::criteria::Dummy;
use crate::dynamics::{Plan, Solver};
use crate::occupant::{Restraint, Seat};
use crate::risk::delta_v::CrashMode;
use crate::units::US;
use crate::vehicle::{Face, Vehicle, VehicleClass};

use super::face::Placement;

/// One of the two vehicles.
#[derive(Debug, Clone, PartialEq)]
pub struct Party {
    /// The vehicle at its mass and ride height in this case.
    pub vehicle: Vehicle,
    /// Speed along its own heading, m/s.
    pub speed_mps: f64,
    /// Struck face.
    pub face: Face,
}

impl Party {
    /// A vehicle struck on its front.
    pub fn front(vehicle: Vehicle, speed_mps: f64) -> Self {
        Self {
            vehicle,
            speed_mps,
            face: Face::Front,
        }
    }

    /// Heading along x: +1 for vehicle 1; vehicle 2 comes towards it unless struck on its rear.
    pub fn heading(&self, index: usize) -> f64 {
        if index == 0 || self.face == Face::Rear {
            1.0
        } else {
            -1.0
        }
    }
}

/// An occupant and the vehicle it sits in.
#[derive(Debug, Clone, PartialEq)]
pub struct SeatedOccupant {
    /// 0 or 1.
    pub vehicle: usize,
    /// Seat.
    pub seat: Seat,
    /// Dummy.
    pub dummy: Dummy,
    /// Belts, bag and what else holds it.
    pub restraint: Restraint,
    /// Added to every firing time, s: late triggering.
    pub fire_delay_s: f64,
}

/// Yaw and side grip of a case (model section 11).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Turning {
    /// Do the vehicles turn? `None`: below full overlap only.
    pub yaw: Option<bool>,
    /// Friction of face on face, at least 0. More turns a car struck on one side less, until it no longer slips;
    /// 0 lets it slide sideways freely.
    pub friction: f64,
}

impl Default for Turning {
    fn default() -> Self {
        Self {
            yaw: None,
            friction: 0.5,
        }
    }
}

/// A whole case. What is not said of one is as in [`Case::of`]:
///
/// ```
/// use crumple::collision::{Case, run};
/// use crumple::vehicle::Library;
/// # fn main() -> Result<(), crumple::error::Error> {
/// let library = Library::find(None)?;
/// let (kei, pickup) = (library.vehicle("honda-n-box-jf1")?, library.vehicle("ford-f-150-2018")?);
/// let case = Case {
///     overlap: 0.5,
///     ..Case::head_on(&kei, &pickup, 56.0 / 3.6)
/// };
/// let [small, large] = run(&case)?.outcome.vehicles;
/// assert!(small.delta_v_mps > large.delta_v_mps);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Name for reports.
    pub name: String,
    /// Striking vehicle first.
    pub parties: [Party; 2],
    /// Overlap as a share of the narrower width, 0 to 1.
    pub overlap: f64,
    /// Vehicle 1 is struck on its left.
    pub struck_left: bool,
    /// Yaw and side grip.
    pub turning: Turning,
    /// Occupants.
    pub occupants: Vec<SeatedOccupant>,
    /// Integration settings.
    pub plan: Plan,
    /// Scheme.
    pub solver: Solver,
}

impl Case {
    /// Two parties at full overlap, struck on the left of the first where it is less, nobody aboard; 160 ms at 10 us.
    pub fn of(parties: [Party; 2]) -> Self {
        let [a, b] = parties.each_ref().map(|p| p.vehicle.name.as_str());
        Self {
            name: format!("{a} into {b}"),
            parties,
            overlap: 1.0,
            struck_left: true,
            turning: Turning::default(),
            occupants: Vec::new(),
            plan: Plan::new(0.16, 10.0 * US),
            solver: Solver::Leapfrog,
        }
    }

    /// Front to front, each vehicle at a speed of its own.
    pub fn head_on(first: &Vehicle, second: &Vehicle, speed_mps: f64) -> Self {
        Self::of([first, second].map(|v| Party::front(v.clone(), speed_mps)))
    }

    /// Place of vehicle 2's face against vehicle 1's.
    pub fn placement(&self) -> Placement {
        Placement::new(
            self.overlap,
            self.struck_left,
            self.widths_m(),
            self.against_barrier(),
            self.parties[1].face != Face::Rear,
        )
    }

    /// Do the vehicles turn in this case?
    pub fn turns(&self) -> bool {
        self.turning.yaw.unwrap_or(self.overlap < 1.0)
    }

    /// Kind of crash for the occupants of a vehicle, as field curves sort them.
    pub fn crash_mode(&self, side: usize) -> CrashMode {
        match self.parties[side].face {
            Face::Front => CrashMode::Frontal,
            Face::Rear => CrashMode::Rear,
            Face::Left | Face::Right => CrashMode::All,
        }
    }

    /// Overlapped width over a vehicle's own width, 0 to 1 (model section 4): the wider of two vehicles has less
    /// than 1 even at full overlap.
    pub fn width_share(&self, side: usize) -> f64 {
        let [a, b] = self.widths_m();
        let of = if self.against_barrier() { a } else { a.min(b) };
        (self.overlap * of / [a, b][side]).min(1.0)
    }

    fn widths_m(&self) -> [f64; 2] {
        self.parties.each_ref().map(|p| p.vehicle.body.width_m)
    }

    fn against_barrier(&self) -> bool {
        self.parties[1].vehicle.class == VehicleClass::Barrier
    }
}
