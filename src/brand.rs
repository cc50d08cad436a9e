//! The creditor's brand on screens: its name, how to reach it, and its colour, from which every colour that is not a meaning is mixed. A
//! colour is taken only if text on it, and text in it, can be read: contrast by WCAG 2.2 (1.4.3, AA: 4.5 to 1), on light and on dark paper.
//!
//! Never a float: luminance is taken from a table in millionths, ratios are told in hundredths, rounded down.

use serde::{Deserialize, Serialize};

use crate::forms::{FieldError, Fields, Problem, email, optional_text, text};

/// The least contrast of text, in hundredths (WCAG 2.2, 1.4.3).
pub const LEAST: u32 = 450;
/// The contrast that is aimed at where there is a choice (1.4.6).
const GOOD: u32 = 700;

/// A colour of a screen (sRGB).
///
/// ```
/// use domain::brand::{Colour, contrast};
/// let pine = Colour::parse("#1b5548").unwrap();
/// assert_eq!(pine.to_string(), "#1b5548");
/// assert_eq!(contrast(Colour::BLACK, Colour::WHITE), 2_100);
/// assert!(contrast(pine, Colour::WHITE) > 800);
/// assert_eq!(Colour::parse("green"), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour(pub [u8; 3]);

impl Colour {
    /// Ink.
    pub const BLACK: Self = Self([0, 0, 0]);
    /// Light.
    pub const WHITE: Self = Self([255, 255, 255]);

    /// Reads `#rrggbb`; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.trim().strip_prefix('#')?;
        if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let part = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
        Some(Self([part(0)?, part(2)?, part(4)?]))
    }

    /// So many percent of the way to another colour.
    #[must_use]
    pub fn mixed(self, other: Self, percent: u16) -> Self {
        let percent = percent.min(100);
        let mix = |a: u8, b: u8| (u16::from(a) * (100 - percent) + u16::from(b) * percent + 50) / 100;
        let [a, b] = [self.0, other.0];
        Self([0, 1, 2].map(|at| u8::try_from(mix(a[at], b[at])).unwrap_or(u8::MAX)))
    }

    /// Relative luminance, in millionths.
    fn luminance(self) -> u64 {
        let [red, green, blue] = self.0.map(|part| u64::from(LINEAR[usize::from(part)]));
        (red * 2_126 + green * 7_152 + blue * 722) / 10_000
    }
}

impl std::fmt::Display for Colour {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

/// The contrast of two colours in hundredths, rounded down: 450 is 4.5 to 1.
#[must_use]
pub fn contrast(one: Colour, other: Colour) -> u32 {
    let (a, b) = (one.luminance() + 50_000, other.luminance() + 50_000);
    u32::try_from(a.max(b) * 100 / a.min(b)).unwrap_or(u32::MAX)
}

/// The first of the colours on the way to another one that stands out enough from all of these; that other one if none does.
fn until(colour: Colour, towards: Colour, against: &[Colour], least: u32) -> Colour {
    let enough = |tried: &Colour| against.iter().all(|other| contrast(*tried, *other) >= least);
    (0..=100).map(|percent| colour.mixed(towards, percent)).find(enough).unwrap_or(towards)
}

/// What the portal's paper is, as its style sheet has it.
struct Ground {
    paper: Colour,
    surface: Colour,
    sunken: Colour,
}

const LIGHT: Ground = Ground { paper: Colour([0xfa, 0xf6, 0xee]), surface: Colour([0xff, 0xfd, 0xf9]), sunken: Colour([0xf3, 0xec, 0xdf]) };
const DARK: Ground = Ground { paper: Colour([0x1a, 0x18, 0x15]), surface: Colour([0x25, 0x22, 0x1d]), sunken: Colour([0x13, 0x11, 0x0f]) };

/// The colours of one ground that come of the brand, by the names that the style sheet gives them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tones {
    /// Buttons, marks, what is chosen.
    pub brand: Colour,
    /// The same, pressed; text on the tint.
    pub brand_deep: Colour,
    /// Behind what is chosen.
    pub brand_tint: Colour,
    /// Text on the brand.
    pub on_brand: Colour,
    /// The panel with the amount to pay.
    pub hero: Colour,
    /// Text on it.
    pub on_hero: Colour,
    /// Text on it that supports.
    pub on_hero_soft: Colour,
    /// Links.
    pub link: Colour,
}

