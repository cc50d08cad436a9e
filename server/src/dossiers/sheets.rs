//! The dossier's papers in words, in the creditor's language. Never looks anything up and never works anything out: it says the facts.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use domain::money::Money;
use domain::statement::{EntryKind, Standing};
use domain::tax_ids::TaxId;
use rust_decimal::Decimal;
use uuid::Uuid;

use super::facts::{Bill, Facts, Request, Step};
use super::words;
use crate::clock::Clock;
use crate::papers::table;
use crate::pdf::Align::{Left, Right};
use crate::pdf::letter::Block;
use crate::texts::{self, Locale, dossiers as t};
use crate::{bills, calculations, documents, wording};

/// What every paper of a dossier is worded with.
pub(super) struct Wording<'a> {
    pub(super) l: Locale,
    pub(super) clock: &'a Clock,
    pub(super) facts: &'a Facts,
    bills: HashMap<Uuid, &'a Bill>,
    slips: HashMap<Uuid, &'a str>,
}

/// A paper: the name of its file without its ending, its title, what it says, and of how many records.
pub(super) struct Sheet {
    pub(super) file: &'static str,
    pub(super) title: &'static str,
    pub(super) blocks: Vec<Block>,
    pub(super) records: usize,
}

impl<'a> Wording<'a> {
    pub(super) fn new(l: Locale, clock: &'a Clock, facts: &'a Facts) -> Self {
        let bills = facts.bills.iter().map(|bill| (bill.row.id, bill)).collect();
        let slips = facts.slips.iter().map(|slip| (slip.row.id, slip.row.nosso_numero.as_str())).collect();
        Self { l, clock, facts, bills, slips }
    }

    pub(super) fn money(&self, amount: Money) -> String {
        texts::money(self.l, amount)
    }

    pub(super) fn day(&self, on: NaiveDate) -> String {
        texts::date(self.l, on)
    }

    pub(super) fn maybe_day(&self, on: Option<NaiveDate>) -> String {
        on.map(|on| self.day(on)).unwrap_or_default()
    }

    /// To the second: what came first may matter.
    pub(super) fn moment(&self, at: DateTime<Utc>) -> String {
        let at = self.clock.local(at);
        format!("{} {}", texts::date(self.l, at.date_naive()), at.format("%H:%M:%S"))
    }

    pub(super) fn local_day(&self, at: DateTime<Utc>) -> NaiveDate {
        self.clock.local(at).date_naive()
    }

    pub(super) fn number(&self, bill: Option<Uuid>) -> String {
        bill.and_then(|id| self.bills.get(&id)).map(|bill| bill.row.number.clone()).unwrap_or_default()
    }

    fn numbers(&self, bills: &[Uuid]) -> String {
        bills.iter().map(|bill| self.number(Some(*bill))).filter(|number| !number.is_empty()).collect::<Vec<_>>().join(", ")
    }

    /// Who acted: the customer, or one who may act for them, by number and never by name.
    fn person(&self, id: Uuid) -> String {
        let representations = &self.facts.register.representations;
        match representations.iter().position(|one| one.representative_id == id) {
            Some(at) => t::representative(self.l, at + 1),
            None => t::to_customer(self.l).to_owned(),
        }
    }

    pub(super) fn nothing(&self) -> Block {
        Block::Paragraph(t::nothing(self.l).to_owned())
    }

    pub(super) fn tax_id(&self) -> String {
        let tax_id = &self.facts.register.person.tax_id;
        TaxId::parse(tax_id).map_or_else(|_| tax_id.clone(), |tax_id| tax_id.to_string())
    }

    /// A rate as the contract says it; nothing where it says nothing.
    fn rate(&self, rate: &str) -> String {
        rate.parse::<Decimal>().map_or_else(|_| t::none(self.l).to_owned(), |rate| calculations::rate(self.l, rate))
    }
}

