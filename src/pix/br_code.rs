//! The text of a Pix QR code ("copia e cola"): EMV objects of the form id, length, value.
//!
//! Never fetches what a dynamic code points to, and never takes the name in a code for who will be paid.
//! Source: Banco Central, "Manual do BR Code" and "Manual de padrões para iniciação do Pix".
//!
//! Positions count characters from 0, blanks around the code left out; ids within an arrangement (26 to 51, 62, 80 to 99) are
//! named by themselves, not by what holds them.

use std::fmt;

use super::txid::StaticTxid;
use crate::money::Money;

/// A code that reads well: objects in order, its CRC right, Pix among its arrangements.
///
/// ```
/// use domain::pix::br_code::BrCode;
/// let code = BrCode::parse("00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-4266554400005204000053039865802BR\
///     5913Fulano de Tal6008BRASILIA62070503***63041D3D")?;
/// assert_eq!((code.parts().name.as_str(), code.parts().amount, code.parts().once), ("Fulano de Tal", None, false));
/// assert!(code.as_str().ends_with("63041D3D"));
/// # Ok::<(), domain::pix::br_code::BrCodeError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrCode {
    text: String,
    parts: Parts,
}

/// What a code says, and what [`Parts::write`] makes a code of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// Whether it says that it may be paid only once (object 01 is 12).
    pub once: bool,
    /// What is paid; none in a code that only offers a recurrence (Pix Automático).
    pub charge: Option<Charge>,
    /// The payload of a recurrence, without `https://` (object 80).
    pub recurrence: Option<String>,
    /// The amount; none when it is left to the payer or to the payload.
    pub amount: Option<Money>,
    /// The receiver's name, at most 25 characters.
    pub name: String,
    /// The receiver's city, at most 15 characters.
    pub city: String,
    /// The receiver's postal code (CEP).
    pub postal_code: Option<String>,
    /// The id that comes back with the payment; none for `***`. Read as it stands, even with characters that
    /// [`StaticTxid`] refuses.
    pub txid: Option<String>,
}

/// Where a Pix goes.
///
/// ```
/// use domain::pix::br_code::{BrCode, Charge};
/// // The API Pix's own example, for one bill and a recurrence after it: the payload at each address, which the payer's bank
/// // fetches, holds the amount.
/// let code = BrCode::parse("00020101021226760014br.gov.bcb.pix2554pix.example.com/qr/v2/8b3da2f39a4140d1a91abd93113bd441\
///     5204000053039865802BR5913Fulano de Tal6008BRASILIA62070503***80800014br.gov.bcb.pix2558pix.example.com/qr/v2/rec/\
///     94ed2badcbc04c15b0bb7fa35319489063047741")?;
/// let location = "pix.example.com/qr/v2/8b3da2f39a4140d1a91abd93113bd441";
/// assert_eq!(code.parts().charge, Some(Charge::Location(location.to_owned())));
/// assert!(code.parts().once && code.parts().recurrence.is_some());
/// # Ok::<(), domain::pix::br_code::BrCodeError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Charge {
    /// To a key (static code).
    Key {
        /// In the DICT's form; see [`super::keys::PixKey::from_dict`].
        key: String,
        /// A note to the payer.
        note: Option<String>,
        /// The ISPB of the institution that hands out cash (Pix Saque), if it does.
        withdrawal: Option<String>,
    },
    /// To what the payload at this address says, without `https://` (dynamic code).
    Location(String),
}

