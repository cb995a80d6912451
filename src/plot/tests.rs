//! Laws all figures obey: well-formed, stamped, inside the canvas, no label over another, and no
//! panic on odd numbers.

use resvg::tiny_skia::{Pixmap, Rect};
use resvg::usvg::{Group, Node, roxmltree};

use super::*;

const LONG: [&str; 3] = [
    "Honda N-Box (2012)",
    "Chevrolet Silverado 1500 (2014)",
    "Daihatsu Hijet Truck (2015)",
];

fn heading() -> Heading {
    Heading {
        title: "Risk < limit & cost of the Chevrolet Silverado 1500 (2014)".to_string(),
        note: "56 km/h each, full overlap, driver with belt and airbag".to_string(),
        caption: "Caption with <angle> & ampersand.".to_string(),
        stamp: Stamp {
            version: "0.1.0".to_string(),
            input_hash: "3fa9c2e81b04d7aa55".to_string(),
            step_us: 10.0,
        },
    }
}

/// A crash-like pulse: `peak` times sin^2 over `length` ms with a ripple, 1 kHz, 150 ms.
fn pulse_curve(name: &str, peak: f64, length: f64) -> Curve {
    let x: Vec<f64> = (0..=150).map(f64::from).collect();
    let shape = |t: &f64| match *t < length {
        true => peak * (t / length * std::f64::consts::PI).sin().powi(2) * (1.0 + 0.2 * (t * 0.25).sin()),
        false => 0.3 * (t * 0.4).sin(),
    };
    let y = x.iter().map(shape).collect();
    Curve::new(name, x, y)
}

fn heat_map() -> heatmap::Input {
    let row = |r: usize| (0..6).map(|c| Some(3.0 + 7.9 * (r * c) as f64)).collect();
    let mut values: Vec<Vec<Option<f64>>> = (0..3).map(row).collect();
    values[1][2] = None;
    values[2][3] = Some(f64::NAN);
    heatmap::Input {
        heading: heading(),
        row_title: "Kei car".to_string(),
        column_title: "Partner".to_string(),
        rows: LONG.map(String::from).to_vec(),
        columns: LONG.iter().chain(&LONG).map(|s| s.to_string()).collect(),
        values,
        extra: Some(heatmap::ExtraColumn {
            label: "Own wall test".to_string(),
            values: vec![Some(6.0), None, Some(9.0)],
        }),
        quantity: "Joint risk AIS 3+ (%)".to_string(),
        decimals: 1,
        scale: heatmap::Scale::Sequential { range: None },
        missing: "not computed".to_string(),
    }
}

fn pulses(n: usize) -> pulse::Input {
    let names = ["Honda N-Box (2012)", LONG[1], LONG[2], "Suzuki Every", "Honda N-One"];
    let curve = |i: usize| pulse_curve(names[i], 44.0 - 6.0 * i as f64, 85.0 + 7.0 * i as f64);
    pulse::Input {
        heading: heading(),
        quantity: "Cabin deceleration (g), CFC 60".to_string(),
        unit: "g".to_string(),
        curves: (0..n).map(curve).collect(),
        mark_peaks: true,
        lower_quantity: "Velocity (km/h)".to_string(),
        lower_curves: (0..n).map(curve).collect(),
    }
}

fn crush_loop(name: &str, crush: f64, force: f64) -> force_crush::Loop {
    force_crush::Loop {
        name: name.to_string(),
        crush_mm: vec![0.0, 0.1 * crush, 0.6 * crush, crush, 0.95 * crush, 0.88 * crush],
        force_kn: vec![0.0, 0.4 * force, 0.5 * force, force, 0.4 * force, 0.0],
        absorbed_kj: None,
        returned_kj: None,
    }
}

fn force(arrangement: force_crush::Arrangement) -> force_crush::Input {
    let loops = vec![crush_loop(LONG[0], 520.0, 410.0), crush_loop(LONG[1], 330.0, 480.0)];
    force_crush::Input {
        heading: heading(),
        loops,
        arrangement,
    }
}

