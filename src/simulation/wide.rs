//! Eight generators side by side and the functions that turn their bits into unit noise.
//! Plain arithmetic in a fixed order, compiled twice: for the widest vectors of this
//! processor and for any. Both give the same bits, because nothing here is fused or reordered.

use crate::metric::{Level, Work};

const LANES: usize = 8;
/// Numbers that are made at a time.
const CHUNK: usize = 512;

/// Eight xoshiro256++ generators (Blackman & Vigna 2021), each seeded apart.
#[derive(Debug, Clone)]
pub(super) struct Generators {
    state: [[u64; LANES]; 4],
}

impl Generators {
    /// Generators whose words come from `words`, four to a lane, lane after lane.
    pub(super) fn new(mut words: impl FnMut() -> u64) -> Self {
        let mut state = [[0; LANES]; 4];
        for lane in 0..LANES {
            for row in &mut state {
                row[lane] = words();
            }
        }
        Self { state }
    }

    /// The next word of every lane, again and again, until `bits` is full.
    #[inline(always)]
    fn fill(&mut self, bits: &mut [u64; CHUNK]) {
        let [mut a, mut b, mut c, mut d] = self.state;
        // Rotations by constants are recognised and kept out of vectors, which have none.
        // Amounts that cannot be seen through leave them two shifts.
        let [left, right, left_d, right_d] = std::hint::black_box([23u32, 41, 45, 19]);
        for out in bits.as_chunks_mut::<LANES>().0 {
            let mut shifted = [0; LANES];
            for lane in 0..LANES {
                out[lane] = a[lane].wrapping_add(d[lane]);
            }
            for lane in 0..LANES {
                out[lane] = (out[lane].wrapping_shl(left) | out[lane].wrapping_shr(right))
                    .wrapping_add(a[lane]);
            }
            for lane in 0..LANES {
                shifted[lane] = b[lane] << 17;
            }
            for lane in 0..LANES {
                c[lane] ^= a[lane];
            }
            for lane in 0..LANES {
                d[lane] ^= b[lane];
            }
            for lane in 0..LANES {
                b[lane] ^= c[lane];
            }
            for lane in 0..LANES {
                a[lane] ^= d[lane];
            }
            for lane in 0..LANES {
                c[lane] ^= shifted[lane];
            }
            for d in &mut d {
                *d = d.wrapping_shl(left_d) | d.wrapping_shr(right_d);
            }
        }
        self.state = [a, b, c, d];
    }

    /// Fills `out` with signed unit exponentials, density e^{-|z|}/2. The first numbers do
    /// not depend on how many follow.
    pub(super) fn exponentials(&mut self, out: &mut [f64], level: Level) {
        level.run(Exponentials { generators: self, out });
    }

    /// Fills `out` with standard normals by pairs (Box & Muller 1958): a radius from one
    /// word, an angle from the next.
    pub(super) fn normals(&mut self, out: &mut [f64], level: Level) {
        level.run(Normals { generators: self, out });
    }
}

struct Exponentials<'a> {
    generators: &'a mut Generators,
    out: &'a mut [f64],
}

impl Work for Exponentials<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let (mut bits, mut made) = ([0; CHUNK], [0.0; CHUNK]);
        for part in self.out.chunks_mut(CHUNK) {
            self.generators.fill(&mut bits);
            for (value, &word) in made.iter_mut().zip(&bits) {
                *value = open_unit(word);
            }
            ln_all(&mut made);
            for (value, &word) in made.iter_mut().zip(&bits) {
                // The logarithm is negative; the lowest bit is none of those above.
                *value = f64::from_bits(value.to_bits() ^ !word << 63);
            }
            part.copy_from_slice(&made[..part.len()]);
        }
    }
}

struct Normals<'a> {
    generators: &'a mut Generators,
    out: &'a mut [f64],
}

