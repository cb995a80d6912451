//! One self-contained HTML file from plain content: text, tables, inlined figures, sources.
//!
//! It knows nothing of collisions; whoever fills a [`ReportPage`] does. All text is escaped; only
//! the figures' SVG is taken as it is, with its ids made unique.

use std::collections::BTreeMap;

use minijinja::{AutoEscape, Environment, Value, context};
use serde::Serialize;

use crate::plot::{Figure, Stamp, stamp_line};

/// A whole report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReportPage {
    /// Title of the page.
    pub title: String,
    /// One line below it.
    pub subtitle: String,
    /// Version, input hash and step, at the head and foot of the page.
    pub stamp: Stamp,
    /// The sections, listed in the table of contents.
    pub sections: Vec<Section>,
    /// What the numbers rest on.
    pub sources: Vec<Source>,
}

/// A section: a heading and blocks in reading order.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Section {
    /// Heading.
    pub heading: String,
    /// Content.
    pub blocks: Vec<Block>,
}

/// A piece of a section.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", content = "value", rename_all = "kebab-case")]
pub enum Block {
    /// A smaller heading within the section.
    Subheading(String),
    /// Plain text.
    Paragraph(String),
    /// A list of plain texts.
    Bullets(Vec<String>),
    /// A table with caption.
    Table(Table),
    /// Figures with captions; narrow ones stand side by side.
    Figures(Vec<Picture>),
    /// A set-off remark.
    Callout(Callout),
}

/// A table.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Table {
    /// Caption, above the table after its number.
    pub caption: String,
    /// Column heads, with units.
    pub header: Vec<String>,
    /// One a column; columns beyond its end are [`Align::Right`].
    pub align: Vec<Align>,
    /// Rows of cells.
    pub rows: Vec<Vec<Cell>>,
    /// Lines below the table.
    pub footnotes: Vec<String>,
}

/// Alignment of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Align {
    /// Names and text.
    Left,
    /// Short marks.
    Center,
    /// Numbers.
    Right,
}

/// A cell of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cell {
    /// Its text; empty cells show a dash.
    pub text: String,
    /// Its rating, shown by a tint and a sign.
    pub class: Option<Class>,
}

/// Rating of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Meets the aim.
    Good,
    /// Near the aim.
    Marginal,
    /// Misses the aim.
    Poor,
    /// Not available.
    Na,
}

impl Cell {
    /// A cell with a rating.
    pub fn rated(text: impl Into<String>, class: Class) -> Self {
        let text = text.into();
        let class = Some(class);
        Self { text, class }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        text.to_string().into()
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self { text, class: None }
    }
}

/// An inlined figure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Picture {
    /// The SVG document.
    pub svg: String,
    /// Caption, after its number.
    pub caption: String,
    /// Takes the whole text width.
    pub wide: bool,
}

impl From<&Figure> for Picture {
    fn from(figure: &Figure) -> Self {
        Self {
            svg: figure.svg.clone(),
            caption: figure.caption.clone(),
            wide: figure.width_px > 1200,
        }
    }
}

/// A set-off remark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Callout {
    /// Note or warning.
    pub tone: Tone,
    /// Short title.
    pub title: String,
    /// Plain text.
    pub text: String,
}

/// Tone of a [`Callout`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tone {
    /// A result or remark.
    Note,
    /// A limit of what may be concluded.
    Warning,
}

/// A source of numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Source {
    /// Short key used in the text.
    pub key: String,
    /// Citation.
    pub text: String,
    /// What it gives: measured, published, derived or estimated.
    pub basis: String,
    /// Web address; shown and linked when it is http or https.
    pub url: Option<String>,
}

impl Section {
    /// An empty section.
    pub fn new(heading: impl Into<String>) -> Self {
        Self {
            heading: heading.into(),
            blocks: Vec::new(),
        }
    }

    fn with(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }

    /// Add a smaller heading.
    pub fn subheading(self, text: impl Into<String>) -> Self {
        self.with(Block::Subheading(text.into()))
    }

