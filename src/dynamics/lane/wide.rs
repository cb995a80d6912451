//! N numbers side by side in plain arrays: any width, any machine.

use std::ops::{Add, Div, Mul, Neg, Sub};

use super::{Lane, Mask};

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
    const WIDTH: usize = N;
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
            self.0[i] = if other.0[i] > self.0[i] { other.0[i] } else { self.0[i] };
        }
        self
    }
    #[inline(always)]
    fn smaller(mut self, other: Self) -> Self {
        for i in 0..N {
            self.0[i] = if other.0[i] < self.0[i] { other.0[i] } else { self.0[i] };
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
        WideMask(std::array::from_fn(
            |i| {
                if self.0[i] > other.0[i] { u64::MAX } else { 0 }
            },
        ))
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
    fn append_to(self, list: &mut Vec<f64>) {
        list.extend_from_slice(&self.0);
    }
    #[inline(always)]
    fn finite(self) -> WideMask<N> {
        WideMask(std::array::from_fn(
            |i| {
                if self.0[i].is_finite() { u64::MAX } else { 0 }
            },
        ))
    }
}