/// All colours of a brand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette {
    /// On light paper.
    pub light: Tones,
    /// On dark paper.
    pub dark: Tones,
}

/// How far a colour stands out from the lightest paper, and the nearest darker one that can be read on it; nothing where it can be.
///
/// ```
/// use domain::brand::{Colour, too_pale};
/// assert_eq!(too_pale(Colour::parse("#0b6e5f").unwrap()), None);
/// let (hundredths, nearest) = too_pale(Colour::parse("#ffa500").unwrap()).unwrap();
/// assert!(hundredths < 450);
/// assert_eq!(too_pale(nearest), None);
/// ```
#[must_use]
pub fn too_pale(colour: Colour) -> Option<(u32, Colour)> {
    let grounds = [LIGHT.paper, LIGHT.surface];
    let least = grounds.iter().map(|ground| contrast(colour, *ground)).min().unwrap_or(0);
    (least < LEAST).then(|| (least, until(colour, Colour::BLACK, &grounds, LEAST)))
}

impl Palette {
    /// Mixes the colours of a brand; `None` for a colour that is [`too_pale`].
    #[must_use]
    pub fn of(colour: Colour) -> Option<Self> {
        if too_pale(colour).is_some() {
            return None;
        }
        let tint = colour.mixed(LIGHT.surface, 88);
        let on_hero = Colour([0xff, 0xfa, 0xf0]);
        let light = Tones {
            brand: colour,
            brand_deep: until(colour.mixed(Colour::BLACK, 28), Colour::BLACK, &[tint, LIGHT.surface], GOOD),
            brand_tint: tint,
            on_brand: LIGHT.surface,
            hero: colour,
            on_hero,
            on_hero_soft: until(on_hero.mixed(colour, 20), on_hero, &[colour], LEAST),
            link: until(colour, Colour::BLACK, &[LIGHT.paper, LIGHT.surface, LIGHT.sunken, tint], LEAST),
        };
        let grounds = [DARK.paper, DARK.surface, DARK.sunken];
        let brand = until(colour.mixed(Colour::WHITE, 30), Colour::WHITE, &grounds, GOOD);
        let tint = colour.mixed(DARK.paper, 72);
        let on_hero = Colour([0xfb, 0xf4, 0xe6]);
        let hero = until(colour.mixed(Colour::BLACK, 22), Colour::BLACK, &[on_hero], GOOD);
        let dark = Tones {
            brand,
            brand_deep: until(brand.mixed(Colour::WHITE, 35), Colour::WHITE, &[tint, DARK.surface], GOOD),
            brand_tint: tint,
            on_brand: until(colour.mixed(Colour::BLACK, 60), Colour::BLACK, &[brand], LEAST),
            hero,
            on_hero,
            on_hero_soft: until(on_hero.mixed(hero, 18), on_hero, &[hero], LEAST),
            link: until(brand.mixed(Colour::WHITE, 12), Colour::WHITE, &[DARK.paper, DARK.surface, DARK.sunken, tint], LEAST),
        };
        Some(Self { light, dark })
    }

    /// The style sheet that sets them, over the portal's own.
    #[must_use]
    pub fn sheet(&self) -> String {
        let tones = |tones: &Tones| {
            [
                ("brand", tones.brand),
                ("brand-deep", tones.brand_deep),
                ("brand-tint", tones.brand_tint),
                ("on-brand", tones.on_brand),
                ("hero", tones.hero),
                ("on-hero", tones.on_hero),
                ("on-hero-soft", tones.on_hero_soft),
                ("link", tones.link),
                ("chart-1", tones.brand),
            ]
            .map(|(name, colour)| format!("--{name}:{colour};"))
            .concat()
        };
        let (light, dark) = (tones(&self.light), tones(&self.dark));
        format!("@layer tokens{{:root{{{light}}}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}}}\n")
    }
}

