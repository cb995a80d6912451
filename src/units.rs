//! Unit conversions at the boundary: files speak mm, kN, km/h; everything inside is SI.

/// Standard acceleration of gravity, m/s2 (exact by definition, CGPM 1901).
pub const G0: f64 = 9.806_65;
/// One kilometre per hour in m/s.
pub const KMH: f64 = 1.0 / 3.6;
/// One millimetre in m.
pub const MM: f64 = 1e-3;
/// One kilonewton in N.
pub const KN: f64 = 1e3;
/// One kN/mm in N/m.
pub const KN_PER_MM: f64 = 1e6;
/// One millisecond in s.
pub const MS: f64 = 1e-3;
/// One microsecond in s.
pub const US: f64 = 1e-6;
