//! The style sheet of a brand's colour. Its name holds the colour, so that it is drawn of nothing else and may be kept for ever.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use domain::brand::{Colour, Palette};
use http::{StatusCode, header};

/// The colours that the portal's own sheet has: no other sheet is needed for them.
const OWN: Colour = Colour([0x1b, 0x55, 0x48]);
/// Another mixing is another name.
const VERSION: &str = "1";

/// Where the sheet of a colour is; none where the portal's own serves, or for a colour that cannot be read.
pub(crate) fn href(colour: &str) -> Option<String> {
    let colour = Colour::parse(colour).filter(|colour| *colour != OWN)?;
    Palette::of(colour)?;
    Some(format!("/marca/{VERSION}-{}.css", colour.to_string().trim_start_matches('#')))
}

/// One sheet.
pub(crate) async fn sheet(Path(name): Path<String>) -> Response {
    let colour = name.strip_prefix(VERSION).and_then(|name| name.strip_prefix('-')).and_then(|name| name.strip_suffix(".css"));
    match colour.and_then(|digits| Palette::of(Colour::parse(&format!("#{digits}"))?)) {
        Some(palette) => {
            let headers =
                [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
            (headers, palette.sheet()).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_colour_that_can_be_read_has_a_sheet() {
        assert_eq!(href("#0b6e5f").as_deref(), Some("/marca/1-0b6e5f.css"));
        assert_eq!((href("#1b5548"), href("#ffd700"), href("")), (None, None, None));
    }
}
