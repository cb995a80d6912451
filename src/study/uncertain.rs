//! Uncertainty of the reference target's sizings in a study ([`crate::sizing::uncertainty`]).

use serde::Deserialize;
use toml::Spanned;

use super::progress::{Progress, Stage};
use super::reader::Reader;
use super::size::{Sizer, SizingRow};
use crate::error::Error;
use crate::sizing::uncertainty::parts::FolderParts;
use crate::sizing::uncertainty::{Population, Request, analyse};
use crate::vehicle::Vehicle;

/// Coarsest step of a draw, s.
const STEP_S: f64 = 50e-6;

/// What a study asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct UncertaintySpec {
    /// Vehicles whose sizing for the reference target is analysed.
    pub vehicles: Vec<String>,
    /// Draws, probabilities, seed.
    pub request: Request,
}

/// `[uncertainty]` of a study file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawUncertainty {
    vehicles: Option<Vec<Spanned<String>>>,
    draws: Option<Spanned<usize>>,
    confidence: Option<Spanned<Vec<f64>>>,
    seed: Option<u64>,
    sobol_rows: Option<Spanned<usize>>,
    search_draws: Option<Spanned<usize>>,
}

impl Reader<'_> {
    pub(super) fn uncertainty(
        &self,
        raw: Option<&Spanned<RawUncertainty>>,
        vehicles: &[String],
    ) -> Result<Option<UncertaintySpec>, Error> {
        let Some(at) = raw else { return Ok(None) };
        let (raw, usual) = (at.get_ref(), Request::default());
        let number = |given: &Option<Spanned<usize>>, usual: usize| {
            given.as_ref().map_or(usual, |n| *n.get_ref())
        };
        let confidence = raw.confidence.as_ref().map(|c| c.get_ref().clone());
        let request = Request {
            draws: number(&raw.draws, usual.draws),
            confidence: confidence.unwrap_or(usual.confidence),
            seed: raw.seed.unwrap_or(usual.seed),
            sobol_rows: number(&raw.sobol_rows, usual.sobol_rows),
            search_draws: number(&raw.search_draws, usual.search_draws),
        };
        if let Err(Error::Request { message, help }) = request.check() {
            let spans = [
                ("draws", raw.draws.as_ref().map(Spanned::span)),
                ("confidence", raw.confidence.as_ref().map(Spanned::span)),
                ("sobol_rows", raw.sobol_rows.as_ref().map(Spanned::span)),
                ("search_draws", raw.search_draws.as_ref().map(Spanned::span)),
            ];
            let of = |(key, span): (&str, Option<_>)| span.filter(|_| message.starts_with(key));
            let span = spans.into_iter().find_map(of).unwrap_or_else(|| at.span());
            return Err(self.text.error(span, &message, &help).into());
        }
        let chosen = match &raw.vehicles {
            None => vehicles.to_vec(),
            Some(ids) => {
                let foreign = ids.iter().find(|id| !vehicles.contains(id.get_ref()));
                if let Some(id) = foreign {
                    let what = format!("\"{}\" is not under study", id.get_ref());
                    return Err(self.bad(id, &what, "name some of vehicles"));
                }
                ids.iter().map(|id| id.get_ref().clone()).collect()
            }
        };
        Ok(Some(UncertaintySpec {
            vehicles: chosen,
            request,
        }))
    }
}

/// The progress of one vehicle's analysis, told as parts of the study's step.
struct Within<'a> {
    study: &'a dyn Progress,
    vehicle: &'a str,
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

impl Sizer<'_> {
    /// Put the analysis of the reference target's design into its row, as `uncertainty`.
    ///
    /// # Errors
    /// [`Error::Interrupted`] when told to stop (finished parts are kept); the first error of any case.
    pub fn uncertainty(
        &self,
        vehicles: &[Vehicle],
        sizings: &mut [SizingRow],
    ) -> Result<(), Error> {
        let Some(asked) = &self.spec.uncertainty else {
            return Ok(());
        };
        let asked_for = |v: &&Vehicle| asked.vehicles.contains(&v.id);
        let chosen: Vec<&Vehicle> = vehicles.iter().filter(asked_for).collect();
        self.progress.begin(Stage::Uncertainty, chosen.len());
        for vehicle in chosen {
            let row = sizings
                .iter_mut()
                .find(|s| s.vehicle == vehicle.id && s.target == self.spec.reference);
            let Some(row) = row else { continue };
            let evaluator = self.searching();
            let problem = self.problem(vehicle, &row.limits);
            let population = Population::new(&problem, &evaluator, STEP_S)?;
            let folder = self
                .folder
                .join("parts")
                .join(format!("uncertainty-{}", vehicle.id));
            let parts = FolderParts::new(&folder, self.stamp.input_hash.as_str());
            let within = Within {
                study: self.progress,
                vehicle: &vehicle.id,
            };
            let found = analyse(&population, &row.design, &asked.request, &within, &parts)?;
            if found.interrupted {
                return Err(Error::Interrupted);
            }
            row.answer["uncertainty"] = serde_json::json!(found);
            self.progress.step(&vehicle.id);
        }
        Ok(())
    }
}
