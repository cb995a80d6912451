//! Channel files of a run: CSV, Parquet, ISO-MME, and the words their codes stand for.

use std::path::Path;

use crumple::collision::channels::channels;
use crumple::collision::result::CaseResult;
use crumple::collision::{Case, Finished};
use crumple::dynamics::Solver;
use crumple::error::Error;
use crumple::exchange::{RunInfo, VehicleInfo, isomme, parquet, table, uds};
use crumple::signal::Channel;

use super::output;

/// File format of channels.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ChannelFormat {
    /// One CSV file
    Csv,
    /// One Parquet file
    Parquet,
    /// An ISO-MME folder
    Isomme,
    /// The same as a zip archive
    IsommeZip,
    /// NHTSA UDS-1992, one file per channel
    Uds,
}

/// Channel files of a run.
pub fn write(
    folder: &Path,
    case: &Case,
    finished: &Finished,
    result: &CaseResult,
    formats: &[ChannelFormat],
) -> Result<(), Error> {
    if formats.is_empty() {
        return Ok(());
    }
    let named = channels(case, finished)?;
    let plain: Vec<Channel> = named.iter().map(|n| n.channel.clone()).collect();
    let info = RunInfo {
        title: case.name.clone(),
        version: result.stamp.version.clone(),
        input_hash: result.stamp.input_hash.clone(),
        step_us: result.stamp.step_us,
        solver: match case.solver {
            Solver::Leapfrog => "leapfrog".into(),
            Solver::Dopri5 => "dopri5".into(),
        },
        vehicles: case
            .parties
            .iter()
            .map(|p| VehicleInfo {
                name: p.vehicle.id.clone(),
                mass_kg: p.vehicle.total_kg(),
                speed_mps: p.speed_mps,
            })
            .collect(),
    };
    for format in formats {
        match format {
            ChannelFormat::Csv => table::write_csv(&folder.join("channels.csv"), &plain, &info)?,
            ChannelFormat::Parquet => parquet::write_channels(&folder.join("channels.parquet"), &plain, &info)?,
            ChannelFormat::Isomme => {
                isomme::write_isomme(&folder.join("isomme"), "run", &plain, &info)?;
            }
            ChannelFormat::IsommeZip => {
                isomme::write_isomme_zip(&folder.join("isomme.zip"), "run", &plain, &info)?;
            }
            ChannelFormat::Uds => {
                uds::write_uds(&folder.join("uds"), "run", &plain, &info)?;
            }
        }
    }
    let words: serde_json::Map<String, serde_json::Value> = named
        .into_iter()
        .map(|n| (n.channel.code, n.description.into()))
        .collect();
    output::json_file(&folder.join("channels.json"), &words)
}
