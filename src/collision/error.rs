//! A system that could not be set up or finished, as an error of the program.

use crate::dynamics::SimulationError;
use crate::error::Error;

impl From<SimulationError> for Error {
    fn from(e: SimulationError) -> Self {
        Self::Simulation(Box::new(e))
    }
}
