//! The number the step is written over: one case (`f64`) or N cases side by side ([`Wide`]).
//!
//! Every operation acts lane by lane with plain IEEE arithmetic and no contraction, so lane i of a
//! wide run is bit for bit the scalar run of case i.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// A yes or no per lane.
pub trait Mask: Copy {
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
    fn zero() -> Self {
        Self::splat(0.0)
    }
    /// All lanes finite?
    fn finite(self) -> bool;
}

impl Mask for bool {
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

/// N numbers side by side, aligned for vector registers.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(C, align(64))]
pub struct Wide<const N: usize>(pub [f64; N]);

/// N answers, each all ones or all zeros, so that selection is bit arithmetic.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub struct WideMask<const N: usize>([u64; N]);

macro_rules! lanewise {
    ($name:ident, $method:ident, $assign:tt) => {
        impl<const N: usize> $name for Wide<N> {
            type Output = Self;
            #[inline(always)]
            fn $method(mut self, other: Self) -> Self {
                for i in 0..N {
                    self.0[i] $assign other.0[i];
                }
                self
            }
        }
    };
}
lanewise!(Add, add, +=);
lanewise!(Sub, sub, -=);
lanewise!(Mul, mul, *=);
lanewise!(Div, div, /=);

impl<const N: usize> Neg for Wide<N> {
    type Output = Self;
    #[inline(always)]
    fn neg(mut self) -> Self {
        for v in &mut self.0 {
            *v = -*v;
        }
        self
    }
}

impl<const N: usize> Mask for WideMask<N> {
    #[inline(always)]
    fn any(self) -> bool {
        self.0.iter().fold(0, |all, m| all | m) != 0
    }
    #[inline(always)]
    fn and(mut self, other: Self) -> Self {
        for i in 0..N {
            self.0[i] &= other.0[i];
        }
        self
    }
    #[inline(always)]
    fn or(mut self, other: Self) -> Self {
        for i in 0..N {
            self.0[i] |= other.0[i];
        }
        self
    }
    #[inline(always)]
    fn not(mut self) -> Self {
        for m in &mut self.0 {
            *m = !*m;
        }
        self
    }
    #[inline(always)]
    fn splat(yes: bool) -> Self {
        Self([if yes { u64::MAX } else { 0 }; N])
    }
    #[inline(always)]
    fn lane(self, i: usize) -> bool {
        self.0[i] != 0
    }
}

impl<const N: usize> Lane for Wide<N> {
    type Mask = WideMask<N>;
    const WIDTH: usize = N;
    #[inline(always)]
    fn splat(v: f64) -> Self {
        Self([v; N])
    }
    #[inline(always)]
    fn from_fn(f: impl FnMut(usize) -> f64) -> Self {
        Self(std::array::from_fn(f))
    }
    #[inline(always)]
    fn lane(self, i: usize) -> f64 {
        self.0[i]
    }
    #[inline(always)]
    fn larger(mut self, other: Self) -> Self {
        for i in 0..N {
            self.0[i] = if other.0[i] > self.0[i] {
                other.0[i]
            } else {
                self.0[i]
            };
        }
        self
    }
    #[inline(always)]
    fn smaller(mut self, other: Self) -> Self {
        for i in 0..N {
            self.0[i] = if other.0[i] < self.0[i] {
                other.0[i]
            } else {
                self.0[i]
            };
        }
        self
    }
    #[inline(always)]
    fn root(mut self) -> Self {
        for v in &mut self.0 {
            *v = v.sqrt();
        }
        self
    }
    #[inline(always)]
    fn above(self, other: Self) -> WideMask<N> {
        WideMask(std::array::from_fn(|i| {
            if self.0[i] > other.0[i] { u64::MAX } else { 0 }
        }))
    }
    #[inline(always)]
    fn select(mask: WideMask<N>, mut yes: Self, no: Self) -> Self {
        for i in 0..N {
            let m = mask.0[i];
            yes.0[i] = f64::from_bits((yes.0[i].to_bits() & m) | (no.0[i].to_bits() & !m));
        }
        yes
    }
    #[inline(always)]
    fn finite(self) -> bool {
        self.0.iter().all(|v| v.is_finite())
    }
}