/// Why a text is not a Pix code. Positions count characters from 0.
///
/// ```
/// use domain::pix::br_code::{BrCode, BrCodeError};
/// let read = |text: &str| BrCode::parse(text).unwrap_err();
/// let code = "00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-4266554400005204000053039865802BR5913Fulano de Tal\
///     6008BRASILIA62070503***63041D3D";
/// assert_eq!(read(&code.replace("Tal", "Sal")), BrCodeError::Crc);
/// assert_eq!(read(&code[..40]), BrCodeError::Truncated(6)); // object 26 begins there
/// assert_eq!(read("pix.example.com"), BrCodeError::Start);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BrCodeError {
    /// Nothing was given.
    #[error("no code")]
    Empty,
    /// It does not begin with object 00 whose value is 01.
    #[error("does not begin with 000201")]
    Start,
    /// A character outside printable ASCII.
    #[error("unexpected character at {0}")]
    Character(usize),
    /// Two digits of an id or of a length are something else.
    #[error("id or length is not a number at {0}")]
    Number(usize),
    /// The object that begins here says it is longer than what follows: the code was cut.
    #[error("object at {0} is cut short")]
    Truncated(usize),
    /// An id a second time.
    #[error("object {id} again at {at}")]
    Duplicate {
        /// The id.
        id: u8,
        /// Where the second one begins.
        at: usize,
    },
    /// A required object is not there.
    #[error("object {0} is missing")]
    Missing(u8),
    /// An object's value is too long or not what its id asks for.
    #[error("value of object {id} at {at} does not fit")]
    Value {
        /// The id.
        id: u8,
        /// Where the value begins.
        at: usize,
    },
    /// No arrangement is `br.gov.bcb.pix`: another scheme's code.
    #[error("not a Pix code")]
    NotPix,
    /// Something follows the CRC.
    #[error("text after the CRC at {0}")]
    AfterCrc(usize),
    /// The CRC is another: a character was changed or lost.
    #[error("CRC does not match")]
    Crc,
}

/// Why a code cannot be written. An example is at [`Parts::write`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// Neither a charge nor a recurrence.
    #[error("nothing to pay")]
    Nothing,
    /// Nothing that can be written is left of a text.
    #[error("object {0} is empty")]
    Empty(u8),
    /// A text is longer than its place.
    #[error("object {id} is longer than {longest}")]
    TooLong {
        /// The id.
        id: u8,
        /// The characters there is room for.
        longest: usize,
    },
    /// A character outside printable ASCII in a key, an ISPB or a postal code.
    #[error("a character of object {0} cannot be written")]
    Character(u8),
    /// Not positive, or above R$ 9.999.999.999,99.
    #[error("amount does not fit")]
    Amount,
    /// A txid that is not 1 to 25 letters and digits.
    #[error("txid does not fit")]
    Txid,
    /// An address with its `https://`, without a path, or with characters an address does not have.
    #[error("address does not fit")]
    Location,
}

const PIX: &str = "br.gov.bcb.pix";

/// The longest address in a code: 99, less the objects around it (4 + 14 for the scheme, 4 for its own id and length).
const LONGEST_LOCATION: usize = 77;

impl BrCode {
    /// Reads a code. Objects that are not Pix's are skipped, whatever their ids.
    ///
    /// # Errors
    /// See [`BrCodeError`].
    pub fn parse(text: &str) -> Result<Self, BrCodeError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(BrCodeError::Empty);
        }
        if !text.starts_with("000201") {
            return Err(BrCodeError::Start);
        }
        // From here on characters and bytes are the same.
        if let Some(at) = text.bytes().position(unprintable) {
            return Err(BrCodeError::Character(at));
        }
        let parts = read(text)?;
        Ok(Self { text: text.to_owned(), parts })
    }

    /// The code itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What it says.
    #[must_use]
    pub const fn parts(&self) -> &Parts {
        &self.parts
    }
}

impl fmt::Display for BrCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

/// One object: its id, where it and its value begin, its value.
#[derive(Clone, Copy)]
struct Object<'a> {
    id: u8,
    at: usize,
    value_at: usize,
    value: &'a str,
}

impl<'a> Object<'a> {
    /// The value, if it is not empty and not longer than that.
    fn text(&self, longest: usize) -> Result<&'a str, BrCodeError> {
        if (1..=longest).contains(&self.value.len()) { Ok(self.value) } else { Err(self.misfit()) }
    }

    const fn misfit(&self) -> BrCodeError {
        BrCodeError::Value { id: self.id, at: self.value_at }
    }

    fn objects(&self) -> Objects<'a> {
        Objects { text: self.value, offset: self.value_at, at: 0, seen: [false; 100] }
    }
}

