//! `[uncertainty]` of a study file: what is drawn, for which vehicles.

use serde::Deserialize;
use toml::Spanned;

use super::reader::Reader;
use crate::error::Error;
use crate::sizing::uncertainty::Request;

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
    pub(super) vehicles: Option<Vec<Spanned<String>>>,
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
        let number = |given: &Option<Spanned<usize>>, usual: usize| given.as_ref().map_or(usual, |n| *n.get_ref());
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