    /// Add a paragraph of plain text.
    pub fn paragraph(self, text: impl Into<String>) -> Self {
        self.with(Block::Paragraph(text.into()))
    }

    /// Add a list.
    pub fn bullets(self, items: Vec<String>) -> Self {
        self.with(Block::Bullets(items))
    }

    /// Add a table.
    pub fn table(self, table: Table) -> Self {
        self.with(Block::Table(table))
    }

    /// Add one figure.
    pub fn figure(self, figure: impl Into<Picture>) -> Self {
        self.with(Block::Figures(vec![figure.into()]))
    }

    /// Add figures that belong together.
    pub fn figures(self, figures: Vec<Picture>) -> Self {
        self.with(Block::Figures(figures))
    }

    /// Add a remark.
    pub fn callout(self, tone: Tone, title: impl Into<String>, text: impl Into<String>) -> Self {
        let (title, text) = (title.into(), text.into());
        self.with(Block::Callout(Callout { tone, title, text }))
    }
}

/// Why a page could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// A row has more or fewer cells than the header.
    #[error("table {table:?}, row {row}: {found} cells under {expected} heads")]
    Row {
        /// Caption of the table.
        table: String,
        /// Row from 1.
        row: usize,
        /// Heads.
        expected: usize,
        /// Cells.
        found: usize,
    },
    /// A figure is not an SVG document, or one with active content.
    #[error("figure {caption:?}: {problem}")]
    Svg {
        /// Caption of the figure.
        caption: String,
        /// What is wrong.
        problem: &'static str,
    },
    /// The page could not be turned into template values.
    #[error("cannot serialize the page: {0}")]
    Serialize(#[from] serde_json::Error),
    /// The template engine refused.
    #[error("cannot render the page: {0}")]
    Render(#[from] minijinja::Error),
}

const TEMPLATE: &str = include_str!("templates/page.html");
const STYLE: &str = include_str!("templates/page.css");

/// Render the page as one HTML document without outside references.
///
/// # Errors
/// [`PageError::Row`] for a ragged table, [`PageError::Svg`] for a figure that is not plain SVG.
pub fn render(page: &ReportPage) -> Result<String, PageError> {
    let mut page = page.clone();
    let mut figures = 0;
    for block in page.sections.iter_mut().flat_map(|s| &mut s.blocks) {
        match block {
            Block::Table(table) => check(table)?,
            Block::Figures(pictures) => {
                for picture in pictures {
                    figures += 1;
                    picture.svg = inline(picture, figures)?;
                }
            }
            _ => {}
        }
    }
    for source in &mut page.sources {
        let web = |u: &String| u.starts_with("https://") || u.starts_with("http://");
        source.url = source.url.take().filter(web);
    }
    let mut env = Environment::new();
    env.set_auto_escape_callback(|_| AutoEscape::Html);
    let template = env.template_from_str(TEMPLATE)?;
    let stamp = stamp_line(&page.stamp);
    let page = value(serde_json::to_value(&page)?);
    Ok(template.render(context! { page, stamp, style => STYLE })?)
}

/// The engine is built without its serde feature; JSON is the bridge.
fn value(json: serde_json::Value) -> Value {
    use serde_json::Value as Json;
    match json {
        Json::Null => Value::from(()),
        Json::Bool(b) => Value::from(b),
        Json::Number(n) => n.as_f64().map_or(Value::from(()), Value::from),
        Json::String(s) => Value::from(s),
        Json::Array(items) => items.into_iter().map(value).collect(),
        Json::Object(map) => {
            let entries = map.into_iter().map(|(k, v)| (k, value(v)));
            Value::from(entries.collect::<BTreeMap<String, Value>>())
        }
    }
}

fn check(table: &Table) -> Result<(), PageError> {
    let expected = table.header.len();
    match table.rows.iter().position(|r| r.len() != expected) {
        None => Ok(()),
        Some(i) => Err(PageError::Row {
            table: table.caption.clone(),
            row: i + 1,
            expected,
            found: table.rows[i].len(),
        }),
    }
}

/// The `<svg>` element alone, its ids and references prefixed with the figure's number.
fn inline(picture: &Picture, number: usize) -> Result<String, PageError> {
    let refuse = |problem| PageError::Svg {
        caption: picture.caption.clone(),
        problem,
    };
    let svg = &picture.svg;
    let start = svg.find("<svg").ok_or_else(|| refuse("no <svg> element"))?;
    let svg = &svg[start..];
    if !svg.trim_end().ends_with("</svg>") {
        return Err(refuse("no end of the <svg> element"));
    }
    if svg.to_ascii_lowercase().contains("<script") {
        return Err(refuse("it contains a script"));
    }
    let mut out = svg.to_string();
    let marks = [" id=\"", " id='", "url(#", "href=\"#", "href='#"];
    for mark in marks {
        out = out.replace(mark, &format!("{mark}f{number}-"));
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(sections: Vec<Section>) -> ReportPage {
        ReportPage {
            title: "A <b>bold</b> & \"quoted\" title".to_string(),
            subtitle: String::new(),
            stamp: Stamp {
                version: "0.1.0".to_string(),
                input_hash: "0123456789abcdef".to_string(),
                step_us: 10.0,
            },
            sections,
            sources: vec![Source {
                key: "X".to_string(),
                text: "<i>cited</i>".to_string(),
                basis: "measured".to_string(),
                url: Some("javascript:alert(1)".to_string()),
            }],
        }
    }

    fn picture(svg: &str) -> Picture {
        Picture {
            svg: svg.to_string(),
            caption: "<c>".to_string(),
            wide: false,
        }
    }

    #[test]
    fn text_from_anywhere_is_escaped() {
        let nasty = "<script>alert(1)</script>";
        let table = Table {
            caption: nasty.to_string(),
            header: vec![nasty.to_string()],
            align: vec![Align::Left],
            rows: vec![vec![Cell::rated(nasty, Class::Poor)]],
            footnotes: vec![nasty.to_string()],
        };
        let section = Section::new(nasty)
            .subheading(nasty)
            .paragraph(nasty)
            .bullets(vec![nasty.to_string()])
            .table(table)
            .callout(Tone::Warning, nasty, nasty);
        let html = render(&page(vec![section])).expect("renders");
        assert!(!html.contains("<script") && !html.contains("<b>bold") && !html.contains("<i>c"));
        assert!(!html.contains("javascript:"));
        assert!(html.matches("&lt;script&gt;").count() >= 9);
    }

    #[test]
    fn ids_of_two_figures_do_not_clash() {
        let svg = "<?xml version=\"1.0\"?><svg><clipPath id=\"a\"/><g clip-path=\"url(#a)\"/></svg>";
        let section = Section::new("F").figures(vec![picture(svg), picture(svg)]);
        let html = render(&page(vec![section])).expect("renders");
        for n in [1, 2] {
            assert_eq!(html.matches(&format!("id=\"f{n}-a\"")).count(), 1);
            assert_eq!(html.matches(&format!("url(#f{n}-a)")).count(), 1);
        }
        assert!(!html.contains("<?xml"));
        assert!(html.contains("Figure 1") && html.contains("Figure 2"));
    }

    #[test]
    fn faults_are_refused() {
        let ragged = Table {
            header: vec!["a".to_string(), "b".to_string()],
            rows: vec![vec!["1".into()]],
            ..Table::default()
        };
        let ragged = render(&page(vec![Section::new("T").table(ragged)]));
        assert!(matches!(ragged, Err(PageError::Row { row: 1, .. })));
        for svg in ["", "<svg>", "<svg><SCRIPT/></svg>"] {
            let html = render(&page(vec![Section::new("F").figure(picture(svg))]));
            assert!(matches!(html, Err(PageError::Svg { .. })), "{svg}");
        }
    }

    #[test]
    fn nothing_is_fetched() {
        let html = render(&page(vec![Section::new("A").paragraph("text")])).expect("renders");
        for fetch in ["<link", "src=", "@import", "<script", "url("] {
            assert!(!html.contains(fetch), "{fetch}");
        }
    }
}
