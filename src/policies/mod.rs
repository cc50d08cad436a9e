//! The creditor's policies as fields: one description of each gives the form, its reading, what differs between two versions, and whether a
//! version grants more than another. Never says who may change a policy, nor since when it holds: the server does.
//!
//! A policy names its fields in one function, [`Policy::fields`], which is walked in two ways: to tell what the fields hold, and to read
//! what was typed into them. A field that is described is shown, read, compared and kept; one that is not, stays as it was.
//!
//! ```
//! use domain::forms::Problem;
//! use domain::policies::{PolicyForm, differences, read};
//! use domain::promises::PromisePolicy;
//! let now = PromisePolicy::default();
//! let mut form = PolicyForm::of(&now);
//! form.put("most_days", "20");
//! let next = read(&form, &now).unwrap();
//! let [change] = &differences(&now, &next)[..] else { panic!() };
//! assert_eq!((change.name.as_str(), change.grants), ("most_days", Some(true)));
//! form.put("most_days", "-1");
//! assert_eq!(read(&form, &now).unwrap_err()[0].problem, Problem::NotANumber);
//! ```

mod fields;
pub mod plans;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::activities::ReachPolicy;
use crate::agreements::policy::PlanPolicy;
use crate::default_notices::DefaultPolicy;
use crate::forms::{FieldError, Fields, Problem, amount, date, text, whole};
use crate::money::Money;
use crate::promises::PromisePolicy;
use crate::refunds::RefundPolicy;
use crate::words::words;

words! {
    /// A policy by its fields, by its word in the database. The rules of requests have a form of their own: [`crate::requests::rules`].
    pub enum Kind {
        /// Installment plans.
        Plans = "plans",
        /// Promises to pay.
        Promises = "promises",
        /// Refunds.
        Refunds = "refunds",
        /// Reaching people.
        Reach = "reach",
        /// Notices of default.
        Defaults = "defaults",
    }

    /// What a number in a field counts.
    pub enum Unit {
        /// Money, in centavos.
        Money = "money",
        /// A fraction, typed in percent.
        Percent = "percent",
        /// Calendar days.
        Days = "days",
        /// Business days.
        BusinessDays = "business_days",
        /// Hours.
        Hours = "hours",
        /// Minutes.
        Minutes = "minutes",
        /// An hour of the day, 0 to 24.
        Hour = "hour",
        /// Installments.
        Installments = "installments",
        /// Anything else that is counted.
        Count = "count",
        /// Days of the month, several.
        MonthDays = "month_days",
        /// One of several words.
        Word = "word",
        /// Some of several words.
        Choice = "choice",
        /// Words of the creditor's own.
        Names = "names",
    }
}

/// What a field holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Nothing: as far as the field goes, there is no limit, or no such thing.
    Nothing,
    /// An amount.
    Money(Money),
    /// A number.
    Whole(u32),
    /// A fraction: 0.10 is 10 %.
    Rate(Decimal),
    /// Words, one or several.
    Words(Vec<String>),
    /// Numbers, several.
    Numbers(Vec<u32>),
}

impl Value {
    /// As it is typed: amounts with a comma, rates in percent, lists with commas. Language-independent, and read back by the form.
    #[must_use]
    pub fn typed(&self) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Money(money) => money.to_string(),
            Self::Whole(number) => number.to_string(),
            Self::Rate(rate) => rate.saturating_mul(Decimal::ONE_HUNDRED).normalize().to_string().replace('.', ","),
            Self::Words(words) => words.join(", "),
            Self::Numbers(numbers) => numbers.iter().map(u32::to_string).collect::<Vec<_>>().join(", "),
        }
    }

    /// What is compared when more or less is granted; nothing is no limit.
    fn rank(&self) -> Option<Decimal> {
        match self {
            Self::Money(money) => Some(Decimal::from(money.as_cents())),
            Self::Whole(number) => Some(Decimal::from(*number)),
            Self::Rate(rate) => Some(*rate),
            Self::Nothing | Self::Words(_) | Self::Numbers(_) => None,
        }
    }
}

