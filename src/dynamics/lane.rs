//! The number the step is written over: one case (`f64`) or several side by side.
//!
//! Every operation acts lane by lane with plain IEEE arithmetic and no contraction, so lane i of a
//! wide run is bit for bit the scalar run of case i.

mod wide;
#[cfg(target_arch = "x86_64")]
pub mod x86;

use std::ops::{Add, Div, Mul, Neg, Sub};

pub use wide::Wide;

/// A yes or no per lane.
pub trait Mask: Copy {
    /// Number of lanes.
    const WIDTH: usize;
    /// Any lane yes?
    fn any(self) -> bool;
    /// Both.
    fn and(self, other: Self) -> Self;
    /// Either.
    fn or(self, other: Self) -> Self;
    /// Not.
    fn not(self) -> Self;
    /// All lanes set to one answer.
    fn splat(yes: bool) -> Self;
    /// Lane i.
    fn lane(self, i: usize) -> bool;
}

/// A number per lane.
pub trait Lane:
    Copy
    + Send
    + Sync
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + 'static
{
    /// Answer of a comparison.
    type Mask: Mask + Send + Sync + std::fmt::Debug;
    /// Number of lanes.
    const WIDTH: usize;
    /// All lanes set to one value.
    fn splat(v: f64) -> Self;
    /// Build from lane values.
    fn from_fn(f: impl FnMut(usize) -> f64) -> Self;
    /// Lane i.
    fn lane(self, i: usize) -> f64;
    /// Append all lanes in order.
    fn append_to(self, list: &mut Vec<f64>);
    /// Larger; of equal values, the first.
    fn larger(self, other: Self) -> Self;
    /// Smaller.
    fn smaller(self, other: Self) -> Self;
    /// Square root.
    fn root(self) -> Self;
    /// `self > other`.
    fn above(self, other: Self) -> Self::Mask;
    /// `yes` where the mask is set, else `no`.
    fn select(mask: Self::Mask, yes: Self, no: Self) -> Self;
    /// Zero in all lanes.
    #[inline(always)]
    fn zero() -> Self {
        Self::splat(0.0)
    }
    /// Which lanes are finite?
    fn finite(self) -> Self::Mask;
}

impl Mask for bool {
    const WIDTH: usize = 1;
    #[inline(always)]
    fn any(self) -> bool {
        self
    }
    #[inline(always)]
    fn and(self, other: Self) -> Self {
        self & other
    }
    #[inline(always)]
    fn or(self, other: Self) -> Self {
        self | other
    }
    #[inline(always)]
    fn not(self) -> Self {
        !self
    }
    #[inline(always)]
    fn splat(yes: bool) -> Self {
        yes
    }
    #[inline(always)]
    fn lane(self, _: usize) -> bool {
        self
    }
}

impl Lane for f64 {
    type Mask = bool;
    const WIDTH: usize = 1;
    #[inline(always)]
    fn splat(v: f64) -> Self {
        v
    }
    #[inline(always)]
    fn from_fn(mut f: impl FnMut(usize) -> f64) -> Self {
        f(0)
    }
    #[inline(always)]
    fn lane(self, _: usize) -> f64 {
        self
    }
    #[inline(always)]
    fn append_to(self, list: &mut Vec<f64>) {
        list.push(self);
    }
    #[inline(always)]
    fn larger(self, other: Self) -> Self {
        if other > self { other } else { self }
    }
    #[inline(always)]
    fn smaller(self, other: Self) -> Self {
        if other < self { other } else { self }
    }
    #[inline(always)]
    fn root(self) -> Self {
        self.sqrt()
    }
    #[inline(always)]
    fn above(self, other: Self) -> bool {
        self > other
    }
    #[inline(always)]
    fn select(mask: bool, yes: Self, no: Self) -> Self {
        if mask { yes } else { no }
    }
    #[inline(always)]
    fn finite(self) -> bool {
        self.is_finite()
    }
}