pub(super) fn person(w: &Wording<'_>) -> Sheet {
    let (l, register) = (w.l, &w.facts.register);
    let person = &register.person;
    let or_none = |text: &Option<String>| match text.as_deref().map(str::trim) {
        Some(text) if !text.is_empty() => text.to_owned(),
        _ => t::none(l).to_owned(),
    };
    let pair = |label: &str, value: String| (label.to_owned(), value);
    let mut blocks = vec![
        Block::Pairs(vec![
            pair(texts::papers::holder(l), person.name.clone()),
            pair(texts::papers::holder_tax_id(l), w.tax_id()),
            pair(t::external_id(l), person.external_id.clone()),
            pair(t::email(l), or_none(&person.email)),
            pair(t::phone(l), or_none(&person.phone)),
            pair(t::address(l), format!("{}, {}/{}, {}", person.address, person.city, person.state, person.postal_code)),
            pair(t::known_since(l), w.moment(person.created_at)),
        ]),
        Block::Heading(t::contracts(l).to_owned()),
    ];
    let rows: Vec<_> = register
        .contracts
        .iter()
        .map(|contract| {
            vec![
                contract.number.clone(),
                contract.plan_name.clone(),
                contract.plan_registration.clone(),
                words::contract_state(l, &contract.state).to_owned(),
                w.day(contract.starts_on),
                w.maybe_day(contract.ends_on),
                w.rate(&contract.fine_rate),
                w.rate(&contract.monthly_interest),
            ]
        })
        .collect();
    blocks.push(match rows.is_empty() {
        true => w.nothing(),
        false => table(
            &[
                (t::contract(l), 22, Left),
                (t::plan(l), 44, Left),
                (t::ans(l), 20, Left),
                (t::state(l), 18, Left),
                (t::since(l), 20, Left),
                (t::until(l), 20, Left),
                (t::fine(l), 14, Right),
                (t::interest(l), 20, Right),
            ],
            rows,
            None,
        ),
    });
    blocks.push(Block::Heading(t::representatives(l).to_owned()));
    let rows: Vec<_> = register
        .representations
        .iter()
        .enumerate()
        .map(|(at, one)| {
            vec![t::representative(l, at + 1), words::scope(l, &one.scope).to_owned(), w.day(one.starts_on), w.maybe_day(one.ends_on)]
        })
        .collect();
    blocks.push(match rows.is_empty() {
        true => w.nothing(),
        false => table(&[(t::who(l), 40, Left), (t::scope(l), 60, Left), (t::since(l), 30, Left), (t::until(l), 30, Left)], rows, None),
    });
    blocks.push(Block::Heading(texts::guarantees::title(l).to_owned()));
    let rows: Vec<_> = register
        .guarantees
        .iter()
        .map(|one| {
            vec![
                one.kind.parse().map_or_else(|_| one.kind.clone(), |kind| wording::guarantee_kind(l, kind).to_owned()),
                [one.issuer.as_str(), one.reference.as_str()].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", "),
                w.day(one.given_on),
                w.maybe_day(one.valid_until),
                one.state.parse().map_or_else(|_| one.state.clone(), |state| wording::guarantee_state(l, state).to_owned()),
                w.money(Money::cents(one.amount)),
            ]
        })
        .collect();
    blocks.push(match rows.is_empty() {
        true => w.nothing(),
        false => table(
            &[
                (t::guarantee(l), 40, Left),
                (t::guarantee_by(l), 54, Left),
                (t::since(l), 20, Left),
                (t::until(l), 20, Left),
                (t::state(l), 20, Left),
                (t::amount(l), 24, Right),
            ],
            rows,
            None,
        ),
    });
    Sheet { file: t::person_file(l), title: t::person(l), blocks, records: register.contracts.len() }
}

/// How a bill stood, in a word or two.
fn standing(w: &Wording<'_>, bill: &Bill) -> String {
    let l = w.l;
    match bill {
        _ if bill.disputed => bills::standing(l, Standing::Disputed).to_owned(),
        _ if bill.in_agreement => bills::standing(l, Standing::InAgreement).to_owned(),
        _ if !bill.balance.is_positive() => bills::standing(l, Standing::Settled).to_owned(),
        _ if bill.days_late > 0 => t::days_late(l, i64::from(bill.days_late)),
        _ => t::not_due(l).to_owned(),
    }
}