/// What a field may hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Limits {
    /// Numbers from and to, in the field's unit; percent in percent.
    Between(u32, u32),
    /// One or some of these words.
    Of(Vec<&'static str>),
    /// What its unit says.
    Any,
}

/// Which way a field grants more to customers, or asks less of staff.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grants {
    /// The greater, the more is granted.
    Greater,
    /// The smaller, the more is granted.
    Smaller,
    /// Neither way, or found by comparing more than this field.
    Neither,
}

/// One field of a policy with what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name in the form: `bands.0.discounts.1.of_charges`.
    pub name: String,
    /// The same without places, by which it is worded: `bands_discounts_of_charges`.
    pub key: String,
    /// The places in the name, from 0.
    pub places: Vec<usize>,
    /// What it counts.
    pub unit: Unit,
    /// What it may hold.
    pub limits: Limits,
    /// Whether it may be left empty.
    pub optional: bool,
    /// Which way more is granted.
    pub grants: Grants,
    /// What it holds.
    pub value: Value,
}

/// A policy by its fields.
pub trait Policy: Clone + Default + PartialEq {
    /// Which.
    const KIND: Kind;

    /// Names each field once.
    fn fields(&mut self, walk: &mut Walk<'_>);

    /// Holds what was read to the law and to itself.
    ///
    /// # Errors
    /// What is wrong, by field.
    fn check(&self) -> Result<(), FieldError> {
        Ok(())
    }

    /// Whether it grants more than another one, anywhere.
    #[must_use]
    fn grants_more_than(&self, other: &Self) -> bool {
        differences(other, self).iter().any(|change| change.grants == Some(true))
    }
}

/// What was typed, by the name of the field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PolicyForm(BTreeMap<String, String>);

impl PolicyForm {
    /// The form as it shows a policy.
    #[must_use]
    pub fn of(policy: &impl Policy) -> Self {
        let mut form = Self::default();
        for entry in entries(policy) {
            match (entry.unit, &entry.value) {
                // A box is either ticked or not there.
                (Unit::Choice, Value::Words(words)) => words.iter().for_each(|word| form.put(&box_of(&entry.name, word), "1")),
                _ => form.put(&entry.name, entry.value.typed()),
            }
        }
        form
    }

    /// The same with the places of each list closed up: where nothing is said, nothing stands, and what follows moves up. What is wrong is
    /// then told at the places where the form shows it.
    #[must_use]
    pub fn closed(&self) -> Self {
        let said = || self.0.iter().filter(|(_, text)| !text.trim().is_empty());
        let mut closed = Self::default();
        for (name, text) in said() {
            let (mut before, mut after) = (String::new(), String::new());
            for part in name.split('.') {
                match part.parse::<usize>() {
                    Ok(place) => {
                        let earlier = (0..place).filter(|earlier| !self.is_blank(&format!("{before}{earlier}."))).count();
                        after.push_str(&earlier.to_string());
                    }
                    Err(_) => after.push_str(part),
                }
                before.push_str(part);
                before.push('.');
                after.push('.');
            }
            closed.put(after.trim_end_matches('.'), text.as_str());
        }
        closed
    }

    /// What a field says; nothing when it is not there.
    #[must_use]
    pub fn text(&self, field: &str) -> &str {
        self.0.get(field).map_or("", |text| text.trim())
    }

    /// Says something in a field.
    pub fn put(&mut self, field: &str, text: impl Into<String>) {
        self.0.insert(field.to_owned(), text.into());
    }

