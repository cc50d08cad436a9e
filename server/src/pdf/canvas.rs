//! A page to draw on: text, rules and shapes in points from the top left, each drawn as part of the document's reading
//! order or, explicitly, as ornament.
//!
//! Knows nothing of boletos or letters.

use krilla::color::rgb;
use krilla::geom::{Path, PathBuilder, Point, Rect, Transform};
use krilla::num::NormalizedF32;
use krilla::paint::{Fill, FillRule, Stroke, StrokeDash};
use krilla::surface::Surface;
use krilla::tagging::{Artifact, ArtifactType, ContentTag, Node, SpanTag, TagGroup, TagKind, TagTree};

use super::typeface::{Face, Faces, Placed, faces};
use super::{Align, Colour, PdfError};

/// The tree of what was drawn, in reading order, over all pages.
#[derive(Default)]
pub(super) struct Tags {
    root: Vec<Node>,
    open: Vec<TagGroup>,
}

impl Tags {
    pub(super) fn open(&mut self, tag: impl Into<TagKind>) {
        self.open.push(TagGroup::new(tag));
    }

    pub(super) fn close(&mut self) {
        if let Some(group) = self.open.pop() {
            self.push(group);
        }
    }

    fn push(&mut self, node: impl Into<Node>) {
        match self.open.last_mut() {
            Some(group) => group.push(node),
            None => self.root.push(node.into()),
        }
    }

    pub(super) fn into_tree(mut self) -> TagTree {
        while !self.open.is_empty() {
            self.close();
        }
        TagTree::from(self.root)
    }
}

/// How text looks.
#[derive(Clone, Copy)]
pub(super) struct Style {
    pub(super) size: f32,
    bold: bool,
    colour: Colour,
}

impl Style {
    /// Regular weight, black.
    pub(super) const fn new(size: f32) -> Self {
        Self { size, bold: false, colour: Colour::BLACK }
    }

    pub(super) const fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    pub(super) const fn colour(self, colour: Colour) -> Self {
        Self { colour, ..self }
    }

    pub(super) const fn size(self, size: f32) -> Self {
        Self { size, ..self }
    }

    pub(super) fn face(self, faces: &Faces) -> &Face {
        if self.bold { &faces.bold } else { &faces.regular }
    }
}

/// A rectangle: left, top, width, height, in points.
pub(super) type Area = (f32, f32, f32, f32);

/// One page being drawn.
pub(super) struct Canvas<'a, 't> {
    surface: Surface<'a>,
    tags: &'t mut Tags,
    pub(super) faces: &'static Faces,
    glyphs: Vec<Placed>,
}

impl<'a, 't> Canvas<'a, 't> {
    pub(super) fn new(surface: Surface<'a>, tags: &'t mut Tags) -> Result<Self, PdfError> {
        Ok(Self { surface, tags, faces: faces()?, glyphs: Vec::new() })
    }

    pub(super) fn finish(self) {
        self.surface.finish();
    }

    /// Opens a part of the document that may hold other parts and may go on over the next pages; see [`Canvas::close`].
    pub(super) fn open(&mut self, tag: impl Into<TagKind>) {
        self.tags.open(tag);
    }

    /// Closes what was opened last.
    pub(super) fn close(&mut self) {
        self.tags.close();
    }

    /// Draws one piece of content: a paragraph, a cell, a figure. Pieces are read in the order they are drawn.
    pub(super) fn piece(&mut self, tag: impl Into<TagKind>, draw: impl FnOnce(&mut Self)) {
        self.marked(tag, ContentTag::Other, draw);
    }

    /// Draws a piece whose text, when copied or read aloud, is `text` whatever the lines it was broken into.
    pub(super) fn piece_reading(&mut self, tag: impl Into<TagKind>, text: &str, draw: impl FnOnce(&mut Self)) {
        self.marked(tag, ContentTag::Span(SpanTag::empty().with_actual_text(Some(text))), draw);
    }

    fn marked(&mut self, tag: impl Into<TagKind>, mark: ContentTag<'_>, draw: impl FnOnce(&mut Self)) {
        self.tags.open(tag);
        let leaf = self.surface.start_tagged(mark);
        draw(self);
        self.surface.end_tagged();
        self.tags.push(leaf);
        self.tags.close();
    }

