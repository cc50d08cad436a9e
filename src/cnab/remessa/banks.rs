//! Where each of nine banks wants what in a file sent to it in CNAB 240: data, used to write and to read.
//!
//! Never a bank whose own manual was not read: what is not here is refused.
//!
//! Sources, all "CNAB 240, arquivo remessa": Banco do Brasil "CNAB 240" of August 2017; Santander "H7815" version 2.9 of
//! April 2018; Banrisul "240 posições"; Caixa "MO 67118" version 010 of June 2018; Unicred "Layout Arquivo de Remessas";
//! Bradesco "240 posições"; Itaú "Cobrança FEBRABAN 240" of January 2017; Sicredi "Manual CNAB 240" of August 2019; Sicoob
//! "Layouts para troca de informações" of February 2017. What they leave open is FEBRABAN's, v10.6.

use super::Order::{self, CancelAbatement, Close, Discount, Enter, GrantAbatement, NewDueDate};

/// What a run of columns holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// What is always there.
    Text(&'static str),
    /// So many blanks.
    Blank(usize),
    /// So many zeros.
    Zeros(usize),
    /// A number, on the right, with zeros before it.
    Number(Value, usize),
    /// A text or a number, on the left, with blanks after it.
    Left(Value, usize),
    /// 1 a person, 2 a company.
    TaxIdKind,
    /// The company's CPF or CNPJ, on the right, with zeros before it.
    TaxId(usize),
}

/// What the company or the title is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Agreement,
    Wallet,
    Variation,
    Collection,
    Branch,
    BranchDigit,
    Account,
    AccountDigit,
    NossoNumero,
}

use Part::{Blank, Left, Number, TaxId, TaxIdKind, Text, Zeros};
use Value::{Account, AccountDigit, Agreement, Branch, BranchDigit, Collection, NossoNumero, Variation, Wallet};

impl Part {
    pub(super) const fn width(self) -> usize {
        match self {
            Text(text) => text.len(),
            Blank(width) | Zeros(width) | Number(_, width) | Left(_, width) | TaxId(width) => width,
            TaxIdKind => 1,
        }
    }
}

/// A run of columns, in pieces that several records share.
pub(super) type Columns = &'static [&'static [Part]];

/// The interest, the discount or the fine of a title.
pub(super) struct Charge {
    /// The codes of an amount, of a rate and of none; a missing one is not taken by the bank.
    pub(super) amount: Option<char>,
    pub(super) rate: Option<char>,
    pub(super) none: char,
    /// Whether the bank takes the day from which, or up to which, it runs.
    pub(super) dated: bool,
    /// With how many decimals a percentage is written.
    pub(super) decimals: u32,
}

/// After how many days the bank closes a title that was not paid (224–227).
pub(super) enum Closing {
    /// It does what was agreed with it.
    Agreed(&'static str),
    /// Before the days, how many digits these have, after them; and what to write where there are none, if that is allowed.
    Days { before: &'static str, width: usize, after: &'static str, none: Option<&'static str> },
}

/// What a lot's trailer sums up (24–115).
pub(super) enum Sums {
    /// How many titles the lot has, and their amounts; then so many zeros.
    Titles(usize),
    Zeros,
    Blanks,
}

/// How a bank wants its files.
pub(super) struct Layout {
    pub(super) bank: &'static str,
    pub(super) name: &'static str,
    /// File header: 17–72, version and density (164–171), 172–240.
    pub(super) file_company: Columns,
    pub(super) file_version: &'static str,
    pub(super) file_tail: &'static [Part],
    /// Whether the hour is told (152–157).
    pub(super) hour: bool,
    /// Lot header: 12–16 with the version of the layout, 17–73, 200–240.
    pub(super) lot_version: &'static str,
    pub(super) lot_company: Columns,
    pub(super) lot_tail: &'static [Part],
    /// Segment P: 18–62, the document (63–77), 101–106, 107–108 where they are not the kind of title.
    pub(super) title: Columns,
    pub(super) document: usize,
    pub(super) collector: &'static str,
    pub(super) kind: Option<&'static str>,
    pub(super) interest: Charge,
    pub(super) discount: Charge,
    /// 166–180, 221–223, 224–227, 228–240.
    pub(super) tax: Part,
    pub(super) protest: &'static str,
    pub(super) closing: Closing,
    pub(super) title_tail: &'static [Part],
    /// Segment Q: how much of the name (34–73), 154–240.
    pub(super) payer_name: usize,
    pub(super) payer_tail: &'static [Part],
    /// Segment R: 18–65, the fine, 90–240.
    pub(super) fine_head: &'static [Part],
    pub(super) fine: Charge,
    pub(super) fine_tail: &'static [Part],
    /// Trailers: 24–115 of the lot's, 30–35 of the file's.
    pub(super) sums: Sums,
    pub(super) accounts: Part,
    /// What may be asked, by its code (16–17).
    pub(super) orders: &'static [(Order, &'static str)],
}

