//! Figures of an uncertainty analysis: distributions, tornado, Sobol indices.

use crate::measure::Measure;
use crate::plot::{Curve, Heading, Stamp, Theme, bars, distribution, indices};
use crate::sizing::uncertainty::tornado::ACCOUNT;
use crate::sizing::uncertainty::{MonteCarlo, Uncertainty, Variance};

use super::text::{axis, sentence};
use super::{NamedFigure, ReportError};

/// Bars of a tornado.
const BARS: usize = 14;

fn heading(caption: &str, stamp: &Stamp) -> Heading {
    Heading {
        title: String::new(),
        note: String::new(),
        caption: caption.to_string(),
        stamp: stamp.clone(),
    }
}

/// All figures that an analysis has numbers for. Stems: `distribution-<output>-<vehicle>`,
/// `tornado-<output>-<vehicle>`, `sobol-<output>-<vehicle>`.
///
/// # Errors
/// [`ReportError`] when a figure has nothing to draw.
pub fn uncertainty_figures(
    vehicle: (&str, &str),
    u: &Uncertainty,
    limit: Option<f64>,
    stamp: &Stamp,
) -> Result<Vec<NamedFigure>, ReportError> {
    let stamp = &Stamp {
        step_us: u.step_us,
        ..stamp.clone()
    };
    let all = Figures {
        vehicle,
        u,
        limit,
        stamp,
    };
    let mut figures = Vec::new();
    let outputs = || std::iter::once(u.criterion).chain(ACCOUNT);
    for output in outputs() {
        figures.extend(all.distribution(output)?);
    }
    for (i, output) in outputs().enumerate() {
        figures.extend(all.tornado(i, output)?);
    }
    for variance in u.sobol.iter().filter(|v| !v.groups.is_empty()) {
        figures.push(all.sobol(variance)?);
    }
    Ok(figures)
}

struct Figures<'a> {
    /// Id and name.
    vehicle: (&'a str, &'a str),
    u: &'a Uncertainty,
    /// Limit on the leading criterion.
    limit: Option<f64>,
    stamp: &'a Stamp,
}

impl Figures<'_> {
    fn distribution(&self, output: Measure) -> Result<Option<NamedFigure>, ReportError> {
        let name = sentence(&axis(output));
        let u = self.u;
        let named = |name: &str, m: &Option<MonteCarlo>| m.clone().map(|m| (name.to_string(), m));
        let mut worlds: Vec<(String, MonteCarlo)> = Vec::new();
        worlds.extend(named("as built", &u.as_built));
        if u.nominal != u.as_built {
            worlds.extend(named("nominal design", &u.nominal));
        }
        for d in u.designs.iter().filter(|d| d.feasible) {
            worlds.push((
                format!("design for {:.0} %", 100.0 * d.confidence),
                d.monte_carlo.clone(),
            ));
        }
        let mut curves = Vec::new();
        for (name, m) in &worlds {
            let Some(grid) = m.percentiles.get(&output) else {
                continue;
            };
            let flat = grid.first() == grid.last();
            // The extremes of a sample say little; a value without spread is no distribution.
            if !flat {
                let x = grid[1..100].iter().map(|v| output.shown(*v)).collect();
                curves.push(Curve::new(name.as_str(), x, (1..100).map(f64::from).collect()));
            }
        }
        if curves.is_empty() {
            return Ok(None);
        }
        let leading = output == u.criterion;
        let limit = self
            .limit
            .filter(|_| leading)
            .map(|l| (output.shown(l), "limit".to_string()));
        let where_ = match leading {
            true => " in its worst deciding pair",
            false => "",
        };
        let counts = || worlds.iter().map(|(_, m)| m.draws);
        let draws = match (counts().min(), counts().max()) {
            (Some(few), Some(many)) if few < many => format!("{few} to {many}"),
            (few, _) => few.unwrap_or(0).to_string(),
        };
        let caption = format!(
            "{} of the {}{where_} over {draws} draws of everything that is uncertain, from the 1st to the 99th percentile.",
            name, self.vehicle.1
        );
        let input = distribution::Input {
            heading: heading(&caption, self.stamp),
            quantity: name,
            curves,
            limit,
        };
        let figure = distribution::draw(&input, &Theme::half_page())?;
        let stem = format!("distribution-{output}-{}", self.vehicle.0);
        Ok(Some((stem, figure, caption)))
    }

    fn tornado(&self, output: usize, of: Measure) -> Result<Option<NamedFigure>, ReportError> {
        let Some(t) = &self.u.tornado else {
            return Ok(None);
        };
        let name = sentence(&axis(of));
        let Some(base) = t.base[output] else {
            return Ok(None);
        };
        let mut swings: Vec<_> = t.swings.iter().filter(|s| s.width(output) > 0.0).collect();
        swings.sort_by(|a, b| b.width(output).total_cmp(&a.width(output)));
        let bars: Vec<bars::Bar> = swings
            .iter()
            .take(BARS)
            .map(|s| bars::Bar {
                label: plain_key(&s.input),
                at_low: s.at_p10[output].map_or(f64::NAN, |v| of.shown(v)),
                at_high: s.at_p90[output].map_or(f64::NAN, |v| of.shown(v)),
            })
            .collect();
        if bars.is_empty() {
            return Ok(None);
        }
        let caption = format!(
            "{} of the {} with the nominal design, one input at a time at its 10th and 90th percentile, all others as in \
             their files; the {} widest of {}.",
            name,
            self.vehicle.1,
            bars.len(),
            swings.len()
        );
        let input = bars::Input {
            heading: heading(&caption, self.stamp),
            quantity: name,
            base: of.shown(base),
            decimals: of.decimals(),
            ends: ("10th percentile".into(), "90th percentile".into()),
            bars,
        };
        let figure = bars::draw(&input, &Theme::half_page())?;
        Ok(Some((format!("tornado-{of}-{}", self.vehicle.0), figure, caption)))
    }

    fn sobol(&self, v: &Variance) -> Result<NamedFigure, ReportError> {
        let what = v.output.words().to_lowercase();
        let estimate = |i: &crate::sizing::uncertainty::sobol::Index| indices::Estimate {
            value: i.value,
            low: i.low,
            high: i.high,
        };
        let groups = v.groups.iter().map(|g| indices::Group {
            label: g.name.clone(),
            first: estimate(&g.indices.first),
            total: estimate(&g.indices.total),
        });
        let caption = format!(
            "Where the variance of the {what} of the {} with the nominal design comes from: Sobol indices of groups of \
             inputs, {} rows, whiskers: 95 % bootstrap interval.",
            self.vehicle.1, v.rows
        );
        let input = indices::Input {
            heading: heading(&caption, self.stamp),
            quantity: format!("Share of the variance of the {what}"),
            groups: groups.collect(),
        };
        let figure = indices::draw(&input, &Theme::half_page())?;
        Ok((format!("sobol-{}-{}", v.output, self.vehicle.0), figure, caption))
    }
}

