//! The report of a study, as an engineer would send it to a colleague: question, answer, evidence, limits.

use crate::measure::{Measure, Readings};
use crate::risk::seat::INTRUSION_STEP_MM;
use crate::study::StudyResult;
use crate::units::KMH;
use crate::vehicle::{Vehicle, VehicleClass};

use super::NamedFigure;
use super::case_page::{error, limits, path_table, pictures};
use super::evidence::{self, NASVA_URL};
use super::page::{Align, Cell, ReportPage, Section, Source, Table, Tone};
use super::study_reading::{changed_exemplar, limits_text};
use super::text::{count, fixed, listed, plain, short_name};
use super::{study_answer, study_beside, study_fronts, study_sentences, study_tables, study_verdict};

/// The page of a study; `figures` are those of [`super::study_figures()`].
pub fn study_page(result: &StudyResult, figures: &[NamedFigure]) -> ReportPage {
    let r = result;
    let sized = !r.sizings.is_empty();
    let mut sections = vec![question(r), answer(r, figures)];
    sections.extend(study_verdict::section(r));
    sections.push(walls(r, figures));
    sections.push(as_built(figures));
    if sized {
        sections.push(sizing(r, figures));
        sections.extend(study_fronts::section(r, figures));
        sections.push(price(r, figures));
    }
    sections.push(exemplar(r, figures));
    sections.push(computed(r));
    sections.push(estimates(r));
    sections.push(study_limits(r));
    sections.push(every_pair(r));
    ReportPage {
        title: r.spec.name.clone(),
        subtitle: format!(
            "{}, {}, {} km/h each, {} % overlap",
            count(r.vehicles.len(), "vehicle under study", "vehicles under study"),
            count(r.partners.len(), "partner", "partners"),
            numbers(&r.spec.question.speeds_kmh),
            numbers(&r.spec.question.overlaps_pct)
        ),
        stamp: r.stamp.clone(),
        sections,
        sources: sources(r),
    }
}

fn numbers(values: &[f64]) -> String {
    listed(&values.iter().map(|v| plain(*v)).collect::<Vec<_>>())
}

fn all_vehicles(r: &StudyResult) -> Vec<&Vehicle> {
    let mut all: Vec<&Vehicle> = Vec::new();
    for v in r.vehicles.iter().chain(&r.partners) {
        if !all.iter().any(|have| have.id == v.id) {
            all.push(v);
        }
    }
    all
}

fn question(r: &StudyResult) -> Section {
    let names = |all: &[Vehicle]| listed(&all.iter().map(short_name).collect::<Vec<_>>());
    let seats: Vec<String> = r
        .spec
        .question
        .seats
        .iter()
        .map(|s| format!("a {} as {}", s.dummy.id().to_uppercase(), s.seat.id()))
        .collect();
    let mut section = Section::new("The question").paragraph(format!(
        "What happens to a belted occupant ({}) of {} in a frontal collision with {}, each vehicle at {} km/h, at {} % \
             overlap; and what the small car would need, in structure, restraints, mass and money, to keep the risk \
             of serious injury within a target.",
        listed(&seats),
        names(&r.vehicles),
        names(&r.partners),
        numbers(&r.spec.question.speeds_kmh),
        numbers(&r.spec.question.overlaps_pct)
    ));
    section = section.callout(
        Tone::Warning,
        "Why a wall test does not answer it",
        format!(
            "A full-width test into a rigid wall is a collision with the car's own mirror image. NASVA, which runs the \
             Japanese tests, says of its own results that they compare only vehicles of similar mass and do not carry \
             over to a much larger partner or a higher speed (a paraphrase; {NASVA_URL}). This study puts the pair beside the wall \
             test for that reason."
        ),
    );
    section
}

fn answer(r: &StudyResult, figures: &[NamedFigure]) -> Section {
    let mut section = Section::new("The answer")
        .table(study_answer::table(r))
        .bullets(study_sentences::sentences(r));
    let why_not = study_answer::why_not(r);
    if !why_not.is_empty() {
        section = section
            .subheading("Where the reference target is missed, and by what")
            .bullets(why_not);
    }
    section.figures(pictures(figures, |s| s == "before-after" || s == "targets"))
}

