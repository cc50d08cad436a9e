//! What a file really is, told by its content: a parser of foreign bytes that reads in small windows and keeps none.
//! Never trusts a name or a declared type, and never changes a byte.
//!
//! A file is taken when it is one of four types from its first byte to its last, and nothing else besides. Sources: ISO 32000-2
//! §7.5 (PDF), ITU-T T.81 annex B (JPEG), W3C PNG §5, ISO/IEC 14496-12 §4 and 23008-12 (HEIF).

use std::io::{self, Read, Seek, SeekFrom};

use domain::forms::Problem;

/// A type that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Media {
    /// A document.
    Pdf,
    /// A photograph.
    Jpeg,
    /// A screen shot.
    Png,
    /// A photograph of newer telephones.
    Heic,
}

impl Media {
    /// Every type, for the `accept` of a form and its hint.
    pub const ALL: [Self; 4] = [Self::Pdf, Self::Jpeg, Self::Png, Self::Heic];

    /// The media type.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Heic => "image/heic",
        }
    }
}

/// Acrobat looks for a PDF's header this far into a file, and so must we.
const PDF_HEADER_REACH: usize = 1024;
/// How far from the end a trailer, an end mark or a ZIP directory may begin: ZIP's longest comment, and its record.
const TAIL: u64 = 65_557;
/// The most of a trailer's dictionary that is read.
const TRAILER: usize = 65_536;

