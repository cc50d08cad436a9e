//! The document around the pages: the embedded faces, the tree in which it is read, and what is said about it.
//!
//! The faces are the same in every document, so all their objects are written and compressed once and copied from then on;
//! cutting them to each document's letters took most of the time of drawing one. Nothing here knows what a page shows.

use std::sync::OnceLock;

use chrono::{Datelike, Timelike};
use flate2::{Compress, Compression, FlushCompress};
use pdf_writer::types::{CidFontType, FontFlags, ListNumbering, StructRole, SystemInfo, TabOrder, TableHeaderScope, UnicodeCmap};
use pdf_writer::{Chunk, Date, Filter, Finish, Name, Pdf, Rect, Ref, Settings, Str, TextStr};

use super::canvas::Canvas;
use super::typeface::{Face, Faces, faces};
use super::{DocumentInfo, PAGE_HEIGHT, PAGE_WIDTH, PdfError};

/// A document being drawn.
pub(super) struct Paper {
    faces: &'static Faces,
    fonts: &'static Chunk,
    pages: Vec<Page>,
    tags: Tags,
    compress: Compress,
}

struct Page {
    /// Compressed operators.
    content: Vec<u8>,
}

/// Level 2 of 9: a boleto takes two thirds of the time it takes at level 6, and 2 % more bytes.
const LEVEL: Compression = Compression::new(2);

/// Not indented, which would make a third of the bytes blanks.
const SETTINGS: Settings = Settings { pretty: false };

// Numbers of the objects. Each face has five: the two dictionaries of a composite font, its descriptor, its file and
// what its glyphs mean.
const REGULAR: i32 = 1;
const BOLD: i32 = REGULAR + 5;
const CATALOG: Ref = Ref::new(11);
const PAGES: Ref = Ref::new(12);
const INFO: Ref = Ref::new(13);
const METADATA: Ref = Ref::new(14);
const TREE: Ref = Ref::new(15);
const RESOURCES: Ref = Ref::new(16);
const FIRST_PAGE: i32 = 17;
/// A page, its content, and which part of the tree each of its pieces belongs to.
const OBJECTS_PER_PAGE: i32 = 3;

impl Paper {
    pub(super) fn new() -> Result<Self, PdfError> {
        Ok(Self { faces: faces()?, fonts: fonts()?, pages: Vec::new(), tags: Tags::default(), compress: Compress::new(LEVEL, true) })
    }

    /// Draws one A4 page.
    pub(super) fn page(&mut self, draw: impl FnOnce(&mut Canvas<'_>)) -> Result<(), PdfError> {
        let mut canvas = Canvas::new(self.faces, &mut self.tags, self.pages.len());
        draw(&mut canvas);
        let operators = canvas.into_operators();
        self.compress.reset();
        self.pages.push(Page { content: deflate(&mut self.compress, &operators)? });
        Ok(())
    }

    pub(super) fn finish(self, info: &DocumentInfo) -> Result<Vec<u8>, PdfError> {
        let pages = i32::try_from(self.pages.len()).map_err(|_| PdfError::TooLong)?;
        let elements = i32::try_from(self.tags.elements.len()).map_err(|_| PdfError::TooLong)?;
        let first_element =
            pages.checked_mul(OBJECTS_PER_PAGE).and_then(|objects| objects.checked_add(FIRST_PAGE)).ok_or(PdfError::TooLong)?;
        first_element.checked_add(elements).ok_or(PdfError::TooLong)?;
        let numbers = Numbers { first_element };

        let content: usize = self.pages.iter().map(|page| page.content.len() + 400).sum();
        let capacity = self.fonts.len() + content + self.tags.elements.len() * 110 + 4096;
        let mut pdf = Pdf::with_settings_and_capacity(SETTINGS, capacity);
        pdf.set_version(1, 7);
        pdf.extend(self.fonts);
        catalog(&mut pdf, info);
        about(&mut pdf, info);
        pdf.pages(PAGES).kids((0..pages).map(|page| numbers.page(page))).count(pages);
        let mut resources = pdf.indirect(RESOURCES).dict();
        resources.insert(Name(b"Font")).dict().pair(Name(b"R"), Ref::new(REGULAR)).pair(Name(b"B"), Ref::new(BOLD));
        resources.finish();
        for (page, index) in self.pages.iter().zip(0..) {
            let mut dictionary = pdf.page(numbers.page(index));
            dictionary.parent(PAGES).media_box(Rect::new(0.0, 0.0, PAGE_WIDTH, PAGE_HEIGHT)).contents(numbers.content(index));
            dictionary.struct_parents(index).tab_order(TabOrder::StructureOrder);
            dictionary.pair(Name(b"Resources"), RESOURCES);
            dictionary.finish();
            pdf.stream(numbers.content(index), &page.content).filter(Filter::FlateDecode);
        }
        self.tags.write(&mut pdf, &numbers, self.pages.len());
        Ok(pdf.finish())
    }
}

struct Numbers {
    first_element: i32,
}

impl Numbers {
    fn page(&self, index: i32) -> Ref {
        Ref::new(FIRST_PAGE + index * OBJECTS_PER_PAGE)
    }

