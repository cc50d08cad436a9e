//! Contracts, bills, slips and payments as the files a creditor's system would write: the demonstration comes in through the
//! same door as real input. Never writes to the database.

use chrono::{Datelike, Days, Months, NaiveDate};
use domain::boleto::banks::Title as _;
use domain::boleto::banks::banco_do_brasil::Title;
use domain::calendar::{Calendar, day_of_month};
use domain::charges::{Terms, late_charges};
use domain::money::Money;
use domain::pix::br_code::{Charge, Parts};

use super::chance::Chance;
use super::people::{self, Person};
use crate::imports::Kind;

/// Invented: the agreement with the bank that nosso números begin with.
pub(super) const CONVENIO: u64 = 1_238_798;
/// The external id of the bank agreement.
pub(super) const AGREEMENT: &str = "VS-BANCO";
/// Bills of the company with the most.
const MANY_BILLS: u64 = 5_000;
/// A slip can be paid for so many days after it was due.
pub(super) const DAYS_TO_LIMIT: u64 = 60;

/// The columns of a file of bills.
pub(super) const BILLS: &str = "external_id;contract;number;nature;competence;description;issued_on;due_on;amount\n";

/// What all records of one demonstration share.
pub(super) struct World {
    pub(super) seed: u64,
    pub(super) today: NaiveDate,
    pub(super) calendar: Calendar,
}

/// How somebody pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Habit {
    /// In time.
    InTime,
    /// Some weeks late, with fine and interest.
    Late,
    /// Nothing for so many months.
    Behind(u64),
}

/// People that a tour of the demonstration begins with, by their place.
pub(super) mod tour {
    pub(crate) const IN_ARREARS: u64 = 0;
    pub(crate) const PAID_TWICE: u64 = 1;
    pub(crate) const PAST_LIMIT: u64 = 2;
    pub(crate) const ACTS_FOR_OTHERS: u64 = 3;
    pub(crate) const PARENT: u64 = 4;
    pub(crate) const UP_TO_DATE: u64 = 5;
    pub(crate) const IN_AGREEMENT: u64 = 6;
    pub(crate) const ASKS_FOR_PLAN: u64 = 7;
    pub(crate) const DISPUTES: u64 = 8;
    pub(crate) const SENT_RECEIPT: u64 = 9;
    pub(crate) const OVERPAID: u64 = 10;
    pub(crate) const REDUCED: u64 = 11;
}

fn habit(index: u64, chance: &mut Chance) -> Habit {
    match index {
        tour::IN_ARREARS => Habit::Behind(4),
        tour::PARENT => Habit::Behind(2),
        tour::IN_AGREEMENT => Habit::Behind(6),
        tour::ASKS_FOR_PLAN => Habit::Behind(9),
        tour::DISPUTES | tour::SENT_RECEIPT => Habit::Behind(2),
        _ if index < 12 => Habit::InTime,
        _ => match chance.below(100) {
            0..64 => Habit::InTime,
            64..82 => Habit::Late,
            82..94 => Habit::Behind(chance.between(1, 6)),
            _ => Habit::Behind(chance.between(7, 20)),
        },
    }
}

/// The five files, growing.
#[derive(Default)]
pub(super) struct Files {
    customers: String,
    contracts: String,
    bills: String,
    slips: String,
    payments: String,
    /// Bills that were made smaller after they had been paid: a second file, as the creditor's system would send it.
    reductions: String,
    pub(super) count: u64,
}

/// One bill and what became of it.
struct Bill<'a> {
    contract: &'a str,
    id: String,
    /// Tells bills apart, for numbers of bills and slips.
    sequence: u64,
    nature: &'static str,
    month: NaiveDate,
    description: &'static str,
    due_on: NaiveDate,
    amount: Money,
    paid_on: Option<NaiveDate>,
    payer: &'a str,
}

/// A slip of a bill.
struct Slip {
    suffix: &'static str,
    number: u64,
    document: String,
    emv: String,
    amount: Money,
    issued_on: NaiveDate,
    due_on: NaiveDate,
    state: &'static str,
}

