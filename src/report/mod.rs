//! Reports: figures and self-contained pages from results. No physics here; signals are filtered for display
//! only, with the class the field asks for. Callers write the files.

pub mod case_figures;
pub mod case_page;
mod case_view;
mod error;
mod evidence;
pub mod fit_figures;
mod occupant_figure;
pub mod page;
mod plan_view;
pub mod sizing_figures;
pub mod sled_figure;
mod study_answer;
mod study_beside;
pub mod study_figures;
mod study_fronts;
mod study_holds;
pub mod study_page;
mod study_reading;
mod study_sentences;
mod study_tables;
mod study_verdict;
mod text;
mod uncertainty_figures;
pub mod validation_figures;

pub use case_figures::case_figures;
pub use case_page::case_page;
pub use error::{NamedFigure, ReportError};
pub use fit_figures::fit_figures;
pub use page::{PageError, ReportPage, render};
pub use sizing_figures::{fronts_figure, map_figure};
pub use sled_figure::sled_figure;
pub use study_figures::study_figures;
pub use study_page::study_page;
pub use uncertainty_figures::uncertainty_figures;
pub use validation_figures::validation_figures;
