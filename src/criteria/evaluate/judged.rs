//! Criteria of a channel set against the limits of a programme: verdict, band and colour.
//!
//! Which number of which channel a limit speaks of is decided here; the limits are those of
//! [`super::super::limits`]. Colours are those of pyisomme 1.1.0's reports.

use serde::Serialize;
use serde_json::Value;

use super::super::leg::Rating;
use super::super::limits::{Criterion, Limit, Programme, Rule, Verdict, limits};
use super::super::pulse::Filtering;
use super::super::{CriteriaError, Dummy};
use super::{Coded, Evaluation, Reading, prepared};
use crate::signal::{Channel, ChannelCode};
use crate::units::KN;

/// One number against one limit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Judgement {
    /// Channel of the number.
    pub channel: String,
    /// Regulation or test.
    pub programme: Programme,
    /// What is limited; the unit of `value` is part of the name.
    pub criterion: Criterion,
    /// The number.
    pub value: f64,
    /// The limit.
    pub limit: Rule,
    /// Greatest share of a duration limit that the history uses; above 1 it is exceeded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share_of_duration_limit: Option<f64>,
    /// What the limit says.
    pub verdict: Verdict,
    /// Colour of the band: green, yellow, orange, brown or red.
    pub colour: &'static str,
    /// The worst verdict there is: limit exceeded, no points, or poor.
    pub exceeded: bool,
    /// Why the verdict may be too good, if it may.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<&'static str>,
}

/// Every limit of `programme` that the numbers of `evaluation` can be held against, in the order of the channels.
/// `channels` are those that were evaluated, with the same `filtering`: duration limits need the history. The dummy
/// is the one that the code names; a channel without one is not judged.
///
/// Errors: a history that cannot be filtered.
pub fn judge(
    evaluation: &Evaluation,
    channels: &[Channel],
    filtering: Filtering,
    programme: Programme,
) -> Result<Vec<Judgement>, CriteriaError> {
    let mut all = Vec::new();
    for (name, values) in &evaluation.channels {
        let Ok(code) = name.parse::<ChannelCode>() else {
            continue;
        };
        let Some(dummy) = Dummy::from_iso_code(code.fine_locations()[2]) else {
            continue;
        };
        let resultant = code.direction() == 'R';
        let beside = format!("{}R", &name[..14]);
        let has_resultant = (evaluation.channels.keys()).any(|other| other.len() == 16 && other[..15] == beside);
        // The resultant speaks for its components.
        let of_components = code.dimension() == "AC" && !resultant;
        if of_components && has_resultant {
            continue;
        }
        let note = of_components.then_some("of one axis, so at most the value of the resultant");
        for (key, value) in values.as_object().into_iter().flatten() {
            let (Some(criterion), Some(value)) = (criterion(&code, key), value.as_f64()) else {
                continue;
            };
            for limit in limits(programme, dummy).filter(|l| l.criterion == criterion) {
                let share = match limit.rule {
                    Rule::Duration(_) => held(limit, name, channels, filtering)?,
                    _ => None,
                };
                all.push(judgement(name, limit, value, share, note));
            }
        }
    }
    Ok(all)
}

/// What a number of a channel is called among limits.
/// A seat that no limit of a programme can be chosen for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UnjudgedSeat {
    /// Test object and position of its codes.
    pub seat: String,
    /// Fine location 3 of its codes.
    pub dummy: String,
    /// Is that a dummy, which the programme has no limits for? Else the dummy is not stated.
    pub stated: bool,
}

impl UnjudgedSeat {
    /// Why it is not judged.
    pub fn reason(&self) -> String {
        match self.stated {
            true => format!("not judged: these limits are not for its dummy `{}`", self.dummy),
            false => format!(
                "not judged: its dummy is not stated (fine location 3 of its codes is `{}`)",
                self.dummy
            ),
        }
    }
}

/// Seats of a channel set that a programme cannot judge.
pub fn unjudged_seats(evaluation: &Evaluation, programme: Programme) -> Vec<UnjudgedSeat> {
    let mut seats: Vec<(String, Vec<String>)> = Vec::new();
    for name in evaluation.channels.keys() {
        let Some(code) = name.parse::<ChannelCode>().ok().filter(of_a_dummy) else {
            continue;
        };
        let seat = format!("{}{}", code.test_object(), code.position());
        let dummy = code.fine_locations()[2].to_string();
        match seats.iter_mut().find(|(s, _)| *s == seat) {
            Some((_, all)) => all.push(dummy),
            None => seats.push((seat, vec![dummy])),
        }
    }
    let known = |d: &&String| Dummy::from_iso_code(d).is_some();
    let limited = |d: &String| Dummy::from_iso_code(d).is_some_and(|d| limits(programme, d).next().is_some());
    let told = seats.into_iter().filter(|(_, all)| !all.iter().any(limited));
    let seat = |(seat, all): (String, Vec<String>)| {
        let stated = all.iter().find(known);
        UnjudgedSeat {
            seat,
            dummy: stated.unwrap_or(&all[0]).clone(),
            stated: stated.is_some(),
        }
    };
    told.map(seat).collect()
}