impl Files {
    /// The files with their headers, in the order in which they are imported.
    pub(super) fn finish(self) -> Vec<(Kind, String)> {
        let with = |header: &str, lines: String| format!("{header}{lines}");
        vec![
            (Kind::Customers, with("external_id;tax_id;name;email;phone;address;city;state;postal_code;locale\n", self.customers)),
            (
                Kind::Contracts,
                with(
                    "external_id;customer;number;kind;plan_name;plan_registration;state;starts_on;fine_rate;monthly_interest;branch_tax_id\n",
                    self.contracts,
                ),
            ),
            (Kind::Bills, with(BILLS, self.bills)),
            (
                Kind::Slips,
                with(
                    "external_id;bills;bank_agreement;nosso_numero;document_number;barcode;emv;amount;issued_on;due_on;limit_on;state;instructions\n",
                    self.slips,
                ),
            ),
            (
                Kind::Payments,
                with("external_id;bill;slip;paid_on;credited_on;amount;fine;interest;method;bank_reference;payer_tax_id\n", self.payments),
            ),
        ]
    }

    /// Takes the reductions out: they come after every file, since a settled bill's first amount is refused when it comes again.
    pub(super) fn reductions(&mut self) -> String {
        std::mem::take(&mut self.reductions)
    }

    /// A beneficiary with a contract and one to two years of bills.
    pub(super) fn beneficiary(&mut self, world: &World, index: u64) {
        let person = people::person(world.seed, index);
        let mut chance = Chance::of(world.seed, 3_000_000_000 + index);
        let habit = habit(index, &mut chance);
        let months = if index < 12 { 18 } else { chance.between(12, 24) };
        let family = chance.percent(35);
        let (kind, plan, registration) =
            if family { ("family", "Serena Família", "999999002") } else { ("individual", "Serena Essencial", "999999001") };
        let contract = format!("{}-C", person.external_id);
        self.customers.push_str(&person.line());
        self.contract(world, &person, &contract, 100_000 + index, kind, plan, registration, months);
        let fee = Money::cents(
            i64::try_from(if family { chance.between(89_000, 240_000) } else { chance.between(28_900, 98_000) }).unwrap_or(38_990),
        );
        let day = [5, 10, 15, 20, 25].get(usize::try_from(chance.below(5)).unwrap_or_default()).copied().unwrap_or(10);
        let mut sequence = index * 1_000;
        for back in (0..=months).rev() {
            let Some((month, due_on)) = due(world.today, back, day) else { continue };
            sequence += 1;
            let paid_on = paid_on(habit, index, due_on, world.today, &mut chance);
            let bill = Bill {
                contract: &contract,
                id: format!("{}-{}", person.external_id, month.format("%Y%m")),
                sequence,
                nature: "monthly",
                month,
                description: "Mensalidade do plano",
                due_on,
                amount: fee,
                paid_on,
                payer: &person.tax_id,
            };
            self.bill(world, &bill, &mut chance);
            self.excess(world, index, &bill, back);
            if chance.percent(14) || (index == tour::DISPUTES && back <= 2) {
                sequence += 1;
                let amount = Money::cents(i64::try_from(chance.between(1_850, 24_000)).unwrap_or(1_850));
                let bill = Bill {
                    id: format!("{}C", bill.id),
                    sequence,
                    nature: "co_participation",
                    description: "Coparticipação do mês anterior",
                    amount,
                    ..bill
                };
                self.bill(world, &bill, &mut chance);
            }
        }
    }

    /// A company; the first has an establishment for every contract, and thousands of bills.
    pub(super) fn company(&mut self, world: &World, index: u64) {
        let company = people::company(world.seed, index);
        let mut chance = Chance::of(world.seed, 4_000_000_000 + index);
        self.customers.push_str(&company.line());
        let (contracts, bills) = if index == 0 { (25, MANY_BILLS) } else { (1, 48) };
        for unit in 0..contracts {
            let contract = format!("{}-C{:02}", company.external_id, unit + 1);
            self.contract(world, &company, &contract, 200_000 + index * 100 + unit, "business", "Serena Empresarial", "999999003", 26);
        }
        for number in 0..bills {
            // Each unit is charged once a month, and then for what its people used, department by department.
            let (unit, back) = (number % contracts, number / contracts % 24);
            let monthly = number < contracts * 24;
            let Some((month, due_on)) = due(world.today, back, 20) else { continue };
            let least_and_most = if monthly { (380_000, 6_200_000) } else { (4_000, 390_000) };
            let amount = Money::cents(i64::try_from(chance.between(least_and_most.0, least_and_most.1)).unwrap_or(4_000));
            let due_on = if monthly { due_on } else { due_on + Days::new(number % 5) };
            let habit = match chance.below(100) {
                0..90 => Habit::InTime,
                90..97 => Habit::Late,
                _ => Habit::Behind(24),
            };
            let bill = Bill {
                contract: &format!("{}-C{:02}", company.external_id, unit + 1),
                id: format!("{}-{number:04}", company.external_id),
                sequence: 5_000_000_000 + index * 10_000 + number,
                nature: if monthly { "monthly" } else { "co_participation" },
                month,
                description: if monthly { "Mensalidade do plano empresarial" } else { "Coparticipação por departamento" },
                due_on,
                amount,
                paid_on: paid_on(habit, u64::MAX, due_on, world.today, &mut chance),
                payer: &company.tax_id,
            };
            self.bill(world, &bill, &mut chance);
        }
    }