    fn content(&self, index: i32) -> Ref {
        Ref::new(FIRST_PAGE + index * OBJECTS_PER_PAGE + 1)
    }

    fn pieces(&self, index: i32) -> Ref {
        Ref::new(FIRST_PAGE + index * OBJECTS_PER_PAGE + 2)
    }

    /// The number of pages and elements was checked to fit.
    fn element(&self, index: usize) -> Ref {
        Ref::new(self.first_element + index as i32)
    }
}

fn catalog(pdf: &mut Pdf, info: &DocumentInfo) {
    let mut catalog = pdf.catalog(CATALOG);
    catalog.pages(PAGES).metadata(METADATA).lang(TextStr(&info.language));
    catalog.mark_info().marked(true);
    catalog.viewer_preferences().display_doc_title(true);
    catalog.pair(Name(b"StructTreeRoot"), TREE);
    catalog.finish();
}

/// Title, language and date: for programs of before 2008 in one form, for the others in XMP.
fn about(pdf: &mut Pdf, info: &DocumentInfo) {
    const PRODUCER: &str = concat!("Em Dia ", env!("CARGO_PKG_VERSION"));
    // Each part fits by the calendar.
    let part = |value: u32| u8::try_from(value).unwrap_or(0);
    let moment = info.created;
    let date = Date::new(u16::try_from(moment.year()).unwrap_or(0))
        .month(part(moment.month()))
        .day(part(moment.day()))
        .hour(part(moment.hour()))
        .minute(part(moment.minute()))
        .second(part(moment.second()))
        .utc_offset_hour(0)
        .utc_offset_minute(0);
    pdf.document_info(INFO).title(TextStr(&info.title)).producer(TextStr(PRODUCER)).creation_date(date);

    let (title, language, moment) = (escape(&info.title), escape(&info.language), moment.format("%Y-%m-%dT%H:%M:%SZ"));
    let xmp = format!(
        "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\
        <x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\
        <rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" \
        xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\">\
        <dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">{title}</rdf:li></rdf:Alt></dc:title>\
        <dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>\
        <xmp:CreateDate>{moment}</xmp:CreateDate><pdf:Producer>{PRODUCER}</pdf:Producer>\
        </rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end=\"r\"?>"
    );
    pdf.metadata(METADATA, xmp.as_bytes());
}

/// As XML text; characters that XML forbids become blanks.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            character if character.is_control() || matches!(character, '\u{fffe}' | '\u{ffff}') => escaped.push(' '),
            character => escaped.push(character),
        }
    }
    escaped
}

// ---- The tree in which the document is read ----

/// What a part of the document is.
#[derive(Clone, Debug)]
pub(super) enum Tag {
    /// The whole.
    Document,
    /// A part in another language than the document's own, or simply a part.
    Section {
        language: Option<&'static str>,
    },
    /// Title of the document.
    H1,
    /// Heading of a section.
    H2,
    P,
    Table,
    TR,
    /// Head of a column.
    TH,
    TD,
    /// A numbered list.
    L,
    LI,
    Lbl,
    LBody,
    /// Something to be seen, and what is said to those who do not see it.
    Figure {
        alternative: String,
    },
}

