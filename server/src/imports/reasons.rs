//! Why a file or a line is not taken: typed, and worded for the person who mends it. Never quotes a whole line.

use chrono::NaiveDate;
use domain::money::Money;

use crate::error::Error;
use crate::texts::{self, Locale, imports as words};

/// Why nothing of a file is taken.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// Nothing in it.
    #[error("the file is empty")]
    Empty,
    /// UTF-16, as some programs call "Unicode".
    #[error("the file is in UTF-16")]
    Utf16,
    /// A workbook instead of text.
    #[error("the file is a workbook")]
    Spreadsheet,
    /// Bytes that are no text.
    #[error("the file is no text")]
    NotText,
    /// Columns that have to be there and are not.
    #[error("columns are missing: {}", .missing.join(", "))]
    MissingColumns {
        /// Their names.
        missing: Vec<&'static str>,
    },
    /// A column that is there twice.
    #[error("column {name} is there twice")]
    RepeatedColumn {
        /// Its name.
        name: String,
    },
    /// Documents come with files, and where those are was not said.
    #[error("the folder of the files was not given")]
    NoFolder,
    /// It could not be read, or the refused lines could not be written.
    #[error("files: {0}")]
    Io(#[from] std::io::Error),
    /// The database, or something stored.
    #[error(transparent)]
    Server(#[from] Error),
}

impl FileError {
    /// In words.
    #[must_use]
    pub fn told(&self, l: Locale) -> String {
        match self {
            Self::Empty => words::file_empty(l).into(),
            Self::Utf16 => words::file_utf16(l).into(),
            Self::Spreadsheet => words::file_spreadsheet(l).into(),
            Self::NotText => words::file_not_text(l).into(),
            Self::MissingColumns { missing } => words::file_missing_columns(l, missing.join(", ")),
            Self::RepeatedColumn { name } => words::file_repeated_column(l, name),
            Self::NoFolder => words::file_no_folder(l).into(),
            Self::Io(error) => words::file_io(l, error),
            Self::Server(error) => words::file_server(l, error),
        }
    }
}

/// What is worth knowing of a file that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// A column that means nothing here; it was left out.
    UnknownColumn {
        /// Its name.
        name: String,
    },
    /// The file was read as Windows-1252 (ISO-8859-1).
    Windows1252,
}

impl Warning {
    /// In words.
    #[must_use]
    pub fn told(&self, l: Locale) -> String {
        match self {
            Self::UnknownColumn { name } => words::unknown_column(l, name),
            Self::Windows1252 => words::windows_1252(l).into(),
        }
    }
}

/// One line that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The line on which it begins; the first line of the file is 1.
    pub line: u64,
    /// The column, when it is about one.
    pub column: Option<&'static str>,
    /// Why.
    pub reason: Reason,
}

impl Refusal {
    /// In words, with line and column.
    #[must_use]
    pub fn told(&self, l: Locale) -> String {
        let reason = self.reason.told(l);
        match self.column {
            Some(column) => words::refusal_in_column(l, column, self.line, reason),
            None => words::refusal(l, self.line, reason),
        }
    }
}

