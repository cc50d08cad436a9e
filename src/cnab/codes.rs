//! What the banks' codes of movements mean. Never guesses: a code in none of a bank's lists is [`Movement::Unknown`].
//!
//! Sources: FEBRABAN "Layout Padrão CNAB 240" v10.6, code C044; Itaú "Cobrança CNAB 400", July 2021, note 17, and "Cobrança
//! FEBRABAN 240", January 2017, note 22. The layouts' files name those of the other banks.

use super::Movement::{
    self, Closed, Information, InstructionRejected, Paid, PaidAfterClosing, PaymentCancelled, PaymentPending, Registered, Rejected,
};
use super::fields::{Field, Row};

/// The codes of each meaning; a code in none of the lists is [`Movement::Unknown`].
pub(super) type Codes = &'static [(Movement, &'static [&'static str])];

pub(super) fn meaning(codes: Codes, code: &str) -> Movement {
    codes.iter().find(|(_, codes)| codes.contains(&code)).map_or(Movement::Unknown, |(movement, _)| *movement)
}

/// The meaning of a code, with the instruction it answers to where the bank writes one.
pub(super) fn answered(row: &Row<'_>, codes: Codes, answers: Option<(Field, Answers)>, code: &str) -> Movement {
    let exact = answers.and_then(|(field, answers)| answers.iter().find(|(of, to, _)| *of == code && *to == row.raw(field)));
    exact.map_or_else(|| meaning(codes, code), |(_, _, movement)| *movement)
}

/// FEBRABAN's (C044).
pub(super) const FEBRABAN: Codes = &[
    (Registered, &["02"]),
    (Rejected, &["03"]),
    // 45: paid by a cheque that has cleared.
    (Paid, &["06", "45"]),
    (PaidAfterClosing, &["17"]),
    // 25: protested and closed; 54: closed while it was held against the payer.
    (Closed, &["09", "25", "54"]),
    (InstructionRejected, &["26", "30"]),
    // 44: the cheque that paid was returned.
    (PaymentCancelled, &["44"]),
    // 50: paid by a cheque that has yet to clear.
    (PaymentPending, &["50"]),
    (
        Information,
        &[
            "04", "05", "07", "08", "11", "12", "13", "14", "15", "19", "20", "23", "24", "27", "28", "29", "33", "34", "35", "36", "37",
            "38", "39", "40", "41", "42", "43", "46", "47", "48", "49", "51", "52", "53", "55", "56", "57", "58", "59", "60", "61", "63",
            "64", "65",
        ],
    ),
];

/// Itaú's codes, the same in both layouts. 10 closes a title because it was paid, by Pix for one;
/// 76 says that the cheque of a payment told before has cleared.
pub(super) const ITAU: Codes = &[
    (Registered, &["02", "64", "71", "73"]),
    (Rejected, &["03", "60"]),
    (Paid, &["06", "07", "08", "10", "59"]),
    (Closed, &["05", "09", "32", "47", "72"]),
    (InstructionRejected, &["15", "16", "17", "18", "24", "74"]),
    (PaymentPending, &["65"]),
    (PaymentCancelled, &["69"]),
    (
        Information,
        &[
            "04", "11", "12", "13", "14", "19", "20", "21", "23", "25", "26", "27", "28", "29", "30", "33", "34", "35", "36", "37", "38",
            "39", "40", "41", "42", "43", "44", "45", "46", "48", "51", "52", "53", "54", "55", "56", "57", "61", "62", "63", "75", "76",
            "77", "78", "79", "80", "82", "83", "85", "86", "87", "88", "89", "90", "91", "92", "93",
        ],
    ),
];

/// Unicred's, the same in both layouts ("Layout de Retorno de Boletos", CNAB 240 and 400, 2021), and not FEBRABAN's: 09 is a
/// payment, and 02 confirms any instruction.
pub(super) const UNICRED: Codes = &[
    // 01: at the notary after a protest; 09: of a title the bank had discounted.
    (Paid, &["01", "06", "09"]),
    // 07: at the notary by the debtor's own cheque.
    (PaymentPending, &["07"]),
    (InstructionRejected, &["03"]),
    (Information, &["02", "04", "08", "10", "11", "12", "13", "14"]),
];

/// Where a code says nothing without the instruction it answers to: code, instruction, meaning.
pub(super) type Answers = &'static [(&'static str, &'static str, Movement)];

/// Unicred's: 01 an entry, 02 a closing, 10 one by lapse of time, 25 one with its protest stopped.
pub(super) const UNICRED_ANSWERS: Answers =
    &[("02", "01", Registered), ("02", "02", Closed), ("02", "10", Closed), ("02", "25", Closed), ("03", "01", Rejected)];

/// No code may be in two lists, or the order of the lists would decide.
#[cfg(test)]
pub(super) fn assert_unambiguous(bank: &str, codes: Codes) {
    let mut all: Vec<_> = codes.iter().flat_map(|(_, codes)| codes.iter()).collect();
    let written = all.len();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), written, "{bank}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_means_what_the_bank_says() {
        assert_eq!(meaning(ITAU, "17"), InstructionRejected);
        assert_eq!(meaning(FEBRABAN, "17"), PaidAfterClosing);
        assert_eq!(meaning(FEBRABAN, "09"), Closed);
        assert_eq!(meaning(UNICRED, "09"), Paid);
        assert_eq!(meaning(FEBRABAN, "7Z"), Movement::Unknown);
    }
}