/// What an element of the tree holds.
pub(super) enum Kid {
    Element(usize),
    /// A piece of a page's content, by its number on that page.
    Piece {
        page: usize,
        piece: i32,
    },
}

struct Element {
    tag: Tag,
    parent: usize,
    kids: Vec<Kid>,
}

/// The tree: elements in the order they were opened, the document first.
pub(super) struct Tags {
    elements: Vec<Element>,
    open: Vec<usize>,
}

impl Default for Tags {
    fn default() -> Self {
        let elements = vec![Element { tag: Tag::Document, parent: 0, kids: Vec::new() }];
        Self { elements, open: vec![0] }
    }
}

impl Tags {
    pub(super) fn open(&mut self, tag: Tag) {
        let parent = self.open.last().copied().unwrap_or(0);
        let index = self.elements.len();
        self.elements.push(Element { tag, parent, kids: Vec::new() });
        if let Some(parent) = self.elements.get_mut(parent) {
            parent.kids.push(Kid::Element(index));
        }
        self.open.push(index);
    }

    /// The document itself stays open to the end.
    pub(super) fn close(&mut self) {
        if self.open.len() > 1 {
            self.open.pop();
        }
    }

    pub(super) fn leaf(&mut self, tag: Tag, kid: Kid) {
        self.open(tag);
        if let Some(element) = self.elements.last_mut() {
            element.kids.push(kid);
        }
        self.close();
    }

    fn write(&self, pdf: &mut Pdf, numbers: &Numbers, pages: usize) {
        // For each page, the element each of its pieces belongs to: pieces were numbered in this very order.
        let mut owners: Vec<Vec<Ref>> = vec![Vec::new(); pages];
        for (index, element) in self.elements.iter().enumerate() {
            for kid in &element.kids {
                if let Kid::Piece { page, .. } = kid
                    && let Some(owners) = owners.get_mut(*page)
                {
                    owners.push(numbers.element(index));
                }
            }
            self.element(pdf, numbers, index, element);
        }
        let mut root = pdf.indirect(TREE).start::<pdf_writer::writers::StructTreeRoot<'_>>();
        root.child(numbers.element(0));
        let mut tree = root.parent_tree();
        let mut entries = tree.nums();
        for page in 0..pages as i32 {
            entries.insert(page, numbers.pieces(page));
        }
        entries.finish();
        tree.finish();
        root.parent_tree_next_key(pages as i32);
        root.finish();
        for (owners, page) in owners.into_iter().zip(0..) {
            pdf.indirect(numbers.pieces(page)).array().items(owners);
        }
    }

    fn element(&self, pdf: &mut Pdf, numbers: &Numbers, index: usize, element: &Element) {
        let mut writer = pdf.struct_element(numbers.element(index));
        writer.kind(match element.tag {
            Tag::Document => StructRole::Document,
            Tag::Section { .. } => StructRole::Sect,
            Tag::H1 => StructRole::H1,
            Tag::H2 => StructRole::H2,
            Tag::P => StructRole::P,
            Tag::Table => StructRole::Table,
            Tag::TR => StructRole::TR,
            Tag::TH => StructRole::TH,
            Tag::TD => StructRole::TD,
            Tag::L => StructRole::L,
            Tag::LI => StructRole::LI,
            Tag::Lbl => StructRole::Lbl,
            Tag::LBody => StructRole::LBody,
            Tag::Figure { .. } => StructRole::Figure,
        });
        writer.parent(if index == 0 { TREE } else { numbers.element(element.parent) });
        match &element.tag {
            Tag::Section { language: Some(language) } => {
                writer.lang(TextStr(language));
            }
            Tag::Figure { alternative } => {
                writer.alt(TextStr(alternative));
            }
            Tag::TH => {
                writer.attributes().push().table().scope(TableHeaderScope::Column);
            }
            Tag::L => {
                writer.attributes().push().list().list_numbering(ListNumbering::Decimal);
            }
            _ => {}
        }
        let page = element.kids.iter().find_map(|kid| match kid {
            Kid::Piece { page, .. } => Some(*page),
            Kid::Element(_) => None,
        });
        if let Some(page) = page {
            writer.page(numbers.page(page as i32));
        }
        let mut kids = writer.children();
        for kid in &element.kids {
            match kid {
                Kid::Element(index) => kids.struct_element(numbers.element(*index)),
                Kid::Piece { piece, .. } => kids.marked_content_id(*piece),
            };
        }
    }
}

