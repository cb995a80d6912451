//! From one value to another, a line for each item: a ring where it was, a disc where it is, the limit across all, and the
//! range of either where it is known.

use super::axis::{Axis, intervals_across};
use super::canvas::{H, PITCH, Rect, Stroke, Type, V, compose};
use super::text::{balance, number, widest};
use super::theme::{Marker, Rgb, Theme};
use super::waterfall::horizontal_scale;
use super::{Figure, Heading, PlotError};

/// One item.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Its name.
    pub label: String,
    /// Value before and after.
    pub values: [f64; 2],
    /// Low and high end of each, where they are known.
    pub ranges: [Option<[f64; 2]>; 2],
    /// Is the limit missed after? It is then said beside the name.
    pub missed: bool,
}

/// Input of [`draw`].
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// Title, note, caption and stamp.
    pub heading: Heading,
    /// The quantity with unit, as "Joint risk (%)".
    pub quantity: String,
    /// What stands across all items: its words and value.
    pub limit: Option<(String, f64)>,
    /// Decimals printed.
    pub decimals: usize,
    /// What before and after mean.
    pub ends: [String; 2],
    /// From the top down.
    pub items: Vec<Item>,
}

/// Radius of a disc over the height of the type.
const DISC: f64 = 0.32;

/// Draw the items.
///
/// # Errors
/// [`PlotError::Empty`] without a finite item.
pub fn draw(input: &Input, theme: &Theme) -> Result<Figure, PlotError> {
    let finite = |i: &&Item| i.values.iter().all(|v| v.is_finite());
    let items: Vec<&Item> = input.items.iter().filter(finite).collect();
    if items.is_empty() {
        let what = "the items before and after".to_string();
        return Err(PlotError::Empty { what });
    }
    let t = Type::new(theme);
    let inner = theme.width_px - 32.0;
    let name = |i: &&Item| {
        let label = if i.missed {
            format!("{}, missed", i.label)
        } else {
            i.label.clone()
        };
        match t.width(&label) > 0.34 * inner {
            true => balance(&label, t.px, false, 2),
            false => vec![label],
        }
    };
    let names: Vec<Vec<String>> = items.iter().map(name).collect();
    let left = names.iter().map(|n| widest(n, t.px, false)).fold(0.0, f64::max) + 20.0;
    let beside = items
        .iter()
        .flat_map(|i| i.values)
        .map(|v| t.width(&number(v, input.decimals)));
    let text_px = beside.fold(0.0, f64::max) + t.px;
    let room = (inner - left - 2.0 * text_px).max(0.2 * inner);
    let ends = items.iter().flat_map(|i| {
        let ranges = i.ranges.iter().flatten().flatten();
        i.values.iter().chain(ranges).copied()
    });
    let all = ends.chain(input.limit.iter().map(|l| l.1)).chain([0.0]);
    let axis = Axis::between("the items", all, intervals_across(theme, room) + 1)?;
    let keys = [
        super::place::Key::new(&input.ends[0], theme.color(0), super::place::Look::Fill(1.0)),
        super::place::Key::new(&input.ends[1], theme.color(1), super::place::Look::Fill(1.0)),
    ];
    let tallest = names.iter().map(Vec::len).max().unwrap_or(1) as f64;
    let row = (tallest * t.px * PITCH + 10.0).max(1.7 * t.px);
    let head = if input.limit.is_some() { t.px * 1.6 } else { 0.0 };
    let high = row * items.len() as f64;
    let body = head + high + t.px * 3.1 + super::place::legend_px(theme, &keys, inner);
    compose(theme, &input.heading, body, |c, area| {
        let x0 = area.x0 + left + text_px;
        let plot = Rect::new(x0, area.y0 + head, x0 + room, area.y0 + head + high);
        horizontal_scale(c, &input.quantity, &axis, plot);
        let x = |v: f64| plot.x0 + axis.share(v) * plot.width();
        if let Some((words, value)) = &input.limit {
            c.line(
                &[(x(*value), plot.y0), (x(*value), plot.y1)],
                Stroke::new(Rgb::BLACK, 2.2),
            );
            c.text((x(*value), plot.y0 - 0.8 * t.px), H::Left, V::Middle, words, t);
        }
        for (i, item) in items.iter().enumerate() {
            let y = plot.y0 + (i as f64 + 0.5) * row;
            let [before, after] = item.values.map(x);
            for (k, range) in item.ranges.iter().enumerate() {
                if let Some([low, high]) = range {
                    let thin = 0.16 * t.px;
                    c.fill(Rect::new(x(*low), y - thin, x(*high), y + thin), theme.color(k), 0.25);
                }
            }
            c.line(&[(before, y), (after, y)], Stroke::new(Rgb::BLACK, 1.6));
            for (at, ink) in [(before, theme.color(0)), (after, theme.color(1))] {
                c.marker(Marker::Circle, (at, y), DISC * t.px, ink, false);
            }
            // Values stand outside of their discs, where neither line nor limit crosses them.
            let gap = (DISC + 0.35) * t.px;
            let (first, second) = if after <= before { (1, 0) } else { (0, 1) };
            let text = |k: usize| number(item.values[k], input.decimals);
            c.text((before.min(after) - gap, y), H::Right, V::Middle, &text(first), t);
            c.text((before.max(after) + gap, y), H::Left, V::Middle, &text(second), t);
            c.lines_middle((area.x0 + left - 14.0, y), H::Right, &names[i], t);
        }
        super::place::legend(c, (area.x0, plot.y1 + t.px * 3.1), &keys, inner);
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(label: &str, before: f64, after: f64) -> Item {
        Item {
            label: label.to_string(),
            values: [before, after],
            ranges: [Some([0.8 * before, 1.2 * before]), None],
            missed: after > 15.0,
        }
    }

    /// Every value and name stands in the figure, what misses the limit is named so, and nothing to draw is an error.
    #[test]
    fn every_item_is_said() {
        let mut input = Input {
            heading: Heading {
                title: String::new(),
                note: String::new(),
                caption: String::new(),
                stamp: crate::stamp::Stamp::of(&0, 0.0),
            },
            quantity: "Joint risk (%)".to_string(),
            limit: Some(("target 15 %".to_string(), 15.0)),
            decimals: 1,
            ends: ["as built".to_string(), "after sizing".to_string()],
            items: vec![
                item("A car", 49.2, 14.6),
                item("Another", 60.9, 16.0),
                item("None", f64::NAN, 1.0),
            ],
        };
        let figure = draw(&input, &Theme::half_page()).unwrap();
        let svg = figure.svg;
        for text in ["49.2", "14.6", "60.9", "16.0", "target 15 %", "A car", "missed"] {
            assert!(svg.contains(text), "{text}");
        }
        assert!(!svg.contains("None"));
        input.items.clear();
        assert!(draw(&input, &Theme::half_page()).is_err());
    }
}