/// Why a line is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The line is in another encoding than the lines before it.
    MixedEncodings,
    /// The line is longer than any honest one.
    TooLong,
    /// A quote is not closed, or something follows a closing one.
    Quotes,
    /// More or fewer fields than the header.
    FieldCount {
        /// In this line.
        found: usize,
        /// In the header.
        expected: usize,
    },
    /// Not one JSON object.
    NotJson,
    /// An object, or a list of something else than texts, where a value belongs.
    NotPlain {
        /// The column.
        name: &'static str,
    },
    /// Of another type of JSON than this field is.
    WrongType {
        /// What it is.
        expected: &'static str,
    },
    /// No field of this record.
    UnknownField,
    /// More than are taken at a time.
    TooMany {
        /// The most.
        max: usize,
    },
    /// Not the place where a page ended.
    NotACursor,
    /// Not a moment as RFC 3339 writes it.
    NotATime,
    /// Not an address that may be called.
    NotAnAddress,
    /// Nothing where something has to be.
    Missing,
    /// A text longer than this.
    TooLongText {
        /// The most characters.
        max: u16,
    },
    /// A character that has no place there; 1 is the first.
    Character {
        /// Its place.
        at: usize,
    },
    /// Not a date.
    NotADate,
    /// Not a month.
    NotAMonth,
    /// Not an amount of money.
    NotAnAmount,
    /// Zero, or less than nothing.
    NotPositive,
    /// An amount no bill has.
    AmountTooLarge,
    /// Not a rate, or not clear whether it is a fraction or a percentage.
    NotARate,
    /// A consumer's contract with a fine above the law's 2 %.
    FineAboveCap,
    /// Neither 11 nor 14 characters.
    TaxIdLength {
        /// Its characters.
        length: usize,
    },
    /// The check digits do not fit.
    TaxIdCheckDigits,
    /// Not an e-mail address.
    NotAnEmail,
    /// Not a state's two letters.
    NotAState,
    /// Not the eight digits of a CEP.
    NotAPostalCode,
    /// None of the words of this column.
    NotOneOf {
        /// The words.
        words: String,
    },
    /// A date before the one of another column.
    Before {
        /// The other column.
        other: &'static str,
    },
    /// A day that has not come yet.
    InTheFuture,
    /// The same external id on an earlier line of the file.
    Repeated {
        /// That line.
        first: u64,
    },
    /// The same external id on another record of what was sent.
    RepeatedHere,
    /// No such customer.
    UnknownCustomer {
        /// The external id.
        id: String,
    },
    /// No such contract.
    UnknownContract {
        /// The external id.
        id: String,
    },
    /// No such bill.
    UnknownBill {
        /// The external id.
        id: String,
    },
    /// No such slip.
    UnknownSlip {
        /// The external id.
        id: String,
    },
    /// No such bank agreement.
    UnknownAgreement {
        /// The external id.
        id: String,
    },
    /// It was something else when this record came first, and cannot change.
    CannotChange,
    /// Another customer has this CPF or CNPJ.
    TaxIdTaken {
        /// That customer's external id.
        by: String,
    },
    /// Another slip has these bars.
    BarcodeTaken {
        /// That slip's external id.
        by: String,
    },
    /// The bill is part of an agreement.
    InAgreement,
    /// The bill is settled, and would cost more.
    Settled,
    /// Neither a barcode nor a line.
    NotABarcode,
    /// Bars and line are of two different boletos.
    BarcodeAndLineDiffer,
    /// The bars carry another amount.
    BarcodeAmount {
        /// That amount; none when the bars leave it open.
        in_bars: Option<Money>,
    },
    /// The bars carry another due date, or none.
    BarcodeDueDate,
    /// The bars are another bank's.
    BarcodeBank {
        /// That bank.
        in_bars: String,
    },
    /// Not a Pix code, or damaged.
    NotAPixCode,
    /// The Pix code carries another amount.
    PixAmount {
        /// That amount.
        in_code: Money,
    },
    /// Bills, or a bill and its document, of different customers.
    DifferentCustomers,
    /// The bill is not one of the slip's.
    NotOfThisSlip,
    /// Neither a bill nor a slip is said.
    BillOrSlip,
    /// Not a relative path within the folder of the import.
    FilePath,
    /// No such file, or it cannot be read.
    FileMissing,
    /// Nothing in the file.
    FileEmpty,
    /// More bytes than this.
    FileTooLarge {
        /// The most, in MB.
        max: u64,
    },
    /// Not a type of document, or not that of its kind.
    FileType,
    /// The XML declares a DTD: entities, or something to fetch.
    XmlDoctype,
    /// The XML is cut off, or not well formed.
    XmlBroken {
        /// On which of its lines.
        line: u32,
    },
    /// The XML has more, or deeper, parts than any note.
    XmlTooLarge,
    /// The XML is in an encoding that is not read here, or not in the one it names.
    XmlEncoding,
    /// The XML is no note and no event that is known here, or several.
    XmlUnknown,
    /// No access key, or a mistyped one.
    AccessKey,
    /// The access key is another document's of this kind.
    AccessKeyTaken {
        /// That document's external id.
        by: String,
    },
    /// The XML has another access key, or none.
    InvoiceKey,
    /// Somebody else issued it.
    InvoiceProvider,
    /// It is for somebody else.
    InvoiceTaker,
    /// The XML has another number.
    InvoiceNumber {
        /// That number.
        in_file: String,
    },
    /// The XML has another amount.
    InvoiceAmount {
        /// That amount; none when it cannot be read.
        in_file: Option<Money>,
    },
    /// The XML has another date.
    InvoiceDate {
        /// That date; none when it cannot be read.
        in_file: Option<NaiveDate>,
    },
    /// It was made to try the system.
    InvoiceTrial,
    /// A CNPJ that is no establishment of the customer's.
    NotABranch,
    /// Nobody represents themselves.
    OneselfRepresented,
    /// Contracts beside a scope that is for all of them.
    ContractsOfBranches,
    /// The same person acts for the same customer by another right.
    RepresentationTaken {
        /// That right's external id.
        by: String,
    },
}