fn occupant_panels() -> occupant::Input {
    let panel = |quantity: &str, unit: &str, curves: Vec<Curve>| occupant::TimePanel {
        quantity: quantity.to_string(),
        unit: unit.to_string(),
        decimals: 1,
        curves,
        windows: Vec::new(),
        levels: Vec::new(),
        mark_peaks: true,
    };
    let mut head = panel("Head resultant (g)", "g", vec![pulse_curve("head", 62.0, 120.0)]);
    head.windows.push(occupant::Window {
        from_ms: 52.0,
        to_ms: 67.0,
        label: "HIC15 = 412".to_string(),
    });
    let mut chest = panel("Chest resultant (g)", "g", vec![pulse_curve("chest", 48.0, 100.0)]);
    for (value, label) in [(44.1, "3 ms clip 44.1 g"), (60.0, "limit 60 g")] {
        let label = label.to_string();
        chest.levels.push(occupant::Level { value, label });
    }
    let forces = vec![
        pulse_curve("shoulder belt", 4.9, 110.0),
        pulse_curve("femur", 3.0, 80.0),
    ];
    let panels = vec![head, chest, panel("Force (kN)", "kN", forces)];
    let heading = heading();
    occupant::Input { heading, panels }
}

fn trade() -> tradeoff::Input {
    let point = |car: usize, target: f64| {
        let kg = (60.0 + 25.0 * car as f64) * 15.0 / target;
        let found = target > 6.0 + car as f64;
        tradeoff::Point {
            target_pct: target,
            added_mass_kg: found.then_some(kg),
            added_cost_usd: found.then_some(kg * 9.0),
            feasible: found && target > 9.0,
        }
    };
    let line = |(i, name): (usize, &&str)| tradeoff::Line {
        name: name.to_string(),
        points: [5.0, 8.0, 10.0, 15.0, 30.0].iter().map(|t| point(i, *t)).collect(),
    };
    tradeoff::Input {
        heading: heading(),
        target: "Target: joint risk AIS 3+ (%)".to_string(),
        lines: LONG.iter().enumerate().map(line).collect(),
        infeasible_note: "Cross: the front is too short by 480 mm.".to_string(),
    }
}

fn energy() -> energy_flow::Input {
    let group = |name: &str| energy_flow::Group {
        name: name.to_string(),
        shares: [
            ("lower rails", 92.0, 6.0),
            ("shotgun, upper load path", 18.0, 0.0),
            ("foam", 0.1, f64::NAN),
        ]
        .map(|(name, dissipated_kj, recoverable_kj)| energy_flow::Share {
            name: name.to_string(),
            dissipated_kj,
            recoverable_kj,
        })
        .to_vec(),
    };
    energy_flow::Input {
        heading: heading(),
        initial_kj: 412.0,
        initial_name: "closing energy".to_string(),
        groups: vec![group(LONG[0]), group(LONG[1]), group("Neither vehicle")],
    }
}

fn price() -> waterfall::Input {
    use waterfall::Kind::{Change, Total};
    let steps = [
        ("Japanese list price, no tax", 9870.0, Total),
        ("Structure", 612.0, Change),
        ("Discount for volume", -320.0, Change),
        ("US price", 10_162.0, Total),
    ];
    waterfall::Input {
        heading: heading(),
        quantity: "Price (USD of 2025)".to_string(),
        decimals: 0,
        steps: steps
            .map(|(label, value, kind)| waterfall::Step {
                label: label.to_string(),
                value,
                kind,
            })
            .to_vec(),
    }
}

fn tornado() -> bars::Input {
    let bar = |(label, at_low, at_high): (&str, f64, f64)| bars::Bar {
        label: label.to_string(),
        at_low,
        at_high,
    };
    bars::Input {
        heading: heading(),
        quantity: "Joint risk AIS 3+ (%)".to_string(),
        base: 21.0,
        decimals: 1,
        ends: ("input −1 sd".to_string(), "input +1 sd".to_string()),
        bars: [
            ("Closing speed", 14.0, 31.0),
            ("Rail height difference", 22.0, 21.5),
            ("lost", f64::NAN, 1.0),
        ]
        .map(bar)
        .to_vec(),
    }
}

fn comparison() -> scatter::Input {
    let rows = [
        (640.0, 655.0),
        (610.0, 700.0),
        (700.0, 610.0),
        (430.0, 490.0),
        (f64::NAN, 1.0),
    ];
    let point = |(i, (m, p)): (usize, &(f64, f64))| scatter::Point {
        name: LONG[i % 3].to_string(),
        group: ["US", "kei"][i % 2].to_string(),
        measured: *m,
        measured_spread: 10.0,
        predicted: *p,
        predicted_spread: 30.0,
    };
    scatter::Input {
        heading: heading(),
        quantity: "maximum crush (mm)".to_string(),
        band_pct: 10.0,
        name_all: false,
        points: rows.iter().enumerate().map(point).collect(),
    }
}

