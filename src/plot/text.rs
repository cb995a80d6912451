//! True text extents and line breaking, from the advance widths of the bundled font.

use super::advances::{ADVANCES, UNITS_PER_EM};

/// Width in pixels of a text set in DejaVu Sans at `size_px`; unknown characters count 0.6 em.
pub(super) fn width_px(text: &str, size_px: f64, bold: bool) -> f64 {
    let units: f64 = text
        .chars()
        .map(|c| match ADVANCES.binary_search_by_key(&c, |a| a.0) {
            Ok(i) if bold => f64::from(ADVANCES[i].2),
            Ok(i) => f64::from(ADVANCES[i].1),
            Err(_) => 0.6 * UNITS_PER_EM,
        })
        .sum();
    units / UNITS_PER_EM * size_px
}

/// Break a text at blanks into lines not wider than `max_px`; a longer word stands alone.
pub(super) fn wrap(text: &str, size_px: f64, bold: bool, max_px: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width_px(&format!("{line} {word}"), size_px, bold) <= max_px => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_string()),
        }
    }
    lines
}

/// Break into at most `lines` lines of about equal width: the narrowest box that holds the text.
pub(super) fn balance(text: &str, size_px: f64, bold: bool, lines: usize) -> Vec<String> {
    let mut best = wrap(text, size_px, bold, f64::INFINITY);
    let mut max = widest(&best, size_px, bold);
    // Down to about a seventh of the text's length in fine steps.
    for _ in 0..190 {
        max *= 0.99;
        let next = wrap(text, size_px, bold, max);
        if next.len() > lines || widest(&next, size_px, bold) > max {
            break;
        }
        best = next;
    }
    best
}

/// Width in pixels of the widest line.
pub(super) fn widest(lines: &[String], size_px: f64, bold: bool) -> f64 {
    lines.iter().map(|l| width_px(l, size_px, bold)).fold(0.0, f64::max)
}

/// A number with `decimals` places, thousands separated, and a true minus sign.
pub(super) fn number(value: f64, decimals: usize) -> String {
    let plain = format!("{:.*}", decimals, value.abs());
    let (whole, fraction) = match plain.split_once('.') {
        Some((w, f)) => (w, format!(".{f}")),
        None => (plain.as_str(), String::new()),
    };
    let mut grouped = String::new();
    for (i, digit) in whole.chars().enumerate() {
        let left = whole.len() - i;
        if i > 0 && left % 3 == 0 && whole.len() > 4 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let zero = plain.chars().all(|c| c == '0' || c == '.');
    let sign = if value < 0.0 && !zero { "−" } else { "" };
    format!("{sign}{grouped}{fraction}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_signed() {
        assert_eq!(number(12_345.6, 0), "12,346");
        assert_eq!(number(-1234.56, 1), "−1234.6");
        assert_eq!(number(-0.001, 1), "0.0");
        assert_eq!(number(1e6, 2), "1,000,000.00");
    }

    #[test]
    fn wrapping_keeps_every_word_and_the_width() {
        let text = "Chevrolet Silverado 1500 (2014)";
        let lines = wrap(text, 33.0, false, 400.0);
        assert_eq!(lines.join(" "), text);
        assert!(lines.len() == 2 && widest(&lines, 33.0, false) <= 400.0);
        let two = balance(text, 33.0, false, 2);
        assert_eq!(two.len(), 2);
        assert!(widest(&two, 33.0, false) < 0.7 * width_px(text, 33.0, false));
    }

    #[test]
    fn advances_agree_with_the_renderer() {
        for (bold, text) in [
            (false, "Deceleration in g, CFC 60 — Škoda"),
            (true, "Force 1,234 kN → 87 %"),
        ] {
            let weight = if bold { "bold" } else { "normal" };
            let svg = format!(
                "<svg xmlns='http://www.w3.org/2000/svg' width='3000' height='200'><text x='10' \
                 y='100' font-family='DejaVu Sans' font-size='100' font-weight='{weight}'>{text}\
                 </text></svg>"
            );
            let tree = crate::plot::render::tree(&svg).expect("valid SVG");
            let extent = f64::from(tree.root().abs_bounding_box().width());
            let ours = width_px(text, 100.0, bold);
            // Side bearings and kerning are the only differences.
            assert!((extent - ours).abs() < 0.02 * ours, "{extent} against {ours}");
        }
    }
}