    /// Whether nothing was typed at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether nothing is said in any field whose name begins so.
    fn is_blank(&self, prefix: &str) -> bool {
        self.0.range(prefix.to_owned()..).take_while(|(name, _)| name.starts_with(prefix)).all(|(_, text)| text.trim().is_empty())
    }
}

/// Why and since when: what goes with every version.
///
/// ```
/// use domain::policies::WhenForm;
/// let today = "2026-11-22".parse()?;
/// let form = WhenForm { valid_from: String::new(), note: "Campanha de dezembro".into() };
/// assert_eq!(form.parse(today), Ok((today, "Campanha de dezembro".to_owned())));
/// assert_eq!(WhenForm { valid_from: "21/11/2026".into(), ..form }.parse(today).unwrap_err()[0].field, "valid_from");
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WhenForm {
    /// The first day; nothing is today.
    pub valid_from: String,
    /// Why: nobody should have to guess it in a year.
    pub note: String,
}

/// The latest day a version may wait for, in calendar days.
const MOST_AHEAD: u32 = 366;

impl WhenForm {
    /// Reads it: the first day and the note.
    ///
    /// # Errors
    /// What is wrong, by field.
    pub fn parse(&self, today: NaiveDate) -> Result<(NaiveDate, String), Vec<FieldError>> {
        let mut fields = Fields::default();
        let last = crate::calendar::days_after(today, MOST_AHEAD);
        let day = if self.valid_from.trim().is_empty() { Ok(today) } else { date(&self.valid_from) };
        let day = day.and_then(|day| match day {
            day if day < today => Err(Problem::InThePast),
            day if day > last => Err(Problem::TooFar { last }),
            day => Ok(day),
        });
        let day = fields.read("valid_from", day);
        let note = fields.read("note", text(&self.note, 500));
        fields.finish(day.zip(note))
    }
}

/// Every field of a policy with what it holds, in the order of the form, an empty place more in each list that may grow.
#[must_use]
pub fn entries(policy: &impl Policy) -> Vec<Entry> {
    let mut entries = Vec::new();
    policy.clone().fields(&mut Walk::new(Mode::Tell(&mut entries)));
    entries
}

/// Reads what was typed; what no field says stays as in `base`.
///
/// # Errors
/// What is wrong, by field, in the order of the form.
pub fn read<P: Policy>(form: &PolicyForm, base: &P) -> Result<P, Vec<FieldError>> {
    let mut policy = base.clone();
    let mut errors = Vec::new();
    policy.fields(&mut Walk::new(Mode::Read(form, &mut errors)));
    if errors.is_empty() {
        policy.check().map_err(|error| vec![error])?;
        Ok(policy)
    } else {
        Err(errors)
    }
}

/// A policy of whichever kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Any {
    /// See [`Kind::Plans`].
    Plans(PlanPolicy),
    /// See [`Kind::Promises`].
    Promises(PromisePolicy),
    /// See [`Kind::Refunds`].
    Refunds(RefundPolicy),
    /// See [`Kind::Reach`].
    Reach(ReachPolicy),
    /// See [`Kind::Defaults`].
    Defaults(DefaultPolicy),
}

/// Does the same with the policy inside, whichever it is.
#[macro_export]
macro_rules! with_policy {
    ($any:expr, $policy:ident => $does:expr) => {
        match $any {
            $crate::policies::Any::Plans($policy) => $does,
            $crate::policies::Any::Promises($policy) => $does,
            $crate::policies::Any::Refunds($policy) => $does,
            $crate::policies::Any::Reach($policy) => $does,
            $crate::policies::Any::Defaults($policy) => $does,
        }
    };
}

impl Any {
    /// What holds where the creditor has said nothing.
    #[must_use]
    pub fn default_of(kind: Kind) -> Self {
        match kind {
            Kind::Plans => Self::Plans(PlanPolicy::default()),
            Kind::Promises => Self::Promises(PromisePolicy::default()),
            Kind::Refunds => Self::Refunds(RefundPolicy::default()),
            Kind::Reach => Self::Reach(ReachPolicy::default()),
            Kind::Defaults => Self::Defaults(DefaultPolicy::default()),
        }
    }

