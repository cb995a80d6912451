//! Lanes in the vector registers of x86-64: four by AVX2, eight by AVX-512, and twins of either.
//!
//! The portable [`super::Wide`] leaves masks to the optimiser, which packs and unpacks them around every
//! branch; written with the registers' own comparisons the same step takes two thirds of the time.
//!
//! Safety: values of these types are made and used only inside functions entered after the feature was
//! detected (`super::super::step`), so their instructions exist wherever they run.

use std::arch::x86_64::*;
use std::ops::{Add, Div, Mul, Neg, Sub};

use super::{Lane, Mask};

/// Four numbers in one AVX2 register.
#[derive(Debug, Clone, Copy)]
#[repr(transparent)]
pub struct Avx2(__m256d);

/// Four answers, all ones or all zeros.
#[derive(Debug, Clone, Copy)]
#[repr(transparent)]
pub struct Avx2Mask(__m256d);

/// Eight numbers in one AVX-512 register.
#[derive(Debug, Clone, Copy)]
#[repr(transparent)]
pub struct Avx512(__m512d);

/// Eight answers, one bit each.
#[derive(Debug, Clone, Copy)]
#[repr(transparent)]
pub struct Avx512Mask(__mmask8);

macro_rules! operator {
    ($type:ident, $name:ident, $method:ident, $instruction:ident) => {
        impl $name for $type {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                // SAFETY: see the head of this file.
                Self(unsafe { $instruction(self.0, other.0) })
            }
        }
    };
}
operator!(Avx2, Add, add, _mm256_add_pd);
operator!(Avx2, Sub, sub, _mm256_sub_pd);
operator!(Avx2, Mul, mul, _mm256_mul_pd);
operator!(Avx2, Div, div, _mm256_div_pd);
operator!(Avx512, Add, add, _mm512_add_pd);
operator!(Avx512, Sub, sub, _mm512_sub_pd);
operator!(Avx512, Mul, mul, _mm512_mul_pd);
operator!(Avx512, Div, div, _mm512_div_pd);

impl Neg for Avx2 {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        // SAFETY: see the head of this file.
        Self(unsafe { _mm256_xor_pd(self.0, _mm256_set1_pd(-0.0)) })
    }
}

impl Neg for Avx512 {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        // SAFETY: see the head of this file.
        Self(unsafe {
            _mm512_castsi512_pd(_mm512_xor_si512(
                _mm512_castpd_si512(self.0),
                _mm512_castpd_si512(_mm512_set1_pd(-0.0)),
            ))
        })
    }
}

// SAFETY of all blocks below: see the head of this file.
impl Mask for Avx2Mask {
    const WIDTH: usize = 4;
    #[inline(always)]
    fn any(self) -> bool {
        unsafe { _mm256_movemask_pd(self.0) != 0 }
    }
    #[inline(always)]
    fn and(self, other: Self) -> Self {
        Self(unsafe { _mm256_and_pd(self.0, other.0) })
    }
    #[inline(always)]
    fn or(self, other: Self) -> Self {
        Self(unsafe { _mm256_or_pd(self.0, other.0) })
    }
    #[inline(always)]
    fn not(self) -> Self {
        Self(unsafe { _mm256_xor_pd(self.0, Self::splat(true).0) })
    }
    #[inline(always)]
    fn splat(yes: bool) -> Self {
        Self(unsafe { _mm256_castsi256_pd(_mm256_set1_epi64x(-i64::from(yes))) })
    }
    #[inline(always)]
    fn lane(self, i: usize) -> bool {
        unsafe { (_mm256_movemask_pd(self.0) >> i) & 1 == 1 }
    }
}

impl Mask for Avx512Mask {
    const WIDTH: usize = 8;
    #[inline(always)]
    fn any(self) -> bool {
        self.0 != 0
    }
    #[inline(always)]
    fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
    #[inline(always)]
    fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
    #[inline(always)]
    fn not(self) -> Self {
        Self(!self.0)
    }
    #[inline(always)]
    fn splat(yes: bool) -> Self {
        Self(if yes { u8::MAX } else { 0 })
    }
    #[inline(always)]
    fn lane(self, i: usize) -> bool {
        (self.0 >> i) & 1 == 1
    }
}