fn bill_name(l: Locale, bill: &Bill) -> String {
    let nature = bills::nature(l, bill.row.nature);
    if bill.row.competence.is_empty() { nature.to_owned() } else { format!("{nature}, {}", texts::competence(l, &bill.row.competence)) }
}

pub(super) fn bills_and_ledger(w: &Wording<'_>) -> Sheet {
    let l = w.l;
    let contracts: HashMap<Uuid, &str> = w.facts.register.contracts.iter().map(|one| (one.id, one.number.as_str())).collect();
    let rows: Vec<_> = w
        .facts
        .bills
        .iter()
        .map(|bill| {
            vec![
                bill.row.number.clone(),
                bill_name(l, bill),
                contracts.get(&bill.row.contract_id).copied().unwrap_or_default().to_owned(),
                w.day(bill.row.issued_on),
                w.day(bill.row.due_on),
                w.money(bill.row.amount),
                w.money(bill.balance),
                standing(w, bill),
            ]
        })
        .collect();
    let mut blocks = Vec::new();
    if rows.is_empty() {
        blocks.push(w.nothing());
    } else {
        let sum = |of: fn(&Bill) -> Money| w.money(w.facts.bills.iter().map(of).sum());
        let blank = String::new;
        let total = vec![
            texts::papers::total(l).to_owned(),
            blank(),
            blank(),
            blank(),
            blank(),
            sum(|bill| bill.row.amount),
            sum(|bill| bill.balance),
            blank(),
        ];
        blocks.push(table(
            &[
                (t::bill(l), 24, Left),
                (texts::statement::column_nature(l), 50, Left),
                (t::contract(l), 18, Left),
                (t::issued(l), 19, Left),
                (t::due(l), 19, Left),
                (t::amount(l), 22, Right),
                (texts::statement::column_balance(l), 22, Right),
                (t::state(l), 24, Left),
            ],
            rows,
            Some(total),
        ));
    }
    blocks.push(Block::Heading(t::ledger(l).to_owned()));
    let mut balance = Money::ZERO;
    let rows: Vec<_> = w
        .facts
        .entries
        .iter()
        .map(|entry| {
            balance += entry.amount;
            let mut what = bills::entry_kind(l, entry.kind).to_owned();
            if let (EntryKind::Charge, Some(bill)) = (entry.kind, entry.bill_id.and_then(|id| w.bills.get(&id))) {
                what = format!("{what}: {}", bill_name(l, bill));
            }
            if !entry.note.is_empty() {
                what = format!("{what}: {}", entry.note);
            }
            vec![
                w.day(entry.effective_on),
                what,
                w.number(entry.bill_id),
                w.moment(entry.posted_at),
                w.money(entry.amount),
                w.money(balance),
            ]
        })
        .collect();
    blocks.push(match rows.is_empty() {
        true => w.nothing(),
        false => table(
            &[
                (texts::statement::paper_date(l), 20, Left),
                (texts::statement::column_description(l), 62, Left),
                (t::bill(l), 24, Left),
                (t::told_on(l), 32, Left),
                (t::amount(l), 24, Right),
                (texts::statement::column_balance(l), 24, Right),
            ],
            rows,
            None,
        ),
    });
    Sheet { file: t::bills_file(l), title: t::bills(l), blocks, records: w.facts.bills.len() + w.facts.entries.len() }
}

