//! What an agreement has to say in files to its bank: from its row, and from the creditor's file, judged by the same rule.
//! Never fills in what is not said.

use domain::boleto::bank_code::BankCode;
use domain::cnab::remessa::{Agreement, Company, Problem, RemessaField};
use domain::tax_ids::TaxId;

/// What is said of an agreement, as it was typed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said<'a> {
    pub(crate) bank_code: &'a str,
    pub(crate) cnpj: &'a str,
    pub(crate) name: &'a str,
    /// With its digit behind a hyphen, if it has one.
    pub(crate) branch: &'a str,
    pub(crate) account: &'a str,
    pub(crate) account_digit: &'a str,
    pub(crate) agreement: &'a str,
    pub(crate) wallet: &'a str,
    pub(crate) variation: &'a str,
    pub(crate) collection: &'a str,
    pub(crate) kind: &'a str,
}

/// Why no file can be written for an agreement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// Files to this bank are not known.
    Bank,
    /// What is missing or cannot be written so.
    Fields(Vec<(RemessaField, Problem)>),
}

impl Said<'_> {
    /// As the writer of files takes it.
    pub(crate) fn agreement(&self) -> Result<Agreement, Unfit> {
        let bank = BankCode::parse(self.bank_code).map_err(|_| Unfit::Bank)?;
        // A creditor whose CNPJ is wrong, or that has not said who it is.
        let tax_id = TaxId::parse(self.cnpj).map_err(|_| Unfit::Fields(vec![(RemessaField::Name, Problem::Missing)]))?;
        let mut wrong = Vec::new();
        let mut digit = |field, text: &str| {
            let mut all = text.trim().chars();
            let first = all.next();
            if all.next().is_some() {
                wrong.push((field, Problem::TooWide(1)));
            }
            first.map(|c| c.to_ascii_uppercase())
        };
        let (branch, branch_digit) = self.branch.split_once('-').unwrap_or((self.branch, ""));
        let company = Company {
            name: self.name.to_owned(),
            agreement: number(self.agreement),
            wallet: number(self.wallet),
            variation: number(self.variation),
            collection: digit(RemessaField::Collection, self.collection).unwrap_or('1'),
            branch: number(branch),
            branch_digit: digit(RemessaField::BranchDigit, branch_digit),
            account: number(self.account),
            account_digit: digit(RemessaField::AccountDigit, self.account_digit),
            ..Company::new(tax_id)
        };
        let agreement = Agreement { bank, company, kind: self.kind.trim().to_owned() };
        wrong.extend(agreement.problems().map_err(|_| Unfit::Bank)?);
        if wrong.is_empty() { Ok(agreement) } else { Err(Unfit::Fields(wrong)) }
    }
}

/// Without zeros before it: the columns have them.
fn number(text: &str) -> String {
    text.trim().trim_start_matches('0').to_owned()
}
