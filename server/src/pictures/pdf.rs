//! PDFs: pages drawn, and the words on them with their places. Scripts, links, forms that submit and attached files are not looked at: they are not on the page.

use hayro::hayro_interpret::font::GlyphRun;
use hayro::hayro_interpret::hayro_cmap::BfString;
use hayro::hayro_interpret::util::TransformExt;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache, InterpreterSettings, SoftMask,
    interpret_page,
};
use hayro::hayro_syntax::Pdf;
use hayro::hayro_syntax::page::Page as PdfPage;
use hayro::kurbo::{BezPath, Point, Rect};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};

use super::{Failure, Line, MOST_PAGES, MOST_TEXT, PARTS, Page, Paper, WIDEST};

/// The highest picture, in pixels.
const HIGHEST: f32 = 4.0 * WIDEST as f32;

pub(super) fn read(bytes: Vec<u8>) -> Result<Paper, Failure> {
    let pdf = Pdf::new(bytes).map_err(|_| Failure::Unreadable)?;
    let of = pdf.pages().len();
    let mut room = MOST_TEXT;
    let mut pages = Vec::new();
    for page in pdf.pages().iter().take(MOST_PAGES) {
        let scale = scale(page);
        let (width, height) = page.render_dimensions();
        let lines = lines(letters(&pdf, page, room));
        room = room.saturating_sub(lines.iter().map(|line| line.edges.len()).sum());
        pages.push(Page { width: pixels(width * scale), height: pixels(height * scale), lines });
    }
    if pages.is_empty() { Err(Failure::Unreadable) } else { Ok(Paper { pages, of }) }
}

pub(super) fn draw(bytes: Vec<u8>, page: usize) -> Result<Vec<u8>, Failure> {
    let pdf = Pdf::new(bytes).map_err(|_| Failure::Unreadable)?;
    let page = pdf.pages().get(page).filter(|_| page < MOST_PAGES).ok_or(Failure::Unreadable)?;
    let scale = scale(page);
    let settings = PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE };
    let pixmap = hayro::render(page, &RenderCache::new(), &InterpreterSettings::default(), &RenderSettings::default(), &settings);
    let (width, height) = (u32::from(pixmap.width()), u32::from(pixmap.height()));
    // On white ground every pixel is opaque, so that colours are as they are.
    let rgb: Vec<u8> = pixmap.data_as_u8_slice().chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    let mut picture = Vec::new();
    PngEncoder::new_with_quality(&mut picture, CompressionType::Fast, FilterType::Adaptive)
        .write_image(&rgb, width, height, ExtendedColorType::Rgb8)
        .map_err(|_| Failure::Unreadable)?;
    Ok(picture)
}

/// How many pixels a point takes, so that the page is [`WIDEST`] wide and not higher than [`HIGHEST`].
fn scale(page: &PdfPage<'_>) -> f32 {
    let (width, height) = page.render_dimensions();
    (WIDEST as f32 / width.max(1.0)).min(HIGHEST / height.max(1.0))
}

fn pixels(size: f32) -> u32 {
    // As the renderer cuts them.
    (size as u32).max(1)
}

/// A character where it stands, in points from the top left.
struct Letter {
    text: String,
    left: f64,
    right: f64,
    /// Where it stands on, and how high it is.
    base: f64,
    size: f64,
}

/// The characters of a page in parts of its width and height, as they are drawn.
fn letters(pdf: &Pdf, page: &PdfPage<'_>, most: usize) -> Vec<Letter> {
    let cache = InterpreterCache::new();
    let (width, height) = page.render_dimensions();
    let target = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
    let mut context = Context::new(page.initial_transform(true).to_kurbo(), target, &cache, pdf.xref(), InterpreterSettings::default());
    let mut reader = Reader { letters: Vec::new(), most, width: f64::from(width), height: f64::from(height) };
    interpret_page(page, &mut context, &mut reader);
    reader.letters
}

struct Reader {
    letters: Vec<Letter>,
    most: usize,
    width: f64,
    height: f64,
}