fn fleet() -> field::Input {
    let point = |(i, (x, y)): (usize, &(f64, f64))| field::Point {
        name: LONG[i % 3].to_string(),
        group: ["kei", "pickup"][i % 2].to_string(),
        x: *x,
        y: *y,
        published: i == 1,
    };
    field::Input {
        heading: heading(),
        x: "test mass (kg)".to_string(),
        y: "KW400 (N/mm)".to_string(),
        points: [(820.0, 1070.0), (2660.0, 2100.0), (f64::NAN, 1.0)]
            .iter()
            .enumerate()
            .map(point)
            .collect(),
    }
}

fn faces() -> layers::Input {
    let layer = |name: &str, height_mm: [f64; 2], lateral_mm: Vec<[f64; 2]>| layers::Layer {
        name: name.to_string(),
        height_mm,
        lateral_mm,
    };
    let face = |name: &str, lift: f64| layers::Face {
        name: name.to_string(),
        layers: vec![
            layer(
                "lower rails",
                [370.0 + lift, 500.0 + lift],
                vec![[-540.0, -400.0], [400.0, 540.0]],
            ),
            layer("bumper beam", [400.0 + lift, 520.0 + lift], vec![[-600.0, 600.0]]),
            layer(
                "upper load path",
                [700.0 + lift, 820.0 + lift],
                vec![[-690.0, -580.0], [580.0, 690.0]],
            ),
        ],
    };
    layers::Input {
        heading: heading(),
        faces: vec![face(LONG[0], 0.0), face(LONG[1], 120.0)],
    }
}

fn seen_from_above() -> plan::Input {
    let body = |x0: f64, x1: f64, y: f64, crush: f64| plan::Body {
        outline_m: vec![
            (x0, y - 0.8),
            (x1, y - 0.8),
            (x1 - crush, y),
            (x1, y + 0.8),
            (x0, y + 0.8),
        ],
        undeformed_m: if crush > 0.0 {
            vec![(x0, y - 0.8), (x1, y - 0.8), (x1, y + 0.8), (x0, y + 0.8)]
        } else {
            Vec::new()
        },
        centre: Some(((0.5 * (x0 + x1), y), (1.0, 0.0))),
    };
    let scene = |title: &str, crush: f64| plan::Scene {
        title: title.to_string(),
        bodies: vec![body(-3.4, 0.0, 0.0, crush), body(0.0, 5.8, -0.9, 0.0)],
    };
    plan::Input {
        heading: heading(),
        names: LONG[..2].iter().map(|n| format!("{n}: yaw −12.3°, −151°/s")).collect(),
        scenes: vec![scene("First contact", 0.0), scene("Separation, 124 ms", 0.6)],
    }
}

/// Every family, at a width.
fn all(theme: &Theme) -> Vec<(&'static str, Result<Figure, PlotError>)> {
    use force_crush::Arrangement::{Mirrored, Overlaid};
    vec![
        ("heatmap", heatmap::draw(&heat_map(), theme)),
        ("pulse 2", pulse::draw(&pulses(2), theme)),
        ("pulse 5", pulse::draw(&pulses(5), theme)),
        ("mirrored", force_crush::draw(&force(Mirrored), theme)),
        ("overlaid", force_crush::draw(&force(Overlaid), theme)),
        ("occupant", occupant::draw(&occupant_panels(), theme)),
        ("tradeoff", tradeoff::draw(&trade(), theme)),
        ("energy", energy_flow::draw(&energy(), theme)),
        ("waterfall", waterfall::draw(&price(), theme)),
        ("tornado", bars::draw(&tornado(), theme)),
        ("scatter", scatter::draw(&comparison(), theme)),
        ("field", field::draw(&fleet(), theme)),
        ("layers", layers::draw(&faces(), theme)),
        ("plan", plan::draw(&seen_from_above(), theme)),
    ]
}

fn texts(group: &Group, out: &mut Vec<(String, Rect)>) {
    for node in group.children() {
        match node {
            Node::Group(g) => texts(g, out),
            Node::Text(t) => {
                let text = t.chunks().iter().map(|c| c.text()).collect();
                out.push((text, t.abs_bounding_box()));
            }
            _ => {}
        }
    }
}