fn walls(r: &StudyResult, figures: &[NamedFigure]) -> Section {
    let top = plain(r.spec.question.speeds_kmh.iter().copied().fold(0.0, f64::max));
    let full = plain(r.spec.question.overlaps_pct.iter().copied().fold(0.0, f64::max));
    let stem = format!("delta-v-{top}kmh-{full}pct");
    Section::new("Own wall tests beside the pairs")
        .paragraph(
            "The same car and dummy, once into a rigid wall and once against the partner that is hardest on it. A \
             heavier partner raises delta-v beyond the car's own speed; a stiffer or higher one loads other parts of \
             the front than the wall does.",
        )
        .table(study_tables::walls(r))
        .figures(pictures(figures, |s| s == stem))
}

fn as_built(figures: &[NamedFigure]) -> Section {
    let map = |s: &str| {
        (s.starts_with("risk-") && !s.starts_with("risk-sized"))
            || s.starts_with("intrusion-")
            || (s.starts_with("delta-v-") && !s.ends_with("-100pct"))
    };
    Section::new("Pairs as built")
        .paragraph("Each pair in numbers stands in the last section; here the picture.")
        .figures(pictures(figures, map))
}

fn sizing(r: &StudyResult, figures: &[NamedFigure]) -> Section {
    let spec = &r.spec;
    let targets: Vec<String> = spec
        .targets
        .iter()
        .map(|t| format!("\"{}\" ({})", t.name, limits_text(&t.limits)))
        .collect();
    let kept = if spec.question.wall_limits.is_empty() {
        String::new()
    } else {
        format!(
            ", with {} kept in its own wall test at {} km/h",
            limits_text(&spec.question.wall_limits),
            plain(spec.question.wall_kmh)
        )
    };
    let varied = match spec.question.vary {
        crate::sizing::Vary::Structure => "structure",
        crate::sizing::Vary::Restraint => "restraints",
        crate::sizing::Vary::Both => "structure and restraints",
        crate::sizing::Vary::Partner => "the partner",
    };
    let cap = if spec.question.length_cap {
        ", the kei length of 3.40 m kept"
    } else {
        ""
    };
    let bound = match spec.question.rule {
        crate::sizing::Rule::Every => "in every pair",
        crate::sizing::Rule::Weighted => "in the weighted mean over the pairs",
    };
    let mut section = Section::new("What sizing did")
        .paragraph(format!(
            "Cheapest change of {varied} that meets {} {bound}{kept}. Load paths up to {} times as strong, the \
             compartment up to {} times, the front up to {} mm longer{cap}. Added structure weighs what it must absorb \
             over what its material absorbs per kilogram as built; the heavier car is simulated again, since its own \
             mass changes its delta-v.",
            listed(&targets),
            plain(spec.question.max_strength),
            plain(spec.question.max_cabin_factor),
            plain(1e3 * spec.question.max_length_m)
        ))
        .table(study_tables::sizings(r))
        .paragraph(
            "Designs for the reference target; × is the factor on the force and unloading stiffness of a load path:",
        )
        .bullets(study_tables::designs(r));
    for table in [
        study_tables::masses(r),
        study_tables::costs(r),
        study_beside::partners(r),
        study_beside::precedents(r),
    ]
    .into_iter()
    .flatten()
    {
        section = section.table(table);
    }
    section.figures(pictures(figures, |s| s.starts_with("risk-sized")))
}