/// The calculation of each late bill, line by line, as the customer's own page shows it.
pub(super) fn sums(w: &Wording<'_>) -> Sheet {
    let l = w.l;
    let mut blocks = vec![Block::Paragraph(t::sums_as_of(l, w.day(w.facts.day)))];
    let (mut total, mut records) = (Money::ZERO, 0);
    for bill in w.facts.bills.iter().filter(|bill| bill.is_late()) {
        let Some(calculation) = &bill.calculation else { continue };
        let explained = calculations::explained(l, calculation);
        let rows = explained.parts.iter().map(|part| vec![part.label.to_owned(), part.how.clone(), w.money(part.amount)]).collect();
        let sum = vec![texts::bills::total_on(l, w.day(calculation.on)), String::new(), w.money(calculation.total)];
        blocks.push(Block::Heading(t::sum_of(l, w.day(bill.row.due_on), &bill.row.number)));
        blocks.push(table(&[(t::part(l), 50, Left), (t::how_found(l), 90, Left), (t::amount(l), 30, Right)], rows, Some(sum)));
        blocks.push(Block::Paragraph(explained.note));
        total += calculation.total;
        records += 1;
    }
    if records == 0 {
        blocks.push(w.nothing());
    } else {
        blocks.push(Block::Pairs(vec![(t::sums_total(l).to_owned(), w.money(total))]));
    }
    Sheet { file: t::sums_file(l), title: t::sums(l), blocks, records }
}

pub(super) fn payments(w: &Wording<'_>) -> Sheet {
    let l = w.l;
    let cents = |cents: Option<i64>| cents.map(|cents| w.money(Money::cents(cents))).unwrap_or_default();
    let rows: Vec<_> = w
        .facts
        .payments
        .iter()
        .map(|payment| {
            let slip = payment.slip_id.and_then(|id| w.slips.get(&id)).copied().unwrap_or_default();
            let bill = match payment.bill_id {
                Some(bill) => w.number(Some(bill)),
                None => payment
                    .slip_id
                    .and_then(|id| w.facts.slips.iter().find(|slip| slip.row.id == id))
                    .map(|slip| w.numbers(&slip.bills))
                    .unwrap_or_default(),
            };
            vec![
                w.day(payment.paid_on),
                w.maybe_day(payment.credited_on),
                w.money(payment.amount),
                cents(payment.fine),
                cents(payment.interest),
                crate::papers::payments::method(l, &payment.method).to_owned(),
                bill,
                slip.to_owned(),
                payment.bank_reference.clone(),
                payment.reversed_at.map(|at| w.day(w.local_day(at))).unwrap_or_default(),
            ]
        })
        .collect();
    let block = match rows.is_empty() {
        true => w.nothing(),
        false => table(
            &[
                (t::paid_on(l), 19, Left),
                (t::credited_on(l), 19, Left),
                (t::amount(l), 20, Right),
                (t::fine(l), 15, Right),
                (t::interest_amount(l), 15, Right),
                (t::method(l), 25, Left),
                (t::bill(l), 23, Left),
                (t::nosso_numero(l), 24, Left),
                (t::reference(l), 38, Left),
                (t::reversed(l), 19, Left),
            ],
            rows,
            None,
        ),
    };
    Sheet { file: t::payments_file(l), title: t::payments(l), blocks: vec![block], records: w.facts.payments.len() }
}

