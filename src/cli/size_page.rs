//! What `crumple size` prints for people: the answer, its price, what it stands beside, fronts and map.

use crumple::sizing::feasibility::FeasibilityMap;
use crumple::sizing::pareto::Fronts;
use crumple::sizing::precedent::{Relation, compare};
use crumple::sizing::price::{VOLUMES_PER_YEAR, price_by_volume};
use crumple::sizing::{Sizing, SizingData, Vary, price_in_us};
use crumple::units::{KN, MM};
use crumple::vehicle::Vehicle;

use super::output;

pub fn page(vehicle: &Vehicle, s: &Sizing, data: &SizingData) -> String {
    let mut page = format!("{}\n\n", vehicle.name);
    page += match (s.feasible, s.already_met) {
        (_, true) => "The targets are met as built: nothing to add, no cost.\n",
        (true, _) => "The targets can be met.\n",
        (false, _) => {
            "The targets cannot be met within the bounds; below is the nearest that can be reached.\n"
        }
    };
    if let Some(b) = &s.blocking {
        page += &format!("What blocks: {b}\n");
    }
    if let Some(v) = s.highest_feasible_speed_kmh {
        page += &format!(
            "Highest speed of each vehicle at which they can be met: {v:.1} km/h ({:.1} closing)\n",
            2.0 * v
        );
    }
    page.push('\n');
    page += &output::table(&["", "value"], &rows(vehicle, s, data));
    if !s.active.is_empty() {
        page += "\nthe design rests on\n";
        for a in &s.active {
            page += &format!("  {a}\n");
        }
    }
    page += &volumes(vehicle, s, data);
    page += "\nbeside real changes of real cars\n";
    for p in compare(&s.sized, &data.costs) {
        let [low, _, high] = p.precedent_kg;
        let took = match low == high {
            true => format!("{low:.1} kg"),
            false => format!("{low:.0} to {high:.0} kg"),
        };
        let says = match p.relation {
            Relation::Nothing => "nothing is added here".to_string(),
            Relation::Within => format!("{:.1} kg here agrees", p.design_kg),
            Relation::Below => format!("{:.1} kg here is less", p.design_kg),
            Relation::Above => format!("{:.1} kg here is more", p.design_kg),
        };
        page += &format!("  {}: {took}; {says}\n", p.precedent);
    }
    page += &format!(
        "\n{} load-case runs; dollars of {}\n",
        s.evaluations,
        data.costs.deflator.common_year()
    );
    page
}

fn rows(vehicle: &Vehicle, s: &Sizing, data: &SizingData) -> Vec<Vec<String>> {
    let price = price_in_us(vehicle, &s.sized.cost, &data.costs);
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut put = |what: &str, value: String| rows.push(vec![what.into(), value]);
    put("added mass, kg", format!("{:.1}", s.sized.mass.total_kg()));
    put(
        "of which structure, kg",
        format!("{:.1}", s.sized.mass.structure_kg()),
    );
    put(
        "added direct cost, $",
        format!("{:.0}", s.sized.cost.total().usd()),
    );
    put(
        "US price, $",
        output::optional(price.map(|p| p.price_usd.usd()), 0),
    );
    put(
        "added front length, mm",
        format!("{:.0}", s.design.added_front_length_m / MM),
    );
    put("cabin factor", format!("{:.2}", s.design.cabin_factor));
    for (path, factor) in &s.design.strength {
        put(&format!("strength of {path}"), format!("{factor:.2}"));
    }
    for (path, ratio) in &s.design.two_step {
        put(
            &format!("{path} in two steps, second over first"),
            format!("{ratio:.2}"),
        );
    }
    for (path, id) in &s.design.materials {
        put(&format!("material added to {path}"), id.clone());
    }
    if let Some(p) = &s.design.package {
        put("restraint package", p.clone());
    }
    if let Some(terms) = &s.sized.partner_terms {
        let d = &terms.design;
        put(
            "partner: rails lower by, mm",
            format!("{:.0}", d.lower_rails_m / MM),
        );
        put(
            "partner: added structure below, kN",
            format!("{:.0}", d.seas_force_n / KN),
        );
        put(
            "partner: rails softer by, %",
            format!("{:.0}", 100.0 * d.softer),
        );
        for p in &s.sized.partners {
            put(
                &format!("on {}: added mass, kg", p.partner),
                format!("{:.1}", p.added_kg),
            );
            put(
                &format!("on {}: direct cost, $", p.partner),
                format!("{:.0}", p.usd.usd()),
            );
        }
    }
    rows
}