/// The brand, as typed.
///
/// ```
/// use domain::brand::BrandForm;
/// use domain::forms::Problem;
/// let form = BrandForm { name: "Vida Serena".into(), color: "#0b6e5f".into(), email: "contas@example.org".into(), ..BrandForm::default() };
/// assert!(form.parse().is_ok());
/// let pale = BrandForm { color: "#ffd700".into(), ..form };
/// let errors = pale.parse().unwrap_err();
/// assert!(matches!(errors[0].problem, Problem::TooPale { hundredths: 100..450, .. }));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BrandForm {
    /// As people know the creditor.
    pub name: String,
    /// `#rrggbb`.
    pub color: String,
    /// Telephone for customers.
    pub phone: String,
    /// E-mail for customers.
    pub email: String,
    /// Who answers for data protection, and how to reach them (LGPD, art. 41).
    pub privacy_contact: String,
}

/// A brand that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidBrandForm {
    /// As people know the creditor.
    pub name: String,
    /// Its colour.
    pub color: Colour,
    /// Telephone for customers; empty where there is none.
    pub phone: String,
    /// E-mail for customers.
    pub email: String,
    /// Who answers for data protection; empty where nothing is said.
    pub privacy_contact: String,
}

impl BrandForm {
    /// Reads the form.
    ///
    /// # Errors
    /// What is wrong, by field; [`Problem::TooPale`] with the nearest colour that can be read.
    pub fn parse(&self) -> Result<ValidBrandForm, Vec<FieldError>> {
        let mut fields = Fields::default();
        let name = fields.read("name", text(&self.name, 80));
        let color = fields.read("color", colour(&self.color));
        let phone = fields.read("phone", optional_text(&self.phone, 40));
        let email = fields.read("email", email(&self.email));
        let privacy_contact = fields.read("privacy_contact", optional_text(&self.privacy_contact, 200));
        fields.finish((|| {
            let [phone, privacy_contact] = [phone?, privacy_contact?].map(Option::unwrap_or_default);
            Some(ValidBrandForm { name: name?, color: color?, phone, email: email?, privacy_contact })
        })())
    }
}

fn colour(raw: &str) -> Result<Colour, Problem> {
    if raw.trim().is_empty() {
        return Err(Problem::Missing);
    }
    let colour = Colour::parse(raw).ok_or(Problem::NotAColour)?;
    match too_pale(colour) {
        Some((hundredths, nearest)) => Err(Problem::TooPale { hundredths, nearest: nearest.0 }),
        None => Ok(colour),
    }
}