/// Is a channel one of a dummy's?
pub fn of_a_dummy(code: &ChannelCode) -> bool {
    OF_A_DUMMY.contains(&code.main_location())
}

/// Main locations of what a dummy carries.
const OF_A_DUMMY: [&str; 7] = ["HEAD", "NECK", "CHST", "ABDO", "PELV", "FEMR", "TIBI"];

fn criterion(code: &ChannelCode, key: &str) -> Option<Criterion> {
    use Criterion as C;
    Some(match (code.main_location(), code.dimension(), code.direction(), key) {
        ("HEAD", "AC", _, "hic15") => C::Hic15,
        ("HEAD", "AC", _, "hic36") => C::Hic36,
        ("HEAD", "AC", _, "a3ms_cumulative_g") => C::HeadA3msG,
        ("BRIC", _, _, "damage") => C::Damage,
        ("NIJC", _, _, "nij") => C::Nij,
        ("NIJC", _, _, "condyle_extension_Nm") => C::NeckExtensionNm,
        ("NECK", "FO", 'Z', "tension_kN") => C::NeckTensionKn,
        ("NECK", "FO", 'Z', "compression_kN") => C::NeckCompressionKn,
        ("NECK", "FO", 'X', "peak_kN") => C::NeckShearKn,
        ("CHST", "AC", _, "a3ms_cumulative_g") => C::ChestA3msG,
        ("CHST", "DS" | "DC", _, "max_mm") => C::ChestDeflectionMm,
        ("CHST", "DS" | "DC", _, "rate_mps") => C::ChestDeflectionRateMps,
        ("CHST", "DS" | "DC", _, "viscous_criterion_mps") => C::ViscousCriterionMps,
        ("FEMR", "FO", 'Z', "compression_kN") => C::FemurForceKn,
        ("TIBI", "FO", 'Z', "compression_kN") => C::TibiaForceKn,
        ("TIIN", _, _, "tibia_index") => C::TibiaIndex,
        _ => return None,
    })
}

/// Share of a duration limit that the history of a force uses.
fn held(limit: &Limit, name: &str, channels: &[Channel], filtering: Filtering) -> Result<Option<f64>, CriteriaError> {
    let found = channels.iter().find(|c| c.code == name);
    let Some((channel, code)) = found.and_then(|c| Some((c, c.iso_code()?))) else {
        return Ok(None);
    };
    let Some((_, asked)) = Reading::of(&code) else {
        return Ok(None);
    };
    let (newtons, _) = prepared(&Coded { code, channel }, asked, filtering)?;
    let limited: Vec<f64> = newtons
        .iter()
        .map(|f| match limit.criterion {
            Criterion::NeckTensionKn => f / KN,
            Criterion::NeckShearKn => f.abs() / KN,
            _ => -f / KN,
        })
        .collect();
    limit.use_of_duration(&limited, channel.dt_s)
}

fn judgement(
    channel: &str,
    limit: &Limit,
    value: f64,
    share_of_duration_limit: Option<f64>,
    note: Option<&'static str>,
) -> Judgement {
    let verdict = match share_of_duration_limit {
        Some(share) if share > 1.0 => Verdict::Exceeded,
        Some(_) => Verdict::Within,
        None => limit.judge(value),
    };
    let (colour, exceeded) = colour(verdict);
    Judgement {
        channel: channel.to_string(),
        programme: limit.programme,
        criterion: limit.criterion,
        value,
        limit: limit.rule,
        share_of_duration_limit,
        verdict,
        colour,
        exceeded,
        note,
    }
}

/// Colour of a verdict, and whether it is the worst. Sliding limits change colour at two thirds and one third of the
/// points (2.67 and 1.33 of 4).
fn colour(verdict: Verdict) -> (&'static str, bool) {
    match verdict {
        Verdict::Within | Verdict::Rated(Rating::Good) => ("green", false),
        Verdict::Rated(Rating::Acceptable) => ("yellow", false),
        Verdict::Rated(Rating::Marginal) => ("orange", false),
        Verdict::Exceeded | Verdict::Rated(Rating::Poor) => ("red", true),
        Verdict::Points(p) if p >= 1.0 => ("green", false),
        Verdict::Points(p) if 4.0 * p >= 2.67 => ("yellow", false),
        Verdict::Points(p) if 4.0 * p >= 1.33 => ("orange", false),
        Verdict::Points(p) if p > 0.0 => ("brown", false),
        Verdict::Points(_) => ("red", true),
    }
}