    #[expect(clippy::too_many_arguments, reason = "a contract has as many columns")]
    fn contract(
        &mut self,
        world: &World,
        customer: &Person,
        id: &str,
        number: u64,
        kind: &str,
        plan: &str,
        registration: &str,
        months: u64,
    ) {
        let begun = world.today.checked_sub_months(Months::new(u32::try_from(months + 8).unwrap_or(8))).unwrap_or(world.today);
        // A company's first contract is for its head office.
        let branch = if kind == "business" && !number.is_multiple_of(100) {
            people::branch(&customer.tax_id, number % 100 + 1)
        } else {
            String::new()
        };
        let line =
            format!("{id};{};{number}-{};{kind};{plan};{registration};active;{begun};2%;1%;{branch}\n", customer.external_id, number % 10);
        self.contracts.push_str(&line);
    }

    fn bill(&mut self, world: &World, bill: &Bill<'_>, chance: &mut Chance) {
        let issued_on = bill.due_on - Days::new(20);
        if issued_on > world.today {
            return;
        }
        self.count += 1;
        self.bills.push_str(&bill.line(issued_on, bill.amount));
        // Old paid bills had slips too, but who keeps those.
        let recent = world.today.signed_duration_since(bill.due_on).num_days() < 100;
        let slip = (bill.paid_on.is_none() || recent) && self.slip(bill, issued_on, chance);
        if slip && bill.paid_on.is_none() {
            self.second_slip(world, bill);
        }
        if let Some(paid_on) = bill.paid_on {
            self.payment(world, bill, paid_on, slip, chance);
        }
    }

    fn slip(&mut self, bill: &Bill<'_>, issued_on: NaiveDate, chance: &mut Chance) -> bool {
        let emv = if chance.percent(60) { pix(bill, chance) } else { String::new() };
        let document = format!("{:010}", bill.sequence);
        let slip = Slip {
            suffix: "B",
            number: bill.sequence,
            document,
            emv,
            amount: bill.amount,
            issued_on,
            due_on: bill.due_on,
            state: "registered",
        };
        self.slip_line(bill, &slip)
    }

    /// Another slip for a late bill of some people, charges included: where banks take the first one no more it waits for the bank, and where
    /// they do it is in its place.
    fn second_slip(&mut self, world: &World, bill: &Bill<'_>) {
        let (person, late) = (bill.sequence / 1_000, world.today.signed_duration_since(bill.due_on).num_days());
        let (number, state) = match late {
            61..92 if person >= 12 && person.is_multiple_of(6) => (4_000_000_000, "pending"),
            5..36 if person >= 12 && person % 20 == 7 => (4_500_000_000, "registered"),
            _ => return,
        };
        let due_on = world.today + Days::new(10);
        let amount = late_charges(bill.amount, bill.due_on, due_on, &Terms::default(), &world.calendar).total;
        // As a system of the creditor's may write it, and no bank takes it.
        let document = if person.is_multiple_of(72) { format!("2ª via {}", bill.sequence) } else { format!("{:010}-2", bill.sequence) };
        let (number, issued_on) = (number + bill.sequence, world.today);
        self.slip_line(bill, &Slip { suffix: "B2", number, document, emv: String::new(), amount, issued_on, due_on, state });
    }

    fn slip_line(&mut self, bill: &Bill<'_>, slip: &Slip) -> bool {
        let Slip { suffix, number, document, emv, amount, issued_on, due_on, state } = slip;
        let nosso_numero = CONVENIO * 10_000_000_000 + number;
        let Ok(bars) = (Title::Convenio7 { nosso_numero, carteira: 17 }).barcode(*due_on, *amount) else { return false };
        let (id, limit_on) = (&bill.id, *due_on + Days::new(DAYS_TO_LIMIT));
        self.slips.push_str(&format!(
            "{id}-{suffix};{id};{AGREEMENT};{nosso_numero};{document};{bars};{emv};{amount};{issued_on};{due_on};{limit_on};{state};\
             Após o vencimento: multa de 2% e juros de 1% ao mês.\n"
        ));
        true
    }

