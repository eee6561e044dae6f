//! What the pictures look like: which colour each tone has.
//!
//! A picture is laid out in tones, such as the ink or the third step, and a look says what colour
//! that is: any palette, light or dark, of the same picture. One hue from almost white to dark is
//! the default, so that a reader sees an amount and not a verdict. The steps are far enough apart
//! to be told apart with deuteranopia as well, and no meaning rests on colour alone: none has a
//! hatched corner, a priority gap an outline and a corner mark, out of scope a broken edge, a
//! change a sign.

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

/// What something is drawn in, whatever colour that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tone {
    /// Behind everything.
    Paper,
    /// Text on [`Tone::Paper`].
    Ink,
    /// Text on [`Tone::Paper`] that stands back.
    SoftInk,
    /// A line that only separates.
    Rule,
    /// None, trace, weak, partial, strong, from 0 to 4; a higher number is strong.
    Step(u8),
    /// Text on that step.
    OnStep(u8),
    /// The text of what is not judged, on [`Tone::Paper`].
    OnOutOfScope,
    /// The broken edge around what is not judged.
    OutOfScopeEdge,
    /// The edge around the faint step none.
    NoneEdge,
    /// The hatched corner of the step none.
    Hatch,
    /// Outline, corner mark and text of a priority gap.
    Gap,
    /// The filled part of a bar.
    Bar,
    /// The empty part of a bar.
    Track,
    /// Much worse, worse, the same, better, much better: from -2 to 2.
    Change(i8),
    /// Text on that change.
    OnChange(i8),
}

/// A filled area and the ink that is legible on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fill {
    /// The area.
    pub paper: Tone,
    /// The text on it.
    pub ink: Tone,
}

impl Fill {
    /// A step of coverage and its ink.
    #[must_use]
    pub fn step(step: u8) -> Self {
        Self { paper: Tone::Step(step), ink: Tone::OnStep(step) }
    }

    /// A change and its ink.
    #[must_use]
    pub fn change(by: i8) -> Self {
        Self { paper: Tone::Change(by), ink: Tone::OnChange(by) }
    }

    /// What is not judged.
    pub const OUT_OF_SCOPE: Self = Self { paper: Tone::Paper, ink: Tone::OnOutOfScope };
}

/// The colours of the five steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Palette {
    /// One hue: the darker, the more.
    #[default]
    Blue,
    /// Of Nunez, Anderton and Renslow (2018), even to most kinds of colour vision.
    Cividis,
    /// From yellow to purple by way of green.
    Viridis,
    /// For print without colour.
    Grey,
}

/// Which colour each tone has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Look {
    /// The colours of the steps.
    pub palette: Palette,
    /// Light on dark: the lighter, the more.
    pub is_dark: bool,
}

impl Look {
    /// The colour of a tone.
    #[must_use]
    pub fn colour(self, tone: Tone) -> Rgb {
        let by_light = |light: u32, dark: u32| rgb(if self.is_dark { dark } else { light });
        match tone {
            Tone::Paper => by_light(PAPER.0, PAPER.1),
            Tone::Ink => by_light(INK.0, INK.1),
            Tone::SoftInk => by_light(0x555D6B, 0xAAB3C0),
            Tone::Rule => by_light(0xC9CED6, 0x3C4552),
            Tone::Step(step) => rgb(self.steps()[usize::from(step).min(4)]),
            Tone::OnStep(step) => self.legible_on(Tone::Step(step)),
            Tone::OnOutOfScope => by_light(0x69707D, 0x9AA3B0),
            Tone::OutOfScopeEdge => by_light(0x9AA1AD, 0x6B7482),
            Tone::NoneEdge => by_light(0xC4B9A6, 0x566070),
            Tone::Hatch => by_light(0x867963, 0x8D98A8),
            Tone::Gap => by_light(0xC2410C, 0xFF9A5C),
            Tone::Bar => rgb(self.steps()[4]),
            Tone::Track => by_light(0xDDE2E8, 0x2F3742),
            Tone::Change(by) => rgb(self.changes()[(by.clamp(-2, 2) + 2) as usize]),
            Tone::OnChange(by) => self.legible_on(Tone::Change(by)),
        }
    }

    /// Ink or paper, whichever has more contrast to a tone.
    fn legible_on(self, tone: Tone) -> Rgb {
        let [dark, light] = if self.is_dark { [PAPER.1, INK.1] } else { [INK.0, PAPER.0] };
        let [dark, light] = [dark, light].map(rgb);
        // The contrast of two colours is the ratio of these, so the middle is the geometric mean.
        let [on, low, high] = [self.colour(tone), dark, light].map(luminance);
        if on * on >= low * high { dark } else { light }
    }

