//! One row per vehicle x partner x speed x overlap x seat, before and after sizing, and its columns.

use serde::{Deserialize, Serialize};

use crate::collision::result::CaseResult;
use crate::risk::intrusion::IntrusionOddsRatio;
use crate::risk::seat::intrusion_effect;

/// Numbers of one run that a row keeps: `(name, value)` with the names of the JSON result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Numbers(pub Vec<(String, Option<f64>)>);

impl Numbers {
    /// From a result, for the occupant at an index; with an odds ratio also the leg and joint risk that intrusion
    /// makes of the dummy's.
    pub fn of(
        result: &CaseResult,
        occupant: usize,
        intrusion_odds: Option<&'static IntrusionOddsRatio>,
    ) -> Self {
        let mut all = Vec::new();
        for (i, v) in result.vehicles.iter().enumerate() {
            let mut put = |name: &str, value: Option<f64>| {
                all.push((format!("vehicle.{}.{name}", i + 1), value));
            };
            put("mass_kg", Some(v.mass_kg));
            put("initial_speed_mps", Some(v.initial_speed_mps));
            put("delta_v_mps", Some(v.delta_v_mps));
            put("cabin_delta_v_mps", Some(v.cabin_delta_v_mps));
            put("peak_g_cfc60", Some(v.peak_g_cfc60));
            put("time_of_peak_ms", Some(v.time_of_peak_ms));
            put("crush_mm", Some(v.crush_mm));
            put("deepest_crush_mm", Some(v.deepest_crush_mm));
            put("time_of_crush_ms", Some(v.time_of_crush_ms));
            put("residual_crush_mm", Some(v.residual_crush_mm));
            put("static_crush_mm", Some(v.static_crush_mm));
            put("intrusion_mm", Some(v.intrusion_mm));
            put("yaw_rate_dps", Some(v.yaw_rate_dps));
            put("yaw_deg", Some(v.yaw_deg));
            put("delta_v_lateral_mps", Some(v.delta_v_lateral_mps));
            put("olc_g", v.olc_g);
            put("vpi_g", v.vpi_g);
            put("energy_absorbed_kJ", Some(v.energy_absorbed_kJ));
        }
        if let Some(o) = result.occupants.get(occupant) {
            let mut put = |name: &str, value: Option<f64>| {
                all.push((format!("occupant.1.{name}"), value));
            };
            put("hic15", o.hic15);
            put("hic36", o.hic36);
            put("chest_a3ms_g", o.chest_a3ms_g);
            put("chest_deflection_mm", o.chest_deflection_mm);
            put("viscous_criterion_mps", o.viscous_criterion_mps);
            put("femur_kN", o.femur_kN);
            put("peak_g", Some(o.peak_g));
            put("excursion_mm", Some(o.excursion_mm));
            put("fire_ms", o.fire_ms);
            put("intrusion_at_seat_mm", Some(o.intrusion_at_seat_mm));
            put("leg_odds_ratio_low", Some(o.leg_odds_ratio[0]));
            put("leg_odds_ratio_high", Some(o.leg_odds_ratio[1]));
            put("risk.head_ais3", o.risk.head_ais3);
            put("risk.chest_ais3", o.risk.chest_ais3);
            put("risk.femur_ais2", o.risk.femur_ais2);
            put("risk.neck_ais3", o.risk.neck_ais3);
            put("risk.joint", o.risk.joint);
            put("risk.joint_without_neck", o.risk.joint_without_neck);
            if let Some(ratio) = intrusion_odds {
                let mm = result.vehicles[o.vehicle - 1].intrusion_mm;
                let e = intrusion_effect(&o.risk, mm, ratio);
                put("risk.intrusion_odds_factor", Some(e.factor));
                put("risk.femur_ais2_with_intrusion", e.femur_ais2);
                let joint = e.joint_without_neck;
                put("risk.joint_without_neck_with_intrusion", joint);
            }
        }
        all.push(("restitution".into(), Some(result.restitution)));
        all.push(("energy_error".into(), Some(result.energy_error)));
        all.push(("momentum_error".into(), Some(result.momentum_error)));
        Self(all)
    }

    /// A value by name.
    pub fn get(&self, name: &str) -> Option<f64> {
        self.0.iter().find(|(n, _)| n == name).and_then(|(_, v)| *v)
    }
}

/// One row of the results.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Vehicle under study.
    pub vehicle: String,
    /// Partner.
    pub partner: String,
    /// Each vehicle's own speed, km/h.
    pub speed_kmh: f64,
    /// Overlap, percent.
    pub overlap_pct: f64,
    /// Seat.
    pub seat: String,
    /// Dummy.
    pub dummy: String,
    /// As built.
    pub before: Numbers,
    /// With the design for the reference target, where one was found.
    pub after: Option<Numbers>,
    /// The same vehicle and occupant in its own wall test.
    pub wall: Numbers,
    /// What lies outside the range of the model as built, and with the design.
    pub outside_model: [Vec<String>; 2],
    /// What a reader must know of this row.
    pub note: String,
}

/// Cells of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Cells {
    /// Text.
    Text(Vec<String>),
    /// Numbers.
    Number(Vec<Option<f64>>),
}

/// All rows as named columns: keys, the numbers as built, `wall.*` of the own wall test, `sized.*` after sizing.
pub fn columns(rows: &[Row]) -> Vec<(String, Cells)> {
    let text = |f: fn(&Row) -> &str| Cells::Text(rows.iter().map(|r| f(r).to_string()).collect());
    let mut all = vec![
        ("vehicle".to_string(), text(|r| &r.vehicle)),
        ("partner".to_string(), text(|r| &r.partner)),
        (
            "speed_kmh".to_string(),
            Cells::Number(rows.iter().map(|r| Some(r.speed_kmh)).collect()),
        ),
        (
            "overlap_pct".to_string(),
            Cells::Number(rows.iter().map(|r| Some(r.overlap_pct)).collect()),
        ),
        ("seat".to_string(), text(|r| &r.seat)),
        ("dummy".to_string(), text(|r| &r.dummy)),
    ];
    let Some(first) = rows.first() else {
        return all;
    };
    for (name, _) in &first.before.0 {
        all.push((
            name.clone(),
            Cells::Number(rows.iter().map(|r| r.before.get(name)).collect()),
        ));
    }
    for (name, _) in &first.wall.0 {
        if !name.starts_with("vehicle.2.") {
            let values = rows.iter().map(|r| r.wall.get(name)).collect();
            all.push((format!("wall.{name}"), Cells::Number(values)));
        }
    }
    for (name, _) in &first.before.0 {
        let values = rows
            .iter()
            .map(|r| r.after.as_ref().and_then(|a| a.get(name)))
            .collect();
        all.push((format!("sized.{name}"), Cells::Number(values)));
    }
    for (k, name) in ["outside_model", "sized.outside_model"]
        .into_iter()
        .enumerate()
    {
        let words = rows.iter().map(|r| r.outside_model[k].join("; "));
        all.push((name.to_string(), Cells::Text(words.collect())));
    }
    all.push(("note".to_string(), text(|r| &r.note)));
    all
}
