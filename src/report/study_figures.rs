//! The figures of a study: what each pair does to the small car, what a target costs, and one pair in detail.

use crate::measure::{Measure, Readings};
use crate::plot::{Curve, Heading, Theme, dumbbell, heatmap, pulse, tradeoff, waterfall};
use crate::signal::cfc::{Cfc, filter};
use crate::sizing::Target;
use crate::sizing::evaluate::Seated;
use crate::study::{Exemplar, Row, SizingRow, StudyResult};
use crate::units::{G0, KMH};

use super::case_figures::case_figures;
use super::sizing_figures::{fronts_figure, map_figure};
use super::study_answer::reference;
use super::study_reading::{RISK, changed_exemplar, risk_limit, sized_risk, worst_risk};
use super::text::{model_name, name_of, plain, short_name};
use super::uncertainty_figures::uncertainty_figures;
use super::{NamedFigure, ReportError};

/// Name of a risk in figures.
const RISK_AXIS: &str = "Joint risk, head, chest and femur (%)";

/// All figures of a study. Stems: `risk-<speed>kmh-<overlap>pct`, `delta-v-...`, `intrusion-...`,
/// `risk-sized-...`, `targets`, `before-after`, `price-<vehicle>`, `pareto-<vehicle>`,
/// `map-<vehicle>`, `exemplar-...`.
///
/// # Errors
/// [`ReportError`] when a figure has nothing to draw.
pub fn study_figures(result: &StudyResult) -> Result<Vec<NamedFigure>, ReportError> {
    let study = Figures {
        r: result,
        theme: Theme::half_page(),
    };
    let mut all = study.maps()?;
    all.extend(study.targets()?);
    all.extend(study.before_after()?);
    for vehicle in &result.vehicles {
        all.extend(study.price(&vehicle.id)?);
    }
    for fronts in &result.fronts {
        let name = name_of(&result.vehicles, &fronts.vehicle);
        all.push(fronts_figure(&name, fronts, &result.stamp)?);
    }
    for map in &result.maps {
        let name = name_of(&result.vehicles, &map.vehicle);
        let partner = name_of(&result.partners, &map.partner);
        all.push(map_figure(&name, &partner, map, &result.stamp)?);
    }
    for sizing in &result.sizings {
        all.extend(uncertainty(result, sizing)?);
    }
    all.extend(exemplar(result)?);
    Ok(all)
}

/// Figures of a sizing whose uncertainty was analysed.
fn uncertainty(r: &StudyResult, sizing: &SizingRow) -> Result<Vec<NamedFigure>, ReportError> {
    let answer = &sizing.answer;
    let Some(found) = &answer.uncertainty else {
        return Ok(Vec::new());
    };
    let leading = |t: &&Target| t.criterion == found.criterion;
    let limit = sizing.limits.iter().find(leading).map(|t| t.limit);
    let name = name_of(&r.vehicles, &answer.vehicle);
    uncertainty_figures((&answer.vehicle, &name), found, limit, &r.stamp)
}

struct Figures<'a> {
    r: &'a StudyResult,
    theme: Theme,
}

/// What a heat map shows of a row.
struct Quantity {
    stem: &'static str,
    /// Axis of the colour bar.
    axis: String,
    /// First words of the caption.
    what: &'static str,
    decimals: usize,
    range: Option<(f64, f64)>,
    measure: Measure,
    /// Show the design for the reference target instead of the car as built.
    sized: bool,
}

impl Quantity {
    fn of(&self, n: &Readings) -> Option<f64> {
        n.first(self.measure).map(|v| self.measure.shown(v))
    }
}

fn risk(sized: bool) -> Quantity {
    Quantity {
        stem: if sized { "risk-sized" } else { "risk" },
        axis: RISK_AXIS.to_string(),
        what: if sized {
            "Risk of serious injury with the design for the reference target"
        } else {
            "Risk of serious injury (AIS 3+; femur AIS 2+) as built"
        },
        decimals: 0,
        range: Some((0.0, 100.0)),
        measure: RISK,
        sized,
    }
}

fn delta_v() -> Quantity {
    Quantity {
        stem: "delta-v",
        axis: "Delta-v of the small car (km/h)".to_string(),
        what: "Delta-v of the vehicle under study",
        decimals: 0,
        range: None,
        measure: Measure::DeltaVMps,
        sized: false,
    }
}

