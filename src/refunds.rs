//! Refunds: a customer's credit goes to a next bill or back to who paid it, to an account of that same person.
//! Never pays anything: an order is exported for the bank, and the bank's record closes it; what came by Pix is given back by its
//! provider, see [`crate::pix::returns`].
//!
//! The money belongs to who paid, not to who is on the contract (Código Civil, art. 308); the bank tells who that was, when it
//! does. Giving back a second payment of a bill is *restituição*, never *reembolso*, which is the word for costs of care.

use std::fmt;

use chrono::{NaiveDateTime, TimeDelta};
use serde::{Deserialize, Serialize};

use crate::bank_accounts::{BankAccount, TypedAccount, Verdict};
use crate::forms::{FieldError, Fields, Problem, one_of, text};
use crate::ids::{BillId, EntryId};
use crate::pix::keys::{PixKey, PixKeyError, PixKeyKind};
use crate::tax_ids::TaxId;
use crate::words::words;

words! {
    /// How a credit is settled.
    pub enum Way {
        /// Taken off a next bill: nothing leaves, and nobody waits.
        Compensate = "compensate",
        /// Sent to an account or a key.
        Refund = "refund",
        /// Given back to the account that a Pix came from: nobody names an account, and nobody else can have the money.
        Origin = "origin",
    }

    /// Where a refund goes.
    pub enum DestinationKind {
        /// A Pix key.
        Pix = "pix",
        /// A bank account.
        Account = "account",
    }

    /// A kind of account that can receive from third persons. Salary accounts cannot, and so are not offered.
    pub enum AccountKind {
        /// Conta corrente.
        Checking = "checking",
        /// Conta poupança.
        Savings = "savings",
        /// Conta de pagamento.
        Payment = "payment",
    }

    /// What somebody says a Pix key is: CPF and CNPJ are one choice, told apart by their length.
    pub enum KeyChoice {
        /// CPF or CNPJ.
        TaxId = "tax_id",
        /// E-mail address.
        Email = "email",
        /// Mobile number.
        Phone = "phone",
        /// Random key (EVP).
        Random = "random",
    }

    /// Where a refund order stands.
    ///
    /// ```
    /// use domain::refunds::OrderStatus;
    /// let order = OrderStatus::Prepared;
    /// assert!(order.destination_may_change() && order.may_become(OrderStatus::Approved));
    /// // Nothing unapproved is exported, and nothing approved is changed.
    /// assert!(!order.may_become(OrderStatus::Exported) && !OrderStatus::Approved.destination_may_change());
    /// // What the bank sent back begins anew.
    /// assert!(OrderStatus::Returned.may_become(OrderStatus::Prepared));
    /// ```
    pub enum OrderStatus {
        /// One person wrote it.
        Prepared = "prepared",
        /// Another person approved it: the destination can no longer be changed.
        Approved = "approved",
        /// In a file for the bank, or in the hands of the provider of Pix.
        Exported = "exported",
        /// The bank's record says it was paid. Final.
        Paid = "paid",
        /// The bank sent it back: wrong or closed account.
        Returned = "returned",
        /// Will not be paid. Final.
        Cancelled = "cancelled",
    }

    /// How the holder of the destination relates to who paid. Examples are at [`holder_matches`].
    pub enum HolderMatch {
        /// The person or company who paid: the one to whom the money belongs (Código Civil, art. 308).
        Payer = "payer",
        /// Another establishment of the company who paid: the same first eight characters of the CNPJ.
        SameCompany = "same_company",
        /// The holder of the contract, while somebody else paid, or while nobody knows who did.
        ContractHolder = "contract_holder",
        /// A third person.
        ThirdPerson = "third_person",
    }
}

impl OrderStatus {
    /// Whether this status may follow. What the bank sent back is prepared anew, with a new approval.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        match self {
            Self::Prepared => matches!(next, Self::Approved | Self::Cancelled),
            Self::Approved => matches!(next, Self::Exported | Self::Cancelled),
            Self::Exported => matches!(next, Self::Paid | Self::Returned),
            Self::Returned => matches!(next, Self::Prepared | Self::Cancelled),
            Self::Paid | Self::Cancelled => false,
        }
    }

    /// Whether the destination may still be changed; afterwards a change is a new order and a new approval.
    #[must_use]
    pub const fn destination_may_change(self) -> bool {
        matches!(self, Self::Prepared | Self::Returned)
    }
}