/// The objects of a text, one after the other; ends at the first that cannot be read.
struct Objects<'a> {
    text: &'a str,
    /// Where the text begins in the whole code.
    offset: usize,
    at: usize,
    seen: [bool; 100],
}

impl<'a> Objects<'a> {
    fn next(&mut self) -> Option<Result<Object<'a>, BrCodeError>> {
        (self.at < self.text.len()).then(|| self.read())
    }

    fn read(&mut self) -> Result<Object<'a>, BrCodeError> {
        let at = self.offset + self.at;
        let id = self.two_digits(self.at)?;
        let value_at = self.at + 4;
        let end = value_at + usize::from(self.two_digits(self.at + 2)?);
        let value = self.text.get(value_at..end).ok_or(BrCodeError::Truncated(at))?;
        if std::mem::replace(&mut self.seen[usize::from(id) % 100], true) {
            return Err(BrCodeError::Duplicate { id, at });
        }
        self.at = end;
        Ok(Object { id, at, value_at: self.offset + value_at, value })
    }

    fn two_digits(&self, at: usize) -> Result<u8, BrCodeError> {
        match self.text.as_bytes().get(at..at + 2) {
            Some([tens @ b'0'..=b'9', ones @ b'0'..=b'9']) => Ok((tens - b'0') * 10 + (ones - b'0')),
            Some(_) => Err(BrCodeError::Number(self.offset + at)),
            None => Err(BrCodeError::Truncated(self.offset + self.at)),
        }
    }
}

fn read(text: &str) -> Result<Parts, BrCodeError> {
    let mut found = Parts {
        once: false,
        charge: None,
        recurrence: None,
        amount: None,
        name: String::new(),
        city: String::new(),
        postal_code: None,
        txid: None,
    };
    let (mut pix, mut currency, mut country, mut crc) = (false, false, false, None);
    let mut objects = Objects { text, offset: 0, at: 0, seen: [false; 100] };
    while let Some(object) = objects.next() {
        let object = object?;
        if crc.is_some() {
            return Err(BrCodeError::AfterCrc(object.at));
        }
        match object.id {
            1 => match object.value {
                "11" => {}
                "12" => found.once = true,
                _ => return Err(object.misfit()),
            },
            26..=51 => {
                if let Some(arrangement) = arrangement(&object)? {
                    if pix {
                        return Err(BrCodeError::Duplicate { id: object.id, at: object.at });
                    }
                    (pix, found.charge) = (true, arrangement.charge()?);
                }
            }
            53 if object.value == "986" => currency = true,
            54 => found.amount = amount(&object)?,
            58 if object.value.eq_ignore_ascii_case("BR") => country = true,
            53 | 58 => return Err(object.misfit()),
            59 => found.name = object.text(25)?.to_owned(),
            60 => found.city = object.text(15)?.to_owned(),
            61 => found.postal_code = Some(object.text(99)?.to_owned()),
            62 => found.txid = txid(&object)?,
            63 => crc = Some(object),
            80..=99 => {
                if let Some(arrangement) = arrangement(&object)? {
                    found.recurrence = arrangement.location;
                }
            }
            _ => {}
        }
    }
    let crc = crc.ok_or(BrCodeError::Missing(63))?;
    let signed = text.get(..crc.value_at).unwrap_or_default();
    let four_digits = crc.value.len() == 4 && crc.value.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !four_digits || u16::from_str_radix(crc.value, 16) != Ok(crc16(signed.as_bytes())) {
        return Err(BrCodeError::Crc);
    }
    if !pix {
        return Err(BrCodeError::NotPix);
    }
    let required = [(53, currency), (58, country), (59, !found.name.is_empty()), (60, !found.city.is_empty())];
    if let Some((id, _)) = required.into_iter().find(|(_, there)| !there) {
        return Err(BrCodeError::Missing(id));
    }
    // An arrangement with neither key nor address makes sense only beside a recurrence.
    if found.charge.is_none() && found.recurrence.is_none() {
        return Err(BrCodeError::Missing(1));
    }
    Ok(found)
}

