//! Uncertainty of the reference target's sizings in a study ([`crate::sizing::uncertainty`]).

use super::progress::{Stage, Within};
use super::size::{Sizer, SizingRow};
use crate::error::Error;
use crate::sizing::uncertainty::parts::FolderParts;
use crate::sizing::uncertainty::{DRAW_STEP_S, Population, analyse};
use crate::vehicle::Vehicle;

impl Sizer<'_> {
    /// Put the analysis of the reference target's design into its row, as `uncertainty`.
    ///
    /// # Errors
    /// [`Error::Interrupted`] when told to stop (finished parts are kept); the first error of any case.
    pub fn uncertainty(&self, vehicles: &[Vehicle], sizings: &mut [SizingRow]) -> Result<(), Error> {
        let Some(asked) = &self.spec.uncertainty else {
            return Ok(());
        };
        let asked_for = |v: &&Vehicle| asked.vehicles.contains(&v.id);
        let chosen: Vec<&Vehicle> = vehicles.iter().filter(asked_for).collect();
        self.progress.begin(Stage::Uncertainty, chosen.len());
        for vehicle in chosen {
            let row = sizings
                .iter_mut()
                .find(|s| s.answer.vehicle == vehicle.id && s.target == self.spec.reference);
            let Some(row) = row else { continue };
            let evaluator = self.searching();
            let problem = self.problem(vehicle, &row.limits);
            let population = Population::new(&problem, &evaluator, DRAW_STEP_S)?;
            let folder = self.folder.join("parts").join(format!("uncertainty-{}", vehicle.id));
            let parts = FolderParts::new(&folder, self.stamp.input_hash.as_str());
            let within = Within {
                study: self.progress,
                vehicle: &vehicle.id,
            };
            let found = analyse(&population, &row.answer.design, &asked.request, &within, &parts)?;
            if found.interrupted {
                return Err(Error::Interrupted);
            }
            row.answer.uncertainty = Some(found);
            self.progress.step(&vehicle.id);
        }
        Ok(())
    }
}