pub(super) fn layout(bank: &str) -> Option<&'static Layout> {
    LAYOUTS.iter().find(|layout| layout.bank == bank)
}

const TAX_ID_14: &[Part] = &[Blank(1), TaxIdKind, TaxId(14)];
const TAX_ID_15: &[Part] = &[Blank(1), TaxIdKind, TaxId(15)];
/// Branch and account in FEBRABAN's columns: 53–72, 54–73 and 18–37.
const ACCOUNT: &[Part] = &[Number(Branch, 5), Left(BranchDigit, 1), Number(Account, 12), Left(AccountDigit, 1), Blank(1)];
/// Itaú's account: four and five digits, and one digit that checks both, in the last column.
const ITAU_ACCOUNT: &[Part] = &[Zeros(1), Number(Branch, 4), Blank(1), Zeros(7), Number(Account, 5), Blank(1), Left(AccountDigit, 1)];
const BRASIL_AGREEMENT: &[Part] = &[Number(Agreement, 9), Text("0014"), Number(Wallet, 2), Number(Variation, 3), Blank(2)];
const NO_AGREEMENT: &[Part] = &[Blank(20)];
/// Registered, and both printed and handed out by the company (59–62): none of the nine is asked to send letters.
const BY_COMPANY: &[Part] = &[Text("11"), Text("22")];

/// FEBRABAN's own, of which no bank is all.
const FEBRABAN: Layout = Layout {
    bank: "",
    name: "",
    file_company: &[TAX_ID_14, NO_AGREEMENT, ACCOUNT],
    file_version: "10300000",
    file_tail: &[Blank(69)],
    hour: true,
    lot_version: "  060",
    lot_company: &[TAX_ID_15, NO_AGREEMENT, ACCOUNT],
    lot_tail: &[Zeros(8), Blank(33)],
    title: &[ACCOUNT, &[Left(NossoNumero, 20), Left(Collection, 1)], BY_COMPANY],
    document: 15,
    collector: "000000",
    kind: None,
    interest: Charge { amount: Some('1'), rate: Some('2'), none: '3', dated: true, decimals: 2 },
    discount: Charge { amount: Some('1'), rate: Some('2'), none: '0', dated: true, decimals: 2 },
    tax: Zeros(15),
    protest: "300",
    closing: Closing::Days { before: "1", width: 3, after: "", none: Some("2000") },
    title_tail: &[Text("09"), Zeros(10), Blank(1)],
    payer_name: 40,
    payer_tail: &[Zeros(16), Blank(40), Zeros(3), Blank(28)],
    fine_head: &[Zeros(48)],
    fine: Charge { amount: Some('1'), rate: Some('2'), none: '0', dated: true, decimals: 2 },
    fine_tail: &[Blank(110), Zeros(16), Blank(1), Zeros(12), Blank(2), Zeros(1), Blank(9)],
    sums: Sums::Titles(69),
    accounts: Zeros(6),
    orders: &[(Enter, "01"), (Close, "02"), (GrantAbatement, "04"), (CancelAbatement, "05"), (NewDueDate, "06"), (Discount, "07")],
};

/// The orders of the banks that grant a discount in another way, or in none.
const WITHOUT_DISCOUNT: &[(Order, &str)] =
    &[(Enter, "01"), (Close, "02"), (GrantAbatement, "04"), (CancelAbatement, "05"), (NewDueDate, "06")];

