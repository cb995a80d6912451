//! Identification from histories of the own wall test: ways (a), the pulse of one body or several, and (b), with
//! the force on a load-cell wall and a channel on the engine (model section 9).
//!
//! [`data`] reads and checks the channels, [`agreement`] holds them against what is stated of the test, [`parameter`]
//! says what may change and within which bounds, [`response`] simulates many candidates side by side, [`fit`] finds the
//! maximum a posteriori and its covariance, [`residual`] holds it against the test, [`evidence`] turns it into the
//! vehicle file, `spread` says what each number then rests on.

pub mod agreement;
pub mod data;
pub mod evidence;
pub mod fit;
pub mod parameter;
pub mod residual;
pub mod response;
mod spread;

#[cfg(test)]
mod tests;