    /// Which it is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Plans(_) => Kind::Plans,
            Self::Promises(_) => Kind::Promises,
            Self::Refunds(_) => Kind::Refunds,
            Self::Reach(_) => Kind::Reach,
            Self::Defaults(_) => Kind::Defaults,
        }
    }

    /// See [`entries`].
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        with_policy!(self, policy => entries(policy))
    }

    /// See [`PolicyForm::of`].
    #[must_use]
    pub fn form(&self) -> PolicyForm {
        with_policy!(self, policy => PolicyForm::of(policy))
    }

    /// See [`read`]; `self` is what stays where no field says anything.
    ///
    /// # Errors
    /// What is wrong, by field.
    pub fn read(&self, form: &PolicyForm) -> Result<Self, Vec<FieldError>> {
        Ok(match self {
            Self::Plans(base) => Self::Plans(read(form, base)?),
            Self::Promises(base) => Self::Promises(read(form, base)?),
            Self::Refunds(base) => Self::Refunds(read(form, base)?),
            Self::Reach(base) => Self::Reach(read(form, base)?),
            Self::Defaults(base) => Self::Defaults(read(form, base)?),
        })
    }

    /// What differs from an older one; nothing from one of another kind.
    #[must_use]
    pub fn changes_since(&self, older: &Self) -> Vec<Change> {
        match (older, self) {
            (Self::Plans(older), Self::Plans(newer)) => differences(older, newer),
            (Self::Promises(older), Self::Promises(newer)) => differences(older, newer),
            (Self::Refunds(older), Self::Refunds(newer)) => differences(older, newer),
            (Self::Reach(older), Self::Reach(newer)) => differences(older, newer),
            (Self::Defaults(older), Self::Defaults(newer)) => differences(older, newer),
            _ => Vec::new(),
        }
    }

    /// Whether it grants more than another one, anywhere; more than one of another kind in doubt.
    #[must_use]
    pub fn grants_more_than(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Plans(one), Self::Plans(other)) => one.grants_more_than(other),
            (Self::Promises(one), Self::Promises(other)) => one.grants_more_than(other),
            (Self::Refunds(one), Self::Refunds(other)) => one.grants_more_than(other),
            (Self::Reach(one), Self::Reach(other)) => one.grants_more_than(other),
            (Self::Defaults(one), Self::Defaults(other)) => one.grants_more_than(other),
            _ => true,
        }
    }
}

/// A field that two versions differ in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its name in the form.
    pub name: String,
    /// By which it is worded.
    pub key: String,
    /// The places in the name, from 0.
    pub places: Vec<usize>,
    /// What it counts.
    pub unit: Unit,
    /// What it held; nothing where it was not there.
    pub before: Value,
    /// What it holds; nothing where it is no longer there.
    pub after: Value,
    /// Whether more is granted by it, or less; none where that cannot be said of this field alone.
    pub grants: Option<bool>,
}

/// What differs, in the order of the form.
#[must_use]
pub fn differences<P: Policy>(before: &P, after: &P) -> Vec<Change> {
    let (old, new) = (entries(before), entries(after));
    let change = |entry: &Entry, before: Value, after: Value| {
        let grants = match (before.rank(), after.rank(), entry.grants) {
            (_, _, Grants::Neither) => None,
            (Some(before), Some(after), Grants::Greater) => Some(after > before),
            (Some(before), Some(after), Grants::Smaller) => Some(after < before),
            (..) => None,
        };
        let Entry { name, key, places, unit, .. } = entry.clone();
        Change { name, key, places, unit, before, after, grants }
    };
    let mut changes = Vec::new();
    for entry in &new {
        let before = old.iter().find(|known| known.name == entry.name).map_or(Value::Nothing, |known| known.value.clone());
        if before != entry.value {
            changes.push(change(entry, before, entry.value.clone()));
        }
    }
    for entry in old.iter().filter(|entry| entry.value != Value::Nothing && !new.iter().any(|known| known.name == entry.name)) {
        changes.push(change(entry, entry.value.clone(), Value::Nothing));
    }
    changes
}

enum Mode<'a> {
    Tell(&'a mut Vec<Entry>),
    Read(&'a PolicyForm, &'a mut Vec<FieldError>),
}

/// A walk over a policy's fields; see [`Policy::fields`].
pub struct Walk<'a> {
    mode: Mode<'a>,
    prefix: String,
    key: String,
    places: Vec<usize>,
    /// In an empty place of a list: what stands there is nothing.
    blank: bool,
}

impl<'a> Walk<'a> {
    const fn new(mode: Mode<'a>) -> Self {
        Self { mode, prefix: String::new(), key: String::new(), places: Vec::new(), blank: false }
    }

