//! Photos: JPEG, PNG and HEIC, turned the right way up and made small. What a camera wrote beside the pixels (place, time, owner) stays behind.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbaImage};

use super::{Failure, Page, Paper, WIDEST};

/// The most pixels of a photo, before it is made small: a little more than telephones take in 2026 by default.
const MOST_PIXELS: u64 = 64_000_000;
/// The highest picture, in pixels: a till's receipt is long.
const HIGHEST: u32 = 3 * WIDEST;

/// The size of its picture.
pub(super) fn measure(media_type: &str, bytes: &[u8]) -> Result<Paper, Failure> {
    let (width, height) = if is_heic(media_type) {
        // A HEIC says its size with the turns still to be done.
        let image = open(media_type, bytes)?;
        (image.width(), image.height())
    } else {
        let mut decoder = decoder(media_type, bytes)?;
        let (width, height) = decoder.dimensions();
        let turned = matches!(
            decoder.orientation().unwrap_or(Orientation::NoTransforms),
            Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH
        );
        if turned { (height, width) } else { (width, height) }
    };
    let (width, height) = fitting(width, height);
    Ok(Paper { pages: vec![Page { width, height, lines: Vec::new() }], of: 1 })
}

/// Its picture: JPEG, for PNG would be ten times as heavy.
pub(super) fn draw(media_type: &str, bytes: &[u8]) -> Result<Vec<u8>, Failure> {
    let image = open(media_type, bytes)?;
    let (width, height) = fitting(image.width(), image.height());
    let small =
        if (width, height) == (image.width(), image.height()) { image } else { image.resize_exact(width, height, FilterType::Triangle) };
    // What is see-through is white, as on paper.
    let mut paper = RgbaImage::from_pixel(width, height, image::Rgba([255, 255, 255, 255]));
    image::imageops::overlay(&mut paper, &small.into_rgba8(), 0, 0);
    let mut picture = Vec::new();
    JpegEncoder::new_with_quality(&mut picture, 82)
        .encode_image(&DynamicImage::ImageRgba8(paper).into_rgb8())
        .map_err(|_| Failure::Unreadable)?;
    Ok(picture)
}

fn is_heic(media_type: &str) -> bool {
    matches!(media_type, "image/heic" | "image/heif")
}

fn open(media_type: &str, bytes: &[u8]) -> Result<DynamicImage, Failure> {
    if is_heic(media_type) {
        let options = heifer::Options { max_threads: 1, max_pixels: MOST_PIXELS };
        let image = heifer::decode_srgb_rgba8(bytes, &options).map_err(|_| Failure::Unreadable)?;
        return RgbaImage::from_raw(image.width, image.height, image.data).map(DynamicImage::ImageRgba8).ok_or(Failure::Unreadable);
    }
    let mut decoder = decoder(media_type, bytes)?;
    let turn = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder).map_err(|_| Failure::Unreadable)?;
    image.apply_orientation(turn);
    Ok(image)
}

fn decoder<'a>(media_type: &str, bytes: &'a [u8]) -> Result<impl ImageDecoder + use<'a>, Failure> {
    let format = match media_type {
        "image/jpeg" => ImageFormat::Jpeg,
        "image/png" => ImageFormat::Png,
        _ => return Err(Failure::Unreadable),
    };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(4 * MOST_PIXELS);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(|_| Failure::Unreadable)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(Failure::Heavy);
    }
    Ok(decoder)
}

/// The size that fits, in proportion, never larger than it is.
fn fitting(width: u32, height: u32) -> (u32, u32) {
    let (wide, high) = (u64::from(width.max(1)), u64::from(height.max(1)));
    let (mut to_wide, mut to_high) = (wide, high);
    if to_wide > u64::from(WIDEST) {
        (to_wide, to_high) = (u64::from(WIDEST), (high * u64::from(WIDEST) / wide).max(1));
    }
    if to_high > u64::from(HIGHEST) {
        (to_wide, to_high) = ((to_wide * u64::from(HIGHEST) / to_high).max(1), u64::from(HIGHEST));
    }
    // Both are at most what went in, which was a u32.
    (u32::try_from(to_wide).unwrap_or(WIDEST), u32::try_from(to_high).unwrap_or(HIGHEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_keeps_its_shape_and_never_grows() {
        assert_eq!(fitting(800, 600), (800, 600));
        assert_eq!(fitting(4_000, 3_000), (1_240, 930));
        assert_eq!(fitting(100, 100_000), (3, HIGHEST));
        assert_eq!(fitting(100_000, 1), (1_240, 1));
        assert_eq!(fitting(0, 0), (1, 1));
    }
}
