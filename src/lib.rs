//! The rules of Em Dia: what is owed, what can be paid, what may be asked and who may decide it.
//!
//! Never does I/O, never reads a clock (`today` and `as_of` are arguments), never uses a float. It compiles to
//! WebAssembly and to the server, so a simulation in the browser and the decision on the server are one function.
//!
//! # From a line to a plan
//!
//! ```
//! use domain::agreements::plans::{Debt, options};
//! use domain::agreements::policy::PlanPolicy;
//! use domain::boleto::typed::{Typed, read_typed};
//! use domain::calendar::Calendar;
//! use domain::charges::{Terms, late_charges};
//! use domain::money::Money;
//!
//! // On Saturday, 17 October 2026, somebody pastes the line of a boleto.
//! let today = "2026-10-17".parse()?;
//! let Typed::Cobranca(bar) = read_typed("10490.05505 77000.100048 00001.234541 8 15650000052347")? else { panic!() };
//! let amount = bar.amount().ok_or("no amount in the bars")?;
//! let due_on = bar.due_date(today).ok_or("no due date in the bars")?;
//! assert_eq!((bar.bank().with_digit().as_str(), amount, due_on), ("104-0", Money::cents(52_347), "2026-09-10".parse()?));
//!
//! // What it costs 37 days late, with a fine of 2 % and 1 % a month: R$ 523,47 + 10,47 + 6,46.
//! let calendar = Calendar::default();
//! let cost = late_charges(amount, due_on, today, &Terms::default(), &calendar);
//! assert_eq!((cost.days, cost.fine.amount, cost.interest.amount), (37, Money::cents(1_047), Money::cents(646)));
//! assert_eq!(cost.total.to_string(), "540,40");
//!
//! // In how many installments that can be paid, with 10 % now and the rest on the 10th of each month.
//! let debt = Debt::of(cost.principal, cost.charges(), cost.days);
//! let down_payment = cost.total.times("0.10".parse()?);
//! let plans = options(&PlanPolicy::default(), debt, down_payment, 10, today, &calendar);
//! let three = plans.iter().find(|plan| plan.request.count == 3).ok_or("not in three")?;
//! let payments: Vec<_> = three.payments().map(|payment| payment.amount.to_string()).collect();
//! assert_eq!(payments, ["54,04", "162,12", "162,12", "162,12"]);
//! // To the centavo, in every one of them.
//! assert!(plans.iter().all(|plan| plan.payments().map(|payment| payment.amount).sum::<Money>() == plan.total_cost));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Map
//!
//! - **Money and calendar**: [`money`] (centavos, one parser, one rounding), [`calendar`] (business days by rule).
//! - **What is owed**: [`statement`] (balances, ageing and credits from ledger entries), [`charges`] (correction, fine, interest
//!   and discount on a day), [`indices`] (the monthly figures that charges are corrected by).
//! - **Paying**: [`boleto`] (line, bars, the fields of nine banks, collection guides), [`pix`] (BR Code, keys, ids), [`slips`]
//!   (may a copy be handed out), [`receipts`] ("I have paid").
//! - **Plans**: [`agreements`] (who may have one, what it costs, who grants it).
//! - **Documents**: [`declarations`] (is a year paid, and the code that proves a document), [`papers`] (what a year's
//!   payments come to for the income tax).
//! - **Requests and people**: [`requests`] (the workflow as one table), [`disputes`], [`refunds`], [`actors`] (who acts),
//!   [`sign_in`], [`tax_ids`] (CPF and CNPJ), [`bank_accounts`], [`forms`] (what is typed, and what is wrong with it).
//! - **Following up**: [`flags`] (what is to be known of a customer), [`activities`] (attempts to reach them), [`promises`] ("I will
//!   pay on …"), [`default_notices`] (RN 593: days, notice, proof), [`placements`] (what goes to agencies and lawyers),
//!   [`write_offs`] (what the house gives up, and what comes back of it), [`templates`] (words with variables: what is written to people).
//! - **Files of banks and tax authorities**: [`cnab`] (return files), [`reconciliation`] (what they do to bills),
//!   [`access_keys`] (NF-e and NFS-e).
//! - **Beneath all**: [`ids`] (a type for each kind of thing), [`words`] (the stored words of closed enums).
//!
//! # Conventions
//!
//! - Amounts are whole centavos ([`money::Money`]), positive where the customer owes.
//! - Rates are fractions in decimals: 0.02 is 2 %. Rounding is half away from zero, once, where a rate becomes money.
//! - Dates are calendar days in the creditor's time zone; "days" are calendar days unless they are called business days.
//! - Positions of characters count from 0, except in a [`forms::Problem`], which counts from 1 as people do; positions in
//!   barcodes and bank files count from 1, as the manuals do.
//! - Reading gives a type that can only be right, or an enum that says what is wrong and, where one place can be named, at
//!   which position. Nothing is mended by guessing.
//! - `Debug` of a [`tax_ids::TaxId`], a [`bank_accounts::BankAccount`] or a [`pix::keys::PixKey`] is masked; for screens they
//!   have masked texts too.
//! - Where a rule has a source (law, manual, standard), its module names it.
#![deny(clippy::float_arithmetic, missing_docs)]

pub mod acceptances;
pub mod access_keys;
pub mod activities;
pub mod actors;
pub mod agreements;
pub mod api_keys;
pub mod bank_accounts;
pub mod boleto;
pub mod brand;
pub mod calendar;
pub mod charges;
pub mod cnab;
pub mod declarations;
pub mod default_notices;
pub mod demands;
pub mod disputes;
pub mod flags;
pub mod forms;
pub mod guarantees;
pub mod holidays;
pub mod ids;
pub mod incidents;
pub mod indices;
pub mod money;
pub mod names;
pub mod papers;
pub mod pix;
pub mod placements;
pub mod policies;
pub mod promises;
pub mod receipts;
pub mod reconciliation;
pub mod refunds;
pub mod reliefs;
pub mod requests;
pub mod sign_in;
pub mod slips;
pub mod statement;
pub mod tax_ids;
pub mod team;
pub mod templates;
pub mod webhooks;
pub mod words;
pub mod write_offs;