impl Reason {
    /// In one word that stays the same, for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::MixedEncodings => "mixed_encodings",
            Self::TooLong => "too_long",
            Self::Quotes => "quotes",
            Self::FieldCount { .. } => "field_count",
            Self::NotJson => "not_json",
            Self::NotPlain { .. } => "not_plain",
            Self::WrongType { .. } => "wrong_type",
            Self::UnknownField => "unknown_field",
            Self::TooMany { .. } => "too_many",
            Self::NotACursor => "not_a_cursor",
            Self::NotATime => "not_a_time",
            Self::NotAnAddress => "not_an_address",
            Self::Missing => "missing",
            Self::TooLongText { .. } => "too_long_text",
            Self::Character { .. } => "character",
            Self::NotADate => "not_a_date",
            Self::NotAMonth => "not_a_month",
            Self::NotAnAmount => "not_an_amount",
            Self::NotPositive => "not_positive",
            Self::AmountTooLarge => "amount_too_large",
            Self::NotARate => "not_a_rate",
            Self::FineAboveCap => "fine_above_cap",
            Self::TaxIdLength { .. } => "tax_id_length",
            Self::TaxIdCheckDigits => "tax_id_check_digits",
            Self::NotAnEmail => "not_an_email",
            Self::NotAState => "not_a_state",
            Self::NotAPostalCode => "not_a_postal_code",
            Self::NotOneOf { .. } => "not_one_of",
            Self::Before { .. } => "before",
            Self::InTheFuture => "in_the_future",
            Self::Repeated { .. } => "repeated",
            Self::RepeatedHere => "repeated_here",
            Self::UnknownCustomer { .. } => "unknown_customer",
            Self::UnknownContract { .. } => "unknown_contract",
            Self::UnknownBill { .. } => "unknown_bill",
            Self::UnknownSlip { .. } => "unknown_slip",
            Self::UnknownAgreement { .. } => "unknown_agreement",
            Self::CannotChange => "cannot_change",
            Self::TaxIdTaken { .. } => "tax_id_taken",
            Self::BarcodeTaken { .. } => "barcode_taken",
            Self::InAgreement => "in_agreement",
            Self::Settled => "settled",
            Self::NotABarcode => "not_a_barcode",
            Self::BarcodeAndLineDiffer => "barcode_and_line_differ",
            Self::BarcodeAmount { .. } => "barcode_amount",
            Self::BarcodeDueDate => "barcode_due_date",
            Self::BarcodeBank { .. } => "barcode_bank",
            Self::NotAPixCode => "not_a_pix_code",
            Self::PixAmount { .. } => "pix_amount",
            Self::DifferentCustomers => "different_customers",
            Self::NotOfThisSlip => "not_of_this_slip",
            Self::BillOrSlip => "bill_or_slip",
            Self::FilePath => "file_path",
            Self::FileMissing => "file_missing",
            Self::FileEmpty => "document_empty",
            Self::FileTooLarge { .. } => "file_too_large",
            Self::FileType => "file_type",
            Self::XmlDoctype => "xml_doctype",
            Self::XmlBroken { .. } => "xml_broken",
            Self::XmlTooLarge => "xml_too_large",
            Self::XmlEncoding => "xml_encoding",
            Self::XmlUnknown => "xml_unknown",
            Self::AccessKey => "access_key",
            Self::AccessKeyTaken { .. } => "access_key_taken",
            Self::InvoiceKey => "invoice_key",
            Self::InvoiceProvider => "invoice_provider",
            Self::InvoiceTaker => "invoice_taker",
            Self::InvoiceNumber { .. } => "invoice_number",
            Self::InvoiceAmount { .. } => "invoice_amount",
            Self::InvoiceDate { .. } => "invoice_date",
            Self::InvoiceTrial => "invoice_trial",
            Self::NotABranch => "not_a_branch",
            Self::OneselfRepresented => "oneself_represented",
            Self::ContractsOfBranches => "contracts_of_branches",
            Self::RepresentationTaken { .. } => "representation_taken",
        }
    }

    /// In words.
    #[must_use]
    pub fn told(&self, l: Locale) -> String {
        match self {
            Self::MixedEncodings => words::mixed_encodings(l).into(),
            Self::TooLong => words::too_long(l).into(),
            Self::Quotes => words::quotes(l).into(),
            Self::FieldCount { found, expected } => words::field_count(l, expected, found),
            Self::NotJson => words::not_json(l).into(),
            Self::NotPlain { name } => words::not_plain(l, name),
            Self::WrongType { expected } => words::wrong_type(l, expected),
            Self::UnknownField => words::unknown_field(l).into(),
            Self::TooMany { max } => words::too_many(l, max),
            Self::NotACursor => words::not_a_cursor(l).into(),
            Self::NotATime => words::not_a_time(l).into(),
            Self::NotAnAddress => words::not_an_address(l).into(),
            Self::Missing => words::missing(l).into(),
            Self::TooLongText { max } => words::too_long_text(l, max),
            Self::Character { at } => words::character(l, at),
            Self::NotADate => words::not_a_date(l).into(),
            Self::NotAMonth => words::not_a_month(l).into(),
            Self::NotAnAmount => words::not_an_amount(l).into(),
            Self::NotPositive => words::not_positive(l).into(),
            Self::AmountTooLarge => words::amount_too_large(l).into(),
            Self::NotARate => words::not_a_rate(l).into(),
            Self::FineAboveCap => words::fine_above_cap(l).into(),
            Self::TaxIdLength { length } => words::tax_id_length(l, length),
            Self::TaxIdCheckDigits => words::tax_id_check_digits(l).into(),
            Self::NotAnEmail => words::not_an_email(l).into(),
            Self::NotAState => words::not_a_state(l).into(),
            Self::NotAPostalCode => words::not_a_postal_code(l).into(),
            Self::NotOneOf { words: known } => words::not_one_of(l, known),
            Self::Before { other } => words::before(l, other),
            Self::InTheFuture => words::in_the_future(l).into(),
            Self::Repeated { first } => words::repeated(l, first),
            Self::RepeatedHere => words::repeated_here(l).into(),
            Self::UnknownCustomer { id } => words::unknown_customer(l, id),
            Self::UnknownContract { id } => words::unknown_contract(l, id),
            Self::UnknownBill { id } => words::unknown_bill(l, id),
            Self::UnknownSlip { id } => words::unknown_slip(l, id),
            Self::UnknownAgreement { id } => words::unknown_agreement(l, id),
            Self::CannotChange => words::cannot_change(l).into(),
            Self::TaxIdTaken { by } => words::tax_id_taken(l, by),
            Self::BarcodeTaken { by } => words::barcode_taken(l, by),
            Self::InAgreement => words::in_agreement(l).into(),
            Self::Settled => words::settled(l).into(),
            Self::NotABarcode => words::not_a_barcode(l).into(),
            Self::BarcodeAndLineDiffer => words::barcode_and_line_differ(l).into(),
            Self::BarcodeAmount { in_bars: Some(amount) } => words::barcode_amount(l, texts::money(l, *amount)),
            Self::BarcodeAmount { in_bars: None } => words::barcode_open_amount(l).into(),
            Self::BarcodeDueDate => words::barcode_due_date(l).into(),
            Self::BarcodeBank { in_bars } => words::barcode_bank(l, in_bars),
            Self::NotAPixCode => words::not_a_pix_code(l).into(),
            Self::PixAmount { in_code } => words::pix_amount(l, texts::money(l, *in_code)),
            Self::DifferentCustomers => words::different_customers(l).into(),
            Self::NotOfThisSlip => words::not_of_this_slip(l).into(),
            Self::BillOrSlip => words::bill_or_slip(l).into(),
            Self::FilePath => words::file_path(l).into(),
            Self::FileMissing => words::file_missing(l).into(),
            Self::FileEmpty => words::document_empty(l).into(),
            Self::FileTooLarge { max } => words::file_too_large(l, max),
            Self::FileType => words::file_type(l).into(),
            Self::XmlDoctype => words::xml_doctype(l).into(),
            Self::XmlBroken { line } => words::xml_broken(l, line),
            Self::XmlTooLarge => words::xml_too_large(l).into(),
            Self::XmlEncoding => words::xml_encoding(l).into(),
            Self::XmlUnknown => words::xml_unknown(l).into(),
            Self::AccessKey => words::access_key(l).into(),
            Self::AccessKeyTaken { by } => words::access_key_taken(l, by),
            Self::InvoiceKey => words::invoice_key(l).into(),
            Self::InvoiceProvider => words::invoice_provider(l).into(),
            Self::InvoiceTaker => words::invoice_taker(l).into(),
            Self::InvoiceNumber { in_file } => words::invoice_number(l, in_file),
            Self::InvoiceAmount { in_file: Some(amount) } => words::invoice_amount(l, texts::money(l, *amount)),
            Self::InvoiceAmount { in_file: None } => words::invoice_no_amount(l).into(),
            Self::InvoiceDate { in_file: Some(date) } => words::invoice_date(l, texts::date(l, *date)),
            Self::InvoiceDate { in_file: None } => words::invoice_no_date(l).into(),
            Self::InvoiceTrial => words::invoice_trial(l).into(),
            Self::NotABranch => words::not_a_branch(l).into(),
            Self::OneselfRepresented => words::oneself_represented(l).into(),
            Self::ContractsOfBranches => words::contracts_of_branches(l).into(),
            Self::RepresentationTaken { by } => words::representation_taken(l, by),
        }
    }
}