#[test]
fn every_figure_is_well_formed_and_carries_its_stamp() {
    for (name, figure) in all(&Theme::half_page()) {
        let figure = figure.unwrap_or_else(|e| panic!("{name}: {e}"));
        let xml = roxmltree::Document::parse(&figure.svg).unwrap_or_else(|e| panic!("{name}: {e}"));
        let child = |tag: &str| {
            let node = xml.root_element().children().find(|n| n.has_tag_name(tag));
            node.and_then(|n| n.text()).unwrap_or_default().to_string()
        };
        assert_eq!(child("title"), heading().title, "{name}");
        let stamp = "crumple 0.1.0 · input 3fa9c2e81b04 · step 10 µs";
        assert!(child("desc").ends_with(&format!("[{stamp}]")), "{name}");
        let drawn = xml.descendants().filter(|n| n.has_tag_name("text"));
        assert!(drawn.filter_map(|n| n.text()).any(|t| t.trim() == stamp), "{name}");
        assert!(xml.descendants().all(|n| n.attribute("id").is_none()), "{name}");
    }
}

#[test]
fn nothing_leaves_the_canvas_and_no_label_covers_another() {
    for theme in [Theme::half_page(), Theme::full_page()] {
        for (name, figure) in all(&theme) {
            let figure = figure.unwrap_or_else(|e| panic!("{name}: {e}"));
            let tree = render::tree(&figure.svg).unwrap_or_else(|e| panic!("{name}: {e}"));
            let (w, h) = (figure.width_px as f32, figure.height_px as f32);
            let b = tree.root().abs_bounding_box();
            let inside = b.left() >= -1.0 && b.top() >= -1.0 && b.right() <= w + 1.0 && b.bottom() <= h + 1.0;
            assert!(inside, "{name}: {b:?} in {w} x {h}");
            let mut labels = Vec::new();
            texts(tree.root(), &mut labels);
            assert!(labels.len() > 5, "{name}");
            for (i, (a, r)) in labels.iter().enumerate() {
                for (b, q) in &labels[i + 1..] {
                    let wide = r.right().min(q.right()) - r.left().max(q.left());
                    let high = r.bottom().min(q.bottom()) - r.top().max(q.top());
                    // Line boxes reach 7 px above the capitals and 8 px below the baseline.
                    assert!(wide < 2.0 || high < 10.0, "{name}: {a:?} on {b:?}");
                }
            }
        }
    }
}

#[test]
fn png_has_the_size_of_the_canvas_times_the_scale() {
    let figure = waterfall::draw(&price(), &Theme::half_page()).expect("drawn");
    for scale in [1.0, 0.5] {
        let png = figure.png(scale).expect("rendered");
        let image = Pixmap::decode_png(&png).expect("a PNG");
        let side = |px: u32| (f64::from(px) * scale).round() as u32;
        assert_eq!(
            (image.width(), image.height()),
            (side(figure.width_px), side(figure.height_px))
        );
        // Type is drawn: without a font the page would hold only bars and rules.
        let dark = image.pixels().iter().filter(|p| p.red() < 60 && p.green() < 60).count();
        assert!(dark as f64 > 0.005 * image.pixels().len() as f64, "{dark}");
    }
    assert!(figure.png(0.0).is_err() && figure.png(f64::NAN).is_err() && figure.png(1e9).is_err());
}

#[test]
fn two_draws_give_the_same_bytes() {
    let draw = || {
        occupant::draw(&occupant_panels(), &Theme::full_page())
            .expect("drawn")
            .svg
    };
    assert_eq!(draw(), draw());
}

#[test]
fn files_are_written_in_pairs() {
    let folder = tempfile::tempdir().expect("a folder");
    let figure = waterfall::draw(&price(), &Theme::half_page()).expect("drawn");
    figure.write(&folder.path().join("a.b")).expect("written");
    let mut names: Vec<String> = std::fs::read_dir(folder.path())
        .expect("listed")
        .filter_map(|e| e.ok()?.file_name().into_string().ok())
        .collect();
    names.sort();
    assert_eq!(names, ["a.b.png", "a.b.svg"]);
}

