//! Write an identified structure as a vehicle file: complete, ordered, with provenance for every number.

use std::collections::BTreeMap;

use crate::vehicle::Provenance;
use crate::vehicle::write::{class_name, provenance, put, quoted};

use super::draft::{Draft, DraftMass, DraftMount, DraftPath};
use super::recipe::{Recipe, Template};

/// The text of the vehicle file. `remarks` become comment lines of the head, one each.
pub fn vehicle_toml(recipe: &Recipe, template: &Template, draft: &Draft, remarks: &[String]) -> String {
    let mut t = String::new();
    head(&mut t, recipe, template, remarks);
    body(&mut t, recipe);
    for m in &draft.masses {
        mass(&mut t, m);
    }
    for p in &draft.paths {
        path(&mut t, p);
    }
    for m in &draft.mounts {
        mount(&mut t, m);
    }
    let r = &recipe.restraint;
    put(
        &mut t,
        format_args!(
            "[restraint]\ndriver = {}\npassenger = {}\n",
            quoted(&r.driver),
            quoted(&r.passenger)
        ),
    );
    evidence(&mut t, recipe, template);
    t
}

fn head(t: &mut String, recipe: &Recipe, template: &Template, remarks: &[String]) {
    let group = &recipe.group;
    let id = &recipe.id;
    put(t, format_args!("# {}", recipe.name));
    put(
        t,
        format_args!(
            "# Generated from vehicles/recipes/{id}.toml (template {}); edit the recipe, then:",
            template.id
        ),
    );
    put(
        t,
        format_args!("#   crumple identify vehicles/recipes/{id}.toml --out vehicles/{group}/{id}.toml"),
    );
    for line in wrapped(&recipe.note).iter().chain(remarks) {
        put(t, format_args!("# {line}"));
    }
    put(
        t,
        format_args!("format = 1\nid = {}\nname = {}", quoted(id), quoted(&recipe.name)),
    );
    put(
        t,
        format_args!("class = {}\nyear = {}\n", quoted(class_name(recipe.class)), recipe.year),
    );
}

fn body(t: &mut String, recipe: &Recipe) {
    let b = &recipe.body;
    put(
        t,
        format_args!("[body]\ncurb_kg = {}\ntest_kg = {}", num(b.curb_kg), num(b.test_kg)),
    );
    put(
        t,
        format_args!("length_mm = {}\nwidth_mm = {}", num(b.length_mm), num(b.width_mm)),
    );
    put(
        t,
        format_args!(
            "height_mm = {}\nwheelbase_mm = {}",
            num(b.height_mm),
            num(b.wheelbase_mm)
        ),
    );
    if let (Some(price), Some(currency)) = (b.price, &b.currency) {
        put(
            t,
            format_args!("price = {}\ncurrency = {}", num(price), quoted(currency)),
        );
    }
    t.push('\n');
}

fn mass(t: &mut String, m: &DraftMass) {
    put(
        t,
        format_args!("[[mass]]\nname = {}\nrole = {}", quoted(m.name), quoted(m.role)),
    );
    put(t, format_args!("kg = {}\n", num((m.kg * 100.0).round() / 100.0)));
}

fn mount(t: &mut String, m: &DraftMount) {
    put(
        t,
        format_args!("[[mount]]\nname = {}\nfrom = {}", quoted(m.name), quoted(m.from)),
    );
    put(
        t,
        format_args!(
            "to = {}\nstiffness_kN_per_mm = {}",
            quoted(m.to),
            num(m.stiffness_kn_per_mm)
        ),
    );
    put(t, format_args!("damping_kNs_per_m = {}", num(m.damping_kns_per_m)));
    if let Some(kn) = m.break_kn {
        put(t, format_args!("break_kN = {}", num(kn)));
    }
    t.push('\n');
}

fn path(t: &mut String, p: &DraftPath) {
    put(t, format_args!("[[path]]  # {}\nname = {}", p.remark, quoted(p.name)));
    if let Some(l) = &p.layer {
        put(t, format_args!("face = \"front\""));
        if l.compartment {
            put(t, format_args!("compartment = true"));
        }
        put(
            t,
            format_args!("to = {}\nheight_mm = {}", quoted(p.to), list(&l.height_mm)),
        );
        let bands: Vec<String> = l.lateral_mm.iter().map(|b| list(b)).collect();
        put(
            t,
            format_args!(
                "lateral_mm = [{}]\nsetback_mm = {}",
                bands.join(", "),
                num(l.setback_mm)
            ),
        );
        put(t, format_args!("face_kg = {}", num(l.face_kg)));
    }
    if let Some((from, gap_mm)) = p.inner {
        put(t, format_args!("from = {}\nto = {}", quoted(from), quoted(p.to)));
        if gap_mm > 0.0 {
            put(t, format_args!("gap_mm = {}", num((gap_mm * 10.0).round() / 10.0)));
        }
        if let Some(a) = p.offset_share {
            put(t, format_args!("offset_share = {}", num(a)));
        }
    }
    put(
        t,
        format_args!(
            "crush_mm = {}\nforce_kN = {}",
            list(&p.table.crush_mm),
            list(&p.table.force_kn)
        ),
    );
    put(
        t,
        format_args!("unload_kN_per_mm = {}", list(&p.table.unload_kn_per_mm)),
    );
    if p.table.unload_power > 1 {
        put(t, format_args!("unload_power = {}", p.table.unload_power));
    }
    if let Some(m) = p.material {
        put(t, format_args!("material = {}", quoted(m)));
    }
    t.push('\n');
}

fn evidence(t: &mut String, recipe: &Recipe, template: &Template) {
    let mut entries: BTreeMap<&str, &Provenance> = template.provenance.iter().map(|(k, p)| (k.as_str(), p)).collect();
    entries.extend(recipe.provenance.iter().map(|(k, p)| (k.as_str(), p)));
    put(t, format_args!("[sources]"));
    let sources: BTreeMap<&String, &String> = template.sources.iter().chain(&recipe.sources).collect();
    for (key, citation) in sources {
        if entries.values().any(|p| p.source == *key) || recipe.sources.contains_key(key) {
            put(t, format_args!("{key} = {}", quoted(citation)));
        }
    }
    put(t, format_args!("\n[provenance]"));
    for (key, p) in entries {
        put(t, format_args!("{} = {{ {} }}", quoted(key), provenance(p)));
    }
}

/// A number with at least one digit after the point and no noise beyond six.
fn num(v: f64) -> String {
    let short = format!("{:.6}", v);
    let short = short.trim_end_matches('0');
    if short.ends_with('.') {
        format!("{short}0")
    } else {
        short.to_string()
    }
}

fn list(values: &[f64]) -> String {
    let all: Vec<String> = values.iter().map(|v| num(*v)).collect();
    format!("[{}]", all.join(", "))
}

fn wrapped(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.len() - 1;
        if lines[last].len() + word.len() > 108 {
            lines.push(word.to_string());
        } else {
            if !lines[last].is_empty() {
                lines[last].push(' ');
            }
            lines[last].push_str(word);
        }
    }
    lines
}