/// A key path in words: `vehicle.path.rails.force_kN` is "rails: force".
fn plain_key(key: &str) -> String {
    // The entry for all paths covers what no entry of a single path does: their crush tables.
    if let Some(owner) = key.strip_suffix(".path") {
        let partner = owner.starts_with("partner");
        return format!("{}crush lengths", if partner { "partner " } else { "" });
    }
    let parts: Vec<&str> = key.split(['.', ':']).collect();
    let (owner, rest) = match parts.split_first() {
        Some((&"vehicle", rest)) => ("", rest),
        Some((&"partner", rest)) => ("partner ", rest.get(1..).unwrap_or_default()),
        Some((&"restraint", rest)) if rest.len() > 1 && !key.ends_with("_usd") => {
            ("", rest.get(1..).unwrap_or_default())
        }
        _ => ("", parts.as_slice()),
    };
    let skip = usize::from(matches!(rest.first(), Some(&("path" | "structure" | "material"))));
    let words: Vec<String> = rest[skip.min(rest.len().saturating_sub(1))..]
        .iter()
        .map(|w| {
            let bare = [
                "_kN_per_mm",
                "_kN",
                "_mm",
                "_kg_per_kg",
                "_kg_per_m",
                "_kJ_per_kg",
                "_usd_per_kg",
                "_usd",
                "_kg",
            ]
            .iter()
            .find_map(|unit| w.strip_suffix(unit));
            bare.unwrap_or(w).replace(['_', '-'], " ")
        })
        .collect();
    format!("{owner}{}", words.join(": "))
}

#[cfg(test)]
mod tests {
    use super::plain_key;

    #[test]
    fn keys_read_as_words() {
        for (key, words) in [
            ("vehicle.path.rails.force_kN", "rails: force"),
            (
                "partner.ford-f-150-2018.path.upper_body.height_mm",
                "partner upper body: height",
            ),
            ("restraint.kei-2012.shoulder_belt.limiter_kN", "shoulder belt: limiter"),
            ("structure.system_efficiency", "system efficiency"),
            ("material.dp800.sea_kJ_per_kg", "dp800: sea"),
            ("vehicle.mass", "mass"),
            ("partner.ford-f-150-2018.path", "partner crush lengths"),
        ] {
            assert_eq!(plain_key(key), words);
        }
    }
}
