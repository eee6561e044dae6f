//! The colours of the pictures.
//!
//! One hue from almost white to dark, so that a reader sees an amount and not a verdict. The
//! steps are far enough apart to be told apart with deuteranopia as well, and no meaning rests on
//! colour alone: none has a hatched corner, a priority gap an outline and a corner mark, out of
//! scope a broken edge.

/// A colour: red, green, blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rgb(pub u8, pub u8, pub u8);

impl Rgb {
    /// The colour as SVG and CSS write it: `#0F4C86`.
    #[must_use]
    pub fn hex(self) -> String {
        let Self(r, g, b) = self;
        format!("#{r:02X}{g:02X}{b:02X}")
    }
}

/// A filled area and the ink that is legible on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fill {
    /// The area.
    pub paper: Rgb,
    /// The text on it.
    pub ink: Rgb,
}

/// Behind everything.
pub const PAPER: Rgb = Rgb(0xFF, 0xFF, 0xFF);
/// Text on [`PAPER`].
pub const INK: Rgb = Rgb(0x17, 0x1C, 0x24);
/// Text on [`PAPER`] that stands back.
pub const SOFT_INK: Rgb = Rgb(0x55, 0x5D, 0x6B);

/// None, trace, weak, partial, strong.
pub const STEPS: [Fill; 5] = [
    Fill { paper: Rgb(0xF7, 0xF3, 0xEC), ink: INK },
    Fill { paper: Rgb(0xCC, 0xE1, 0xF3), ink: INK },
    Fill { paper: Rgb(0x85, 0xB9, 0xE4), ink: INK },
    Fill { paper: Rgb(0x41, 0x8F, 0xCF), ink: INK },
    Fill { paper: Rgb(0x0F, 0x4C, 0x86), ink: PAPER },
];

/// What is not judged.
pub const OUT_OF_SCOPE: Fill = Fill { paper: PAPER, ink: Rgb(0x69, 0x70, 0x7D) };
/// The broken edge around what is not judged.
pub const OUT_OF_SCOPE_EDGE: Rgb = Rgb(0x9A, 0xA1, 0xAD);

/// The edge around the almost white step none.
pub const NONE_EDGE: Rgb = Rgb(0xC4, 0xB9, 0xA6);
/// The hatched corner of the step none.
pub const HATCH: Rgb = Rgb(0x86, 0x79, 0x63);

/// Outline, corner mark and legend text of a priority gap.
pub const GAP: Rgb = Rgb(0xC2, 0x41, 0x0C);

/// The filled part of the little bar under a heading.
pub const BAR: Rgb = Rgb(0x0F, 0x4C, 0x86);
/// The empty part of the little bar.
pub const BAR_TRACK: Rgb = Rgb(0xDD, 0xE2, 0xE8);

