//! Where each bank writes what in CNAB 240: data, read by [`super::cnab240`].
//!
//! Never refuses a bank: one without a table is read by FEBRABAN's manual.
//!
//! Sources: FEBRABAN "Layout Padrão CNAB 240" v10.6 (segments T and U) and the banks' own CNAB 240 manuals.

use super::Movement::{
    Closed, Information, InstructionRejected, Paid, PaidAfterClosing, PaymentCancelled, PaymentPending, Registered, Rejected,
};
use super::codes::{self, Answers, Codes};
use super::fields::{Field, at};

/// Segment T of CNAB 240; segment U is the same at all banks.
pub(super) struct Profile240 {
    bank: &'static str,
    pub(super) nosso_numero: Field,
    pub(super) document: Field,
    pub(super) due: Field,
    pub(super) amount: Field,
    pub(super) company_use: Option<Field>,
    pub(super) fee: Field,
    pub(super) motives: Field,
    pub(super) codes: Codes,
    /// Where the instruction stands that the bank answers to, and what code and instruction mean together.
    pub(super) answers: Option<(Field, Answers)>,
    /// Whether what is read as paid is what the bank credited, its fee already taken off.
    pub(super) net: bool,
}

/// FEBRABAN's own.
const FEBRABAN: Profile240 = Profile240 {
    bank: "",
    nosso_numero: at(38, 57),
    document: at(59, 73),
    due: at(74, 81),
    amount: at(82, 96),
    company_use: Some(at(106, 130)),
    fee: at(199, 213),
    motives: at(214, 223),
    codes: codes::FEBRABAN,
    answers: None,
    net: false,
};

static PROFILES_240: &[Profile240] = &[
    // Santander's segment T leaves out five columns of FEBRABAN's ("H7815", version 2.9).
    Profile240 {
        bank: "033",
        nosso_numero: at(41, 53),
        document: at(55, 69),
        due: at(70, 77),
        amount: at(78, 92),
        company_use: Some(at(101, 125)),
        fee: at(194, 208),
        motives: at(209, 218),
        ..FEBRABAN
    },
    // Banrisul fills the first 10 columns of the number, and has codes of letters ("CNAB 240", segment T).
    Profile240 {
        bank: "041",
        nosso_numero: at(38, 47),
        codes: &[
            (Registered, &["02"]),
            (Rejected, &["03"]),
            (Paid, &["06"]),
            (PaidAfterClosing, &["17"]),
            // AB: paid, the money is on its way.
            (PaymentPending, &["AB"]),
            // AA: given back because it had been paid before.
            (Closed, &["09", "25", "AA"]),
            (InstructionRejected, &["26", "30"]),
            (Information, &["04", "05", "11", "12", "13", "14", "15", "19", "20", "23", "24", "27", "28", "AC"]),
        ],
        ..FEBRABAN
    },
    Profile240 {
        bank: "104",
        nosso_numero: at(40, 56),
        document: at(59, 69),
        codes: &[
            (Registered, &["02"]),
            (Rejected, &["03", "40"]),
            // 46: paid on line.
            (Paid, &["06", "46"]),
            (PaidAfterClosing, &["17"]),
            (Closed, &["09", "25"]),
            (InstructionRejected, &["26", "30", "39", "41"]),
            // 44: a closing or a payment undone; 47: an on-line payment undone.
            (PaymentCancelled, &["44", "47"]),
            (
                Information,
                &[
                    "01", "04", "05", "07", "08", "11", "12", "13", "14", "19", "20", "23", "24", "27", "28", "29", "35", "36", "37", "38",
                    "45", "51", "52", "53", "61", "62",
                ],
            ),
        ],
        ..FEBRABAN
    },
    // Unicred has zeros where others have the company's use ("Layout CNAB 240 - Retorno", detail T).
    Profile240 {
        bank: "136",
        nosso_numero: at(39, 57),
        company_use: None,
        motives: at(214, 221),
        codes: codes::UNICRED,
        answers: Some((at(222, 223), codes::UNICRED_ANSWERS)),
        ..FEBRABAN
    },
    // Itaú's segment U has what it credited in both columns, the paid amount nowhere ("Cobrança FEBRABAN 240", segment U).
    Profile240 {
        bank: "341",
        nosso_numero: at(41, 48),
        document: at(59, 68),
        motives: at(214, 221),
        codes: codes::ITAU,
        net: true,
        ..FEBRABAN
    },
    // Sicredi: 36 refuses a closing ("Manual CNAB 240", August 2019; the code's name in eduardokum/laravel-boleto).
    Profile240 {
        bank: "748",
        codes: &[
            (Registered, &["02"]),
            (Rejected, &["03"]),
            (Paid, &["06"]),
            (PaidAfterClosing, &["17"]),
            (Closed, &["09", "25"]),
            (InstructionRejected, &["26", "30", "36"]),
            (Information, &["07", "08", "12", "13", "14", "19", "20", "23", "24", "27", "28", "51", "52"]),
        ],
        ..FEBRABAN
    },
    Profile240 { bank: "756", nosso_numero: at(38, 47), ..FEBRABAN },
];

pub(super) fn profile_240(bank: &str) -> &'static Profile240 {
    static DEFAULT: Profile240 = FEBRABAN;
    PROFILES_240.iter().find(|profile| profile.bank == bank).unwrap_or(&DEFAULT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_code_has_two_meanings() {
        for profile in PROFILES_240.iter().chain([&FEBRABAN]) {
            codes::assert_unambiguous(profile.bank, profile.codes);
        }
    }
}