    /// The one step all fields take: tells what is held, or reads what was typed and puts it there.
    #[expect(clippy::too_many_arguments, reason = "private: the typed fields below are what is called")]
    fn field<T>(
        &mut self,
        name: &str,
        unit: Unit,
        limits: Limits,
        optional: bool,
        grants: Grants,
        held: &mut T,
        tell: impl FnOnce(&T) -> Value,
        read: impl FnOnce(&str) -> Result<T, Problem>,
    ) {
        let full = format!("{}{name}", self.prefix);
        match &mut self.mode {
            Mode::Tell(entries) => {
                let value = if self.blank { Value::Nothing } else { tell(held) };
                let (key, places) = (format!("{}{name}", self.key), self.places.clone());
                entries.push(Entry { name: full, key, places, unit, limits, optional, grants, value });
            }
            Mode::Read(form, errors) => match read(form.text(&full)) {
                Ok(value) => *held = value,
                Err(problem) => errors.push(FieldError { field: full.into(), problem }),
            },
        }
    }

    /// A number between two.
    pub fn whole<T: Copy + TryFrom<u32> + Into<u32>>(
        &mut self,
        name: &str,
        unit: Unit,
        range: RangeInclusive<u32>,
        grants: Grants,
        held: &mut T,
    ) {
        let (least, most) = range.into_inner();
        let read = |typed: &str| number(typed, least, most);
        self.field(name, unit, Limits::Between(least, most), false, grants, held, |held| Value::Whole((*held).into()), read);
    }

    /// A number between two, or nothing.
    pub fn optional_whole<T: Copy + TryFrom<u32> + Into<u32>>(
        &mut self,
        name: &str,
        unit: Unit,
        range: RangeInclusive<u32>,
        grants: Grants,
        held: &mut Option<T>,
    ) {
        let (least, most) = range.into_inner();
        let tell = |held: &Option<T>| held.map_or(Value::Nothing, |held| Value::Whole(held.into()));
        let read = |typed: &str| if typed.is_empty() { Ok(None) } else { number(typed, least, most).map(Some) };
        self.field(name, unit, Limits::Between(least, most), true, grants, held, tell, read);
    }

    /// An amount of zero or more.
    pub fn money(&mut self, name: &str, grants: Grants, held: &mut Money) {
        self.field(name, Unit::Money, Limits::Any, false, grants, held, |held| Value::Money(*held), amount);
    }

    /// An amount above zero, or nothing.
    pub fn optional_money(&mut self, name: &str, grants: Grants, held: &mut Option<Money>) {
        let read = |typed: &str| match typed {
            "" => Ok(None),
            typed => match amount(typed)? {
                money if money.is_positive() => Ok(Some(money)),
                _ => Err(Problem::AmountBelow { min: Money::cents(1) }),
            },
        };
        self.field(name, Unit::Money, Limits::Any, true, grants, held, |held| held.map_or(Value::Nothing, Value::Money), read);
    }

    /// A fraction, typed in percent from 0 to `most`, with at most two decimals.
    pub fn percent(&mut self, name: &str, most: u32, grants: Grants, held: &mut Decimal) {
        let read = |typed: &str| percent(typed, most);
        self.field(name, Unit::Percent, Limits::Between(0, most), false, grants, held, |held| Value::Rate(*held), read);
    }