impl HolderMatch {
    /// Whether a refund to this holder may go on at all.
    #[must_use]
    pub const fn is_accepted(self) -> bool {
        !matches!(self, Self::ThirdPerson)
    }

    /// Whether staff must first see a proof, such as the payer's consent.
    #[must_use]
    pub const fn needs_proof(self) -> bool {
        matches!(self, Self::ContractHolder | Self::SameCompany)
    }
}

/// Compares the destination's holder with who paid, if the bank told, and with the holder of the contract. All are CPF or
/// CNPJ in any writing; whether they are valid is not looked at here.
///
/// ```
/// use domain::refunds::{HolderMatch, holder_matches};
/// let (mother, son) = ("529.982.247-25", "111.444.777-35");
/// // The mother paid the son's bill.
/// assert_eq!(holder_matches(Some(mother), son, "52998224725"), HolderMatch::Payer);
/// let to_son = holder_matches(Some(mother), son, son);
/// assert!(to_son == HolderMatch::ContractHolder && to_son.is_accepted() && to_son.needs_proof());
/// assert!(!holder_matches(Some(mother), son, "123.456.789-09").is_accepted());
/// // Another establishment of the same company.
/// assert_eq!(holder_matches(Some("12.ABC.345/01DE-35"), son, "12abc345000188"), HolderMatch::SameCompany);
/// ```
#[must_use]
pub fn holder_matches(payer_tax_id: Option<&str>, contract_tax_id: &str, holder_tax_id: &str) -> HolderMatch {
    let holder = bare(holder_tax_id);
    let payer = payer_tax_id.map(bare).filter(|payer| !payer.is_empty());
    if holder.is_empty() {
        return HolderMatch::ThirdPerson;
    }
    if payer.as_ref() == Some(&holder) {
        HolderMatch::Payer
    } else if payer.is_some_and(|payer| same_company(&payer, &holder)) {
        HolderMatch::SameCompany
    } else if bare(contract_tax_id) == holder {
        HolderMatch::ContractHolder
    } else {
        HolderMatch::ThirdPerson
    }
}

/// Without points, hyphens and slashes, in capitals: a CNPJ may hold letters (Receita Federal, IN 2.229/2024).
fn bare(tax_id: &str) -> String {
    tax_id.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

fn same_company(one: &str, other: &str) -> bool {
    one.len() == 14 && other.len() == 14 && one.get(..8) == other.get(..8)
}

/// Where a refund goes, as given by the customer. Holds personal data: encrypted at rest, masked on screens, absent from
/// logs (its `Debug` is masked too).
///
/// ```
/// use domain::refunds::{Destination, DestinationKind, KeyChoice};
/// let pix = Destination::Pix { key_kind: KeyChoice::Email, key: "ana@exemplo.com.br".into() };
/// assert_eq!((pix.kind(), pix.masked().as_str()), (DestinationKind::Pix, "a***@exemplo.com.br"));
/// assert_eq!(format!("{pix:?}"), "Destination::pix(a***@exemplo.com.br)");
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Destination {
    /// A Pix key.
    Pix {
        /// What the key is.
        key_kind: KeyChoice,
        /// The key, as the DICT writes it.
        key: String,
    },
    /// A bank account.
    Account {
        /// ISPB or COMPE code, as chosen.
        bank: String,
        /// Branch, without check digit.
        branch: String,
        /// Account number, without check digit.
        account: String,
        /// Check digit: a digit, X or P.
        check_digit: String,
        /// What kind of account.
        account_kind: AccountKind,
    },
}

/// Whose the destination is.
///
/// ```
/// use domain::refunds::Holder;
/// let holder = Holder { tax_id: "52998224725".into(), name: "Ana Souza".into() };
/// assert_eq!(format!("{holder:?}"), "Holder(***.982.247-**)"); // no name in a log, and the number as masked everywhere
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// CPF or CNPJ, as typed.
    pub tax_id: String,
    /// The name.
    pub name: String,
}

