//! Sizes and colours of all figures: one place, so that figures of one report belong together.
//!
//! The canvas is laid out in pixels at 900 px to 88 mm (half a text page); there 9 pt type,
//! the smallest that stays legible in print, is 33 px.

/// A colour, 8 bits a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

impl Rgb {
    /// Black.
    pub const BLACK: Self = Self(0, 0, 0);
    /// White.
    pub const WHITE: Self = Self(255, 255, 255);

    /// Linear mix in sRGB: `t = 0` self, `t = 1` other.
    pub fn mix(self, other: Self, t: f64) -> Self {
        let m = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * t).round() as u8;
        Self(m(self.0, other.0), m(self.1, other.1), m(self.2, other.2))
    }

    /// Relative luminance, 0 black to 1 white (WCAG 2.1 definition).
    pub fn luminance(self) -> f64 {
        let lin = |c: u8| {
            let c = f64::from(c) / 255.0;
            if c <= 0.040_45 {
                c / 12.92
            } else {
                ((c + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * lin(self.0) + 0.7152 * lin(self.1) + 0.0722 * lin(self.2)
    }

    /// Black or white, whichever has the higher contrast ratio (WCAG 2.1) on this colour.
    pub fn ink(self) -> Self {
        let l = self.luminance();
        if (l + 0.05) / 0.05 >= 1.05 / (l + 0.05) {
            Self::BLACK
        } else {
            Self::WHITE
        }
    }
}

/// Dash of a line, in line widths: on, off, on, off ...; empty: solid.
pub(super) type Dash = &'static [f64];

/// Shape of a data point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marker {
    Circle,
    Square,
    Triangle,
    Diamond,
    Down,
    Cross,
}

/// Sizes (pixels) and colours of a figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Theme {
    /// Width of the canvas.
    pub width_px: f64,
    /// Height of a chart panel; the whole figure is as high as its content asks.
    pub panel_px: f64,
    /// Size of all type but the stamp.
    pub text_px: f64,
    /// Size of the stamp at the lower edge.
    pub stamp_px: f64,
    /// Width of a data line.
    pub line_px: f64,
    /// Colours of the series, in order, repeated when they run out (then dashes differ).
    pub series: Vec<Rgb>,
    /// Type.
    pub ink: Rgb,
    /// Secondary type: notes, stamp.
    pub soft: Rgb,
    /// Axes and ticks.
    pub axis: Rgb,
    /// Grid lines.
    pub grid: Rgb,
    /// Levels, limits, blocked points.
    pub alert: Rgb,
}

impl Theme {
    /// Half a text page: 88 mm, 900 px.
    pub fn half_page() -> Self {
        Self {
            width_px: 900.0,
            panel_px: 430.0,
            text_px: 33.0,
            stamp_px: 21.0,
            line_px: 4.0,
            // Okabe and Ito, "Color Universal Design" (2008); yellow left out, too pale on white.
            series: vec![
                Rgb(0, 114, 178),
                Rgb(213, 94, 0),
                Rgb(0, 158, 115),
                Rgb(204, 121, 167),
                Rgb(86, 180, 233),
                Rgb(230, 159, 0),
                Rgb(60, 60, 60),
            ],
            ink: Rgb(26, 26, 26),
            soft: Rgb(90, 90, 90),
            axis: Rgb(70, 70, 70),
            grid: Rgb(222, 222, 222),
            alert: Rgb(160, 20, 60),
        }
    }

    /// A whole text width: 180 mm at the same scale, so type is the same size in print.
    pub fn full_page() -> Self {
        Self {
            width_px: 1840.0,
            panel_px: 620.0,
            ..Self::half_page()
        }
    }

    pub(super) fn color(&self, i: usize) -> Rgb {
        match self.series.len() {
            0 => self.ink,
            n => self.series[i % n],
        }
    }

    pub(super) fn dash(&self, i: usize) -> Dash {
        const DASHES: [Dash; 6] = [
            &[],
            &[4.0, 2.0],
            &[1.2, 1.4],
            &[6.0, 1.6, 1.2, 1.6],
            &[8.0, 2.5],
            &[2.2, 1.4],
        ];
        DASHES[i % DASHES.len()]
    }

    pub(super) fn marker(&self, i: usize) -> Marker {
        const MARKERS: [Marker; 5] = [
            Marker::Circle,
            Marker::Square,
            Marker::Triangle,
            Marker::Diamond,
            Marker::Down,
        ];
        MARKERS[i % MARKERS.len()]
    }
}

impl Default for Theme {
    fn default() -> Self {
        Self::half_page()
    }
}
