//! What `crumple size` prints for people: the answer, its price, what it stands beside, fronts and map.

use crumple::cost::Relation;
use crumple::cost::price::VolumePrice;
use crumple::measure::Measure;
use crumple::sizing::corridors::Corridor;
use crumple::sizing::feasibility::FeasibilityMap;
use crumple::sizing::holds::{Beside, Kind};
use crumple::sizing::pareto::Fronts;
use crumple::sizing::{Answer, Vary};
use crumple::units::MM;
use crumple::vehicle::Vehicle;

use super::output;

pub fn page(vehicle: &Vehicle, a: &Answer) -> String {
    let mut page = format!("{}\n\n", vehicle.name);
    page += match (a.feasible, a.already_met) {
        (_, true) => "The targets are met as built: nothing to add, no cost.\n",
        (true, _) => "The targets can be met.\n",
        (false, _) => "The targets cannot be met within the bounds; below is the nearest that can be reached.\n",
    };
    if let Some(b) = &a.blocking {
        page += &format!("What blocks: {b}\n");
    }
    if let Some(v) = a.highest_feasible_speed_kmh {
        page += &format!(
            "Highest speed of each vehicle at which they can be met: {v:.1} km/h ({:.1} closing)\n",
            2.0 * v
        );
    }
    page.push('\n');
    page += &output::table(&["", "value"], &rows(a));
    if !a.active.is_empty() {
        page += "\nthe design rests on\n";
        for words in &a.active {
            page += &format!("  {words}\n");
        }
    }
    page += &kei_status(a);
    page += &lightest(a);
    page += &how_far(a);
    page += &corridors(a);
    page += &volumes(a);
    page += "\nbeside real changes of real cars\n";
    for p in &a.precedents {
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
    page += &format!("\n{} load-case runs; dollars of {}\n", a.evaluations, a.cost_year);
    page
}

/// That a kei car is none any more, and what that costs in Japan.
fn kei_status(a: &Answer) -> String {
    let Some(k) = a.kei_status.filter(|k| !k.kept) else {
        return String::new();
    };
    let cost = match (k.buyer_yen, k.buyer_usd) {
        (Some([low, central, high]), Some(usd)) => format!(
            ": its buyer in Japan pays {central:.0} yen (${usd:.0}; {low:.0} to {high:.0} yen) more over ten years"
        ),
        _ => String::new(),
    };
    format!(
        "\n{:.0} mm: longer than 3.40 m, no kei car any more{cost}\n",
        k.length_mm
    )
}

/// The lightest design beside the cheapest.
fn lightest(a: &Answer) -> String {
    let Some(l) = &a.lightest else { return String::new() };
    let Some(usd) = l.usd_per_kg_saved else {
        return "\nno lighter design was found that meets the targets\n".into();
    };
    let note = match l.cheapest_buys_kilograms {
        true => "; the cheapest design buys its dollars with kilograms",
        false => "",
    };
    format!(
        "\nthe lightest design that meets them: {:.1} kg, ${:.0} ({usd:.0} $ for each kg saved{note})\n",
        l.added_mass_kg, l.added_cost_usd
    )
}

/// Force bands of the load paths.
fn corridors(a: &Answer) -> String {
    let Some(c) = &a.corridors else { return String::new() };
    if c.paths.is_empty() {
        return "\ncorridors: no surroundings of the design meet the targets\n".into();
    }
    let row = |p: &Corridor| {
        let kn = |v: f64| format!("{v:.0}");
        vec![
            p.path.clone(),
            kn(p.as_built_kN),
            kn(p.design_kN),
            format!("{} to {}", kn(p.low_kN), kn(p.high_kN)),
        ]
    };
    let rows: Vec<Vec<String>> = c.paths.iter().map(row).collect();
    format!(
        "\ncorridors: every combination of mean forces inside meets the targets ({} were judged)\n{}",
        c.combinations,
        output::table(&["load path", "as built, kN", "design, kN", "corridor, kN"], &rows)
    )
}

/// How far the design holds.
fn how_far(a: &Answer) -> String {
    if a.holds.is_empty() {
        return String::new();
    }
    let cells = |b: &Beside| {
        let m = match b.kind {
            Kind::Draws => Measure::JointWithoutNeck,
            _ => a.leading.unwrap_or(Measure::JointWithoutNeck),
        };
        let show = |v: f64| format!("{:.*}{}", m.decimals(), m.shown(v), m.suffix());
        let verdict = match (b.ok, b.near, b.fails) {
            (true, ..) => "holds".to_string(),
            (false, near, fails) => {
                let what = fails.map_or("", Measure::words);
                let how = if near { "near" } else { "does not hold" };
                format!("{how}: {what}")
            }
        };
        vec![b.what.clone(), show(b.value), show(b.limit), verdict]
    };
    let rows: Vec<Vec<String>> = a.holds.iter().map(cells).collect();
    let mut page = format!(
        "\nhow far it holds; risks are expected risks\n{}",
        output::table(&["", "worst", "limit", ""], &rows)
    );
    if let Some(usd) = a.imported_price_usd {
        page += &format!("US price if built in Japan and shipped, tariff paid: ${usd:.0}\n");
    }
    if let Some([low, high]) = a.price_usd_range {
        page += &format!("US price, 5 to 95 % of draws: ${low:.0} to ${high:.0}\n");
    }
    if let Some(c) = &a.confidence {
        page += &format!(
            "asked to hold in {:.0} % of draws: it holds in {:.1} %\n",
            100.0 * c.asked,
            100.0 * c.reached.value
        );
        if !c.feasible {
            let limits = match c.limited_by.is_empty() {
                true => "no bound of a variable: the spread of what is not known".to_string(),
                false => c.limited_by.join("; "),
            };
            page += &format!("no design within bounds was found that does; what limits the best: {limits}\n");
        }
    }
    page
}

fn rows(a: &Answer) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut put = |what: &str, value: String| rows.push(vec![what.into(), value]);
    put("added mass, kg", format!("{:.1}", a.added_mass_kg));
    put("of which structure, kg", format!("{:.1}", a.added_structure_kg));
    put("added direct cost, $", format!("{:.0}", a.added_cost_usd.usd()));
    put("US price, $", output::optional(a.price_usd.map(|p| p.usd()), 0));
    let design = &a.design;
    put(
        "added front length, mm",
        format!("{:.0}", design.added_front_length_m / MM),
    );
    put("cabin factor", format!("{:.2}", design.cabin_factor));
    for (path, factor) in &design.strength {
        put(&format!("strength of {path}"), format!("{factor:.2}"));
    }
    for (path, ratio) in &design.two_step {
        put(
            &format!("{path} in two steps, second over first"),
            format!("{ratio:.2}"),
        );
    }
    for (path, id) in &design.materials {
        put(&format!("material added to {path}"), id.clone());
    }
    if let Some(p) = &design.package {
        put("restraint package", p.clone());
    }
    if let Some(change) = &a.partner {
        put("partner: rails lower by, mm", format!("{:.0}", change.lower_rails_mm));
        put(
            "partner: added structure below, kN",
            format!("{:.0}", change.seas_force_kN),
        );
        put("partner: rails softer by, %", format!("{:.0}", 100.0 * change.softer));
        for p in &change.on {
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

fn volumes(a: &Answer) -> String {
    if !a.mass.changes_structure() {
        return String::new();
    }
    let row = |v: &VolumePrice| {
        vec![
            format!("{:.0}", v.volume_per_year),
            format!("{:.0}", v.added_cost_usd),
            output::optional(v.price_usd, 0),
        ]
    };
    let rows: Vec<Vec<String>> = a.price_by_volume.iter().map(row).collect();
    format!(
        "\n{}",
        output::table(&["cars a year", "added direct cost, $", "US price, $"], &rows)
    )
}

/// The fronts as a table.
pub fn fronts(f: &Fronts) -> String {
    let risk = f.criterion.is_risk();
    let (scale, unit) = if risk { (f.criterion.scale(), " %") } else { (1.0, "") };
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
                if risk { "$ per point of risk" } else { "$ per unit" },
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
            row.extend(m.cells[i].iter().map(|c| match (c.feasible, c.already_met) {
                (true, true) => "as built".to_string(),
                (true, false) => format!("{:.0} $", c.added_cost_usd),
                (false, _) => "no".to_string(),
            }));
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