fn intrusion() -> Quantity {
    Quantity {
        stem: "intrusion",
        axis: "Intrusion (mm)".to_string(),
        what: "Intrusion into the compartment of the vehicle under study",
        decimals: 0,
        range: None,
        measure: Measure::IntrusionMm,
        sized: false,
    }
}

impl Figures<'_> {
    fn heading(&self, caption: &str) -> Heading {
        Heading {
            title: String::new(),
            note: String::new(),
            caption: caption.to_string(),
            stamp: self.r.stamp.clone(),
        }
    }

    /// Risk at every speed at full overlap; risk, delta-v and intrusion at partial overlap, and delta-v and
    /// intrusion at full overlap, for the highest speed alone.
    fn maps(&self) -> Result<Vec<NamedFigure>, ReportError> {
        let spec = &self.r.spec;
        let top = spec.question.speeds_kmh.iter().copied().fold(0.0, f64::max);
        let full = spec.question.overlaps_pct.iter().copied().fold(0.0, f64::max);
        let mut all = Vec::new();
        for &speed in &spec.question.speeds_kmh {
            all.extend(self.map(&risk(false), speed, full)?);
        }
        all.extend(self.map(&delta_v(), top, full)?);
        all.extend(self.map(&intrusion(), top, full)?);
        for &overlap in spec.question.overlaps_pct.iter().filter(|o| **o < full) {
            for quantity in [risk(false), delta_v(), intrusion()] {
                all.extend(self.map(&quantity, top, overlap)?);
            }
        }
        if self.r.rows.iter().any(|row| row.after.is_some()) {
            all.extend(self.map(&risk(true), top, full)?);
        }
        Ok(all)
    }

    /// A heat map, or none where nothing was computed (a point mass has no risk).
    fn map(&self, q: &Quantity, speed: f64, overlap: f64) -> Result<Option<NamedFigure>, ReportError> {
        let r = self.r;
        let Some(seat) = r.spec.question.seats.first() else {
            return Ok(None);
        };
        let row_of = |vehicle: &str, partner: &str| -> Option<&Row> {
            r.rows.iter().find(|row| {
                row.vehicle == vehicle
                    && row.partner == partner
                    && row.speed_kmh == speed
                    && row.overlap_pct == overlap
                    && row.seat == seat.seat.id()
            })
        };
        let value = |row: &Row| {
            if q.sized {
                row.after.as_ref().and_then(|n| q.of(n))
            } else {
                q.of(&row.before)
            }
        };
        let values: Vec<Vec<Option<f64>>> = r
            .vehicles
            .iter()
            .map(|v| {
                let cells = r.partners.iter().map(|p| row_of(&v.id, &p.id).and_then(value));
                cells.collect()
            })
            .collect();
        if !values.iter().flatten().any(|v| v.is_some_and(f64::is_finite)) {
            return Ok(None);
        }
        let walls = r.vehicles.iter().map(|v| {
            let row = r
                .rows
                .iter()
                .find(|row| row.vehicle == v.id && row.seat == seat.seat.id());
            row.and_then(|row| q.of(&row.wall))
        });
        let extra = (!q.sized).then(|| heatmap::ExtraColumn {
            label: format!("Own wall test, {} km/h", plain(r.spec.question.wall_kmh)),
            values: walls.collect(),
        });
        let caption = map_caption(q, seat, speed, overlap, extra.is_some());
        let input = heatmap::Input {
            heading: self.heading(&caption),
            row_title: String::new(),
            column_title: format!("{} km/h each, {} % overlap", plain(speed), plain(overlap)),
            rows: r.vehicles.iter().map(short_name).collect(),
            columns: r.partners.iter().map(short_name).collect(),
            values,
            extra,
            quantity: q.axis.clone(),
            decimals: q.decimals,
            scale: heatmap::Scale::Sequential { range: q.range },
            missing: if q.sized {
                "reference target not met"
            } else {
                "not computed"
            }
            .to_string(),
        };
        let figure = heatmap::draw(&input, &self.theme)?;
        let stem = format!("{}-{}kmh-{}pct", q.stem, plain(speed), plain(overlap));
        Ok(Some((stem, figure, caption)))
    }

    /// Added mass and cost against the risk aimed at; none when no target limits a risk.
    fn targets(&self) -> Result<Option<NamedFigure>, ReportError> {
        let lines: Vec<tradeoff::Line> = self
            .r
            .vehicles
            .iter()
            .map(|v| tradeoff::Line {
                name: short_name(v),
                points: self
                    .r
                    .sizings
                    .iter()
                    .filter(|s| s.answer.vehicle == v.id)
                    .filter_map(|s| {
                        Some(tradeoff::Point {
                            target_pct: 100.0 * risk_limit(s)?,
                            added_mass_kg: Some(s.answer.added_mass_kg),
                            added_cost_usd: Some(s.answer.added_cost_usd.usd()),
                            feasible: s.answer.feasible,
                        })
                    })
                    .collect(),
            })
            .filter(|l| !l.points.is_empty())
            .collect();
        if lines.is_empty() {
            return Ok(None);
        }
        let caption = "Added mass and added direct manufacturing cost against the joint risk aimed at, in every \
                       pair and within the limits of the vehicle's own wall test. Hollow: the target cannot be met; \
                       the point is the nearest design that can be reached."
            .to_string();
        let input = tradeoff::Input {
            heading: self.heading(&caption),
            target: "Target: joint risk in the worst case (%)".to_string(),
            lines,
            infeasible_note: String::new(),
        };
        let figure = tradeoff::draw(&input, &self.theme)?;
        Ok(Some(("targets".to_string(), figure, caption)))
    }

    /// Risk of each vehicle in its worst pair as built and with the design for the reference target.
    fn before_after(&self) -> Result<Option<NamedFigure>, ReportError> {
        let references = self.r.sizings.iter().filter(|s| s.target == self.r.spec.reference);
        let items: Vec<dumbbell::Item> = references
            .clone()
            .filter_map(|s| {
                let built = 100.0 * worst_risk(self.r, &s.answer.vehicle)?.0;
                let after = 100.0 * sized_risk(self.r, s)?;
                let vehicle = self.r.vehicles.iter().find(|v| v.id == s.answer.vehicle)?;
                Some(dumbbell::Item {
                    label: model_name(vehicle),
                    values: [built, after],
                    ranges: [None, None],
                    missed: !s.answer.feasible,
                })
            })
            .collect();
        if items.is_empty() {
            return Ok(None);
        }
        let limit = references.clone().find_map(risk_limit);
        let aim = limit.map_or_else(String::new, |l| format!(" (aim: {} %)", plain(100.0 * l)));
        let caption = format!(
            "Joint risk over head, chest and femur in the worst pair of each vehicle, as built and with the design \
             for the reference target{aim}. Missed: the nearest design that can be reached. A car that meets the \
             target as built is left as it is."
        );
        let input = dumbbell::Input {
            heading: self.heading(&caption),
            quantity: RISK_AXIS.to_string(),
            limit: limit.map(|l| (format!("target {} %", plain(100.0 * l)), 100.0 * l)),
            decimals: 1,
            ends: ["as built".to_string(), "after sizing".to_string()],
            items,
        };
        let figure = dumbbell::draw(&input, &self.theme)?;
        Ok(Some(("before-after".to_string(), figure, caption)))
    }

    /// Build-up of the US price with the design for the reference target; none without a price of the vehicle or
    /// when the target is missed (its price would be that of another car).
    fn price(&self, vehicle: &str) -> Result<Option<NamedFigure>, ReportError> {
        let met = reference(self.r, vehicle).filter(|s| s.answer.feasible);
        let Some(build_up) = met.and_then(|s| s.answer.price.as_ref()) else {
            return Ok(None);
        };
        let steps = &build_up.steps;
        // A price of one step is no build-up.
        if steps.len() < 2 {
            return Ok(None);
        }
        let mut bars: Vec<waterfall::Step> = steps
            .iter()
            .enumerate()
            .map(|(i, s)| waterfall::Step {
                label: s.what.clone(),
                value: s.usd,
                kind: if i == 0 {
                    waterfall::Kind::Total
                } else {
                    waterfall::Kind::Change
                },
            })
            .collect();
        bars.push(waterfall::Step {
            label: "US price".to_string(),
            value: build_up.price_usd.usd(),
            kind: waterfall::Kind::Total,
        });
        let name = name_of(&self.r.vehicles, vehicle);
        let year = build_up.common_year;
        let caption = format!(
            "Price of the {name} in the US with the design for the reference target, dollars of {year}. Direct \
             manufacturing costs enter once, times a retail price equivalent of {}. A new platform, emission \
             certification, dealers and tariffs are not in it.",
            plain(build_up.retail_price_equivalent)
        );
        let input = waterfall::Input {
            heading: self.heading(&caption),
            quantity: format!("Price, USD of {year}"),
            decimals: 0,
            steps: bars,
        };
        let figure = waterfall::draw(&input, &self.theme)?;
        Ok(Some((format!("price-{vehicle}"), figure, caption)))
    }
}