/// `{ "programmes": [{ "programme", "source" }], "exceeded", "rows": [...] }`.
pub fn judgements_json(programmes: &[Programme], rows: &[Judgement]) -> Value {
    let sources: Vec<Value> = programmes
        .iter()
        .map(|p| serde_json::json!({ "programme": p, "source": p.source() }))
        .collect();
    serde_json::json!({
        "programmes": sources,
        "exceeded": rows.iter().any(|r| r.exceeded),
        "rows": rows,
    })
}

#[cfg(test)]
mod tests {
    use super::super::evaluate;
    use super::*;
    use crate::signal::Unit;

    fn channel(code: &str, unit: Unit, values: Vec<f64>) -> Channel {
        Channel::new(code, unit, 0.0, 1e-4, values).unwrap()
    }

    fn bump(peak: f64) -> Vec<f64> {
        (0..1500)
            .map(|i| peak * (-((f64::from(i) - 700.0) / 200.0).powi(2)).exp())
            .collect()
    }

    fn judged(channels: &[Channel], programme: Programme) -> Vec<Judgement> {
        let e = evaluate(channels, Filtering::None);
        judge(&e, channels, Filtering::None, programme).unwrap()
    }

    fn of(rows: &[Judgement], criterion: Criterion) -> &Judgement {
        rows.iter().find(|r| r.criterion == criterion).unwrap()
    }

    #[test]
    fn each_programme_judges_the_same_number_by_its_own_form() {
        let chest = [channel("11CHST0003H3DSX0", Unit::Millimetre, bump(-55.0))];
        let fmvss = judged(&chest, Programme::Fmvss208);
        let row = of(&fmvss, Criterion::ChestDeflectionMm);
        assert!((row.value - 55.0).abs() < 1e-6);
        assert_eq!(
            (row.verdict, row.colour, row.exceeded),
            (Verdict::Within, "green", false)
        );
        let iihs = judged(&chest, Programme::Iihs);
        let row = of(&iihs, Criterion::ChestDeflectionMm);
        assert_eq!(
            (row.verdict, row.colour),
            (Verdict::Rated(Rating::Acceptable), "yellow")
        );
        // Full points to 22 mm, none from 42 mm on.
        let euro = judged(&chest, Programme::EuroNcapMpdb);
        assert!(of(&euro, Criterion::ChestDeflectionMm).exceeded);
        let small = [channel("13CHST0003HFDSX0", Unit::Millimetre, bump(-53.0))];
        assert!(of(&judged(&small, Programme::Fmvss208), Criterion::ChestDeflectionMm).exceeded);
    }

    #[test]
    fn the_resultant_speaks_for_its_components_and_a_lone_axis_says_so() {
        let axis = |d: char, peak| channel(&format!("11HEADCG00H3AC{d}0"), Unit::Gravity, bump(peak));
        let three = [axis('X', -60.0), axis('Y', 20.0), axis('Z', 30.0)];
        let rows = judged(&three, Programme::Fmvss208);
        assert_eq!(rows.len(), 1, "{rows:?}");
        assert_eq!((rows[0].channel.as_str(), rows[0].note), ("11HEADCG00H3ACR0", None));
        let one = judged(&three[..1], Programme::Fmvss208);
        assert!(one[0].note.is_some() && one[0].value < rows[0].value);
    }

    #[test]
    fn a_femur_force_held_too_long_exceeds_a_limit_that_its_peak_keeps() {
        // UN R94: 9.07 kN at once, 7.58 kN from 10 ms on.
        let force = |ms: usize| {
            let mut f = vec![0.0; 1500];
            f[200..=200 + 10 * ms].fill(-8.5);
            [channel("11FEMRLE00H3FOZ0", Unit::KiloNewton, f)]
        };
        let short = judged(&force(2), Programme::UnR94);
        let long = judged(&force(20), Programme::UnR94);
        assert!(!short[0].exceeded && long[0].exceeded);
        assert!((long[0].share_of_duration_limit.unwrap() - 8.5 / 7.58).abs() < 1e-9);
    }

    #[test]
    fn colours_follow_the_points() {
        let at = |p| colour(Verdict::Points(p)).0;
        assert_eq!(
            [at(1.0), at(0.9), at(0.5), at(0.1), at(0.0)],
            ["green", "yellow", "orange", "brown", "red"]
        );
    }
}