/// The fill of a step; a number past the last step is the last step.
pub fn step(step: u8) -> Fill {
    STEPS[usize::from(step).min(STEPS.len() - 1)]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Severity 1.0 in Machado, Oliveira and Fernandes (2009), applied to linear light.
    const DEUTERANOPIA: [[f64; 3]; 3] = [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ];
    const NO_CHANGE: [[f64; 3]; 3] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

    #[test]
    fn every_text_is_legible_on_its_fill() {
        let on_paper = [INK, SOFT_INK, GAP].map(|ink| Fill { paper: PAPER, ink });
        for fill in STEPS.iter().chain(&[OUT_OF_SCOPE]).chain(&on_paper) {
            assert!(contrast(fill.paper, fill.ink) >= 4.5, "{fill:?}");
        }
    }

    #[test]
    fn every_mark_stands_out_from_what_it_is_drawn_on() {
        assert!(contrast(GAP, PAPER) >= 3.0, "the outline has a white line inside");
        assert!(contrast(HATCH, STEPS[0].paper) >= 3.0);
        assert!(contrast(BAR, BAR_TRACK) >= 3.0);
    }

    #[test]
    fn neighbouring_steps_look_different_to_everyone() {
        for (who, matrix) in [("most", NO_CHANGE), ("deuteranopia", DEUTERANOPIA)] {
            for pair in STEPS.windows(2) {
                let [a, b] = [pair[0], pair[1]].map(|fill| lab(seen(fill.paper, &matrix)));
                let difference = ciede2000(a, b);
                assert!(difference >= 12.0, "{who}: {pair:?} differ by {difference:.1}");
            }
        }
    }

    #[test]
    fn the_difference_formula_agrees_with_its_published_test_data() {
        // Rows 1, 7 and 25 of the table in Sharma, Wu and Dalal (2005).
        let rows = [
            ([50.0, 2.6772, -79.7751], [50.0, 0.0, -82.7485], 2.0425),
            ([50.0, 0.0, 0.0], [50.0, -1.0, 2.0], 2.3669),
            ([60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644),
        ];
        for (a, b, expected) in rows {
            assert!((ciede2000(a, b) - expected).abs() < 1e-4, "{a:?} {b:?}");
        }
    }

    fn linear(Rgb(r, g, b): Rgb) -> [f64; 3] {
        [r, g, b].map(|channel| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        })
    }

    fn seen(colour: Rgb, matrix: &[[f64; 3]; 3]) -> [f64; 3] {
        let light = linear(colour);
        matrix.map(|row| (0..3).map(|i| row[i] * light[i]).sum::<f64>().clamp(0.0, 1.0))
    }

    /// WCAG 2 contrast.
    fn contrast(a: Rgb, b: Rgb) -> f64 {
        let [a, b] = [a, b].map(|colour| {
            let [r, g, b] = linear(colour);
            0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05
        });
        a.max(b) / a.min(b)
    }

    fn lab([r, g, b]: [f64; 3]) -> [f64; 3] {
        let x = (0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047;
        let y = 0.2126729 * r + 0.7151522 * g + 0.0721750 * b;
        let z = (0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883;
        let [x, y, z] = [x, y, z].map(|t: f64| {
            if t > 216.0 / 24389.0 { t.cbrt() } else { (24389.0 / 27.0 * t + 16.0) / 116.0 }
        });
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    /// The names are those of Sharma, Wu and Dalal (2005).
    fn ciede2000([l1, a1, b1]: [f64; 3], [l2, a2, b2]: [f64; 3]) -> f64 {
        let pow7 = |c: f64| (c.powi(7) / (c.powi(7) + 25f64.powi(7))).sqrt();
        let g = 0.5 * (1.0 - pow7((a1.hypot(b1) + a2.hypot(b2)) / 2.0));
        let (a1, a2) = (a1 * (1.0 + g), a2 * (1.0 + g));
        let (c1, c2) = (a1.hypot(b1), a2.hypot(b2));
        let hue = |a: f64, b: f64| b.atan2(a).to_degrees().rem_euclid(360.0);
        let (h1, h2) = (hue(a1, b1), hue(a2, b2));
        let grey = c1 * c2 == 0.0;
        let turn = if grey { 0.0 } else { (h2 - h1 + 180.0).rem_euclid(360.0) - 180.0 };
        let h = if grey { h1 + h2 } else { h1 + turn / 2.0 };
        let (l, c) = ((l1 + l2) / 2.0, (c1 + c2) / 2.0);
        let cos = |degrees: f64| degrees.to_radians().cos();
        let t = 1.0 - 0.17 * cos(h - 30.0) + 0.24 * cos(2.0 * h) + 0.32 * cos(3.0 * h + 6.0)
            - 0.20 * cos(4.0 * h - 63.0);
        let bend = 30.0 * (-((h.rem_euclid(360.0) - 275.0) / 25.0).powi(2)).exp();
        let rotation = -(2.0 * bend).to_radians().sin() * 2.0 * pow7(c);
        let lightness = 1.0 + 0.015 * (l - 50.0).powi(2) / (20.0 + (l - 50.0).powi(2)).sqrt();
        let dl = (l2 - l1) / lightness;
        let dc = (c2 - c1) / (1.0 + 0.045 * c);
        let dh = 2.0 * (c1 * c2).sqrt() * (turn / 2.0).to_radians().sin() / (1.0 + 0.015 * c * t);
        (dl * dl + dc * dc + dh * dh + rotation * dc * dh).sqrt()
    }
}