// ---- The faces ----

/// The objects of both faces, written once.
fn fonts() -> Result<&'static Chunk, PdfError> {
    static FONTS: OnceLock<Option<Chunk>> = OnceLock::new();
    let write = || {
        let faces = faces().ok()?;
        let mut chunk = Chunk::with_settings(SETTINGS);
        font(&mut chunk, REGULAR, &faces.regular, b"EMDIAR+", 400)?;
        font(&mut chunk, BOLD, &faces.bold, b"EMDIAB+", 700)?;
        Some(chunk)
    };
    FONTS.get_or_init(write).as_ref().ok_or(PdfError::Typeface)
}

fn font(chunk: &mut Chunk, first: i32, face: &Face, subset: &[u8], weight: u16) -> Option<()> {
    const IDENTITY: SystemInfo<'_> = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };
    let [composite, descendant, descriptor, file, meanings] = [0, 1, 2, 3, 4].map(|offset| Ref::new(first + offset));
    let name = [subset, face.name.as_bytes()].concat();
    let name = Name(&name);

    chunk.type0_font(composite).base_font(name).encoding_predefined(Name(b"Identity-H")).descendant_font(descendant).to_unicode(meanings);

    let mut cid = chunk.cid_font(descendant);
    cid.subtype(CidFontType::Type2).base_font(name).system_info(IDENTITY).font_descriptor(descriptor);
    cid.cid_to_gid_map_predefined(Name(b"Identity"));
    cid.widths().consecutive(0, face.widths.iter().map(|width| f32::from(*width)));
    cid.finish();

    let [ascent, descent, capitals] = face.heights.map(f32::from);
    let [left, lower, right, upper] = face.bounds.map(f32::from);
    let mut about = chunk.font_descriptor(descriptor);
    about.name(name).flags(FontFlags::SYMBOLIC).bbox(Rect::new(left, lower, right, upper)).italic_angle(0.0);
    // The usual estimate of the width of a stem from the weight.
    about.ascent(ascent).descent(descent).cap_height(capitals).stem_v(10.0 + 0.244 * (f32::from(weight) - 50.0)).font_file2(file);
    about.finish();

    let mut compress = Compress::new(Compression::best(), true);
    let data = deflate(&mut compress, face.file).ok()?;
    let mut stream = chunk.stream(file, &data);
    stream.filter(Filter::FlateDecode);
    stream.pair(Name(b"Length1"), i32::try_from(face.file.len()).ok()?);
    stream.finish();

    let mut unicode = UnicodeCmap::new(Name(b"Emdia"), IDENTITY);
    for &(glyph, character) in &face.characters {
        unicode.pair(glyph, character);
    }
    compress.reset();
    let data = deflate(&mut compress, &unicode.finish()).ok()?;
    chunk.cmap(meanings, &data).filter(Filter::FlateDecode);
    Some(())
}

fn deflate(compress: &mut Compress, data: &[u8]) -> Result<Vec<u8>, flate2::CompressError> {
    // Room for data that cannot be made smaller (RFC 1951: 5 bytes for each 16 KB), and for the frame.
    let mut out = Vec::with_capacity(data.len() + data.len() / 1024 + 64);
    compress.compress_vec(data, &mut out, FlushCompress::Finish)?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn what_is_compressed_comes_back() {
        let mut compress = Compress::new(LEVEL, true);
        let noise: Vec<u8> = (0..200_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        for data in [&b""[..], b"BT ET", &noise] {
            compress.reset();
            let small = deflate(&mut compress, data).unwrap();
            let mut back = Vec::new();
            flate2::read::ZlibDecoder::new(&small[..]).read_to_end(&mut back).unwrap();
            assert!(back == data, "{} bytes", data.len());
        }
    }

    #[test]
    fn titles_are_safe_in_xml() {
        assert_eq!(escape("Água & <luz>\u{1}"), "Água &amp; &lt;luz&gt; ");
    }
}