/// What each step of a part of a colour gives of light, in millionths (IEC 61966-2-1; WCAG 2.2, "relative luminance").
const LINEAR: [u32; 256] = [
    0, 304, 607, 911, 1214, 1518, 1821, 2125, 2428, 2732, 3035, 3347, 3677, 4025, 4391, 4777, 5182, 5605, 6049, 6512, 6995, 7499, 8023,
    8568, 9134, 9721, 10_330, 10_960, 11_612, 12_286, 12_983, 13_702, 14_444, 15_209, 15_996, 16_807, 17_642, 18_500, 19_382, 20_289,
    21_219, 22_174, 23_153, 24_158, 25_187, 26_241, 27_321, 28_426, 29_557, 30_713, 31_896, 33_105, 34_340, 35_601, 36_889, 38_204, 39_546,
    40_915, 42_311, 43_735, 45_186, 46_665, 48_172, 49_707, 51_269, 52_861, 54_480, 56_128, 57_805, 59_511, 61_246, 63_010, 64_803, 66_626,
    68_478, 70_360, 72_272, 74_214, 76_185, 78_187, 80_220, 82_283, 84_376, 86_500, 88_656, 90_842, 93_059, 95_307, 97_587, 99_899,
    102_242, 104_616, 107_023, 109_462, 111_932, 114_435, 116_971, 119_538, 122_139, 124_772, 127_438, 130_136, 132_868, 135_633, 138_432,
    141_263, 144_128, 147_027, 149_960, 152_926, 155_926, 158_961, 162_029, 165_132, 168_269, 171_441, 174_647, 177_888, 181_164, 184_475,
    187_821, 191_202, 194_618, 198_069, 201_556, 205_079, 208_637, 212_231, 215_861, 219_526, 223_228, 226_966, 230_740, 234_551, 238_398,
    242_281, 246_201, 250_158, 254_152, 258_183, 262_251, 266_356, 270_498, 274_677, 278_894, 283_149, 287_441, 291_771, 296_138, 300_544,
    304_987, 309_469, 313_989, 318_547, 323_143, 327_778, 332_452, 337_164, 341_914, 346_704, 351_533, 356_400, 361_307, 366_253, 371_238,
    376_262, 381_326, 386_429, 391_572, 396_755, 401_978, 407_240, 412_543, 417_885, 423_268, 428_690, 434_154, 439_657, 445_201, 450_786,
    456_411, 462_077, 467_784, 473_531, 479_320, 485_150, 491_021, 496_933, 502_886, 508_881, 514_918, 520_996, 527_115, 533_276, 539_479,
    545_724, 552_011, 558_340, 564_712, 571_125, 577_580, 584_078, 590_619, 597_202, 603_827, 610_496, 617_207, 623_960, 630_757, 637_597,
    644_480, 651_406, 658_375, 665_387, 672_443, 679_542, 686_685, 693_872, 701_102, 708_376, 715_694, 723_055, 730_461, 737_910, 745_404,
    752_942, 760_525, 768_151, 775_822, 783_538, 791_298, 799_103, 806_952, 814_847, 822_786, 830_770, 838_799, 846_873, 854_993, 863_157,
    871_367, 879_622, 887_923, 896_269, 904_661, 913_099, 921_582, 930_111, 938_686, 947_307, 955_973, 964_686, 973_445, 982_251, 991_102,
    1_000_000,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_ratios() {
        // Figures that WebAIM's and other checkers tell.
        for (one, other, expected) in
            [("#777777", "#ffffff", 447), ("#767676", "#ffffff", 454), ("#0000ff", "#ffffff", 859), ("#ff0000", "#ffffff", 399)]
        {
            let [one, other] = [one, other].map(|text| Colour::parse(text).unwrap());
            assert_eq!((contrast(one, other), contrast(other, one)), (expected, expected), "{one}");
        }
    }

    /// Whatever colour a brand has, everything that is written on its colours or in them can be read, on light paper and on dark.
    #[test]
    fn every_colour_that_is_taken_can_be_read_everywhere() {
        let steps = || (0..=255).step_by(15);
        let mut taken = 0;
        for red in steps() {
            for green in steps() {
                for blue in steps() {
                    let colour = Colour([red, green, blue]);
                    let Some(palette) = Palette::of(colour) else {
                        let (ratio, nearest) = too_pale(colour).unwrap();
                        assert!(ratio < LEAST && Palette::of(nearest).is_some(), "{colour}");
                        continue;
                    };
                    taken += 1;
                    for (tones, ground) in [(palette.light, &LIGHT), (palette.dark, &DARK)] {
                        for (text, behind) in [
                            (tones.on_brand, tones.brand),
                            (tones.brand_deep, tones.brand_tint),
                            (tones.brand_deep, ground.surface),
                            (tones.brand, ground.surface),
                            (tones.brand, ground.paper),
                            (tones.on_hero, tones.hero),
                            (tones.on_hero_soft, tones.hero),
                            (tones.link, ground.paper),
                            (tones.link, ground.surface),
                            (tones.link, ground.sunken),
                            (tones.link, tones.brand_tint),
                        ] {
                            assert!(contrast(text, behind) >= LEAST, "{colour}: {text} on {behind} in {tones:?}");
                        }
                    }
                }
            }
        }
        assert!(taken > 1_000, "{taken}");
    }

    #[test]
    fn a_sheet_sets_both_grounds_and_nothing_else() {
        let sheet = Palette::of(Colour([0x0b, 0x6e, 0x5f])).unwrap().sheet();
        assert_eq!((sheet.matches("--brand:").count(), sheet.matches("prefers-color-scheme:dark").count()), (2, 1));
        assert!(sheet.starts_with("@layer tokens{:root{--brand:#0b6e5f;") && sheet.len() < 700, "{sheet}");
        assert!(sheet.bytes().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace()));
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let errors = BrandForm { color: "red".into(), ..BrandForm::default() }.parse().unwrap_err();
        let fields: Vec<_> = errors.iter().map(|error| error.field.as_ref()).collect();
        assert_eq!(fields, ["name", "color", "email"]);
        assert_eq!(errors[1].problem, Problem::NotAColour);
    }
}