    /// Draws what is not read: rules, tints, repeated heads and page numbers.
    pub(super) fn ornament(&mut self, draw: impl FnOnce(&mut Self)) {
        self.surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)));
        draw(self);
        self.surface.end_tagged();
    }

    pub(super) fn text(&mut self, style: Style, x: f32, baseline: f32, text: &str) {
        let face = style.face(self.faces);
        face.set(text, &mut self.glyphs);
        if self.glyphs.is_empty() {
            return;
        }
        self.surface.set_fill(Some(fill(style.colour)));
        self.surface.draw_glyphs(
            Point::from_xy(hundredths(x), hundredths(baseline)),
            &self.glyphs,
            face.font.clone(),
            text,
            hundredths(style.size),
            false,
        );
    }

    pub(super) fn text_right(&mut self, style: Style, right: f32, baseline: f32, text: &str) {
        let width = style.face(self.faces).width(text, style.size);
        self.text(style, right - width, baseline, text);
    }

    pub(super) fn text_centred(&mut self, style: Style, centre: f32, baseline: f32, text: &str) {
        let width = style.face(self.faces).width(text, style.size);
        self.text(style, centre - width / 2.0, baseline, text);
    }

    /// One line of text kept within `width`, set smaller or, at last, cut.
    pub(super) fn fitted(&mut self, style: Style, align: Align, x: f32, width: f32, baseline: f32, text: &str) {
        let (text, size) = style.face(self.faces).fit(text, style.size, width);
        match align {
            Align::Left => self.text(style.size(size), x, baseline, &text),
            Align::Right => self.text_right(style.size(size), x + width, baseline, &text),
        }
    }

    /// Lines one under the other; gives the baseline after the last.
    pub(super) fn lines<S: AsRef<str>>(&mut self, style: Style, x: f32, baseline: f32, leading: f32, lines: &[S]) -> f32 {
        let mut baseline = baseline;
        for line in lines {
            self.text(style, x, baseline, line.as_ref());
            baseline += leading;
        }
        baseline
    }

    /// Filled rectangles, drawn as one shape.
    pub(super) fn areas(&mut self, colour: Colour, areas: &[Area]) {
        let mut builder = PathBuilder::new();
        for &(x, y, width, height) in areas {
            if let Some(rect) = Rect::from_ltrb(hundredths(x), hundredths(y), hundredths(x + width), hundredths(y + height)) {
                builder.push_rect(rect);
            }
        }
        if let Some(path) = builder.finish() {
            self.surface.set_fill(Some(fill(colour)));
            self.surface.draw_path(&path);
        }
    }

    /// A shape given in its own small units (modules of a code), its top left at `x`, `y`.
    pub(super) fn shape(&mut self, shape: &Path, x: f32, y: f32, unit_width: f32, unit_height: f32) {
        self.surface.push_transform(&Transform::from_row(unit_width, 0.0, 0.0, unit_height, x, y));
        self.surface.set_fill(Some(fill(Colour::BLACK)));
        self.surface.draw_path(shape);
        self.surface.pop();
    }

    /// Level lines in a shape's own units, each painted one unit high with its middle on the line.
    pub(super) fn strokes(&mut self, shape: &Path, x: f32, y: f32, unit: f32) {
        self.surface.push_transform(&Transform::from_row(unit, 0.0, 0.0, unit, x, y + unit / 2.0));
        self.surface.set_fill(None);
        self.surface.set_stroke(Some(Stroke { paint: rgb::Color::black().into(), ..Stroke::default() }));
        self.surface.draw_path(shape);
        self.surface.set_stroke(None);
        self.surface.pop();
    }

    /// A broken line from side to side, where paper is to be cut.
    pub(super) fn broken_line(&mut self, from: f32, to: f32, y: f32) {
        let mut builder = PathBuilder::new();
        builder.move_to(from, y);
        builder.line_to(to, y);
        let Some(path) = builder.finish() else { return };
        self.surface.set_fill(None);
        self.surface.set_stroke(Some(Stroke {
            paint: rgb::Color::new(Colour::GREY.red, Colour::GREY.green, Colour::GREY.blue).into(),
            width: 0.6,
            dash: Some(StrokeDash { array: vec![3.0, 2.4], offset: 0.0 }),
            ..Stroke::default()
        }));
        self.surface.draw_path(&path);
        self.surface.set_stroke(None);
    }
}

/// A hundredth of a point is 3.5 micrometres: nobody sees the rest, and the digits saved are a tenth of a page's bytes.
fn hundredths(points: f32) -> f32 {
    (points * 100.0).round() / 100.0
}

fn fill(colour: Colour) -> Fill {
    Fill { paint: rgb::Color::new(colour.red, colour.green, colour.blue).into(), opacity: NormalizedF32::ONE, rule: FillRule::NonZero }
}