impl Lane for Avx2 {
    type Mask = Avx2Mask;
    const WIDTH: usize = 4;
    #[inline(always)]
    fn splat(v: f64) -> Self {
        Self(unsafe { _mm256_set1_pd(v) })
    }
    #[inline(always)]
    fn from_fn(f: impl FnMut(usize) -> f64) -> Self {
        let values: [f64; 4] = std::array::from_fn(f);
        Self(unsafe { _mm256_loadu_pd(values.as_ptr()) })
    }
    #[inline(always)]
    fn lane(self, i: usize) -> f64 {
        let mut values = [0.0; 4];
        unsafe { _mm256_storeu_pd(values.as_mut_ptr(), self.0) };
        values[i]
    }
    #[inline(always)]
    fn append_to(self, list: &mut Vec<f64>) {
        let mut values = [0.0; 4];
        unsafe { _mm256_storeu_pd(values.as_mut_ptr(), self.0) };
        list.extend_from_slice(&values);
    }
    // The instruction gives its second operand when neither is larger, as the scalar comparison does.
    #[inline(always)]
    fn larger(self, other: Self) -> Self {
        Self(unsafe { _mm256_max_pd(other.0, self.0) })
    }
    #[inline(always)]
    fn smaller(self, other: Self) -> Self {
        Self(unsafe { _mm256_min_pd(other.0, self.0) })
    }
    #[inline(always)]
    fn root(self) -> Self {
        Self(unsafe { _mm256_sqrt_pd(self.0) })
    }
    #[inline(always)]
    fn above(self, other: Self) -> Avx2Mask {
        Avx2Mask(unsafe { _mm256_cmp_pd::<_CMP_GT_OQ>(self.0, other.0) })
    }
    #[inline(always)]
    fn select(mask: Avx2Mask, yes: Self, no: Self) -> Self {
        Self(unsafe { _mm256_blendv_pd(no.0, yes.0, mask.0) })
    }
    #[inline(always)]
    fn finite(self) -> Avx2Mask {
        let size = Self(unsafe { _mm256_andnot_pd(_mm256_set1_pd(-0.0), self.0) });
        Self::splat(f64::INFINITY).above(size)
    }
}

impl Lane for Avx512 {
    type Mask = Avx512Mask;
    const WIDTH: usize = 8;
    #[inline(always)]
    fn splat(v: f64) -> Self {
        Self(unsafe { _mm512_set1_pd(v) })
    }
    #[inline(always)]
    fn from_fn(f: impl FnMut(usize) -> f64) -> Self {
        let values: [f64; 8] = std::array::from_fn(f);
        Self(unsafe { _mm512_loadu_pd(values.as_ptr()) })
    }
    #[inline(always)]
    fn lane(self, i: usize) -> f64 {
        let mut values = [0.0; 8];
        unsafe { _mm512_storeu_pd(values.as_mut_ptr(), self.0) };
        values[i]
    }
    #[inline(always)]
    fn append_to(self, list: &mut Vec<f64>) {
        let mut values = [0.0; 8];
        unsafe { _mm512_storeu_pd(values.as_mut_ptr(), self.0) };
        list.extend_from_slice(&values);
    }
    #[inline(always)]
    fn larger(self, other: Self) -> Self {
        Self(unsafe { _mm512_max_pd(other.0, self.0) })
    }
    #[inline(always)]
    fn smaller(self, other: Self) -> Self {
        Self(unsafe { _mm512_min_pd(other.0, self.0) })
    }
    #[inline(always)]
    fn root(self) -> Self {
        Self(unsafe { _mm512_sqrt_pd(self.0) })
    }
    #[inline(always)]
    fn above(self, other: Self) -> Avx512Mask {
        Avx512Mask(unsafe { _mm512_cmp_pd_mask::<_CMP_GT_OQ>(self.0, other.0) })
    }
    #[inline(always)]
    fn select(mask: Avx512Mask, yes: Self, no: Self) -> Self {
        Self(unsafe { _mm512_mask_blend_pd(mask.0, no.0, yes.0) })
    }
    #[inline(always)]
    fn finite(self) -> Avx512Mask {
        let size = Self(unsafe { _mm512_abs_pd(self.0) });
        Self::splat(f64::INFINITY).above(size)
    }
}