impl Destination {
    /// The kind of destination.
    #[must_use]
    pub const fn kind(&self) -> DestinationKind {
        match self {
            Self::Pix { .. } => DestinationKind::Pix,
            Self::Account { .. } => DestinationKind::Account,
        }
    }

    /// What a screen shows: enough to recognise one's own, too little to use: `***1234-5`, `***.982.247-**`, `a***@exemplo.com`.
    /// A key is masked as everywhere else, so that two masks of one number do not add up to it.
    #[must_use]
    pub fn masked(&self) -> String {
        match self {
            Self::Account { account, check_digit, .. } => format!("{}-{check_digit}", mask_end(account)),
            Self::Pix { key, .. } => PixKey::from_dict(key).map_or_else(|_| mask_end(key), |key| key.masked_for_display()),
        }
    }
}

/// The last four characters, or fewer of a short text: at least half of it stays hidden.
fn mask_end(text: &str) -> String {
    let length = text.chars().count();
    let shown = 4.min(length / 2);
    let end: String = text.chars().skip(length - shown).collect();
    format!("***{end}")
}

impl fmt::Debug for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Destination::{}({})", self.kind(), self.masked())
    }
}

impl fmt::Debug for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tax_id = TaxId::parse(&self.tax_id).map_or_else(|_| "***".to_owned(), |tax_id| tax_id.masked_for_display());
        write!(f, "Holder({tax_id})")
    }
}

/// The creditor's settings for refunds: data, with conservative defaults.
///
/// ```
/// use domain::refunds::RefundPolicy;
/// let changed_at = "2026-11-19T22:30:00".parse()?;
/// assert_eq!(RefundPolicy::default().free_from(changed_at), "2026-11-21T22:30:00".parse()?); // 48 hours, closed days too
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RefundPolicy {
    /// Hours after a change of contact during which no refund is exported: somebody who took over an account would first
    /// change where its notices go. Usual practice is 24 to 72.
    pub cooling_off_hours: u16,
}

impl Default for RefundPolicy {
    fn default() -> Self {
        Self { cooling_off_hours: 48 }
    }
}

impl RefundPolicy {
    /// From when on a refund may be exported, after a contact was changed at `changed_at`; in the same time zone as that.
    #[must_use]
    pub fn free_from(&self, changed_at: NaiveDateTime) -> NaiveDateTime {
        changed_at.checked_add_signed(TimeDelta::hours(i64::from(self.cooling_off_hours))).unwrap_or(NaiveDateTime::MAX)
    }
}

/// The form of a refund, as typed.
///
/// ```
/// use domain::forms::{FieldError, Problem};
/// use domain::refunds::{Destination, HolderMatch, KeyChoice, RefundForm, ValidRefundForm};
/// let payer = "529.982.247-25";
/// let form = RefundForm {
///     way: "refund".into(),
///     destination: "pix".into(),
///     key_kind: "tax_id".into(),
///     key: "529.982.247-25".into(),
///     holder_tax_id: "529.982.247-25".into(),
///     holder_name: "Ana Souza".into(),
///     ..RefundForm::default()
/// };
/// let Ok(ValidRefundForm::Refund { destination, holder_match, .. }) = form.parse(Some(payer), payer) else { panic!() };
/// assert_eq!(destination, Destination::Pix { key_kind: KeyChoice::TaxId, key: "52998224725".into() });
/// assert_eq!(holder_match, HolderMatch::Payer);
/// // To a third person nothing is sent.
/// let third = RefundForm { key: "111.444.777-35".into(), holder_tax_id: "111.444.777-35".into(), ..form };
/// assert_eq!(third.parse(Some(payer), payer), Err(vec![FieldError::new("holder_tax_id", Problem::NotTheHolder)]));
/// ```
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RefundForm {
    /// Id of the ledger entry whose money is given back: one of the credits offered.
    pub credit: String,
    /// Id of the bill to compensate with; empty leaves the choice to the oldest open one.
    pub target: String,
    /// See [`crate::forms::submission`].
    pub submission: String,
    /// Protocol of the request for which another destination is given; empty asks anew.
    pub request: String,
    /// `yes` once an account whose check digit follows no rule was confirmed.
    pub confirm_digit: String,
    /// The word of a [`Way`].
    pub way: String,
    /// The word of a [`DestinationKind`]; for a refund.
    pub destination: String,
    /// The word of a [`KeyChoice`]; for Pix.
    pub key_kind: String,
    /// The Pix key; for Pix.
    pub key: String,
    /// ISPB or COMPE code; for an account.
    pub bank: String,
    /// Branch; for an account.
    pub branch: String,
    /// Account number; for an account.
    pub account: String,
    /// Check digit; for an account.
    pub check_digit: String,
    /// The word of an [`AccountKind`]; for an account.
    pub account_kind: String,
    /// CPF or CNPJ of the holder; for a refund.
    pub holder_tax_id: String,
    /// Name of the holder; for a refund.
    pub holder_name: String,
}