impl Work for Normals<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let (mut bits, mut radii, mut made) = ([0; CHUNK], [0.0; CHUNK], [0.0; 2 * CHUNK]);
        for part in self.out.chunks_mut(2 * CHUNK) {
            self.generators.fill(&mut bits);
            for (radius, &word) in radii.iter_mut().zip(&bits) {
                *radius = open_unit(word);
            }
            ln_all(&mut radii);
            for radius in &mut radii {
                *radius = (-2.0 * *radius).sqrt();
            }
            self.generators.fill(&mut bits);
            let (cosines, sines) = made.split_at_mut(CHUNK);
            for i in 0..CHUNK {
                let (cosine, sine) = turn(bits[i]);
                cosines[i] = radii[i] * cosine;
                sines[i] = radii[i] * sine;
            }
            part.copy_from_slice(&made[..part.len()]);
        }
    }
}

/// (m + ½)/2⁵² for the leading 52 bits m: never 0, never 1, and symmetric around ½.
#[inline(always)]
fn open_unit(word: u64) -> f64 {
    f64::from_bits(word >> 12 | 0x3ff0_0000_0000_0000) - (1.0 - 0.5 * f64::EPSILON)
}

/// A positive normal number x = 2ᵏf with f in [√½, √2), as k and s = (f - 1)/(f + 1).
#[inline(always)]
fn reduced(x: f64) -> (f64, f64) {
    const FROM: u64 = 0x3ff0_0000_0000_0000 - 0x3fe6_a09e_667f_3bcd;
    const MAGIC: u64 = 0x4330_0000_0000_0000;
    let bits = x.to_bits();
    // The exponent of x/√½, plus 1023, as a whole number and as a float.
    let biased = bits.wrapping_add(FROM) >> 52;
    let k = f64::from_bits(MAGIC | biased) - (4_503_599_627_370_496.0 + 1_023.0);
    let f = f64::from_bits(bits.wrapping_sub(biased.wrapping_sub(1_023) << 52));
    (k, (f - 1.0) / (f + 1.0))
}

/// ln x of a reduced x, to 2 units in the last place: k·ln 2 + 2 artanh(s), by a polynomial
/// in s² that is off by less than 5e-18 of it (fitted at Chebyshev points).
#[inline(always)]
fn ln_of(k: f64, s: f64) -> f64 {
    const LN2_HIGH: f64 = 0.693_147_175_014_019;
    const LN2_LOW: f64 = 5.545_926_296_966_060_5e-9;
    const P: [f64; 7] = [
        0.333_333_333_333_333_5,
        0.199_999_999_999_496,
        0.142_857_143_130_572_6,
        0.111_111_055_560_524_74,
        0.090_914_453_890_130_66,
        0.076_658_333_382_985_88,
        0.073_085_641_999_036_5,
    ];
    let z = s * s;
    let z2 = z * z;
    let tail = (P[0] + z * P[1]) + z2 * ((P[2] + z * P[3]) + z2 * ((P[4] + z * P[5]) + z2 * P[6]));
    let twice = s + s;
    k * LN2_HIGH + (twice + (twice * z * tail + k * LN2_LOW))
}

/// ln of positive normal numbers, in place: two loops, because a processor holds more turns
/// of a short one at once.
#[inline(always)]
fn ln_all(numbers: &mut [f64; CHUNK]) {
    const PART: usize = 64;
    let (mut k, mut s) = ([0.0; PART], [0.0; PART]);
    for part in numbers.as_chunks_mut::<PART>().0 {
        for lane in 0..PART {
            (k[lane], s[lane]) = reduced(part[lane]);
        }
        for lane in 0..PART {
            part[lane] = ln_of(k[lane], s[lane]);
        }
    }
}