    fn payment(&mut self, world: &World, bill: &Bill<'_>, paid_on: NaiveDate, by_slip: bool, chance: &mut Chance) {
        let cost = late_charges(bill.amount, bill.due_on, paid_on, &Terms::default(), &world.calendar);
        let credited_on = world.calendar.add_business_days(paid_on, 1).min(world.today).max(paid_on);
        let (reference, slip, method) = if by_slip {
            ("", format!("{}-B", bill.id), if chance.percent(45) { "pix" } else { "boleto" })
        } else {
            (bill.id.as_str(), String::new(), "transfer")
        };
        let line = format!(
            "{}-P;{reference};{slip};{paid_on};{credited_on};{};{};{};{method};{};{}\n",
            bill.id,
            cost.total,
            cost.fine.amount,
            cost.interest.amount,
            bank_reference(paid_on, chance),
            bill.payer
        );
        self.payments.push_str(&line);
    }

    /// Money that came and was not owed: paid twice, paid too much, or paid before the bill became smaller.
    fn excess(&mut self, world: &World, index: u64, bill: &Bill<'_>, back: u64) {
        let (twice, over, reduced) = match index {
            tour::PAID_TWICE => (back == 1, false, false),
            tour::OVERPAID => (false, back == 2, false),
            tour::REDUCED => (false, false, back == 1),
            _ => (index % 83 == 40 && back == 2, index % 97 == 41 && back == 3, index % 211 == 42 && back == 2),
        };
        let Some(paid_on) = bill.paid_on else { return };
        let mut more = |name: &str, amount: Money, method: &str| {
            let day = (paid_on + Days::new(2)).min(world.today);
            self.payments.push_str(&format!("{}-{name};{};;{day};;{amount};;;{method};;{}\n", bill.id, bill.id, bill.payer));
        };
        if twice {
            more("P2", bill.amount, "pix");
        }
        if over {
            more("P3", Money::cents(8_000), "transfer");
        }
        if reduced {
            let less = Money::cents(bill.amount.as_cents() * 4 / 5);
            self.reductions.push_str(&bill.line(bill.due_on - Days::new(20), less));
        }
    }
}

impl Bill<'_> {
    fn line(&self, issued_on: NaiveDate, amount: Money) -> String {
        let Self { id, contract, sequence, nature, description, due_on, .. } = self;
        format!("{id};{contract};{sequence:010};{nature};{};{description};{issued_on};{due_on};{amount}\n", self.month.format("%Y-%m"))
    }
}

/// The month so many months after the last one that can be billed, counted back, and its due date.
fn due(today: NaiveDate, back: u64, day: u32) -> Option<(NaiveDate, NaiveDate)> {
    let next = today.with_day(1)?.checked_add_months(Months::new(1))?;
    let month = next.checked_sub_months(Months::new(u32::try_from(back).ok()?))?;
    Some((month, day_of_month(month.year(), month.month(), day)?))
}

/// When a bill is paid, if it is by today.
fn paid_on(habit: Habit, index: u64, due_on: NaiveDate, today: NaiveDate, chance: &mut Chance) -> Option<NaiveDate> {
    let early = due_on - Days::new(chance.below(5));
    let late = due_on + Days::new(chance.between(6, 45));
    let months = u64::try_from(today.signed_duration_since(due_on).num_days()).unwrap_or_default() / 30;
    let day = match habit {
        // One bill was forgotten three months ago, and its slip cannot be paid any more.
        Habit::InTime if index == tour::PAST_LIMIT && (90..121).contains(&today.signed_duration_since(due_on).num_days()) => return None,
        Habit::InTime => early,
        Habit::Late => late,
        Habit::Behind(of) if months < of => return None,
        Habit::Behind(_) => early,
    };
    (due_on <= today && day <= today).then_some(day)
}

/// A Pix code with the address of a charge, as a bank would register it; the address is nobody's.
fn pix(bill: &Bill<'_>, chance: &mut Chance) -> String {
    let parts = Parts {
        once: true,
        charge: Some(Charge::Location(format!("pix.example.org/v2/cobv/{:016x}{:016x}", chance.next(), chance.next()))),
        recurrence: None,
        amount: Some(bill.amount),
        name: "COOP VIDA SERENA".to_owned(),
        city: "CURITIBA".to_owned(),
        postal_code: None,
        txid: None,
    };
    parts.write().map(|code| code.as_str().to_owned()).unwrap_or_default()
}

fn bank_reference(on: NaiveDate, chance: &mut Chance) -> String {
    format!("{}{:010}", on.format("%Y%m%d"), chance.below(10_000_000_000))
}