/// What the objects within one arrangement say.
struct Arrangement {
    at: usize,
    key: Option<String>,
    note: Option<String>,
    withdrawal: Option<String>,
    location: Option<String>,
}

impl Arrangement {
    fn charge(self) -> Result<Option<Charge>, BrCodeError> {
        match (self.key, self.location) {
            // Which of the two a payer's bank would follow cannot be told.
            (Some(_), Some(_)) => Err(BrCodeError::Value { id: 25, at: self.at }),
            (Some(key), None) => Ok(Some(Charge::Key { key, note: self.note, withdrawal: self.withdrawal })),
            (None, location) => Ok(location.map(Charge::Location)),
        }
    }
}

/// Reads an object as a Pix arrangement; none when it is another scheme's.
fn arrangement(object: &Object<'_>) -> Result<Option<Arrangement>, BrCodeError> {
    let mut objects = object.objects();
    match objects.next() {
        Some(Ok(scheme)) if scheme.id == 0 && scheme.value.eq_ignore_ascii_case(PIX) => {}
        // Another scheme may put anything in its object, even what is not objects.
        _ => return Ok(None),
    }
    let mut found = Arrangement { at: object.value_at, key: None, note: None, withdrawal: None, location: None };
    while let Some(object) = objects.next() {
        let object = object?;
        let place = match object.id {
            1 => &mut found.key,
            2 => &mut found.note,
            3 => &mut found.withdrawal,
            25 => &mut found.location,
            _ => continue,
        };
        *place = Some(object.text(99)?.to_owned());
    }
    Ok(Some(found))
}

fn txid(object: &Object<'_>) -> Result<Option<String>, BrCodeError> {
    let mut objects = object.objects();
    let mut found = None;
    while let Some(object) = objects.next() {
        let object = object?;
        if object.id == 5 && object.value != "***" {
            found = Some(object.text(99)?.to_owned());
        }
    }
    Ok(found)
}