/// Tells what a file is.
///
/// # Errors
/// The inner one says what is wrong with it: [`Problem::FileEmpty`], [`Problem::FileType`], [`Problem::FilePolyglot`],
/// [`Problem::FileEncrypted`], [`Problem::FileDamaged`]. The outer one is the disk's.
pub fn sniff<R: Read + Seek>(file: &mut R) -> io::Result<Result<Media, Problem>> {
    let length = file.seek(SeekFrom::End(0))?;
    if length == 0 {
        return Ok(Err(Problem::FileEmpty));
    }
    let head = window(file, 0, PDF_HEADER_REACH)?;
    let Some(media) = by_head(&head) else {
        // Something else that a PDF reader would open all the same is no mere wrong type.
        return Ok(Err(if find(&head, b"%PDF-").is_some() { Problem::FilePolyglot } else { Problem::FileType }));
    };
    if media != Media::Pdf && find(&head, b"%PDF-").is_some() {
        return Ok(Err(Problem::FilePolyglot));
    }
    let tail_at = length.saturating_sub(TAIL);
    let tail = window(file, tail_at, usize::try_from(length - tail_at).unwrap_or(0))?;
    if is_zip(&tail) {
        return Ok(Err(Problem::FilePolyglot));
    }
    let end = match media {
        Media::Pdf => pdf(file, tail_at, &tail)?,
        Media::Jpeg => jpeg(&mut Bytes::new(file, 0)?)?,
        Media::Png => png(file, length)?,
        Media::Heic => heic(file, length)?,
    };
    let end = match end {
        Ok(end) => end,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(if has_foreign(file, end, length)? { Err(Problem::FilePolyglot) } else { Ok(media) })
}

fn by_head(head: &[u8]) -> Option<Media> {
    if head.starts_with(b"%PDF-") {
        Some(Media::Pdf)
    } else if head.starts_with(&[0xff, 0xd8, 0xff]) {
        Some(Media::Jpeg)
    } else if head.starts_with(PNG) {
        Some(Media::Png)
    } else if head.get(4..8) == Some(b"ftyp") && is_heic_brand(head) {
        Some(Media::Heic)
    } else {
        None
    }
}

/// A window of the file, shorter at its end.
fn window<R: Read + Seek>(file: &mut R, at: u64, length: usize) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::with_capacity(length.min(TRAILER + 1024));
    file.take(length as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

fn find_last(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).rposition(|window| window == needle)
}

/// Whether a ZIP reader, which starts at the end, would find its directory: a record whose comment ends with the file.
fn is_zip(tail: &[u8]) -> bool {
    tail.windows(22).enumerate().any(|(at, record)| {
        let comment = usize::from(u16::from_le_bytes([record[20], record[21]]));
        record.starts_with(b"PK\x05\x06") && at + 22 + comment == tail.len()
    })
}

/// What begins another file or a page that a browser would run, in small letters, anywhere after the end. None is shorter
/// than five bytes: in the five megabytes of a film, four would turn up by chance.
const FOREIGN: [&[u8]; 13] = [
    b"%pdf-",
    b"<html",
    b"<!doctype",
    b"<script",
    b"<svg ",
    b"<svg>",
    b"<iframe",
    b"<body",
    b"<?php",
    b"<?xml",
    b"javascript:",
    b"rar!\x1a",
    b"7z\xbc\xaf\x27\x1c",
];
/// What begins another file right after the end: archives (whose directory [`is_zip`] finds too) and programs.
const FOREIGN_AT_ONCE: [&[u8]; 4] = [b"pk\x03\x04", b"mz", b"\x7felf", b"#!/"];

/// Looks at what comes after the end of what the file is. Cameras put previews, depth maps and films there; those may stay.
fn has_foreign<R: Read + Seek>(file: &mut R, end: u64, length: u64) -> io::Result<bool> {
    const STEP: usize = 65_536;
    const LONGEST: usize = 16;
    let mut at = end;
    while at < length {
        let mut bytes = window(file, at, STEP + LONGEST)?;
        bytes.make_ascii_lowercase();
        let first = bytes.iter().position(|b| !b.is_ascii_whitespace() && *b != 0).map_or(&[][..], |first| &bytes[first..]);
        if FOREIGN.iter().any(|signature| find(&bytes, signature).is_some())
            || (at == end && FOREIGN_AT_ONCE.iter().any(|signature| first.starts_with(signature)))
        {
            return Ok(true);
        }
        at += STEP as u64;
    }
    Ok(false)
}

/// A PDF ends with a pointer to its cross-reference and `%%EOF`; the dictionary behind the pointer says whether it is locked.
/// Gives the place after the last `%%EOF`.
fn pdf<R: Read + Seek>(file: &mut R, tail_at: u64, tail: &[u8]) -> io::Result<Result<u64, Problem>> {
    let Some(eof) = find_last(tail, b"%%EOF") else { return Ok(Err(Problem::FileDamaged)) };
    let Some(pointer) = find_last(&tail[..eof], b"startxref") else { return Ok(Err(Problem::FileDamaged)) };
    let digits: Vec<u8> =
        tail[pointer + 9..eof].iter().copied().skip_while(u8::is_ascii_whitespace).take_while(u8::is_ascii_digit).collect();
    let Some(offset) = std::str::from_utf8(&digits).ok().and_then(|digits| digits.parse::<u64>().ok()) else {
        return Ok(Err(Problem::FileDamaged));
    };
    let pointed = if offset < tail_at + pointer as u64 { window(file, offset, TRAILER)? } else { Vec::new() };
    let dictionary = match trailer(&pointed) {
        Some(dictionary) => Some(dictionary),
        // Some programs count the offset wrongly, and every reader forgives them: the trailer then stands before the pointer.
        None => find_last(&tail[..pointer], b"trailer").map(|at| &tail[at + 7..pointer]),
    };
    let Some(dictionary) = dictionary else { return Ok(Err(Problem::FileDamaged)) };
    if has_name(dictionary, b"Encrypt") {
        return Ok(Err(Problem::FileEncrypted));
    }
    if !has_name(dictionary, b"Root") {
        return Ok(Err(Problem::FileDamaged));
    }
    Ok(Ok(tail_at + eof as u64 + 5))
}

/// The trailer's dictionary at a cross-reference: after `trailer` where it is a table, or at the stream's own beginning.
fn trailer(bytes: &[u8]) -> Option<&[u8]> {
    let bytes = bytes.trim_ascii_start();
    let (dictionary, end): (_, &[u8]) = if bytes.starts_with(b"xref") {
        // A long table is longer than the window; its trailer is then found before the pointer.
        (bytes.get(find(bytes, b"trailer")? + 7..)?, b"startxref")
    } else {
        let object = find(bytes.get(..40.min(bytes.len()))?, b"obj")?;
        if !bytes[..object].iter().all(|b| b.is_ascii_digit() || b.is_ascii_whitespace()) {
            return None;
        }
        (&bytes[object + 3..], b"stream")
    };
    Some(&dictionary[..find(dictionary, end).unwrap_or(dictionary.len())])
}

/// Whether a dictionary has a key. A name may write any letter as `#` and two hexadecimal digits.
fn has_name(dictionary: &[u8], name: &[u8]) -> bool {
    let mut at = 0;
    while let Some(slash) = dictionary.get(at..).and_then(|rest| find(rest, b"/")) {
        at += slash + 1;
        let mut read = Vec::with_capacity(name.len() + 1);
        let mut place = at;
        while let Some(&byte) = dictionary.get(place) {
            if byte.is_ascii_whitespace() || b"/<>[](){}%".contains(&byte) || byte == 0 || read.len() > name.len() {
                break;
            }
            let hex = |at: usize| dictionary.get(at).and_then(|b| char::from(*b).to_digit(16)).and_then(|d| u8::try_from(d).ok());
            match (byte, hex(place + 1), hex(place + 2)) {
                (b'#', Some(high), Some(low)) => {
                    read.push(high * 16 + low);
                    place += 3;
                }
                _ => {
                    read.push(byte);
                    place += 1;
                }
            }
        }
        if read == name {
            return true;
        }
    }
    false
}

/// Reads a file byte by byte through one buffer.
struct Bytes<'a, R> {
    file: &'a mut R,
    buffer: Vec<u8>,
    at: usize,
    position: u64,
}

