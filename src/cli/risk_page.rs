//! Risk curves of a run's occupants, on request: `run --risk`.

use crumple::collision::Case;
use crumple::collision::result::CaseResult;
use crumple::error::Error;
use crumple::risk::NcapInput;
use crumple::risk::curves::{BodyRegion, Predictor, Severity};
use crumple::risk::intrusion::{IntrusionOddsRatio, ODDS_RATIOS, odds_ratio};
use crumple::risk::seat::{NECK_NOTE, SeatInput, SeatRisk, seat_risk};

use super::output;

#[derive(clap::Args)]
#[group(skip)]
pub struct Arguments {
    /// Every risk curve of each occupant, with its population and range, and the US NCAP stars
    #[arg(long)]
    risk: bool,
    /// Age of the occupants for the thorax curve, years
    #[arg(long, requires = "risk")]
    age_years: Option<f64>,
    /// Multiply leg-injury odds for intrusion by this published ratio (off by default)
    #[arg(long, requires = "risk", value_name = "ID")]
    intrusion_odds: Option<String>,
}

impl Arguments {
    /// The risk of each occupant; `None` when it was not asked for.
    ///
    /// # Errors
    /// An age that nobody has, an odds ratio that is not in the list.
    pub fn risks(&self, case: &Case, result: &CaseResult) -> Result<Option<Vec<SeatRisk>>, Error> {
        if !self.risk {
            return Ok(None);
        }
        let age_years = self.age_years;
        if let Some(age) = age_years.filter(|a| !(16.0..=100.0).contains(a)) {
            return Err(Error::request(
                format!("--age-years {age}"),
                "16 to 100: the curve is for adults",
            ));
        }
        let ratio: Option<&'static IntrusionOddsRatio> = match &self.intrusion_odds {
            None => None,
            Some(id) => Some(odds_ratio(id).ok_or_else(|| {
                let known: Vec<&str> = ODDS_RATIOS.iter().map(|o| o.id).collect();
                Error::request(format!("--intrusion-odds {id}"), known.join(", "))
            })?),
        };
        let of = |o: &crumple::occupant::OccupantResult| {
            let vehicle = &result.vehicles[o.vehicle - 1];
            let mode = case.crash_mode(o.vehicle - 1);
            seat_risk(&SeatInput {
                dummy: o.dummy,
                ncap: NcapInput {
                    hic15: o.hic15,
                    chest_deflection_mm: o.chest_deflection_mm,
                    femur_kn: o.femur_kN,
                    neck: None,
                },
                chest_a3ms_g: o.chest_a3ms_g,
                crash: Some((mode, vehicle.delta_v_mps)),
                age_years,
                intrusion: ratio.map(|r| (vehicle.intrusion_mm, r)),
            })
        };
        Ok(Some(result.occupants.iter().map(of).collect()))
    }
}

/// The two curves of the chest in one line: deflection, which the joint risk takes, and the 3 ms clip, which belts and
/// hard columns drive.
fn chest_side_by_side(r: &SeatRisk) -> String {
    let by = |predictor: Predictor| {
        let curves = r
            .curves
            .iter()
            .filter(|c| c.region == BodyRegion::Chest && c.severity == Severity::Ais3);
        curves.clone().find(|c| c.predictor == predictor)
    };
    match (by(Predictor::ChestDeflectionMm), by(Predictor::ChestA3msG)) {
        (Some(deflection), Some(clip)) => format!(
            "chest AIS 3+ side by side: {:.1} % by {:.1} mm of deflection ({}), {:.1} % by a 3 ms clip of {:.1} g ({})\n",
            100.0 * deflection.probability,
            deflection.value,
            deflection.id,
            100.0 * clip.probability,
            clip.value,
            clip.id
        ),
        _ => String::new(),
    }
}

/// The risks as text.
pub fn page(result: &CaseResult, risks: &[SeatRisk]) -> String {
    let mut page = String::new();
    for (o, r) in result.occupants.iter().zip(risks) {
        let who = format!("vehicle {} {} {}", o.vehicle, o.seat.id(), o.dummy.id());
        let rows: Vec<Vec<String>> = r
            .curves
            .iter()
            .map(|c| {
                vec![
                    c.id.to_string(),
                    c.severity.label().to_string(),
                    format!("{:.2}", c.value),
                    format!("{:.2} %", 100.0 * c.probability),
                    format!(
                        "{} to {}{}",
                        c.valid.from,
                        c.valid.to,
                        if c.valid.published { "" } else { " *" }
                    ),
                    if c.in_range { "" } else { "OUT OF RANGE" }.to_string(),
                    c.evidence.word().to_string(),
                    c.population.to_string(),
                ]
            })
            .collect();
        page += &format!("\n{who}\n\n");
        let head = [
            "curve",
            "severity",
            "at",
            "risk",
            "used for",
            "",
            "read in",
            "valid for",
        ];
        page += &output::table(&head, &rows);
        page += &chest_side_by_side(r);
        if let (Some(stars), Some(relative)) = (r.stars, r.relative_risk) {
            let word = if stars == 1 { "star" } else { "stars" };
            page += &format!("US NCAP: {stars} {word}, {relative:.2} times the baseline of 15 %\n");
        }
        if let Some(i) = &r.intrusion {
            page += &format!(
                "intrusion {:.0} mm: odds of {} times {:.2} ({}; {})\n",
                i.intrusion_mm, i.odds_ratio.injury, i.factor, i.odds_ratio.condition, i.odds_ratio.source
            );
            if let (Some(femur), Some(joint)) = (i.femur_ais2, i.joint_without_neck) {
                page += &format!(
                    "with it: femur {:.2} %, joint without neck {:.2} %\n",
                    100.0 * femur,
                    100.0 * joint
                );
            }
        }
    }
    page + &format!("* range judged by this program, not stated by the source\nnote: {NECK_NOTE}\n")
}