pub(super) fn slips(w: &Wording<'_>) -> Sheet {
    let l = w.l;
    let facts = w.facts;
    let number = |slip: Uuid| w.slips.get(&slip).copied().unwrap_or_default().to_owned();
    let rows: Vec<_> = facts
        .slips
        .iter()
        .map(|slip| {
            vec![
                slip.row.nosso_numero.clone(),
                w.numbers(&slip.bills),
                w.money(slip.row.amount),
                w.day(slip.row.issued_on),
                w.day(slip.row.due_on),
                w.day(slip.row.limit_on),
                words::slip_state(l, slip.state).to_owned(),
            ]
        })
        .collect();
    let mut blocks = vec![match rows.is_empty() {
        true => w.nothing(),
        false => table(
            &[
                (t::nosso_numero(l), 36, Left),
                (t::bill(l), 34, Left),
                (t::amount(l), 24, Right),
                (t::issued(l), 20, Left),
                (t::due(l), 20, Left),
                (t::limit(l), 20, Left),
                (t::state(l), 26, Left),
            ],
            rows,
            None,
        ),
    }];
    blocks.push(Block::Heading(t::copies(l).to_owned()));
    let rows: Vec<_> = facts
        .copies
        .iter()
        .map(|copy| {
            vec![
                w.moment(copy.at),
                words::channel(l, copy.channel).to_owned(),
                number(copy.slip_id),
                w.person(copy.person_id),
                copy.line_hash.get(..16).unwrap_or(&copy.line_hash).to_owned(),
            ]
        })
        .collect();
    blocks.push(match rows.is_empty() {
        true => w.nothing(),
        false => table(
            &[
                (t::when(l), 34, Left),
                (t::channel(l), 28, Left),
                (t::nosso_numero(l), 40, Left),
                (t::who(l), 34, Left),
                (t::line_hash(l), 40, Left),
            ],
            rows,
            None,
        ),
    });
    blocks.push(Block::Heading(t::bank_said(l).to_owned()));
    let rows: Vec<_> = facts
        .told
        .iter()
        .map(|told| {
            vec![
                w.moment(told.received_at),
                number(told.slip_id),
                crate::reconciliation::outcome(l, told.outcome).to_owned(),
                w.maybe_day(told.occurred_on),
                told.paid.map(|cents| w.money(Money::cents(cents))).unwrap_or_default(),
            ]
        })
        .collect();
    blocks.push(match rows.is_empty() {
        true => w.nothing(),
        false => table(
            &[
                (t::bank_said_when(l), 34, Left),
                (t::nosso_numero(l), 40, Left),
                (t::bank_said_what(l), 50, Left),
                (t::occurred(l), 26, Left),
                (t::paid(l), 26, Right),
            ],
            rows,
            None,
        ),
    });
    Sheet { file: t::slips_file(l), title: t::slips(l), blocks, records: facts.slips.len() + facts.copies.len() + facts.told.len() }
}

pub(super) fn agreements(w: &Wording<'_>) -> Sheet {
    let l = w.l;
    let mut blocks = Vec::new();
    for agreement in &w.facts.agreements {
        let row = &agreement.row;
        blocks.push(Block::Heading(t::agreement(l, words::protocol(&row.protocol))));
        let proof = if agreement.proven { t::proof_holds(l) } else { t::proof_fails(l) };
        blocks.push(Block::Pairs(
            [
                (t::state(l), words::agreement(l, agreement.status).to_owned()),
                (t::accepted_at(l), w.moment(row.accepted_at)),
                (t::accepted_by(l), w.person(row.person_id)),
                (
                    texts::papers::accepted_how(l),
                    if agreement.evidence.is_some() { texts::acceptances::how(l) } else { texts::papers::accepted_how_words(l) }.to_owned(),
                ),
                (t::total(l), w.money(row.total)),
                (t::plan_interest(l), w.money(row.interest)),
                (t::accepted_hash(l), row.terms_hash.clone()),
                (t::proof(l), proof.to_owned()),
            ]
            .map(|(label, value)| (label.to_owned(), value))
            .to_vec(),
        ));
        if let Some(evidence) = &agreement.evidence {
            blocks.push(Block::Paragraph(texts::acceptances::evidence_words(l).to_owned()));
            blocks.push(Block::Pairs(evidence.lines(l, w.clock)));
        }
        blocks.push(Block::Paragraph(t::taken_bills(l).to_owned()));
        let taken = agreement.bills.iter().map(|one| {
            let amounts = [one.principal, one.fine, one.interest, one.discount, one.amount - one.discount];
            std::iter::once(w.number(Some(one.bill_id))).chain(amounts.map(|amount| w.money(amount))).collect()
        });
        blocks.push(table(
            &[
                (t::bill(l), 36, Left),
                (t::principal(l), 26, Right),
                (t::fine(l), 22, Right),
                (t::interest_amount(l), 22, Right),
                (t::discount(l), 22, Right),
                (t::total(l), 26, Right),
            ],
            taken.collect(),
            None,
        ));
        blocks.push(Block::Paragraph(t::installments(l).to_owned()));
        let installments = agreement.installments.iter().map(|one| {
            let name = if one.number == 0 { t::down_payment(l).to_owned() } else { one.number.to_string() };
            vec![name, w.day(one.due_on), w.money(one.amount)]
        });
        blocks.push(table(
            &[(t::installment(l), 40, Left), (t::due(l), 40, Left), (t::amount(l), 40, Right)],
            installments.collect(),
            None,
        ));
        if let Some(terms) = &agreement.terms {
            blocks.push(Block::Heading(t::terms(l).to_owned()));
            for section in &terms.sections {
                blocks.push(Block::Paragraph(section.title.clone()));
                blocks.push(Block::Clauses(section.paragraphs.clone()));
            }
        }
    }
    if blocks.is_empty() {
        blocks.push(w.nothing());
    }
    Sheet { file: t::agreements_file(l), title: t::agreements(l), blocks, records: w.facts.agreements.len() }
}