fn price(r: &StudyResult, figures: &[NamedFigure]) -> Section {
    let mut section = Section::new("The price").paragraph(
        "List price in Japan less consumption tax, plus each added direct cost and the difference of US labour and \
         parts times a retail price equivalent, once. Direct cost, cost to the buyer and price are kept apart. No \
         published price of a kei car built in the US was found to compare with; a new platform, emission certification, \
         dealers and tariffs are not in it.",
    );
    section = match study_tables::prices(r) {
        Some(table) => section.table(table),
        None => section.paragraph("No vehicle meets the reference target, so no price is given."),
    };
    if let Some(text) = study_tables::price_evidence(r) {
        section = section.paragraph(text);
    }
    section.figures(pictures(figures, |s| {
        ["price-", "distribution-", "tornado-", "sobol-"]
            .iter()
            .any(|family| s.starts_with(family))
    }))
}

fn exemplar(r: &StudyResult, figures: &[NamedFigure]) -> Section {
    let e = &r.exemplar;
    let [a, b] = &e.case.parties;
    let mut section = Section::new("One pair in detail")
        .paragraph(format!(
            "{} against {}, {} km/h each, {} % overlap: the riskiest full-overlap case of the first vehicle of the study, as built.",
            short_name(&a.vehicle),
            short_name(&b.vehicle),
            plain((a.speed_mps / KMH * 10.0).round() / 10.0),
            plain(100.0 * e.case.overlap)
        ))
        .figures(pictures(figures, |s| s.starts_with("exemplar-") && !s.starts_with("exemplar-sized") && s != "exemplar-pulse-before-after"));
    for (party, outcome) in e.case.parties.iter().zip(&e.result.vehicles) {
        if !party.vehicle.is_fixed() {
            section = section.table(path_table(&party.vehicle, outcome));
        }
    }
    if changed_exemplar(r).is_some() {
        section = section
            .subheading("With the design for the reference target")
            .figures(pictures(figures, |s| {
                s.starts_with("exemplar-sized") || s == "exemplar-pulse-before-after"
            }));
    } else if r.exemplar_sized.is_some() {
        section =
            section.paragraph("This vehicle meets the reference target as built; there is no other design to show.");
    } else if !r.sizings.is_empty() {
        section = section.paragraph("No design of this vehicle meets the reference target; there is none to show.");
    }
    section
}

/// Counts, steps and residuals of the runs.
fn numerics(r: &StudyResult) -> Table {
    let worst = |measure: Measure| {
        let runs = r
            .rows
            .iter()
            .flat_map(|row| [Some(&row.before), row.after.as_ref(), Some(&row.wall)]);
        runs.flatten()
            .filter_map(|n: &Readings| n.first(measure))
            .map(f64::abs)
            .fold(0.0, f64::max)
    };
    let evaluations: usize = r.sizings.iter().map(|s| s.answer.evaluations).sum();
    let seats = r.spec.question.seats.len().max(1);
    let after = r.rows.iter().filter(|row| row.after.is_some()).count() / seats;
    let runs = r.rows.len() / seats + after + r.walls.len();
    let rows: Vec<Vec<Cell>> = vec![
        vec![
            "Collisions reported (pairs as built and after sizing, wall tests)".into(),
            runs.to_string().into(),
        ],
        vec!["Step of these, µs".into(), plain(r.spec.step_us).into()],
        vec!["Collisions run while sizing".into(), evaluations.to_string().into()],
        vec!["Step of these, µs".into(), plain(r.spec.sizing_step_us).into()],
        vec!["Duration, ms".into(), plain(r.spec.duration_ms).into()],
        vec![
            "Energy ledger, worst residual over initial energy".into(),
            error(worst(Measure::EnergyError)),
        ],
        vec![
            "Momentum, worst residual over the sum of momenta".into(),
            error(worst(Measure::MomentumError)),
        ],
    ];
    Table {
        caption: "Numerics".to_string(),
        header: vec!["Quantity".to_string(), "Value".to_string()],
        align: vec![Align::Left],
        rows,
        footnotes: vec!["Worst: over every reported collision.".to_string()],
    }
}