/// An amount such as `523.47`; `100`, `0.9` and `10.` are seen, too. Zero leaves it to the payer.
fn amount(object: &Object<'_>) -> Result<Option<Money>, BrCodeError> {
    let (whole, cents) = object.value.split_once('.').unwrap_or((object.value, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 10 || cents.len() > 2 || !digits(whole) || !digits(cents) {
        return Err(object.misfit());
    }
    let number = whole.bytes().chain(cents.bytes()).fold(0, |number: i64, digit| number * 10 + i64::from(digit & 0x0f));
    let total = match cents.len() {
        0 => number * 100,
        1 => number * 10,
        _ => number,
    };
    Ok((total > 0).then_some(Money::cents(total)))
}

impl Parts {
    /// Writes the code. Accents are taken off name, city and note, since lengths count characters and not every reader
    /// counts alike.
    ///
    /// ```
    /// use domain::money::Money;
    /// use domain::pix::br_code::{Charge, Parts, WriteError};
    /// let parts = Parts {
    ///     once: false,
    ///     charge: Some(Charge::Key { key: "123e4567-e12b-12d1-a456-426655440000".into(), note: None, withdrawal: None }),
    ///     recurrence: None,
    ///     amount: Some(Money::cents(52_347)),
    ///     name: "Associação Exemplo".into(),
    ///     city: "São José dos Pinhais".into(),
    ///     postal_code: None,
    ///     txid: Some("FAT202612000123".into()),
    /// };
    /// assert_eq!(parts.write(), Err(WriteError::TooLong { id: 60, longest: 15 }));
    /// let code = Parts { city: "Curitiba".into(), ..parts }.write()?;
    /// assert!(code.as_str().contains("5406523.475802BR5918Associacao Exemplo6008Curitiba62190515FAT2026120001236304"));
    /// # Ok::<(), WriteError>(())
    /// ```
    ///
    /// # Errors
    /// See [`WriteError`]: nothing is cut to fit ([`ascii`] does that, where cutting is wanted).
    pub fn write(&self) -> Result<BrCode, WriteError> {
        let mut text = String::with_capacity(256);
        put(&mut text, 0, "01", 2)?;
        if self.once {
            put(&mut text, 1, "12", 2)?;
        }
        let mut account = String::with_capacity(99);
        put(&mut account, 0, PIX, 14)?;
        match &self.charge {
            None if self.recurrence.is_none() => return Err(WriteError::Nothing),
            None => {}
            Some(Charge::Key { key, note, withdrawal }) => {
                put(&mut account, 1, key, LONGEST_LOCATION)?;
                if let Some(note) = note {
                    put(&mut account, 2, &ascii(note, usize::MAX), 72)?;
                }
                if let Some(ispb) = withdrawal {
                    put(&mut account, 3, ispb, 8)?;
                }
            }
            Some(Charge::Location(location)) => put_location(&mut account, location)?,
        }
        put(&mut text, 26, &account, 99)?;
        put(&mut text, 52, "0000", 4)?;
        put(&mut text, 53, "986", 3)?;
        if let Some(amount) = self.amount {
            if !amount.is_positive() || amount.as_cents() > 999_999_999_999 {
                return Err(WriteError::Amount);
            }
            put(&mut text, 54, &amount.plain(), 13)?;
        }
        put(&mut text, 58, "BR", 2)?;
        put(&mut text, 59, &ascii(&self.name, usize::MAX), 25)?;
        put(&mut text, 60, &ascii(&self.city, usize::MAX), 15)?;
        if let Some(postal_code) = &self.postal_code {
            put(&mut text, 61, postal_code, 8)?;
        }
        let mut additional = String::with_capacity(29);
        let txid = self.txid.as_deref().map(StaticTxid::parse).transpose().map_err(|_| WriteError::Txid)?;
        put(&mut additional, 5, txid.as_ref().map_or("***", StaticTxid::as_str), 25)?;
        put(&mut text, 62, &additional, 99)?;
        if let Some(recurrence) = &self.recurrence {
            let mut object = String::with_capacity(99);
            put(&mut object, 0, PIX, 14)?;
            put_location(&mut object, recurrence)?;
            put(&mut text, 80, &object, 99)?;
        }
        text.push_str("6304");
        text.push_str(&format!("{:04X}", crc16(text.as_bytes())));
        let parts = read(&text).map_err(|_| WriteError::Location)?;
        Ok(BrCode { text, parts })
    }
}

fn put(text: &mut String, id: u8, value: &str, longest: usize) -> Result<(), WriteError> {
    if value.is_empty() {
        return Err(WriteError::Empty(id));
    }
    if value.len() > longest.min(99) {
        return Err(WriteError::TooLong { id, longest: longest.min(99) });
    }
    if value.bytes().any(unprintable) {
        return Err(WriteError::Character(id));
    }
    // Two digits each, as checked above.
    for number in [id, value.len() as u8] {
        text.extend([number / 10, number % 10].map(|digit| char::from(b'0' + digit)));
    }
    text.push_str(value);
    Ok(())
}

/// Whether a byte is outside printable ASCII.
const fn unprintable(byte: u8) -> bool {
    !matches!(byte, b' '..=b'~')
}

fn put_location(text: &mut String, location: &str) -> Result<(), WriteError> {
    let fits = location.contains('/') && !location.contains("://") && location.bytes().all(|byte| byte.is_ascii_graphic());
    if fits { put(text, 25, location, LONGEST_LOCATION) } else { Err(WriteError::Location) }
}

/// CRC-16/CCITT-FALSE: polynomial 0x1021, from 0xFFFF, nothing reflected.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xffff, |crc: u16, byte| crc << 8 ^ CRC_TABLE[usize::from((crc >> 8) as u8 ^ byte)])
}

const CRC_TABLE: [u16; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = (byte as u16) << 8;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 0x8000 == 0 { crc << 1 } else { crc << 1 ^ 0x1021 };
            bit += 1;
        }
        table[byte] = crc;
        byte += 1;
    }
    table
};