fn volumes(vehicle: &Vehicle, s: &Sizing, data: &SizingData) -> String {
    if !s.sized.mass.changes_structure() {
        return String::new();
    }
    let rows: Vec<Vec<String>> = price_by_volume(vehicle, &s.sized, data, &VOLUMES_PER_YEAR)
        .unwrap_or_default()
        .into_iter()
        .map(|(volume, usd, price)| {
            vec![
                format!("{volume:.0}"),
                format!("{usd:.0}"),
                output::optional(price, 0),
            ]
        })
        .collect();
    format!(
        "\n{}",
        output::table(
            &["cars a year", "added direct cost, $", "US price, $"],
            &rows
        )
    )
}

/// The fronts as a table.
pub fn fronts(f: &Fronts) -> String {
    let risk = f.as_built <= 1.0 && (f.criterion.contains("joint") || f.criterion.contains("ais"));
    let (scale, unit) = if risk { (100.0, " %") } else { (1.0, "") };
    let mut rows = Vec::new();
    for front in &f.fronts {
        let by = match front.vary {
            Vary::Structure => "structure",
            Vary::Restraint => "restraints",
            Vary::Both => "both",
            Vary::Partner => "partner",
        };
        for p in &front.points {
            rows.push(vec![
                by.to_string(),
                format!("{:.1}{unit}", scale * p.limit),
                if p.feasible { "yes" } else { "no" }.into(),
                format!("{:.1}{unit}", scale * p.reached),
                format!("{:.1}", p.added_mass_kg),
                format!("{:.0}", p.added_cost_usd),
                output::optional(p.marginal_usd.map(|v| v / scale), 1),
                output::optional(p.highest_feasible_speed_kmh, 1),
            ]);
        }
    }
    format!(
        "\nfronts over {}, as built {:.1}{unit}; where a limit cannot be met, the nearest design\n{}",
        f.criterion,
        scale * f.as_built,
        output::table(
            &[
                "by",
                "limit",
                "met",
                "reached",
                "added kg",
                "added $",
                if risk {
                    "$ per point of risk"
                } else {
                    "$ per unit"
                },
                "met up to km/h",
            ],
            &rows
        )
    )
}

/// The map as a table: added dollars, or what stands in the way.
pub fn map(m: &FeasibilityMap) -> String {
    let mut header = vec!["partner kg".to_string()];
    header.extend(m.speeds_kmh.iter().map(|s| format!("{s:.0} km/h")));
    header.push("largest closing, km/h".into());
    let rows: Vec<Vec<String>> = m
        .masses_kg
        .iter()
        .enumerate()
        .map(|(i, kg)| {
            let mut row = vec![format!("{kg:.0}")];
            row.extend(
                m.cells[i]
                    .iter()
                    .map(|c| match (c.feasible, c.already_met) {
                        (true, true) => "as built".to_string(),
                        (true, false) => format!("{:.0} $", c.added_cost_usd),
                        (false, _) => "no".to_string(),
                    }),
            );
            row.push(output::optional(m.largest_closing_speed_kmh(i), 0));
            row
        })
        .collect();
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    format!(
        "\nadded direct cost by mass of a partner like {} and speed of each vehicle\n{}",
        m.partner,
        output::table(&header, &rows)
    )
}