impl<'a, R: Read + Seek> Bytes<'a, R> {
    fn new(file: &'a mut R, at: u64) -> io::Result<Self> {
        file.seek(SeekFrom::Start(at))?;
        Ok(Self { file, buffer: Vec::new(), at: 0, position: at })
    }

    fn next(&mut self) -> io::Result<Option<u8>> {
        if self.at == self.buffer.len() {
            self.buffer.clear();
            self.at = 0;
            (&mut *self.file).take(65_536).read_to_end(&mut self.buffer)?;
        }
        let byte = self.buffer.get(self.at).copied();
        if byte.is_some() {
            self.at += 1;
            self.position += 1;
        }
        Ok(byte)
    }

    /// Skips so many bytes; says whether they were there.
    fn skip(&mut self, count: usize) -> io::Result<bool> {
        for _ in 0..count {
            if self.next()?.is_none() {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// A JPEG is markers, of which a frame and a scan must be there, up to the one that ends it. Gives the place after that one.
fn jpeg<R: Read + Seek>(bytes: &mut Bytes<'_, R>) -> io::Result<Result<u64, Problem>> {
    const DAMAGED: Result<u64, Problem> = Err(Problem::FileDamaged);
    if !bytes.skip(2)? {
        return Ok(DAMAGED);
    }
    let (mut frame, mut scan) = (false, false);
    let mut pending = None;
    loop {
        let marker = match pending.take() {
            Some(marker) => marker,
            None => match marker(bytes)? {
                Some(marker) => marker,
                None => return Ok(DAMAGED),
            },
        };
        match marker {
            0xd9 if frame && scan => return Ok(Ok(bytes.position)),
            0x00 | 0xd8 | 0xd9 => return Ok(DAMAGED),
            0x01 | 0xd0..=0xd7 => continue,
            _ => {}
        }
        let (Some(high), Some(low)) = (bytes.next()?, bytes.next()?) else { return Ok(DAMAGED) };
        let length = usize::from(u16::from_be_bytes([high, low]));
        if length < 2 || !bytes.skip(length - 2)? {
            return Ok(DAMAGED);
        }
        // Start of frame: C0 to CF without the tables C4, C8 and CC.
        frame |= matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc);
        if marker == 0xda {
            scan = true;
            match after_scan(bytes)? {
                Some(next) => pending = Some(next),
                None => return Ok(DAMAGED),
            }
        }
    }
}

/// The next marker, which any number of FF may precede.
fn marker<R: Read + Seek>(bytes: &mut Bytes<'_, R>) -> io::Result<Option<u8>> {
    if bytes.next()? != Some(0xff) {
        return Ok(None);
    }
    loop {
        match bytes.next()? {
            Some(0xff) => {}
            other => return Ok(other),
        }
    }
}

/// The marker that ends a scan's data, where FF 00 is a byte and FF D0 to D7 only a restart.
fn after_scan<R: Read + Seek>(bytes: &mut Bytes<'_, R>) -> io::Result<Option<u8>> {
    let mut previous_ff = false;
    while let Some(byte) = bytes.next()? {
        match byte {
            0xff => previous_ff = true,
            0x00 | 0xd0..=0xd7 => previous_ff = false,
            marker if previous_ff => return Ok(Some(marker)),
            _ => {}
        }
    }
    Ok(None)
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// A PNG is chunks with checksums, from the header to the end. Gives the place after the last.
fn png<R: Read + Seek>(file: &mut R, length: u64) -> io::Result<Result<u64, Problem>> {
    let mut bytes = Bytes::new(file, PNG.len() as u64)?;
    let (mut first, mut image) = (true, false);
    loop {
        let mut head = [0; 8];
        for byte in &mut head {
            match bytes.next()? {
                Some(read) => *byte = read,
                None => return Ok(Err(Problem::FileDamaged)),
            }
        }
        let size = u32::from_be_bytes([head[0], head[1], head[2], head[3]]);
        let name = [head[4], head[5], head[6], head[7]];
        if bytes.position + u64::from(size) + 4 > length || (first != (&name == b"IHDR")) || (first && size != 13) {
            return Ok(Err(Problem::FileDamaged));
        }
        let mut crc = name.iter().fold(u32::MAX, |crc, byte| crc_step(crc, *byte));
        for _ in 0..size {
            let Some(byte) = bytes.next()? else { return Ok(Err(Problem::FileDamaged)) };
            crc = crc_step(crc, byte);
        }
        let mut stored = 0u32;
        for _ in 0..4 {
            let Some(byte) = bytes.next()? else { return Ok(Err(Problem::FileDamaged)) };
            stored = stored << 8 | u32::from(byte);
        }
        if stored != !crc {
            return Ok(Err(Problem::FileDamaged));
        }
        first = false;
        image |= &name == b"IDAT" && size > 0;
        if &name == b"IEND" {
            return Ok(if image { Ok(bytes.position) } else { Err(Problem::FileDamaged) });
        }
    }
}

/// CRC-32 as PNG has it (polynomial EDB88320, reflected), a byte at a time.
const fn crc_step(crc: u32, byte: u8) -> u32 {
    crc >> 8 ^ CRC_TABLE[(crc as u8 ^ byte) as usize]
}

const CRC_TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 256 {
        let (mut value, mut bit) = (at as u32, 0);
        while bit < 8 {
            value = if value & 1 == 1 { value >> 1 ^ 0xedb8_8320 } else { value >> 1 };
            bit += 1;
        }
        table[at] = value;
        at += 1;
    }
    table
};

/// Brands of still pictures coded in HEVC: alone, or as what the general picture brands hold.
fn is_heic_brand(head: &[u8]) -> bool {
    const HEVC: [&[u8]; 6] = [b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"];
    let size = head.get(..4).map_or(0, |size| u32::from_be_bytes([size[0], size[1], size[2], size[3]]));
    let size = usize::try_from(size).unwrap_or(0).min(head.len());
    let major = head.get(8..12).unwrap_or_default();
    let compatible = head.get(16..size).unwrap_or_default();
    HEVC.contains(&major) || (matches!(major, b"mif1" | b"msf1") && compatible.chunks_exact(4).any(|brand| HEVC.contains(&brand)))
}

/// A HEIC is boxes that fill the file, one of which describes the picture and another holds it coded. Gives the file's end, or where another file begins.
fn heic<R: Read + Seek>(file: &mut R, length: u64) -> io::Result<Result<u64, Problem>> {
    let (mut at, mut described, mut coded) = (0u64, false, false);
    while at < length {
        let head = window(file, at, 16)?;
        let Some((size, name)) = head.split_at_checked(4).zip(head.get(4..8)).map(|((size, _), name)| (size, name)) else {
            return Ok(Err(Problem::FileDamaged));
        };
        if described && !name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b' ') {
            // No box: what follows the picture is told by its signature.
            return Ok(if has_foreign(file, at, length)? { Err(Problem::FilePolyglot) } else { Err(Problem::FileDamaged) });
        }
        let size = match u32::from_be_bytes([size[0], size[1], size[2], size[3]]) {
            0 => length - at,
            1 => match head.get(8..16) {
                Some(long) => long.iter().fold(0u64, |size, byte| size << 8 | u64::from(*byte)),
                None => return Ok(Err(Problem::FileDamaged)),
            },
            size => u64::from(size),
        };
        if size < 8 || at.checked_add(size).is_none_or(|end| end > length) {
            return Ok(if described && has_foreign(file, at, length)? { Err(Problem::FilePolyglot) } else { Err(Problem::FileDamaged) });
        }
        described |= name == b"meta" && size > 12;
        coded |= name == b"mdat" && size > 8;
        at += size;
    }
    Ok(if described && coded { Ok(length) } else { Err(Problem::FileDamaged) })
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;

    fn told(bytes: &[u8]) -> Result<Media, Problem> {
        sniff(&mut Cursor::new(bytes)).unwrap()
    }

    fn join(parts: &[&[u8]]) -> Vec<u8> {
        parts.concat()
    }

    fn pdf_with(trailer: &str) -> Vec<u8> {
        let body = "%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\n";
        format!("{body}xref\n0 1\n0000000000 65535 f \ntrailer\n<<{trailer}>>\nstartxref\n{}\n%%EOF\n", body.len()).into_bytes()
    }

    fn plain_pdf() -> Vec<u8> {
        pdf_with("/Size 1/Root 1 0 R")
    }

    fn jpeg() -> Vec<u8> {
        join(&[
            b"\xff\xd8",
            b"\xff\xe0\x00\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0",
            b"\xff\xc0\x00\x0b\x08\0\x01\0\x01\x01\x01\x11\0",
            b"\xff\xda\x00\x08\x01\x01\0\0\x3f\0",
            b"\x12\x34\xff\x00\x56\xff\xd0\x78",
            b"\xff\xd9",
        ])
    }

    fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
        let crc = !name.iter().chain(data).fold(u32::MAX, |crc, byte| crc_step(crc, *byte));
        join(&[&u32::try_from(data.len()).unwrap().to_be_bytes(), name, data, &crc.to_be_bytes()])
    }

    fn png() -> Vec<u8> {
        join(&[
            PNG,
            &chunk(b"IHDR", b"\0\0\0\x01\0\0\0\x01\x08\0\0\0\0"),
            &chunk(b"IDAT", b"\x78\x9c\x63\0\0\0\x02\0\x01"),
            &chunk(b"IEND", b""),
        ])
    }

    fn atom(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
        join(&[&u32::try_from(data.len() + 8).unwrap().to_be_bytes(), name, data])
    }

    fn heic() -> Vec<u8> {
        join(&[&atom(b"ftyp", b"heic\0\0\0\0mif1heic"), &atom(b"meta", b"\0\0\0\0hdlr...."), &atom(b"mdat", b"picture")])
    }

    #[test]
    fn the_four_types_are_told_by_their_content() {
        assert_eq!(told(&plain_pdf()), Ok(Media::Pdf));
        assert_eq!(told(&jpeg()), Ok(Media::Jpeg));
        assert_eq!(told(&png()), Ok(Media::Png));
        assert_eq!(told(&heic()), Ok(Media::Heic));
        let general = join(&[&atom(b"ftyp", b"mif1\0\0\0\0heic"), &atom(b"meta", b"\0\0\0\0hdlr"), &atom(b"mdat", b"x")]);
        assert_eq!(told(&general), Ok(Media::Heic));
    }

    #[test]
    fn the_checksum_is_pngs() {
        // The end chunk of every PNG: AE 42 60 82.
        assert_eq!(chunk(b"IEND", b"")[8..], [0xae, 0x42, 0x60, 0x82]);
    }

    #[test]
    fn other_types_are_refused_whatever_they_are_called() {
        let executable = b"MZ\x90\0".as_slice();
        let page = b"<!doctype html><script>alert(1)</script>".as_slice();
        let archive = b"PK\x03\x04".as_slice();
        let film = atom(b"ftyp", b"isom\0\0\0\0mp41");
        let avif = atom(b"ftyp", b"avif\0\0\0\0mif1");
        for bytes in [executable, page, archive, b"GIF89a".as_slice(), b"x", b"\xff\xd8", &film, &avif, b"RIFF\0\0\0\0WEBP"] {
            assert_eq!(told(bytes), Err(Problem::FileType), "{bytes:?}");
        }
        assert_eq!(told(b""), Err(Problem::FileEmpty));
    }

    #[test]
    fn what_is_cut_short_is_damaged() {
        for whole in [plain_pdf(), jpeg(), png(), heic()] {
            // A trailing line break of a PDF is not missed.
            for cut in 32..whole.len() - 2 {
                assert_eq!(told(&whole[..cut]), Err(Problem::FileDamaged), "{cut} of {}", whole.len());
            }
        }
    }

    #[test]
    fn a_changed_byte_of_a_png_is_damage() {
        for at in 16..png().len() {
            let mut bytes = png();
            bytes[at] ^= 1;
            assert_eq!(told(&bytes), Err(Problem::FileDamaged), "{at}");
        }
    }

    #[test]
    fn a_locked_pdf_is_told() {
        assert_eq!(told(&pdf_with("/Root 1 0 R/Encrypt 5 0 R")), Err(Problem::FileEncrypted));
        assert_eq!(told(&pdf_with("/Root 1 0 R /#45ncr#79pt<</Filter/Standard>>")), Err(Problem::FileEncrypted));
        assert_eq!(told(&pdf_with("/Root 1 0 R/EncryptMetadata true")), Ok(Media::Pdf));
        assert_eq!(told(&pdf_with("/Size 1")), Err(Problem::FileDamaged));
        // A cross-reference stream carries the trailer's keys itself.
        for (keys, expected) in [("/Root 1 0 R", Ok(Media::Pdf)), ("/Root 1 0 R/Encrypt 2 0 R", Err(Problem::FileEncrypted))] {
            let body = "%PDF-1.7\n1 0 obj\n<<>>\nendobj\n";
            let bytes =
                format!("{body}7 0 obj\n<</Type/XRef{keys}>>\nstream\n/Encrypt\nendstream\nendobj\nstartxref\n{}\n%%EOF", body.len());
            assert_eq!(told(bytes.as_bytes()), expected, "{keys}");
        }
    }

    #[test]
    fn a_pdf_with_a_wrong_pointer_is_forgiven_as_readers_do() {
        let text = String::from_utf8(plain_pdf()).unwrap();
        let (before, _) = text.split_once("startxref").unwrap();
        assert_eq!(told(format!("{before}startxref\n3\n%%EOF\n").as_bytes()), Ok(Media::Pdf));
        assert_eq!(told(b"%PDF-1.4\nstartxref\n0\n%%EOF\n"), Err(Problem::FileDamaged));
    }

    #[test]
    fn two_types_at_once_are_refused() {
        let directory = join(&[b"PK\x05\x06", &[0; 18]]);
        for whole in [plain_pdf(), jpeg(), png(), heic()] {
            assert_eq!(told(&join(&[&whole, b"PK\x03\x04", &[0; 40], &directory])), Err(Problem::FilePolyglot), "zip after");
            assert_eq!(told(&join(&[&whole, b"<ScRiPt>alert(1)</script>"])), Err(Problem::FilePolyglot), "script after");
        }
        assert_eq!(told(&join(&[&jpeg(), &[0; 70_000], b"<html>"])), Err(Problem::FilePolyglot), "page far after");
        assert_eq!(told(&join(&[&plain_pdf(), &[0; 70_000]])), Err(Problem::FileDamaged), "no end where readers look for it");
        assert_eq!(told(&join(&[b"\n", &plain_pdf()])), Err(Problem::FilePolyglot), "header not at the beginning");
        assert_eq!(told(&join(&[b"<html>", &plain_pdf()])), Err(Problem::FilePolyglot), "page before");
        assert_eq!(told(&join(&[b"MZ", &plain_pdf()])), Err(Problem::FilePolyglot), "program before");
        let inside = join(&[b"\xff\xd8", b"\xff\xfe\x00\x0a%PDF-1.7", &jpeg()[2..]]);
        assert_eq!(told(&inside), Err(Problem::FilePolyglot), "a PDF's header in a picture's comment");
        assert_eq!(told(&join(&[&jpeg(), b"MZ\x90\0"])), Err(Problem::FilePolyglot), "program after");
    }

    #[test]
    fn what_cameras_append_may_stay() {
        assert_eq!(told(&join(&[&jpeg(), &jpeg()])), Ok(Media::Jpeg), "a second picture: gain map, preview");
        assert_eq!(told(&join(&[&jpeg(), &atom(b"ftyp", b"isom\0\0\0\0mp42")])), Ok(Media::Jpeg), "a motion photo");
        assert_eq!(told(&join(&[&png(), &[0; 100]])), Ok(Media::Png));
        assert_eq!(told(&join(&[&plain_pdf(), b"\r\n\0\0"])), Ok(Media::Pdf));
    }

    #[test]
    fn sizes_that_lie_are_damage() {
        let huge = join(&[&atom(b"ftyp", b"heic\0\0\0\0heic"), b"\0\0\0\x01meta\xff\xff\xff\xff\xff\xff\xff\xff"]);
        assert_eq!(told(&huge), Err(Problem::FileDamaged));
        let still = join(&[&atom(b"ftyp", b"heic\0\0\0\0heic"), b"\0\0\0\x07meta"]);
        assert_eq!(told(&still), Err(Problem::FileDamaged));
        let chunk_too_long = join(&[PNG, b"\xff\xff\xff\xffIHDR"]);
        assert_eq!(told(&chunk_too_long), Err(Problem::FileDamaged));
        assert_eq!(told(b"\xff\xd8\xff\xe0\x00\x01"), Err(Problem::FileDamaged));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn never_panics(which in 0usize..5, noise in prop::collection::vec(any::<u8>(), 0..400), at in any::<prop::sample::Index>(), put in any::<u8>()) {
            let mut bytes = [plain_pdf(), jpeg(), png(), heic(), Vec::new()][which].clone();
            bytes.extend(noise);
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] = put;
            }
            let _ = told(&bytes);
        }

        #[test]
        fn heads_of_known_types_before_noise_never_panic(
            head in prop::sample::select(vec![b"%PDF-".to_vec(), b"\xff\xd8\xff".to_vec(), PNG.to_vec(), b"\0\0\0\x18ftypheic".to_vec()]),
            noise in prop::collection::vec(any::<u8>(), 0..2_000),
        ) {
            let _ = told(&join(&[&head, &noise]));
            let _ = told(&join(&[&head, &noise, b"startxref\n9\n%%EOF"]));
        }
    }
}