#[test]
fn odd_numbers_give_gaps_or_errors() {
    let theme = Theme::half_page();
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let mut input = pulses(2);
        input.curves[0].y[40] = bad;
        input.curves[1].x[3] = bad;
        let figure = pulse::draw(&input, &theme).expect("a gap");
        assert!(!figure.svg.contains("NaN") && !figure.svg.contains("inf"));
        let whole = pulse::draw(&pulses(2), &theme).expect("drawn").svg;
        let lines = |svg: &str| svg.matches("<polyline").count();
        assert!(lines(&figure.svg) > lines(&whole), "the gap splits the line");

        let mut input = force(force_crush::Arrangement::Mirrored);
        input.loops[0].crush_mm = vec![bad; 6];
        assert!(force_crush::draw(&input, &theme).is_ok());
        let mut input = trade();
        input.lines[0].points[0].target_pct = bad;
        input.lines[1].points[3].added_mass_kg = Some(bad);
        assert!(tradeoff::draw(&input, &theme).is_ok());
        let mut input = energy();
        input.initial_kj = bad;
        assert!(energy_flow::draw(&input, &theme).is_ok());
        let mut input = occupant_panels();
        input.panels[0].windows[0].to_ms = bad;
        input.panels[1].levels[0].value = bad;
        assert!(occupant::draw(&input, &theme).is_ok());
        let mut input = price();
        input.steps[1].value = bad;
        assert!(waterfall::draw(&input, &theme).is_err());
        let mut input = tornado();
        input.base = bad;
        assert!(bars::draw(&input, &theme).is_err());
        let mut input = comparison();
        input.points[0].measured_spread = bad;
        assert!(scatter::draw(&input, &theme).is_ok());
        let mut input = faces();
        input.faces[0].layers[0].height_mm[1] = bad;
        assert!(layers::draw(&input, &theme).is_ok());
    }
    let mut huge = pulses(1);
    huge.curves[0].y[3] = 1.7e308;
    huge.curves[0].y[4] = -1.7e308;
    assert!(matches!(pulse::draw(&huge, &theme), Err(PlotError::Range { .. })));
}

#[test]
fn nothing_to_draw_is_an_error() {
    let theme = Theme::half_page();
    let mut input = pulses(0);
    input.lower_curves.clear();
    assert!(matches!(pulse::draw(&input, &theme), Err(PlotError::Empty { .. })));
    let mut input = heat_map();
    input.values.iter_mut().flatten().for_each(|v| *v = None);
    input.extra = None;
    assert!(matches!(heatmap::draw(&input, &theme), Err(PlotError::Empty { .. })));
    let mut input = heat_map();
    input.values[0].pop();
    assert!(matches!(heatmap::draw(&input, &theme), Err(PlotError::Length { .. })));
    let mut input = pulses(1);
    input.curves[0].y.pop();
    assert!(matches!(pulse::draw(&input, &theme), Err(PlotError::Length { .. })));
    let mut input = trade();
    input.lines.clear();
    assert!(tradeoff::draw(&input, &theme).is_err());
    let mut input = faces();
    input.faces.clear();
    assert!(layers::draw(&input, &theme).is_err());
    let mut input = energy();
    input.groups.clear();
    assert!(energy_flow::draw(&input, &theme).is_err());
    let mut input = occupant_panels();
    input.panels.clear();
    assert!(occupant::draw(&input, &theme).is_err());
    let mut input = price();
    input.steps.clear();
    assert!(waterfall::draw(&input, &theme).is_err());
    let mut input = comparison();
    input.points.clear();
    assert!(scatter::draw(&input, &theme).is_err());
    let mut input = fleet();
    input.points.truncate(0);
    assert!(field::draw(&input, &theme).is_err());
    let mut input = force(force_crush::Arrangement::Overlaid);
    input.loops.clear();
    assert!(force_crush::draw(&input, &theme).is_err());
}

#[test]
fn cell_text_keeps_contrast_on_every_shade() {
    // Better of black and white has a contrast ratio of at least 4.5 (WCAG 2.1, level AA).
    for r in 0..=16u8 {
        for g in 0..=16u8 {
            let fill = Rgb(r.saturating_mul(15), g.saturating_mul(15), 60);
            let (a, b) = (fill.luminance(), fill.ink().luminance());
            assert!((a.max(b) + 0.05) / (a.min(b) + 0.05) >= 4.5, "{fill:?}");
        }
    }
}