static LAYOUTS: &[Layout] = &[
    // Banco do Brasil: which wallet a title is in (58) depends on the contract; the term for closing is agreed with it.
    Layout {
        bank: "001",
        name: "BANCO DO BRASIL S.A.",
        file_company: &[TAX_ID_14, BRASIL_AGREEMENT, ACCOUNT],
        file_version: "08401600",
        lot_version: "  043",
        lot_company: &[TAX_ID_15, BRASIL_AGREEMENT, ACCOUNT],
        collector: "00000 ",
        closing: Closing::Agreed("0000"),
        sums: Sums::Zeros,
        ..FEBRABAN
    },
    // Santander: a code of transmission instead of the account, an account of nine digits twice, rates of interest with
    // five decimals (note 18), and 10 as the code of a discount (note 14).
    Layout {
        bank: "033",
        name: "BANCO SANTANDER",
        file_company: &[&[TaxIdKind, TaxId(15), Number(Agreement, 15), Blank(25)]],
        file_version: "040     ",
        hour: false,
        lot_version: "  030",
        lot_company: &[TAX_ID_15, &[Blank(20), Number(Agreement, 15), Blank(5)]],
        lot_tail: &[Blank(41)],
        title: &[
            &[
                Number(Branch, 4),
                Left(BranchDigit, 1),
                Number(Account, 9),
                Left(AccountDigit, 1),
                Number(Account, 9),
                Left(AccountDigit, 1),
            ],
            &[Blank(2), Number(NossoNumero, 13), Left(Collection, 1), Text("12"), Blank(2)],
        ],
        collector: "00000 ",
        interest: Charge { decimals: 5, ..FEBRABAN.interest },
        protest: "000",
        closing: Closing::Days { before: "10", width: 2, after: "", none: Some("3000") },
        title_tail: &[Text("00"), Blank(11)],
        payer_tail: &[Zeros(16), Blank(40), Zeros(12), Blank(19)],
        fine_head: &[Zeros(24), Blank(24)],
        fine_tail: &[Blank(151)],
        sums: Sums::Blanks,
        accounts: Blank(6),
        orders: &[(Enter, "01"), (Close, "02"), (GrantAbatement, "04"), (CancelAbatement, "05"), (NewDueDate, "06"), (Discount, "10")],
        ..FEBRABAN
    },
    // Banrisul: the first 13 columns of the agreement and the first 10 of the number; a fine's 2 is a month's rate, 3 one
    // for all; discounts and fines have one decimal of a percentage, and a fine must have its day.
    Layout {
        bank: "041",
        name: "BANRISUL",
        file_company: &[TAX_ID_14, &[Number(Agreement, 13), Blank(7)], ACCOUNT],
        file_version: "04000000",
        file_tail: &[Blank(8), Text("BE"), Blank(44), Zeros(3), Blank(12)],
        lot_version: "00020",
        lot_company: &[TAX_ID_15, &[Number(Agreement, 13), Blank(7)], ACCOUNT],
        title: &[ACCOUNT, &[Left(NossoNumero, 10), Blank(10), Left(Collection, 1), Text("1"), Blank(1), Text("2"), Blank(1)]],
        discount: Charge { decimals: 1, ..FEBRABAN.discount },
        closing: Closing::Days { before: "10", width: 2, after: "", none: Some("2000") },
        fine: Charge { rate: Some('3'), decimals: 1, ..FEBRABAN.fine },
        fine_tail: &[Blank(90), Zeros(28), Blank(33)],
        orders: WITHOUT_DISCOUNT,
        ..FEBRABAN
    },
    // Caixa: the beneficiary's code of six digits instead of agreement and account; a title that is not protested must be
    // closed some day (C026); a document has eleven characters.
    Layout {
        bank: "104",
        name: "CAIXA ECONOMICA FEDERAL",
        file_company: &[TAX_ID_14, &[Zeros(20), Number(Branch, 5), Left(BranchDigit, 1), Number(Agreement, 6), Zeros(8)]],
        file_version: "10100000",
        file_tail: &[Blank(20), Text("REMESSA-PRODUCAO"), Blank(33)],
        lot_version: "00060",
        lot_company: &[
            TAX_ID_15,
            &[Number(Agreement, 6), Zeros(14), Number(Branch, 5), Left(BranchDigit, 1), Number(Agreement, 6), Zeros(8)],
        ],
        title: &[
            &[Number(Branch, 5), Left(BranchDigit, 1), Number(Agreement, 6), Zeros(8)],
            &[Zeros(3), Number(NossoNumero, 17), Left(Collection, 1), Text("1220")],
        ],
        document: 11,
        closing: Closing::Days { before: "1", width: 3, after: "", none: None },
        fine_tail: &[Blank(151)],
        sums: Sums::Titles(46),
        accounts: Blank(6),
        ..FEBRABAN
    },
    // Unicred: the beneficiary's code instead of the account in the headers; no kind of title (107 offers it for a
    // discount), no days for interest and fine; exempt is 5 of interest and 3 of a fine.
    Layout {
        bank: "136",
        name: "UNICRED",
        file_company: &[TAX_ID_14, &[Blank(20), Number(Branch, 5), Left(BranchDigit, 1), Number(Agreement, 14)]],
        file_version: "08500000",
        file_tail: &[Zeros(3), Blank(66)],
        lot_version: "  044",
        lot_company: &[TAX_ID_15, &[Blank(20), Number(Branch, 5), Left(BranchDigit, 1), Number(Agreement, 14)]],
        lot_tail: &[Blank(8), Zeros(2), Blank(31)],
        title: &[
            &[Number(Branch, 5), Left(BranchDigit, 1), Number(Account, 12), Left(AccountDigit, 1), Zeros(1)],
            &[Number(NossoNumero, 11), Blank(8), Number(Wallet, 2), Blank(4)],
        ],
        collector: "      ",
        kind: Some("N "),
        interest: Charge { none: '5', dated: false, ..FEBRABAN.interest },
        discount: Charge { rate: None, ..FEBRABAN.discount },
        tax: Blank(15),
        closing: Closing::Agreed("    "),
        payer_tail: &[Zeros(16), Blank(71)],
        fine_head: &[Blank(48)],
        fine: Charge { none: '3', dated: false, ..FEBRABAN.fine },
        fine_tail: &[Blank(151)],
        sums: Sums::Zeros,
        orders: WITHOUT_DISCOUNT,
        ..FEBRABAN
    },
    // Bradesco: the product (carteira) and five zeros before the number.
    Layout {
        bank: "237",
        name: "BRADESCO",
        file_company: &[TAX_ID_14, &[Number(Agreement, 20)], ACCOUNT],
        file_version: "08401600",
        lot_version: "  042",
        lot_company: &[TAX_ID_15, &[Number(Agreement, 20)], ACCOUNT],
        title: &[ACCOUNT, &[Number(Wallet, 3), Zeros(5), Number(NossoNumero, 12), Left(Collection, 1)], BY_COMPANY],
        ..FEBRABAN
    },
    // Itaú: the wallet before the number; interest in amounts a day and discounts in amounts, without codes; ten columns
    // for the document and thirty for a name.
    Layout {
        bank: "341",
        name: "BANCO ITAU SA",
        file_company: &[TAX_ID_14, NO_AGREEMENT, ITAU_ACCOUNT],
        file_version: "04000000",
        file_tail: &[Blank(54), Zeros(3), Blank(12)],
        lot_version: "00030",
        lot_company: &[TAX_ID_15, NO_AGREEMENT, ITAU_ACCOUNT],
        title: &[ITAU_ACCOUNT, &[Number(Wallet, 3), Number(NossoNumero, 9), Blank(8), Zeros(5)]],
        document: 10,
        interest: Charge { amount: Some('0'), rate: None, none: '0', dated: true, decimals: 2 },
        discount: Charge { amount: Some('0'), rate: None, none: '0', dated: true, decimals: 2 },
        closing: Closing::Days { before: "1", width: 2, after: "0", none: Some("0000") },
        title_tail: &[Zeros(12), Blank(1)],
        payer_name: 30,
        orders: WITHOUT_DISCOUNT,
        ..FEBRABAN
    },
    // Sicredi: no agreement; it closes after 60 days, always; a fine is a rate.
    Layout {
        bank: "748",
        name: "SICREDI",
        file_version: "08101600",
        lot_version: "  040",
        title: &[ACCOUNT, &[Left(NossoNumero, 9), Blank(11), Left(Collection, 1)], BY_COMPANY],
        document: 10,
        collector: "00000 ",
        closing: Closing::Agreed("1060"),
        fine: Charge { amount: None, ..FEBRABAN.fine },
        sums: Sums::Zeros,
        ..FEBRABAN
    },
    // Sicoob: after the number, one instalment (01), simple with registration (01), a form of A4 (4).
    Layout {
        bank: "756",
        name: "SICOOB",
        file_version: "08100000",
        lot_version: "  040",
        title: &[ACCOUNT, &[Number(NossoNumero, 10), Text("01014"), Blank(5), Left(Collection, 1), Text("0"), Blank(1), Text("22")]],
        collector: "00000 ",
        interest: Charge { none: '0', ..FEBRABAN.interest },
        closing: Closing::Agreed("0   "),
        orders: &[(Enter, "01"), (Close, "02"), (NewDueDate, "06")],
        ..FEBRABAN
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_run_of_columns_has_its_width() {
        for layout in LAYOUTS {
            let width = |parts: &[Part]| parts.iter().map(|part| part.width()).sum::<usize>();
            let all = |columns: Columns| columns.iter().map(|parts| width(parts)).sum::<usize>();
            let bank = layout.bank;
            assert_eq!((all(layout.file_company), layout.file_version.len(), width(layout.file_tail)), (56, 8, 69), "{bank}");
            assert_eq!((layout.lot_version.len(), all(layout.lot_company), width(layout.lot_tail)), (5, 57, 41), "{bank}");
            assert_eq!((all(layout.title), layout.collector.len(), layout.tax.width()), (45, 6, 15), "{bank}");
            assert_eq!((layout.protest.len(), width(layout.title_tail), width(layout.payer_tail)), (3, 13, 87), "{bank}");
            assert_eq!((width(layout.fine_head), width(layout.fine_tail), layout.accounts.width()), (48, 151, 6), "{bank}");
            assert!(layout.kind.is_none_or(|kind| kind.len() == 2) && layout.name.len() <= 30, "{bank}");
            match &layout.closing {
                Closing::Agreed(text) => assert_eq!(text.len(), 4, "{bank}"),
                Closing::Days { before, width, after, none } => {
                    assert_eq!((before.len() + width + after.len(), none.map_or(4, str::len)), (4, 4), "{bank}");
                }
            }
        }
    }
}