/// A text in printable ASCII: accents taken off, what has no likeness left out, blanks drawn together; at most so many
/// characters, and no blank at the end.
///
/// ```
/// # use domain::pix::br_code::ascii;
/// assert_eq!(ascii("São José dos Pinhais", 15), "Sao Jose dos Pi");
/// assert_eq!(ascii("Clínica  Ação ✚", 25), "Clinica Acao");
/// ```
#[must_use]
pub fn ascii(text: &str, longest: usize) -> String {
    let mut plain = String::with_capacity(text.len().min(longest));
    for character in text.chars() {
        match character {
            ' '..='~' => push(&mut plain, character),
            blank if blank.is_whitespace() => push(&mut plain, ' '),
            other => likeness(other).chars().for_each(|c| push(&mut plain, c)),
        }
    }
    plain.truncate(longest);
    plain.truncate(plain.trim_end().len());
    plain
}

fn push(text: &mut String, character: char) {
    if character != ' ' || !(text.is_empty() || text.ends_with(' ')) {
        text.push(character);
    }
}

/// What a character of Latin script looks like without its accents; nothing for the rest. Combining accents fall away.
const fn likeness(character: char) -> &'static str {
    match character {
        'À'..='Å' | 'Ā' | 'Ă' | 'Ą' => "A",
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ª' => "a",
        'Æ' => "AE",
        'æ' => "ae",
        'Ç' | 'Ć' | 'Č' => "C",
        'ç' | 'ć' | 'č' => "c",
        'È'..='Ë' | 'Ē' | 'Ĕ' | 'Ė' | 'Ę' | 'Ě' | 'Ẽ' => "E",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' | 'ẽ' => "e",
        'Ì'..='Ï' | 'Ĩ' | 'Ī' | 'İ' => "I",
        'ì'..='ï' | 'ĩ' | 'ī' | 'ı' => "i",
        'Ñ' | 'Ń' | 'Ň' => "N",
        'ñ' | 'ń' | 'ň' => "n",
        'Ò'..='Ö' | 'Ø' | 'Ō' | 'Ő' => "O",
        'ò'..='ö' | 'ø' | 'ō' | 'ő' | 'º' | '°' => "o",
        'Œ' => "OE",
        'œ' => "oe",
        'Ś' | 'Š' | 'Ş' => "S",
        'ś' | 'š' | 'ş' => "s",
        'ß' => "ss",
        'Ù'..='Ü' | 'Ũ' | 'Ū' | 'Ű' => "U",
        'ù'..='ü' | 'ũ' | 'ū' | 'ű' => "u",
        'Ý' | 'Ÿ' | 'Ỹ' => "Y",
        'ý' | 'ÿ' | 'ỹ' => "y",
        'Ź' | 'Ż' | 'Ž' => "Z",
        'ź' | 'ż' | 'ž' => "z",
        '\u{2010}'..='\u{2015}' | '\u{2212}' => "-",
        '\u{2018}' | '\u{2019}' | '´' => "'",
        '\u{201c}' | '\u{201d}' => "\"",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn agrees_with_other_implementations() {
        let mut read = csv::Reader::from_reader(include_str!("../vectors/pix.csv").as_bytes());
        let (mut good, mut bad) = (0, 0);
        for row in read.records() {
            let row = row.unwrap();
            let (kind, payload) = (&row[0], &row[1]);
            let code = BrCode::parse(payload);
            match kind {
                "invalid" => {
                    assert!(code.is_err(), "{row:?}");
                    bad += 1;
                    continue;
                }
                "other" => {
                    assert_eq!(code, Err(BrCodeError::NotPix));
                    bad += 1;
                    continue;
                }
                _ => {}
            }
            let code = code.unwrap_or_else(|error| panic!("{error}: {row:?}"));
            assert_eq!(code.as_str(), payload);
            let parts = code.parts();
            let text = |value: &Option<String>| value.clone().unwrap_or_default();
            let (key, location) = match &parts.charge {
                Some(Charge::Key { key, .. }) => (key.clone(), String::new()),
                Some(Charge::Location(location)) => (String::new(), location.clone()),
                None => Default::default(),
            };
            let amount = parts.amount.map(|amount| amount.as_cents().to_string()).unwrap_or_default();
            let ours = [key, location, text(&parts.recurrence), amount, parts.name.clone(), parts.city.clone(), text(&parts.txid)];
            assert_eq!(ours.iter().map(String::as_str).collect::<Vec<_>>(), row.iter().skip(2).take(7).collect::<Vec<_>>());
            good += 1;
        }
        assert_eq!((good, bad), (28, 11));
    }

    fn fulano() -> Parts {
        Parts {
            once: false,
            charge: Some(Charge::Key { key: "123e4567-e12b-12d1-a456-426655440000".to_owned(), note: None, withdrawal: None }),
            recurrence: None,
            amount: None,
            name: "Fulano de Tal".to_owned(),
            city: "BRASILIA".to_owned(),
            postal_code: None,
            txid: None,
        }
    }

    #[test]
    fn writes_the_manuals_example() {
        assert_eq!(
            fulano().write().unwrap().as_str(),
            "00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-4266554400005204000053039865802BR5913Fulano de Tal\
             6008BRASILIA62070503***63041D3D"
        );
        // Both of bacen/pix-api: a charge with a recurrence, and a recurrence alone.
        let composite = "00020101021226760014br.gov.bcb.pix2554pix.example.com/qr/v2/8b3da2f39a4140d1a91abd93113bd4415204000053039865802\
             BR5913Fulano de Tal6008BRASILIA62070503***80800014br.gov.bcb.pix2558pix.example.com/qr/v2/rec/\
             94ed2badcbc04c15b0bb7fa35319489063047741";
        let alone = "00020126180014br.gov.bcb.pix5204000053039865802BR5913Fulano de Tal6008BRASILIA62070503***80800014br.gov.bcb.pix\
             2558pix.example.com/qr/v2/rec/2353c790eefb11eaadc10242ac120002630462C9";
        for text in [composite, alone] {
            let code = BrCode::parse(text).unwrap();
            assert_eq!(code.parts().write().unwrap(), code);
        }
    }

    #[test]
    fn writes_without_accents() {
        let parts = Parts {
            amount: Some(Money::cents(52_347)),
            name: "Cooperativa  Sa\u{fa}de \u{2013} Jo\u{e3}o".to_owned(),
            city: "S\u{e3}o Jose\u{301}".to_owned(),
            txid: Some("FAT202612000123".to_owned()),
            ..fulano()
        };
        let code = parts.write().unwrap();
        assert!(
            code.as_str().contains("5406523.47") && code.as_str().contains("5925Cooperativa Saude - Joao".replace("25", "24").as_str())
        );
        assert_eq!((&*code.parts().name, &*code.parts().city), ("Cooperativa Saude - Joao", "Sao Jose"));
        assert_eq!(BrCode::parse(code.as_str()), Ok(code));
        assert_eq!(ascii("  Bras\u{ed}lia \u{1f600} DF ", 9), "Brasilia");
    }

    #[test]
    fn refuses_to_write_what_does_not_fit() {
        let location = |text: &str| Parts { charge: Some(Charge::Location(text.to_owned())), ..fulano() };
        let key = |text: &str| Charge::Key { key: text.to_owned(), note: None, withdrawal: None };
        for (parts, error) in [
            (Parts { charge: None, ..fulano() }, WriteError::Nothing),
            (Parts { name: "\u{1f600}".to_owned(), ..fulano() }, WriteError::Empty(59)),
            (Parts { name: "Fulano de Tal Fulano de Tal".to_owned(), ..fulano() }, WriteError::TooLong { id: 59, longest: 25 }),
            (Parts { city: "SAO MIGUEL DO OESTE".to_owned(), ..fulano() }, WriteError::TooLong { id: 60, longest: 15 }),
            (Parts { amount: Some(Money::ZERO), ..fulano() }, WriteError::Amount),
            (Parts { amount: Some(Money::cents(1_000_000_000_000)), ..fulano() }, WriteError::Amount),
            (Parts { txid: Some("F2B8073B0A52461997F53FB2A85FE7E8".to_owned()), ..fulano() }, WriteError::Txid),
            (Parts { txid: Some("FAT-1".to_owned()), ..fulano() }, WriteError::Txid),
            (Parts { charge: Some(key("fulano\u{a0}@example.com")), ..fulano() }, WriteError::Character(1)),
            (Parts { postal_code: Some("80010\n".to_owned()), ..fulano() }, WriteError::Character(61)),
            (location("https://pix.example.com/qr/v2/1"), WriteError::Location),
            (location(&format!("pix.example.com/{}", "a".repeat(62))), WriteError::TooLong { id: 25, longest: 77 }),
        ] {
            assert_eq!(parts.write(), Err(error));
        }
    }

    #[test]
    fn refuses_and_says_where() {
        let good = fulano().write().unwrap().as_str().to_owned();
        let cut = &good[..60];
        let again = |from: &str, to: &str| good.replace(from, to);
        for (text, error) in [
            ("", BrCodeError::Empty),
            ("https://example.com", BrCodeError::Start),
            (cut, BrCodeError::Truncated(6)),
            (&good[..good.len() - 8], BrCodeError::Missing(63)),
            (&again("1D3D", "1D3E"), BrCodeError::Crc),
            (&again("Fulano", "Fulana"), BrCodeError::Crc),
            (&again("5303986", "5303840"), BrCodeError::Value { id: 53, at: 80 }),
            (&again("BRASILIA", "BRAS\u{cd}LIA"), BrCodeError::Character(114)),
            (&again("5802BR", "5A02BR"), BrCodeError::Number(83)),
            (&again("5802BR", "5802BR5802BR"), BrCodeError::Duplicate { id: 58, at: 89 }),
            (&format!("{good}8002AB"), BrCodeError::AfterCrc(137)),
        ] {
            let found = BrCode::parse(text);
            assert_eq!(found, Err(error), "{text}");
        }
    }

    #[test]
    fn computes_the_published_crc() {
        assert_eq!(crc16(b"123456789"), 0x29b1);
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(
            name in "[A-Za-z][A-Za-z ]{0,23}[a-z]", city in "[A-Z]{1,15}", cents in 1i64..=999_999_999_999,
            txid in "[A-Za-z0-9]{1,25}", path in "[a-z0-9]{1,50}", once: bool,
        ) {
            let parts = Parts {
                once,
                charge: Some(Charge::Location(format!("pix.example.com/{path}"))),
                amount: Some(Money::cents(cents)),
                name: ascii(&name, 25),
                city,
                txid: Some(txid),
                ..fulano()
            };
            let code = parts.write().unwrap();
            prop_assert_eq!(code.parts(), &parts);
            prop_assert_eq!(BrCode::parse(code.as_str()), Ok(code));
        }

        #[test]
        fn one_changed_character_is_caught(at: prop::sample::Index, to in "[!-~]") {
            let good = fulano().write().unwrap().as_str().to_owned();
            let at = at.index(good.len());
            let mut changed = good.clone();
            changed.replace_range(at..=at, &to);
            // The four letters of the CRC itself may be small.
            let same = if at < good.len() - 4 { changed == good } else { changed.eq_ignore_ascii_case(&good) };
            prop_assert_eq!(BrCode::parse(&changed).is_ok(), same);
        }

        #[test]
        fn never_panics(text in "\\PC{0,60}", tail in "[0-9A-Za-z.*]{0,80}") {
            let _ = BrCode::parse(&text);
            let _ = BrCode::parse(&format!("000201{text}"));
            let _ = BrCode::parse(&format!("00020126{tail}"));
            let _ = ascii(&text, 10);
        }
    }
}