    fn steps(self) -> [u32; 5] {
        match (self.palette, self.is_dark) {
            (Palette::Blue, false) => [0xF7F3EC, 0xCCE1F3, 0x85B9E4, 0x418FCF, 0x0F4C86],
            (Palette::Blue, true) => [0x20262F, 0x17487A, 0x3784C8, 0x84BBED, 0xE3F1FD],
            (Palette::Cividis, false) => [0xF7F3EC, 0xFEE838, 0xA19975, 0x666971, 0x00224E],
            (Palette::Cividis, true) => [0x262B33, 0x5E636F, 0x898578, 0xBCAD6C, 0xFEE838],
            (Palette::Viridis, false) => [0xF7F3EC, 0xFDE725, 0x2BAC80, 0x277F8E, 0x440154],
            (Palette::Viridis, true) => [0x262B33, 0x39558B, 0x22908C, 0x35B779, 0xDDE328],
            (Palette::Grey, false) => [0xF4F4F4, 0xACACAC, 0x737373, 0x454545, 0x101010],
            (Palette::Grey, true) => [0x262626, 0x565656, 0x7F7F7F, 0xAFAFAF, 0xF1F1F1],
        }
    }

    fn changes(self) -> [u32; 5] {
        if self.is_dark {
            [0xFF9A5C, 0x8A4A22, 0x2A3038, 0x2B5F93, 0x8CC2F5]
        } else {
            [0xB4460B, 0xF2B48A, 0xF2F2F0, 0x9CC3E6, 0x0F4C86]
        }
    }
}

/// Light and dark.
const PAPER: (u32, u32) = (0xFFFFFF, 0x12161C);
/// Light and dark.
const INK: (u32, u32) = (0x171C24, 0xE9EDF2);

const fn rgb(hex: u32) -> Rgb {
    let [_, r, g, b] = hex.to_be_bytes();
    Rgb(r, g, b)
}

/// Relative luminance as in the contrast of WCAG 2, with its flare of 0.05. What makes a channel
/// linear is a polynomial close to the curve of sRGB, and the same on every machine.
fn luminance(Rgb(r, g, b): Rgb) -> f64 {
    let linear = |channel: u8| {
        let c = f64::from(channel) / 255.0;
        c * (c * (c * 0.305_306 + 0.682_171) + 0.012_523)
    };
    0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b) + 0.05
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

    /// All looks there are.
    fn looks() -> impl Iterator<Item = Look> {
        let palettes = [Palette::Blue, Palette::Cividis, Palette::Viridis, Palette::Grey];
        palettes
            .into_iter()
            .flat_map(|palette| [false, true].map(|is_dark| Look { palette, is_dark }))
    }

    fn differ(look: Look, a: Tone, b: Tone, matrix: &[[f64; 3]; 3]) -> f64 {
        let [a, b] = [a, b].map(|tone| lab(seen(look.colour(tone), matrix)));
        ciede2000(a, b)
    }

    #[test]
    fn every_text_is_legible_on_its_fill() {
        let on_paper = [Tone::Ink, Tone::SoftInk, Tone::Gap, Tone::OnOutOfScope];
        let on_paper = on_paper.map(|ink| Fill { paper: Tone::Paper, ink });
        let fills = (0..=4).map(Fill::step).chain((-2..=2).map(Fill::change)).chain(on_paper);
        for (look, fill) in looks().flat_map(|look| fills.clone().map(move |fill| (look, fill))) {
            let contrast = contrast(look.colour(fill.paper), look.colour(fill.ink));
            assert!(contrast >= 4.5, "{look:?} {fill:?} {contrast:.2}");
        }
    }

    #[test]
    fn every_mark_stands_out_from_what_it_is_drawn_on() {
        for look in looks() {
            let contrast = |a, b| contrast(look.colour(a), look.colour(b));
            assert!(contrast(Tone::Gap, Tone::Paper) >= 3.0, "the outline has a line inside");
            assert!(contrast(Tone::Hatch, Tone::Step(0)) >= 3.0, "{look:?}");
            assert!(contrast(Tone::Bar, Tone::Track) >= 3.0, "{look:?}");
        }
    }

    #[test]
    fn neighbouring_steps_look_different_to_everyone() {
        for (who, matrix) in [("most", NO_CHANGE), ("deuteranopia", DEUTERANOPIA)] {
            for (look, at) in looks().flat_map(|look| (0..4).map(move |at| (look, at))) {
                let steps = differ(look, Tone::Step(at), Tone::Step(at + 1), &matrix);
                let by = at as i8 - 2;
                let changes = differ(look, Tone::Change(by), Tone::Change(by + 1), &matrix);
                assert!(steps >= 12.0, "{who}: {look:?} steps {at} differ by {steps:.1}");
                assert!(changes >= 12.0, "{who}: {look:?} changes {by} differ by {changes:.1}");
            }
        }
    }

    #[test]
    fn a_step_past_the_last_is_the_last() {
        let look = Look::default();
        assert_eq!(look.colour(Tone::Step(9)), look.colour(Tone::Step(4)));
        assert_eq!(look.colour(Tone::Change(-9)), look.colour(Tone::Change(-2)));
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
