//! A finished figure: the SVG text, its PNG rendering with the bundled font, and files of both.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use resvg::{tiny_skia, usvg};

use super::PlotError;

/// First name is the bundled font; the others serve viewers that do not have it.
pub(super) const FONT_FAMILY: &str = "DejaVu Sans, Verdana, Arial, sans-serif";
const REGULAR: &[u8] = include_bytes!("fonts/DejaVuSans.ttf");
const BOLD: &[u8] = include_bytes!("fonts/DejaVuSans-Bold.ttf");

/// A figure as SVG text; the master from which a PNG is rendered.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// The SVG document.
    pub svg: String,
    /// Width of the canvas in pixels.
    pub width_px: u32,
    /// Height of the canvas in pixels.
    pub height_px: u32,
    /// The full caption (also in the SVG's `<desc>`).
    pub caption: String,
}

impl Figure {
    /// Render as PNG, `scale` image pixels to a canvas pixel (1 is 260 dpi at 88 mm half width).
    ///
    /// # Errors
    /// [`PlotError::Png`] when the SVG is not valid or the image would be empty or too large.
    pub fn png(&self, scale: f64) -> Result<Vec<u8>, PlotError> {
        let tree = parse(&self.svg)?;
        let side = |px: u32| (f64::from(px) * scale).round();
        let (w, h) = (side(self.width_px), side(self.height_px));
        if !(w >= 1.0 && h >= 1.0 && w <= 30_000.0 && h <= 30_000.0) {
            return Err(PlotError::Png(format!("image of {w} x {h} pixels")));
        }
        let mut image = tiny_skia::Pixmap::new(w as u32, h as u32)
            .ok_or_else(|| PlotError::Png(format!("no memory for {w} x {h} pixels")))?;
        let transform = tiny_skia::Transform::from_scale(scale as f32, scale as f32);
        resvg::render(&tree, transform, &mut image.as_mut());
        image.encode_png().map_err(|e| PlotError::Png(e.to_string()))
    }

    /// Write `<stem>.svg` and `<stem>.png` (scale 1), each complete or not at all.
    ///
    /// # Errors
    /// [`PlotError::Png`] before anything is written; [`PlotError::Write`].
    pub fn write(&self, stem: &Path) -> Result<(), PlotError> {
        let png = self.png(1.0)?;
        for (extension, bytes) in [("svg", self.svg.as_bytes()), ("png", &png)] {
            let mut name = stem.file_name().unwrap_or_default().to_os_string();
            name.push(format!(".{extension}"));
            crate::error::write_atomic(&stem.with_file_name(name), bytes).map_err(Box::new)?;
        }
        Ok(())
    }
}

/// Parse with the bundled font and no other.
fn parse(svg: &str) -> Result<usvg::Tree, PlotError> {
    static FONTS: OnceLock<Arc<usvg::fontdb::Database>> = OnceLock::new();
    let fonts = FONTS.get_or_init(|| {
        let mut db = usvg::fontdb::Database::new();
        db.load_font_data(REGULAR.to_vec());
        db.load_font_data(BOLD.to_vec());
        db.set_sans_serif_family("DejaVu Sans");
        Arc::new(db)
    });
    let options = usvg::Options {
        font_family: "DejaVu Sans".to_string(),
        fontdb: Arc::clone(fonts),
        ..usvg::Options::default()
    };
    usvg::Tree::from_str(svg, &options).map_err(|e| PlotError::Png(e.to_string()))
}

/// The parsed tree, for tests of what lies where.
#[cfg(test)]
pub(super) fn tree(svg: &str) -> Result<usvg::Tree, PlotError> {
    parse(svg)
}