/// A text of several paragraphs.
fn paragraphs(text: &str) -> impl Iterator<Item = Block> {
    let text = text.replace("\r\n", "\n");
    let parts: Vec<Block> =
        text.split("\n\n").map(str::trim).filter(|part| !part.is_empty()).map(|part| Block::Paragraph(part.to_owned())).collect();
    parts.into_iter()
}

pub(super) fn notices(w: &Wording<'_>) -> Sheet {
    let l = w.l;
    let mut blocks = Vec::new();
    for notice in &w.facts.notices {
        blocks.push(Block::Heading(notice.subject.clone()));
        let or_none = |at: Option<DateTime<Utc>>| at.map_or_else(|| t::no_proof(l).to_owned(), |at| w.moment(at));
        let mut pairs = vec![
            (t::told_on(l).to_owned(), w.moment(notice.created_at)),
            (t::channel(l).to_owned(), if notice.channel == "mail" { t::by_mail(l) } else { t::on_portal(l) }.to_owned()),
        ];
        if notice.channel == "mail" {
            pairs.push((t::delivered_on(l).to_owned(), or_none(notice.delivered_at)));
        }
        pairs.push((t::read_on(l).to_owned(), or_none(notice.read_at)));
        blocks.push(Block::Pairs(pairs));
        blocks.extend(paragraphs(&notice.body));
    }
    if blocks.is_empty() {
        blocks.push(w.nothing());
    }
    Sheet { file: t::notices_file(l), title: t::notices(l), blocks, records: w.facts.notices.len() }
}

pub(super) fn requests(w: &Wording<'_>) -> Sheet {
    let l = w.l;
    let mut blocks = Vec::new();
    let mut records = 0;
    for request in &w.facts.requests {
        let row = &request.row;
        blocks.push(Block::Heading(format!("{}, {}", words::protocol(&row.protocol), words::kind(l, row.kind))));
        blocks.push(Block::Pairs(about_request(w, request)));
        if !row.note.trim().is_empty() {
            blocks.push(Block::Pairs(vec![(t::customer_words(l).to_owned(), row.note.clone())]));
        }
        blocks.push(Block::Paragraph(t::timeline(l).to_owned()));
        for step in &request.steps {
            let mut pairs = vec![(w.moment(step.at), format!("{} ({})", words::did(l, &step.action), by(w, step)))];
            let said = [(t::told(l), &step.told), (t::internal(l), &step.internal)];
            pairs.extend(said.into_iter().filter_map(|(label, text)| {
                let text = text.as_deref().map(str::trim).filter(|text| !text.is_empty())?;
                Some((label.to_owned(), text.to_owned()))
            }));
            blocks.push(Block::Pairs(pairs));
        }
        records += 1 + request.steps.len();
    }
    if blocks.is_empty() {
        blocks.push(w.nothing());
    }
    Sheet { file: t::requests_file(l), title: t::requests(l), blocks, records }
}