impl Device<'_> for Reader {
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, '_>, props: DrawProps<'_>, _: &DrawMode) {
        for glyph in run.glyphs() {
            if self.letters.len() >= self.most {
                return;
            }
            let Some(text) = glyph.as_unicode().map(|text| match text {
                BfString::Char(c) => c.to_string(),
                BfString::String(text) => text,
            }) else {
                continue;
            };
            let transform = props.transform * glyph.transform();
            let advance = match &**glyph {
                hayro::hayro_interpret::font::Glyph::Outline(outline) => outline.advance_width(),
                hayro::hayro_interpret::font::Glyph::Type3(drawn) => drawn.advance_width(),
            };
            // Glyphs are drawn in thousandths of the size of their font.
            let start = transform * Point::ZERO;
            let end = transform * Point::new(f64::from(advance.unwrap_or(500.0)), 0.0);
            let high = transform * Point::new(0.0, 1_000.0);
            let size = (high.y - start.y).abs();
            // Words that run upwards, or that nobody could see, are not part of a line.
            let level = (end.y - start.y).abs() < size.max(0.1) * 0.2;
            let seen = start.x.is_finite()
                && start.y.is_finite()
                && size > 0.5
                && start.x > -1.0
                && start.x < self.width
                && start.y > 0.0
                && start.y < self.height + size;
            if level && seen {
                self.letters.push(Letter {
                    text,
                    left: start.x.min(end.x) / self.width,
                    right: start.x.max(end.x) / self.width,
                    base: start.y / self.height,
                    size: size / self.height,
                });
            }
        }
    }

    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'_>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'_>>, _: BlendMode) {}
    fn draw_image(&mut self, _: Image<'_, '_>, _: ImageDrawProps<'_>) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}

/// Letters that stand on one level, from the left, with a space where there is room for one.
fn lines(mut letters: Vec<Letter>) -> Vec<Line> {
    letters.retain(|letter| !letter.text.chars().all(char::is_whitespace));
    letters.sort_by(|a, b| a.base.total_cmp(&b.base));
    let mut levels: Vec<Vec<Letter>> = Vec::new();
    for letter in letters {
        match levels.last_mut() {
            Some(level) if level.last().is_some_and(|last| letter.base - last.base < 0.35 * letter.size.min(last.size)) => {
                level.push(letter)
            }
            _ => levels.push(vec![letter]),
        }
    }
    levels.into_iter().map(line).collect()
}

fn line(mut letters: Vec<Letter>) -> Line {
    letters.sort_by(|a, b| a.left.total_cmp(&b.left));
    let top = letters.iter().map(|letter| letter.base - 0.8 * letter.size).fold(1.0, f64::min);
    let bottom = letters.iter().map(|letter| letter.base + 0.25 * letter.size).fold(0.0, f64::max);
    let mut line = Line { text: String::new(), top: parts(top), bottom: parts(bottom), edges: Vec::new() };
    let mut end: Option<&Letter> = None;
    for letter in &letters {
        if let Some(before) = end {
            // Bold is sometimes made by drawing a letter twice.
            if before.text == letter.text && (letter.left - before.left).abs() < 0.2 * (before.right - before.left) {
                continue;
            }
            // Sizes are parts of the height, widths of the width; on a page a letter is about half as wide as it is high.
            let usual = (before.right - before.left).max(letter.right - letter.left);
            if letter.left - before.right > 0.3 * usual {
                line.text.push(' ');
                line.edges.push(parts(before.right));
            }
        }
        let count = letter.text.chars().count().max(1);
        for (at, c) in letter.text.chars().enumerate() {
            line.text.push(if c.is_whitespace() { ' ' } else { c });
            line.edges.push(parts(letter.left + (letter.right - letter.left) * at as f64 / count as f64));
        }
        end = Some(letter);
    }
    line.edges.extend(end.map(|letter| parts(letter.right)));
    line
}

fn parts(of_page: f64) -> u16 {
    // Between nought and PARTS, so that nothing is cut off.
    (of_page.clamp(0.0, 1.0) * f64::from(PARTS)).round() as u16
}
