//! Each figure of the dashboard as one table: what the page shows and what the file holds. Never a figure of its own.

use std::str::FromStr;

use domain::money::Money;
use server::dashboard::{Aged, Dashboard, Received, Waiting};
use server::exports::{Cell, Sheet};
use server::promises::Promised;
use server::texts::{self, Locale, dashboard as t};

use crate::wording;

/// What the dashboard tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Figure {
    /// Open bills by age.
    Ageing,
    /// What came in, by month.
    Received,
    /// Requests that wait.
    Waiting,
    /// Agreements, by where they stand.
    Agreements,
    /// Promises to pay, by where they stand.
    Promises,
    /// What each person carries.
    Workload,
}

impl Figure {
    pub(super) const ALL: &'static [Self] =
        &[Self::Ageing, Self::Received, Self::Waiting, Self::Agreements, Self::Promises, Self::Workload];

    /// Its word in an address.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Ageing => "vencimento",
            Self::Received => "recebido",
            Self::Waiting => "fila",
            Self::Agreements => "acordos",
            Self::Promises => "promessas",
            Self::Workload => "equipe",
        }
    }
}

impl FromStr for Figure {
    type Err = ();
    fn from_str(word: &str) -> Result<Self, ()> {
        Self::ALL.iter().copied().find(|figure| figure.as_str() == word).ok_or(())
    }
}

/// A figure as a table; none for what this reader does not see.
pub(super) fn table(l: Locale, dashboard: &Dashboard, figure: Figure) -> Option<Sheet> {
    Some(match figure {
        Figure::Ageing => ageing(l, &dashboard.ageing),
        Figure::Received => received(l, &dashboard.received),
        Figure::Waiting => waiting(l, &dashboard.waiting),
        Figure::Agreements => agreements(l, dashboard),
        Figure::Promises => promises(l, dashboard),
        Figure::Workload => workload(l, dashboard)?,
    })
}

fn sheet(name: &str, columns: &[&str], rows: Vec<Vec<Cell>>) -> Sheet {
    Sheet { name: name.to_owned(), columns: columns.iter().map(|&column| column.to_owned()).collect(), rows }
}

fn money(amount: Money) -> Cell {
    Cell::Cents(amount.as_cents())
}

fn words(words: &str) -> Cell {
    Cell::Text(words.to_owned())
}

fn ageing(l: Locale, lines: &[Aged]) -> Sheet {
    let row = |line: &Aged| {
        vec![words(wording::age(l, line.age)), Cell::Count(line.bills), money(line.open), money(line.disputed), money(line.in_agreement)]
    };
    let columns = [t::column_age(l), t::column_bills(l), t::column_open(l), t::column_disputed(l), t::column_in_agreement(l)];
    sheet(t::sheet_ageing(l), &columns, lines.iter().map(row).collect())
}

fn received(l: Locale, months: &[Received]) -> Sheet {
    let row = |line: &Received| {
        vec![
            Cell::Text(texts::competence(l, &line.month.format("%Y-%m").to_string())),
            money(line.in_time),
            money(line.late),
            money(line.agreements),
            money(line.unallocated),
            money(line.total()),
        ]
    };
    let columns = [
        t::column_month(l),
        t::series_in_time(l),
        t::series_late(l),
        t::series_agreements(l),
        t::series_unallocated(l),
        t::column_total(l),
    ];
    sheet(t::sheet_received(l), &columns, months.iter().map(row).collect())
}

fn waiting(l: Locale, kinds: &[Waiting]) -> Sheet {
    let row = |line: &Waiting| {
        let ages = line.by_age.into_iter().map(Cell::Count);
        std::iter::once(words(wording::kind(l, line.kind))).chain([Cell::Count(line.open()), Cell::Count(line.late)]).chain(ages).collect()
    };
    let columns = [
        t::column_kind(l),
        t::column_requests(l),
        t::column_late(l),
        t::waiting_today(l),
        t::waiting_to_2(l),
        t::waiting_to_7(l),
        t::waiting_to_15(l),
        t::waiting_older(l),
    ];
    sheet(t::sheet_waiting(l), &columns, kinds.iter().map(row).collect())
}

fn agreements(l: Locale, dashboard: &Dashboard) -> Sheet {
    let rows = dashboard
        .agreements
        .iter()
        .map(|line| vec![words(wording::agreement(l, line.status)), Cell::Count(line.agreements), money(line.total)])
        .collect();
    sheet(t::sheet_agreements(l), &[t::column_standing(l), t::column_agreements(l), t::column_sum(l)], rows)
}

fn promises(l: Locale, dashboard: &Dashboard) -> Sheet {
    let row = |line: &Promised| {
        vec![words(crate::promises::status(l, line.status, false).1), Cell::Count(line.promises), money(line.amount), money(line.paid)]
    };
    let columns = [t::column_standing(l), t::column_promises(l), t::column_promised(l), t::column_paid(l)];
    sheet(t::sheet_promises(l), &columns, dashboard.promises.iter().map(row).collect())
}

fn workload(l: Locale, dashboard: &Dashboard) -> Option<Sheet> {
    let rows = dashboard
        .workload
        .as_ref()?
        .iter()
        .map(|load| {
            let counts = [load.open, load.late, load.decided].map(Cell::Count);
            [words(&load.name), words(wording::role(l, load.role))].into_iter().chain(counts).collect()
        })
        .collect();
    let columns = [t::column_person(l), t::column_role(l), t::column_carries(l), t::column_late(l), t::column_decided(l)];
    Some(sheet(t::sheet_workload(l), &columns, rows))
}