/// Says only which way: the rest is personal.
impl fmt::Debug for RefundForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefundForm").field("way", &self.way).field("destination", &self.destination).finish_non_exhaustive()
    }
}

/// A form of a refund whose fields are complete. An example is at [`RefundForm`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValidRefundForm {
    /// Off a next bill.
    Compensate,
    /// Back to the account that the Pix came from.
    Origin,
    /// To an account or a key of who paid.
    Refund {
        /// Where to.
        destination: Destination,
        /// Whose it is.
        holder: Holder,
        /// How the holder relates to who paid: never [`HolderMatch::ThirdPerson`].
        holder_match: HolderMatch,
    },
}

impl RefundForm {
    /// The credit that was chosen, as [`crate::statement::credits`] names it.
    ///
    /// ```
    /// use domain::forms::Problem;
    /// use domain::refunds::RefundForm;
    /// let form = RefundForm { credit: "0190a5c2-0000-7000-8000-000000000009".into(), ..RefundForm::default() };
    /// assert!(form.credit().is_ok());
    /// assert_eq!((form.target(), RefundForm::default().credit()), (Ok(None), Err(Problem::Missing)));
    /// ```
    ///
    /// # Errors
    /// [`Problem::Missing`], [`Problem::Unknown`].
    pub fn credit(&self) -> Result<EntryId, Problem> {
        match self.credit.trim() {
            "" => Err(Problem::Missing),
            id => id.parse().map_err(|_| Problem::Unknown),
        }
    }

    /// The bill to compensate with, if one was chosen.
    ///
    /// # Errors
    /// [`Problem::Unknown`].
    pub fn target(&self) -> Result<Option<BillId>, Problem> {
        match self.target.trim() {
            "" => Ok(None),
            id => id.parse().map(Some).map_err(|_| Problem::Unknown),
        }
    }

    /// Reads the form; fields of what was not chosen are left alone.
    ///
    /// # Errors
    /// What is wrong, by field. A third person's account, or key, is [`Problem::NotTheHolder`]; an account whose check digit
    /// does not follow its bank's rule is [`Problem::AccountDigit`] until it is confirmed.
    pub fn parse(&self, payer_tax_id: Option<&str>, contract_tax_id: &str) -> Result<ValidRefundForm, Vec<FieldError>> {
        let mut fields = Fields::default();
        match fields.read("way", one_of(&self.way)) {
            Some(Way::Refund) => {}
            Some(Way::Compensate) => return fields.finish(Some(ValidRefundForm::Compensate)),
            Some(Way::Origin) => return fields.finish(Some(ValidRefundForm::Origin)),
            None => return fields.finish(None),
        }
        let destination = match fields.read("destination", one_of(&self.destination)) {
            Some(DestinationKind::Pix) => self.pix(&mut fields),
            Some(DestinationKind::Account) => self.account(&mut fields),
            None => None,
        };
        let tax_id = fields.read("holder_tax_id", TaxId::parse(&self.holder_tax_id).map_err(Problem::from));
        let name = fields.read("holder_name", text(&self.holder_name, 120));
        let holder_match = tax_id.map(|holder| holder_matches(payer_tax_id, contract_tax_id, holder.as_str()));
        if holder_match.is_some_and(|found| !found.is_accepted()) {
            fields.refuse("holder_tax_id", Problem::NotTheHolder);
        }
        // A CPF or CNPJ as key says whose it is: it must be the holder's own.
        if let (Some(Destination::Pix { key_kind: KeyChoice::TaxId, key }), Some(holder)) = (&destination, tax_id)
            && key != holder.as_str()
        {
            fields.refuse("key", Problem::NotTheHolder);
        }
        fields.finish((|| {
            let holder = Holder { tax_id: tax_id?.as_str().to_owned(), name: name? };
            Some(ValidRefundForm::Refund { destination: destination?, holder, holder_match: holder_match? })
        })())
    }

