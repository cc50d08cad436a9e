//! Files exchanged with banks about titles. From the bank (arquivos de retorno), in CNAB 240 and CNAB 400, into one list of
//! events: [`read_return`], or [`Reader`] for one event at a time. To the bank, in CNAB 240: [`remessa`].
//!
//! Never drops a line, and never decides what an event does to a debt: unknown codes are kept and told, and where the
//! counts of a file do not agree with its lines, [`ReturnFile::mismatches`] says so and the caller chooses.
//!
//! A file is read once into one text; lines, codes and numbers are [`Excerpt`]s of it, so that a large file takes little
//! more memory than itself. Columns are counted as the manuals count them, from 1, both ends included, and are
//! characters: a file saved again as UTF-8 has the columns it had.
//!
//! - `reader`, `cnab240`, `cnab400`: one line after the other; `fields`: lines and columns.
//! - `profiles240`, `profiles400`, `codes`: what each bank has of its own, as data with its source. In CNAB 240 a bank without
//!   data is read by FEBRABAN's manual; in CNAB 400 it is refused.
//! - `errors`: what cannot be read, by line and column, and where a file does not agree with itself.
//! - `remessa`: files to the bank, with the layouts of nine banks as data.

use chrono::NaiveDate;

use crate::money::Money;
use crate::words::words;

mod cnab240;
mod cnab400;
mod codes;
mod errors;
mod fields;
mod profiles240;
mod profiles400;
mod reader;
pub mod remessa;

pub use errors::{CnabError, Mismatch};
pub use fields::{Excerpt, Line};
pub use reader::{Header, Reader, ReturnFile, read_return};

words! {
    /// Which family of layouts a file belongs to.
    pub enum Layout {
        /// FEBRABAN's, with segments T and U.
        Cnab240 = "cnab240",
        /// Each bank's own, with one detail per title.
        Cnab400 = "cnab400",
    }

    /// What a movement code says happened to a title.
    pub enum Movement {
        /// It was registered (entrada confirmada).
        Registered = "registered",
        /// It was not registered.
        Rejected = "rejected",
        /// An instruction was refused; the title is as it was.
        InstructionRejected = "instruction_rejected",
        /// It was paid (liquidação), in whole or in part.
        Paid = "paid",
        /// It was paid after it had been closed, or without ever having been registered.
        PaidAfterClosing = "paid_after_closing",
        /// It was paid by a cheque that has yet to clear, or the money is on its way.
        PaymentPending = "payment_pending",
        /// A payment reported before is undone (estorno, returned cheque).
        PaymentCancelled = "payment_cancelled",
        /// It was closed without payment (baixa).
        Closed = "closed",
        /// Something else the bank's table names: fees, changed dates, protests.
        Information = "information",
        /// The code is in no table of ours; somebody must look.
        Unknown = "unknown",
    }
}

/// What happened to one title. Amounts are as the bank wrote them; none where the layout lacks them or they are blank.
/// Columns are those of CNAB 240, T for the first segment and U for the second, and of CNAB 400's common core.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its lines: the detail or segments T and U, and the records that follow them and belong to the same title.
    pub lines: Vec<Line>,
    /// The movement code as written (T 16–17; 109–110).
    pub code: Excerpt,
    /// What the bank's table says of the code.
    pub movement: Movement,
    /// Why, in the bank's codes, without fillings of zeros (T 214–223; CNAB 400: bank's own).
    pub motives: Vec<Excerpt>,
    /// The bank's number of the title, with its check digit where the field holds one, without blanks around it
    /// (T 38–57 or the bank's part of it; CNAB 400: bank's own). None where zeros.
    pub nosso_numero: Option<Excerpt>,
    /// What the company wrote for itself when it registered the title (T 106–130; 38–62). None where zeros.
    pub company_use: Option<Excerpt>,
    /// The company's number of the document (T 59–73; 117–126). None where zeros.
    pub document: Option<Excerpt>,
    /// When it is due (T 74–81; 147–152).
    pub due: Option<NaiveDate>,
    /// The title's nominal amount (T 82–96; 153–165).
    pub amount: Option<Money>,
    /// What was paid (U 78–92; 254–266).
    pub paid: Option<Money>,
    /// Whether `paid` is what the bank credited, its fee already taken off (Itaú).
    pub paid_is_net: bool,
    /// What was credited to the company (U 93–107).
    pub credited: Option<Money>,
    /// The bank's fee (T 199–213; 176–188).
    pub fee: Option<Money>,
    /// Interest and all else the payer paid on top (U 18–32; 267–279), the fine included where `fine` is none.
    pub interest: Option<Money>,
    /// The fine, where the bank writes it apart (Sicredi in CNAB 400: 280–292).
    pub fine: Option<Money>,
    /// The discount given (U 33–47; 241–253).
    pub discount: Option<Money>,
    /// The abatement given (U 48–62; 228–240).
    pub abatement: Option<Money>,
    /// The tax on financial operations, IOF (U 63–77; 215–227).
    pub tax: Option<Money>,
    /// Other expenses (U 108–122; 189–201).
    pub other_expenses: Option<Money>,
    /// Other credits (U 123–137; 280–292).
    pub other_credits: Option<Money>,
    /// When it happened: of a payment, the day it was paid (U 138–145; 111–116).
    pub occurred_on: Option<NaiveDate>,
    /// When the money is in the account (U 146–153; 296–301 or the bank's own).
    pub credited_on: Option<NaiveDate>,
}

impl Event {
    /// Whether it says that money was received: a code for payments and an amount above zero.
    #[must_use]
    pub fn is_payment(&self) -> bool {
        matches!(self.movement, Movement::Paid | Movement::PaidAfterClosing) && self.paid.is_some_and(Money::is_positive)
    }
}

#[cfg(test)]
mod tests;