fn computed(r: &StudyResult) -> Section {
    let dummies: Vec<String> = {
        let mut all: Vec<String> = r
            .spec
            .question
            .seats
            .iter()
            .map(|s| s.dummy.id().to_uppercase())
            .collect();
        all.dedup();
        all
    };
    let curve = &crate::risk::ncap::HEAD_AIS3;
    let section = Section::new("How it was computed")
        .paragraph(
            "Point masses along one axis, joined by load paths with a crush law that unloads stiffly and keeps its set. \
             The faces of the two vehicles are cut into cells where the same load paths face each other, so that rails \
             which pass above the partner's rails meet its upper body and then its engine. Integrated with a fixed-step \
             explicit scheme of second order (leapfrog); the occupant chain (pelvis, thorax, head) is coupled both ways \
             to cabin and dash, so that intrusion reaches it.",
        )
        .table(numerics(r))
        .paragraph(format!(
            "Risk: {}. The curves hold for {}; simulated here: {}. Head and chest AIS 3+, femur AIS 2+, joined as if \
             independent.",
            curve.source,
            curve.population,
            listed(&dummies)
        ));
    match r.spec.intrusion_odds {
        None => section,
        Some(o) => section.paragraph(format!(
            "Intrusion, in columns of their own and in no target: odds of {} times {:.2} where intrusion passes {:.0} mm \
             ({}; {}).",
            o.injury, o.value, INTRUSION_STEP_MM, o.condition, o.source
        )),
    }
}

fn estimates(r: &StudyResult) -> Section {
    let all = all_vehicles(r);
    let share: Vec<f64> = all.iter().map(|v| evidence::estimated_pct(v)).collect();
    let most = share.iter().copied().fold(0.0, f64::max);
    let least = share.iter().copied().fold(100.0, f64::min);
    Section::new("What rests on estimates")
        .paragraph(format!(
            "Of the numbers in the vehicle files, {} % to {} % a vehicle are estimated. A wall test fixes the sum of the \
             forces that slow the cabin; it does not see how strength is shared between rails and upper body, how much \
             the compartment takes beyond what the test sent through it, or what follows beyond its own crush. A partner \
             sees all three.",
            fixed(Some(least), 0),
            fixed(Some(most), 0)
        ))
        .table(evidence::table(&all))
}

fn study_limits(r: &StudyResult) -> Section {
    let all = all_vehicles(r);
    let partial = r.spec.question.overlaps_pct.iter().any(|o| *o < 100.0);
    let mut section = limits(&all, partial);
    let own = |v: &&Vehicle| {
        v.provenance
            .iter()
            .any(|(key, p)| key.starts_with("body") && p.basis == crate::vehicle::Basis::Measured)
            && v.sources.keys().any(|k| k.starts_with("nhtsa-"))
    };
    let keis: Vec<&Vehicle> = all.iter().copied().filter(|v| v.class == VehicleClass::Kei).collect();
    let (with, without): (Vec<&Vehicle>, Vec<&Vehicle>) = keis.iter().partition(|v| own(v));
    if !without.is_empty() {
        let names = |l: &[&Vehicle]| listed(&l.iter().map(|v| short_name(v)).collect::<Vec<_>>());
        let mut text = format!("No wall test in the file's sources: {}.", names(&without));
        if !with.is_empty() {
            text.push_str(&format!(" Identified from a wall test of its own: {}.", names(&with)));
        }
        section = section.callout(Tone::Warning, "Evidence is not even", text);
    }
    section
}

fn every_pair(r: &StudyResult) -> Section {
    let mut section = Section::new("Every pair in numbers");
    for speed in &r.spec.question.speeds_kmh {
        section = section.table(study_tables::pairs(r, *speed));
    }
    section
}

fn sources(r: &StudyResult) -> Vec<Source> {
    let mut all = evidence::method_sources();
    all.extend(study_tables::price_sources(r));
    for seated in &r.exemplar.case.occupants {
        let entries = seated.restraint.sources.iter();
        all.extend(entries.map(|(key, text)| Source {
            key: key.clone(),
            url: None,
            text: format!("{text} (restraint {})", seated.restraint.id),
            basis: String::new(),
        }));
    }
    all.extend(evidence::sources(&all_vehicles(r)));
    all
}
