//! Noised values as a comparison reads them: by their place in the raw order.

/// Noised values by raw place.
pub(super) trait Values: Copy {
    fn at(self, place: usize) -> f64;
    /// The values of places `start..start + out.len()`.
    fn read(self, start: usize, out: &mut [f64]);
}

/// Values by index.
#[derive(Clone, Copy)]
pub(super) struct Indexed<'a> {
    pub(super) ascending: &'a [u32],
    pub(super) noised: &'a [f64],
}

impl Values for Indexed<'_> {
    #[inline(always)]
    fn at(self, place: usize) -> f64 {
        self.noised[self.ascending[place] as usize]
    }

    #[inline(always)]
    fn read(self, start: usize, out: &mut [f64]) {
        for (value, &index) in out.iter_mut().zip(&self.ascending[start..]) {
            *value = self.noised[index as usize];
        }
    }
}

/// Answer plus scaled unit noise, both by raw place.
#[derive(Clone, Copy)]
pub(super) struct Shifted<'a> {
    pub(super) answer: &'a [f64],
    pub(super) scale: f64,
    pub(super) unit: &'a [f64],
}

impl Values for Shifted<'_> {
    #[inline(always)]
    fn at(self, place: usize) -> f64 {
        self.answer[place] + self.scale * self.unit[place]
    }

    #[inline(always)]
    fn read(self, start: usize, out: &mut [f64]) {
        let end = start + out.len();
        for ((value, &y), &z) in
            out.iter_mut().zip(&self.answer[start..end]).zip(&self.unit[start..end])
        {
            *value = y + self.scale * z;
        }
    }
}