    /// One word of a closed enum.
    pub fn word<T: Copy + std::str::FromStr + std::fmt::Display>(&mut self, name: &str, all: &[(&'static str, T)], held: &mut T) {
        let words = all.iter().map(|(word, _)| *word).collect();
        let tell = |held: &T| Value::Words(vec![held.to_string()]);
        self.field(name, Unit::Word, Limits::Of(words), false, Grants::Neither, held, tell, crate::forms::one_of);
    }

    /// Several words of a closed enum, at least one, in the order of the enum.
    pub fn words<T: Copy + PartialEq>(&mut self, name: &str, all: &[(&'static str, T)], held: &mut Vec<T>) {
        let words = all.iter().map(|(word, _)| *word).collect();
        let full = format!("{}{name}", self.prefix);
        let ticked: Vec<T> = match &self.mode {
            Mode::Read(form, _) => {
                all.iter().filter(|(word, _)| !form.text(&box_of(&full, word)).is_empty()).map(|(_, one)| *one).collect()
            }
            Mode::Tell(_) => Vec::new(),
        };
        let tell =
            |held: &Vec<T>| Value::Words(all.iter().filter(|(_, one)| held.contains(one)).map(|(word, _)| (*word).to_owned()).collect());
        let read = |_: &str| if ticked.is_empty() { Err(Problem::Missing) } else { Ok(ticked) };
        self.field(name, Unit::Choice, Limits::Of(words), false, Grants::Neither, held, tell, read);
    }

    /// Days of the month, at least one, each once and in order.
    pub fn month_days(&mut self, name: &str, held: &mut Vec<u8>) {
        let tell = |held: &Vec<u8>| Value::Numbers(held.iter().map(|day| u32::from(*day)).collect());
        let read = |typed: &str| {
            let mut days: Vec<u8> = parts(typed).map(|part| number(part, 1, 31)).collect::<Result<_, _>>()?;
            days.sort_unstable();
            days.dedup();
            if days.is_empty() { Err(Problem::Missing) } else { Ok(days) }
        };
        self.field(name, Unit::MonthDays, Limits::Between(1, 31), false, Grants::Neither, held, tell, read);
    }

    /// Words of the creditor's own, at least one, of at most 40 characters each.
    pub fn names(&mut self, name: &str, held: &mut Vec<String>) {
        let tell = |held: &Vec<String>| Value::Words(held.clone());
        let read = |typed: &str| {
            let names: Vec<String> = parts(typed).map(|part| text(part, 40)).collect::<Result<_, _>>()?;
            if names.is_empty() { Err(Problem::Missing) } else { Ok(names) }
        };
        self.field(name, Unit::Names, Limits::Any, false, Grants::Neither, held, tell, read);
    }

    /// What may be there or not: its fields are read when one of them says something.
    pub fn maybe<T: Clone>(&mut self, name: &str, fresh: T, held: &mut Option<T>, fields: impl FnOnce(&mut T, &mut Self)) {
        let (prefix, key) = (format!("{}{name}.", self.prefix), format!("{}{name}_", self.key));
        if let Mode::Read(form, _) = &self.mode
            && form.is_blank(&prefix)
        {
            *held = None;
            return;
        }
        let is_none = held.is_none();
        let mut there = held.clone().unwrap_or(fresh);
        let blank = self.blank || is_none;
        self.within(prefix, key, None, blank, |walk| fields(&mut there, walk));
        if matches!(self.mode, Mode::Read(..)) {
            *held = Some(there);
        }
    }

    /// A list of at most so many places. A place in which nothing is said is none: the list closes over it.
    pub fn list<T: Clone>(&mut self, name: &str, most: usize, fresh: &T, held: &mut Vec<T>, fields: impl Fn(&mut T, &mut Self)) {
        let mut kept = Vec::new();
        for place in 0..most {
            let (prefix, key) = (format!("{}{name}.{place}.", self.prefix), format!("{}{name}_", self.key));
            let there = held.get(place);
            match &self.mode {
                Mode::Read(form, _) if form.is_blank(&prefix) => continue,
                Mode::Tell(_) if place > held.len() => break,
                _ => {}
            }
            let blank = self.blank || there.is_none();
            let mut one = there.unwrap_or(fresh).clone();
            self.within(prefix, key, Some(place), blank, |walk| fields(&mut one, walk));
            kept.push(one);
        }
        if matches!(self.mode, Mode::Read(..)) {
            *held = kept;
        }
    }

    fn within(&mut self, prefix: String, key: String, place: Option<usize>, blank: bool, fields: impl FnOnce(&mut Self)) {
        let (prefix, key) = (std::mem::replace(&mut self.prefix, prefix), std::mem::replace(&mut self.key, key));
        let was_blank = std::mem::replace(&mut self.blank, blank);
        self.places.extend(place);
        fields(self);
        if place.is_some() {
            self.places.pop();
        }
        (self.prefix, self.key, self.blank) = (prefix, key, was_blank);
    }
}

/// The name of one box of a field with several.
#[must_use]
pub fn box_of(field: &str, word: &str) -> String {
    format!("{field}.{word}")
}

/// What stands between commas, semicolons or blanks.
fn parts(typed: &str) -> impl Iterator<Item = &str> {
    typed.split([',', ';']).map(str::trim).filter(|part| !part.is_empty())
}

fn number<T: TryFrom<u32>>(typed: &str, least: u32, most: u32) -> Result<T, Problem> {
    let number = whole(typed, least, most)?;
    T::try_from(number).map_err(|_| Problem::OutOfRange { min: least, max: most })
}

/// Percent as a fraction: `2,5` is 0.025. The same parser as for money, of which percent has the two decimals.
fn percent(typed: &str, most: u32) -> Result<Decimal, Problem> {
    let typed = typed.trim_end_matches('%').trim_end();
    let hundredths = amount(typed).map_err(|problem| match problem {
        Problem::NotAnAmount | Problem::AmountBelow { .. } => Problem::NotANumber,
        Problem::AmountAbove { .. } => Problem::OutOfRange { min: 0, max: most },
        other => other,
    })?;
    if hundredths.as_cents() > i64::from(most) * 100 {
        return Err(Problem::OutOfRange { min: 0, max: most });
    }
    Ok(Decimal::new(hundredths.as_cents(), 4).normalize())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn percent_is_typed_as_people_do() {
        let rate = |text: &str| text.parse::<Decimal>().unwrap();
        for (typed, expected) in [("10", "0.1"), ("2,5", "0.025"), ("0", "0"), ("0,01%", "0.0001"), ("100 %", "1"), ("33,33", "0.3333")] {
            assert_eq!(percent(typed, 100), Ok(rate(expected)), "{typed}");
        }
        assert_eq!(percent("100,01", 100), Err(Problem::OutOfRange { min: 0, max: 100 }));
        assert_eq!(percent("", 100), Err(Problem::Missing));
        assert!(percent("dez", 100).is_err() && percent("-1", 100).is_err());
    }

    #[test]
    fn what_is_shown_reads_back() {
        fn same<P: Policy + std::fmt::Debug>(policy: &P) {
            assert_eq!(read(&PolicyForm::of(policy), policy).as_ref(), Ok(policy));
            assert_eq!(read(&PolicyForm::of(policy), &P::default()).as_ref(), Ok(policy));
            assert_eq!(differences(policy, policy), []);
        }
        same(&PlanPolicy { version: PlanPolicy::default().version, least_installment: Money::cents(1_234), ..PlanPolicy::default() });
        same(&PromisePolicy { remind_days: None, ..PromisePolicy::default() });
        same(&DefaultPolicy { kinds: vec!["individual".into(), "familiar".into()], ..DefaultPolicy::default() });
    }

    #[test]
    fn an_empty_form_has_a_problem_at_each_field_that_must_not_be() {
        let wanted: Vec<String> =
            entries(&PromisePolicy::default()).into_iter().filter(|entry| !entry.optional).map(|entry| entry.name).collect();
        let errors = read(&PolicyForm::default(), &PromisePolicy::default()).unwrap_err();
        assert_eq!(errors.iter().map(|error| error.field.as_ref()).collect::<Vec<_>>(), wanted);
    }

    proptest! {
        #[test]
        fn never_panics(fields in prop::collection::vec((0usize..80, "\\PC{0,12}"), 0..20)) {
            let names: Vec<String> = entries(&PlanPolicy::default()).into_iter().map(|entry| entry.name).collect();
            let mut form = PolicyForm::of(&PlanPolicy::default());
            for (at, typed) in fields {
                form.put(&names[at % names.len()], typed);
            }
            if let Ok(policy) = read(&form, &PlanPolicy::default()) {
                prop_assert_eq!(policy.check(crate::charges::Payer::Consumer), Ok(()));
                prop_assert_eq!(read(&PolicyForm::of(&policy), &policy), Ok(policy));
            }
        }
    }
}