    fn pix(&self, fields: &mut Fields) -> Option<Destination> {
        let key_kind = fields.read("key_kind", one_of(&self.key_kind))?;
        let key = fields.read("key", pix_key(key_kind, &self.key))?;
        Some(Destination::Pix { key_kind, key: key.as_dict().into_owned() })
    }

    fn account(&self, fields: &mut Fields) -> Option<Destination> {
        let bank = fields.read("bank", text(&self.bank, 8));
        let branch = fields.read("branch", digits(&self.branch, 5, Problem::NotABranch));
        let account = fields.read("account", digits(&self.account, 20, Problem::NotAnAccount));
        let check_digit = fields.read("check_digit", check_digit(&self.check_digit));
        let account_kind: Option<AccountKind> = fields.read("account_kind", one_of(&self.account_kind));
        let (bank, branch, account, check_digit, account_kind) = (bank?, branch?, account?, check_digit?, account_kind?);
        let typed = TypedAccount {
            bank: bank.clone(),
            branch: branch.clone(),
            account: format!("{account}-{check_digit}"),
            kind: account_kind.as_str().to_owned(),
        };
        match BankAccount::parse(&typed) {
            Ok(read) if read.account_verdict() == Verdict::Wrong && self.confirm_digit != "yes" => {
                fields.refuse("check_digit", Problem::AccountDigit);
            }
            Ok(_) => {}
            Err(errors) => {
                for (wrong, field, problem) in [
                    (errors.bank.is_some(), "bank", Problem::NotABank),
                    (errors.branch.is_some(), "branch", Problem::NotABranch),
                    (errors.account.is_some(), "account", Problem::NotAnAccount),
                    (errors.kind.is_some(), "account_kind", Problem::ChooseOne),
                ] {
                    if wrong {
                        fields.refuse(field, problem);
                    }
                }
            }
        }
        Some(Destination::Account { bank, branch, account, check_digit, account_kind })
    }
}

/// A key of the kind it was said to be.
fn pix_key(kind: KeyChoice, raw: &str) -> Result<PixKey, Problem> {
    let problem = |error| match error {
        PixKeyError::Empty => Problem::Missing,
        PixKeyError::TaxId(error) => error.into(),
        _ => Problem::NotAPixKey,
    };
    let read = |kind| PixKey::parse(kind, raw).map_err(problem);
    match kind {
        KeyChoice::TaxId if bare(raw).len() > 11 => read(PixKeyKind::Cnpj),
        KeyChoice::TaxId => read(PixKeyKind::Cpf),
        KeyChoice::Email => read(PixKeyKind::Email),
        KeyChoice::Phone => read(PixKeyKind::Phone),
        KeyChoice::Random => read(PixKeyKind::Random),
    }
}

/// 1 to `most` digits, points and blanks left out.
fn digits(raw: &str, most: usize, problem: Problem) -> Result<String, Problem> {
    let digits: String = raw.chars().filter(|c| !c.is_whitespace() && *c != '.').collect();
    if digits.is_empty() {
        Err(Problem::Missing)
    } else if digits.len() <= most && digits.bytes().all(|b| b.is_ascii_digit()) {
        Ok(digits)
    } else {
        Err(problem)
    }
}