fn map_caption(q: &Quantity, seat: &Seated, speed: f64, overlap: f64, beside_wall: bool) -> String {
    format!(
        "{}, {} {}, {} km/h each, {} % overlap{}.{}",
        q.what,
        seat.dummy.id().to_uppercase(),
        seat.seat.id(),
        plain(speed),
        plain(overlap),
        if beside_wall {
            "; at the right its own full-width wall test"
        } else {
            ""
        },
        if overlap < 100.0 {
            " The vehicles turn; their occupants move along them only."
        } else {
            ""
        },
    )
}

/// The pair in detail as built; with the reference design its occupant, and both pulses over each other.
fn exemplar(r: &StudyResult) -> Result<Vec<NamedFigure>, ReportError> {
    let built = case_figures(&r.exemplar.case, &r.exemplar.finished, &r.exemplar.result)?;
    let mut all: Vec<NamedFigure> = built
        .into_iter()
        .map(|(stem, figure, caption)| (format!("exemplar-{stem}"), figure, caption))
        .collect();
    if let Some(sized) = changed_exemplar(r) {
        all.push(pulse_comparison(r, sized)?);
        let after = case_figures(&sized.case, &sized.finished, &sized.result)?;
        let occupants = after.into_iter().filter(|(stem, ..)| stem.starts_with("occupant"));
        all.extend(occupants.map(|(stem, figure, caption)| {
            let caption = format!("With the design for the reference target. {caption}");
            (format!("exemplar-sized-{stem}"), figure, caption)
        }));
    }
    Ok(all)
}