/// Two registers as one number: twice the lanes.
#[derive(Debug, Clone, Copy)]
pub struct Twin<V>(V, V);

/// Answers of a [`Twin`].
#[derive(Debug, Clone, Copy)]
pub struct TwinMask<M>(M, M);

macro_rules! both {
    ($name:ident, $method:ident) => {
        impl<V: Lane> $name for Twin<V> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self(self.0.$method(other.0), self.1.$method(other.1))
            }
        }
    };
}
both!(Add, add);
both!(Sub, sub);
both!(Mul, mul);
both!(Div, div);

impl<V: Lane> Neg for Twin<V> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self(-self.0, -self.1)
    }
}

impl<M: Mask> Mask for TwinMask<M> {
    const WIDTH: usize = 2 * M::WIDTH;
    #[inline(always)]
    fn any(self) -> bool {
        self.0.or(self.1).any()
    }
    #[inline(always)]
    fn and(self, other: Self) -> Self {
        Self(self.0.and(other.0), self.1.and(other.1))
    }
    #[inline(always)]
    fn or(self, other: Self) -> Self {
        Self(self.0.or(other.0), self.1.or(other.1))
    }
    #[inline(always)]
    fn not(self) -> Self {
        Self(self.0.not(), self.1.not())
    }
    #[inline(always)]
    fn splat(yes: bool) -> Self {
        Self(M::splat(yes), M::splat(yes))
    }
    #[inline(always)]
    fn lane(self, i: usize) -> bool {
        if i < M::WIDTH {
            self.0.lane(i)
        } else {
            self.1.lane(i - M::WIDTH)
        }
    }
}

impl<V: Lane> Lane for Twin<V> {
    type Mask = TwinMask<V::Mask>;
    const WIDTH: usize = 2 * V::WIDTH;
    #[inline(always)]
    fn splat(v: f64) -> Self {
        Self(V::splat(v), V::splat(v))
    }
    #[inline(always)]
    fn from_fn(mut f: impl FnMut(usize) -> f64) -> Self {
        let low = V::from_fn(&mut f);
        Self(low, V::from_fn(|i| f(V::WIDTH + i)))
    }
    #[inline(always)]
    fn lane(self, i: usize) -> f64 {
        if i < V::WIDTH {
            self.0.lane(i)
        } else {
            self.1.lane(i - V::WIDTH)
        }
    }
    #[inline(always)]
    fn append_to(self, list: &mut Vec<f64>) {
        self.0.append_to(list);
        self.1.append_to(list);
    }
    #[inline(always)]
    fn larger(self, other: Self) -> Self {
        Self(self.0.larger(other.0), self.1.larger(other.1))
    }
    #[inline(always)]
    fn smaller(self, other: Self) -> Self {
        Self(self.0.smaller(other.0), self.1.smaller(other.1))
    }
    #[inline(always)]
    fn root(self) -> Self {
        Self(self.0.root(), self.1.root())
    }
    #[inline(always)]
    fn above(self, other: Self) -> Self::Mask {
        TwinMask(self.0.above(other.0), self.1.above(other.1))
    }
    #[inline(always)]
    fn select(mask: Self::Mask, yes: Self, no: Self) -> Self {
        Self(V::select(mask.0, yes.0, no.0), V::select(mask.1, yes.1, no.1))
    }
    #[inline(always)]
    fn finite(self) -> Self::Mask {
        TwinMask(self.0.finite(), self.1.finite())
    }
}