/// One digit, or the X or P that some banks write for ten.
fn check_digit(raw: &str) -> Result<String, Problem> {
    match raw.trim().to_ascii_uppercase().as_str() {
        "" => Err(Problem::Missing),
        digit @ ("0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "X" | "P") => Ok(digit.to_owned()),
        _ => Err(Problem::NotAnAccount),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PAYER: &str = "529.982.247-25";
    const OTHER: &str = "111.444.777-35";

    #[test]
    fn the_money_belongs_to_who_paid() {
        assert_eq!(holder_matches(Some(PAYER), OTHER, "52998224725"), HolderMatch::Payer);
        assert_eq!(holder_matches(Some(PAYER), OTHER, OTHER), HolderMatch::ContractHolder);
        assert_eq!(holder_matches(None, OTHER, OTHER), HolderMatch::ContractHolder);
        assert_eq!(holder_matches(Some(PAYER), PAYER, OTHER), HolderMatch::ThirdPerson);
        assert_eq!(holder_matches(Some("12.ABC.345/01DE-35"), OTHER, "12abc345000188"), HolderMatch::SameCompany);
        assert_eq!(holder_matches(Some(""), "", ""), HolderMatch::ThirdPerson, "nothing is nobody");
        assert!(HolderMatch::ContractHolder.needs_proof() && !HolderMatch::Payer.needs_proof());
    }

    #[test]
    fn an_order_moves_one_way() {
        use OrderStatus::*;
        let drawn: Vec<String> = OrderStatus::ALL
            .iter()
            .flat_map(|from| OrderStatus::ALL.iter().filter(|to| from.may_become(**to)).map(move |to| format!("{from} {to}")))
            .collect();
        assert_eq!(
            drawn,
            [
                "prepared approved",
                "prepared cancelled",
                "approved exported",
                "approved cancelled",
                "exported paid",
                "exported returned",
                "returned prepared",
                "returned cancelled"
            ]
        );
        assert!(!Approved.destination_may_change() && !Exported.destination_may_change() && !Paid.destination_may_change());
    }

    fn account_form() -> RefundForm {
        RefundForm {
            way: "refund".into(),
            destination: "account".into(),
            bank: "00000000".into(),
            branch: "1584".into(),
            account: "210.169".into(),
            check_digit: "6".into(),
            account_kind: "checking".into(),
            holder_tax_id: PAYER.into(),
            holder_name: " Ana Souza ".into(),
            ..RefundForm::default()
        }
    }

    #[test]
    fn reads_an_account() {
        let valid = account_form().parse(Some(PAYER), OTHER).unwrap();
        let ValidRefundForm::Refund { destination, holder, holder_match } = valid else { panic!("{valid:?}") };
        assert_eq!(destination.masked(), "***169-6");
        assert_eq!((holder.tax_id.as_str(), holder.name.as_str()), ("52998224725", "Ana Souza"));
        assert_eq!(holder_match, HolderMatch::Payer);
        let json = serde_json::to_string(&destination).unwrap();
        assert_eq!(
            json,
            r#"{"kind":"account","bank":"00000000","branch":"1584","account":"210169","check_digit":"6","account_kind":"checking"}"#
        );
        assert_eq!(serde_json::from_str::<Destination>(&json).unwrap(), destination);
    }

    #[test]
    fn a_check_digit_that_does_not_fit_is_confirmed() {
        let form = RefundForm { check_digit: "x".into(), ..account_form() };
        assert_eq!(form.parse(Some(PAYER), OTHER), Err(vec![FieldError::new("check_digit", Problem::AccountDigit)]));
        assert!(RefundForm { confirm_digit: "yes".into(), ..form }.parse(Some(PAYER), OTHER).is_ok());
        let nowhere = RefundForm { bank: "999".into(), ..account_form() };
        assert_eq!(nowhere.parse(Some(PAYER), OTHER), Err(vec![FieldError::new("bank", Problem::NotABank)]));
    }

    #[test]
    fn a_key_is_of_its_kind_and_of_its_holder() {
        let form =
            |kind: &str, key: &str| RefundForm { destination: "pix".into(), key_kind: kind.into(), key: key.into(), ..account_form() };
        let key = |form: RefundForm| match form.parse(Some(PAYER), OTHER) {
            Ok(ValidRefundForm::Refund { destination: Destination::Pix { key, .. }, .. }) => Ok(key),
            Ok(other) => panic!("{other:?}"),
            Err(errors) => Err(errors[0].problem.clone()),
        };
        assert_eq!(key(form("tax_id", PAYER)), Ok("52998224725".to_owned()));
        assert_eq!(key(form("tax_id", OTHER)), Err(Problem::NotTheHolder));
        assert_eq!(key(form("tax_id", "529.982.247-26")), Err(Problem::WrongCheckDigits));
        assert_eq!(key(form("email", "Ana@Exemplo.com")), Ok("ana@exemplo.com".to_owned()));
        assert_eq!(key(form("phone", "12")), Err(Problem::NotAPixKey));
        assert_eq!(key(form("random", "")), Err(Problem::Missing));
    }

    #[test]
    fn a_credit_and_a_target_are_ids() {
        assert_eq!(RefundForm::default().credit(), Err(Problem::Missing));
        assert_eq!(RefundForm { credit: "x".into(), ..RefundForm::default() }.credit(), Err(Problem::Unknown));
        assert_eq!(RefundForm::default().target(), Ok(None));
        assert_eq!(RefundForm { target: "x".into(), ..RefundForm::default() }.target(), Err(Problem::Unknown));
    }

    #[test]
    fn compensation_and_the_origin_ask_nothing_else() {
        let form = |way: &str| RefundForm { way: way.into(), ..RefundForm::default() };
        assert_eq!(form("compensate").parse(None, OTHER), Ok(ValidRefundForm::Compensate));
        assert_eq!(form("origin").parse(None, OTHER), Ok(ValidRefundForm::Origin));
        assert_eq!(RefundForm::default().parse(None, OTHER), Err(vec![FieldError::new("way", Problem::Missing)]));
    }

    #[test]
    fn problems_stand_by_their_fields() {
        let form = RefundForm {
            branch: "15a".into(),
            account: String::new(),
            check_digit: "z".into(),
            account_kind: "salary".into(),
            holder_tax_id: OTHER.into(),
            ..account_form()
        };
        assert_eq!(
            form.parse(Some(PAYER), PAYER).unwrap_err(),
            [
                FieldError::new("branch", Problem::NotABranch),
                FieldError::new("account", Problem::Missing),
                FieldError::new("check_digit", Problem::NotAnAccount),
                FieldError::new("account_kind", Problem::ChooseOne),
                FieldError::new("holder_tax_id", Problem::NotTheHolder),
            ]
        );
        let nowhere = RefundForm { destination: String::new(), ..account_form() };
        assert_eq!(nowhere.parse(Some(PAYER), PAYER), Err(vec![FieldError::new("destination", Problem::Missing)]));
    }

    #[test]
    fn nothing_personal_is_printed() {
        let form = account_form();
        let valid = form.parse(Some(PAYER), OTHER).unwrap();
        let printed = format!("{form:?} {valid:?}");
        assert!(!printed.contains("210169") && !printed.contains("52998224725") && !printed.contains("Ana"), "{printed}");
        let pix = |key: &str| Destination::Pix { key_kind: KeyChoice::Email, key: key.into() }.masked();
        assert_eq!(pix("ana@exemplo.com"), "a***@exemplo.com");
        assert_eq!(pix("+5551999990000"), "+5551*****0000");
        assert_eq!(pix("52998224725"), "***.982.247-**");
        assert_eq!(pix("é"), "***");
    }

    #[test]
    fn a_changed_contact_delays() {
        let changed: NaiveDateTime = "2026-11-20T10:00:00".parse().unwrap();
        assert_eq!(RefundPolicy::default().free_from(changed).to_string(), "2026-11-22 10:00:00");
        assert_eq!(RefundPolicy::default().free_from(NaiveDateTime::MAX), NaiveDateTime::MAX);
    }

    proptest! {
        #[test]
        fn never_panics(fields in prop::collection::vec("\\PC{0,20}", 6), way in 0usize..3, destination in 0usize..3) {
            let form = RefundForm {
                way: ["refund", "compensate", "?"][way].into(),
                destination: ["pix", "account", "?"][destination].into(),
                key_kind: "email".into(),
                key: fields[0].clone(),
                bank: fields[1].clone(),
                branch: fields[2].clone(),
                account: fields[3].clone(),
                check_digit: fields[4].clone(),
                account_kind: "savings".into(),
                holder_tax_id: fields[5].clone(),
                holder_name: fields[0].clone(),
                ..RefundForm::default()
            };
            if let Ok(ValidRefundForm::Refund { destination, holder_match, .. }) = form.parse(Some(PAYER), OTHER) {
                prop_assert!(holder_match.is_accepted());
                let _ = destination.masked();
            }
        }
    }
}