fn pulse_comparison(r: &StudyResult, sized: &Exemplar) -> Result<NamedFigure, ReportError> {
    let curves = |e: &Exemplar, name: &str| -> Result<(Curve, Curve), ReportError> {
        let (record, map) = (&e.finished.record, &e.finished.assembly.maps[0]);
        let decel: Vec<f64> = record.a(map.cabin).iter().map(|a| -map.outward * a / G0).collect();
        let filtered = filter(Cfc::C60, record.sample_s, &decel).map_err(|source| ReportError::Filter {
            what: "the cabin pulse".to_string(),
            source,
        })?;
        let shown = record.sample_at(e.result.separation_ms * 1e-3 + 0.03) + 1;
        let ms: Vec<f64> = (0..shown).map(|s| s as f64 * record.sample_s * 1e3).collect();
        let speed = record.v(map.cabin)[..shown]
            .iter()
            .map(|v| map.heading * v / KMH)
            .collect();
        let upper = Curve::new(name, ms.clone(), filtered[..shown].to_vec());
        Ok((upper, Curve::new(name, ms, speed)))
    };
    let (built, built_speed) = curves(&r.exemplar, "as built")?;
    let (after, after_speed) = curves(sized, "after sizing")?;
    let caption = format!(
        "Cabin deceleration (CFC 60) and velocity of the {} as built and with the design for the reference target: \
         against {}, {} km/h each, {} % overlap. The heavier car changes its own delta-v.",
        short_name(&sized.case.parties[0].vehicle),
        short_name(&sized.case.parties[1].vehicle),
        plain(sized.case.parties[0].speed_mps / KMH),
        plain(100.0 * sized.case.overlap),
    );
    let input = pulse::Input {
        heading: Heading {
            title: String::new(),
            note: String::new(),
            caption: caption.clone(),
            stamp: r.stamp.clone(),
        },
        quantity: "Cabin deceleration (g), CFC 60".to_string(),
        unit: "g".to_string(),
        curves: vec![built, after],
        mark_peaks: true,
        lower_quantity: "Cabin velocity (km/h)".to_string(),
        lower_curves: vec![built_speed, after_speed],
    };
    let figure = pulse::draw(&input, &Theme::half_page())?;
    Ok(("exemplar-pulse-before-after".to_string(), figure, caption))
}