fn about_request(w: &Wording<'_>, request: &Request) -> Vec<(String, String)> {
    let (l, row) = (w.l, &request.row);
    let mut pairs = vec![
        (t::when(l), w.moment(row.opened_at)),
        (t::deadline(l), w.day(row.deadline_on)),
        (t::state(l), words::status(l, request.status).to_owned()),
        (t::asked_by(l), w.person(row.person_id)),
    ];
    if !row.amount.is_zero() {
        pairs.push((t::amount(l), w.money(row.amount)));
    }
    if !request.bills.is_empty() {
        pairs.push((t::about(l), w.numbers(&request.bills)));
    }
    if let Some(refund) = &request.refund {
        let to = refund.destination_masked.as_deref().unwrap_or_default();
        pairs.push((t::refund_to(l), format!("{} {to}", w.money(refund.amount)).trim().to_owned()));
    }
    let pairs = pairs.into_iter().map(|(label, value)| (label.to_owned(), value));
    pairs.chain(request.evidence.iter().flat_map(|evidence| evidence.lines(l, w.clock))).collect()
}

fn by(w: &Wording<'_>, step: &Step) -> String {
    match (step.actor_kind.as_str(), &step.name, step.actor_id) {
        ("staff", Some(name), _) => t::by_staff(w.l, name),
        ("customer", _, Some(id)) => w.person(id),
        ("customer", ..) => t::by_customer(w.l).to_owned(),
        _ => t::by_system(w.l).to_owned(),
    }
}

/// Documents and uploads, with where each lies in the archive; none where its file could not be put there.
pub(super) fn documents(w: &Wording<'_>, places: &HashMap<(usize, bool), String>) -> Sheet {
    let l = w.l;
    let place = |at: usize, upload: bool| places.get(&(at, upload)).cloned().unwrap_or_else(|| t::not_here(l).to_owned());
    let rows: Vec<_> = w
        .facts
        .documents
        .iter()
        .enumerate()
        .map(|(at, one)| {
            let month = if one.competence.is_empty() { String::new() } else { texts::competence(l, &one.competence) };
            vec![
                documents::kind(l, &one.kind).to_owned(),
                one.number.clone(),
                month,
                w.day(one.issued_on),
                w.number(one.bill_id),
                place(at, false),
                one.file_hash.clone(),
            ]
        })
        .collect();
    let columns = [
        (t::kind(l), 30, Left),
        (t::number(l), 16, Left),
        (t::month(l), 22, Left),
        (t::issued(l), 18, Left),
        (t::bill(l), 20, Left),
        (t::in_archive(l), 42, Left),
        (t::column_hash(l), 42, Left),
    ];
    let mut blocks = vec![if rows.is_empty() { w.nothing() } else { table(&columns, rows, None) }];
    blocks.push(Block::Heading(t::uploads(l).to_owned()));
    let uploads = w.facts.requests.iter().flat_map(|request| request.uploads.iter().map(move |upload| (request, upload)));
    let rows: Vec<_> = uploads
        .enumerate()
        .map(|(at, (request, upload))| {
            vec![words::protocol(&request.row.protocol), w.moment(upload.uploaded_at), place(at, true), upload.file_hash.clone()]
        })
        .collect();
    let records = w.facts.documents.len() + rows.len() + w.facts.papers.len();
    let columns = [(t::protocol(l), 40, Left), (t::uploaded(l), 32, Left), (t::in_archive(l), 56, Left), (t::column_hash(l), 52, Left)];
    blocks.push(if rows.is_empty() { w.nothing() } else { table(&columns, rows, None) });
    blocks.push(Block::Heading(t::papers(l).to_owned()));
    let rows: Vec<_> = w
        .facts
        .papers
        .iter()
        .map(|paper| vec![words::paper(l, &paper.kind).to_owned(), paper.about.clone(), paper.code.clone(), w.moment(paper.issued_at)])
        .collect();
    let columns = [(t::kind(l), 50, Left), (t::about_what(l), 50, Left), (t::code(l), 40, Left), (t::issued_at(l), 40, Left)];
    blocks.push(if rows.is_empty() { w.nothing() } else { table(&columns, rows, None) });
    Sheet { file: t::documents_file(l), title: t::documents(l), blocks, records }
}