/// Cosine and sine of 2π times the fraction in the leading 53 bits of `word`: by quarters
/// around a multiple of ¼, whose parts are the Taylor series up to π/4.
#[inline(always)]
fn turn(word: u64) -> (f64, f64) {
    // Three bits choose the eighth, two of them the quarter; the rest lies in [-1, 1)·π/4.
    let inside = f64::from_bits((word << 2 >> 12) | 0x3ff0_0000_0000_0000) - 1.5;
    let x = inside * std::f64::consts::FRAC_PI_2;
    let z = x * x;
    let z2 = z * z;
    let sine = x
        * (((1.0 - z / 6.0) + z2 * (1.0 / 120.0 - z / 5_040.0))
            + z2 * z2
                * ((1.0 / 362_880.0 - z / 39_916_800.0)
                    + z2 * (1.0 / 6_227_020_800.0 - z / 1_307_674_368_000.0)));
    let cosine = ((1.0 - 0.5 * z) + z2 * (1.0 / 24.0 - z / 720.0))
        + z2 * z2
            * ((1.0 / 40_320.0 - z / 3_628_800.0)
                + z2 * ((1.0 / 479_001_600.0 - z / 87_178_291_200.0)
                    + z2 * (1.0 / 20_922_789_888_000.0)));
    // Quarter 0..4: (c, s), (-s, c), (-c, -s), (s, -c), by selects and signs.
    let quarter = word >> 62;
    let odd = 0u64.wrapping_sub(quarter & 1);
    let (c, s) = (cosine.to_bits(), sine.to_bits());
    let first = (c & !odd) | (s & odd);
    let second = (s & !odd) | (c & odd);
    let flip_first = ((quarter ^ quarter >> 1) & 1) << 63;
    let flip_second = (quarter >> 1) << 63;
    (f64::from_bits(first ^ flip_first), f64::from_bits(second ^ flip_second))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_xoshiro::Xoshiro256PlusPlus;
    use rand_xoshiro::rand_core::{Rng, SeedableRng};

    fn ln(x: f64) -> f64 {
        let (k, s) = reduced(x);
        ln_of(k, s)
    }

    /// Words of SplitMix64's increment: any that differ will do.
    fn words() -> impl FnMut() -> u64 {
        let mut state = 1u64;
        move || {
            state = state.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(0x1234_5678_9abc_def1);
            state ^ state >> 29
        }
    }

    #[test]
    fn every_lane_is_a_xoshiro256_plus_plus() {
        let mut ours = Generators::new(words());
        let mut seeds = words();
        let mut lanes: Vec<Xoshiro256PlusPlus> = (0..LANES)
            .map(|_| {
                let bytes: Vec<u8> = (0..4).flat_map(|_| seeds().to_le_bytes()).collect();
                Xoshiro256PlusPlus::from_seed(bytes.try_into().unwrap())
            })
            .collect();
        let mut bits = [0; CHUNK];
        for _ in 0..3 {
            ours.fill(&mut bits);
            for (i, &word) in bits.iter().enumerate() {
                assert_eq!(word, lanes[i % LANES].next_u64(), "{i}");
            }
        }
    }

    #[test]
    fn functions_meet_those_of_the_library() {
        let mut worst = (0.0f64, 0.0f64);
        let mut next = words();
        for _ in 0..200_000 {
            let word = next();
            let u = open_unit(word);
            assert!(u > 0.0 && u < 1.0);
            for x in [u, -libm::log(u), 1.0 / u] {
                let (found, wanted) = (ln(x), libm::log(x));
                worst.0 = worst.0.max((found - wanted).abs() / wanted.abs().max(1e-300));
            }
            let (cosine, sine) = turn(word);
            // An eighth of a turn less than the bits say: quarters are centred.
            let angle = 2.0 * std::f64::consts::PI * ((word >> 11) as f64 / 2f64.powi(53) - 0.125);
            worst.1 =
                worst.1.max((cosine - libm::cos(angle)).abs()).max((sine - libm::sin(angle)).abs());
        }
        assert!(worst.0 < 5e-16 && worst.1 < 2e-15, "{worst:?}");
        for x in [open_unit(0), open_unit(u64::MAX), 1.0, 0.5, 2.0, f64::MIN_POSITIVE, f64::MAX] {
            assert!((ln(x) - libm::log(x)).abs() <= 4e-16 * libm::log(x).abs(), "{x}");
        }
    }

    #[test]
    fn both_compilations_give_the_same_bits_of_any_length() {
        type Fill = fn(&mut Generators, &mut [f64], Level);
        for fill in [Generators::exponentials as Fill, Generators::normals] {
            let made = |n: usize, level| {
                let mut out = vec![0.0; n];
                fill(&mut Generators::new(words()), &mut out, level);
                out.into_iter().map(f64::to_bits).collect::<Vec<u64>>()
            };
            let long = made(5_000, Level::Widest);
            for n in [0, 1, 7, 512, 513, 1_024, 4_999] {
                assert_eq!(made(n, Level::Widest), long[..n]);
                assert_eq!(made(n, Level::Portable), long[..n]);
            }
        }
    }
}
