//! Tables, which become cards on a phone, and calculations a person can redo by hand.

use leptos::prelude::*;

use super::amounts::MoneyText;
use super::{Amount, Words};

/// The heading of a column.
pub struct Column {
    words: Words,
    end: bool,
}

impl Column {
    /// Text, read from its start.
    #[must_use]
    pub fn new(words: impl Into<Words>) -> Self {
        Self { words: words.into(), end: false }
    }

    /// Figures, aligned at their end.
    #[must_use]
    pub fn amount(words: impl Into<Words>) -> Self {
        Self { words: words.into(), end: true }
    }
}

/// A table. The first cell of each line is its heading; on a phone each line becomes a card that names its cells, unless
/// `wide` keeps the columns and lets them be scrolled (a desk's lists).
#[component]
pub fn DataTable(
    #[prop(into)] caption: Words,
    columns: Vec<Column>,
    rows: Vec<Vec<AnyView>>,
    /// A last line of totals.
    #[prop(optional)]
    total: Vec<AnyView>,
    #[prop(optional)] wide: bool,
    /// The caption is only heard: a heading above already says it.
    #[prop(optional)]
    caption_hidden: bool,
) -> impl IntoView {
    let head = columns
        .iter()
        .map(|column| view! { <th role="columnheader" scope="col" class=column.end.then_some("end")>{column.words.0.clone()}</th> })
        .collect_view();
    let total = (!total.is_empty()).then(|| view! { <tfoot role="rowgroup">{line(&columns, total)}</tfoot> });
    let rows = rows.into_iter().map(|cells| line(&columns, cells)).collect_view();
    // Roles are spelled out because some screen readers lose a table that is laid out as cards.
    let table = view! {
        <table class=if wide { "table" } else { "table table-cards" } role="table">
            <caption class=caption_hidden.then_some("visually-hidden")>{caption.0.clone()}</caption>
            <thead role="rowgroup"><tr role="row">{head}</tr></thead>
            <tbody role="rowgroup">{rows}</tbody>
            {total}
        </table>
    };
    if wide {
        // What scrolls sideways must be reachable by keyboard, and then needs a name.
        view! { <div class="table-scroll" role="region" tabindex="0" aria-label=caption.0>{table}</div> }.into_any()
    } else {
        table.into_any()
    }
}

fn line(columns: &[Column], cells: Vec<AnyView>) -> impl IntoView + use<> {
    let cells = cells
        .into_iter()
        .zip(columns)
        .enumerate()
        .map(|(at, (cell, column))| {
            let class = column.end.then_some("end");
            if at == 0 {
                view! { <th role="rowheader" scope="row" class=class>{cell}</th> }.into_any()
            } else {
                view! { <td role="cell" class=class data-label=column.words.clone().attribute()>{cell}</td> }.into_any()
            }
        })
        .collect_view();
    view! { <tr role="row">{cells}</tr> }
}

/// One line of a [`Calculation`].
pub struct Part {
    label: Words,
    how: Words,
    amount: Amount,
}

impl Part {
    /// A component and its amount.
    #[must_use]
    pub fn new(label: impl Into<Words>, amount: Amount) -> Self {
        Self { label: label.into(), how: Words::default(), amount }
    }

    /// How it was worked out: "R$ 523,47 × 1% ÷ 30 × 37 dias".
    #[must_use]
    pub fn how(mut self, how: impl Into<Words>) -> Self {
        self.how = how.into();
        self
    }
}

/// A calculation laid open: each component, how it was worked out, and the total.
#[component]
pub fn Calculation(
    #[prop(into)] caption: Words,
    parts: Vec<Part>,
    total: Part,
    /// Rounding, the contract's clause, the version of the rule.
    #[prop(into, optional)]
    note: Words,
) -> impl IntoView {
    let parts = parts.into_iter().map(part).collect_view();
    view! {
        <table class="sum">
            <caption class="visually-hidden">{caption.0}</caption>
            <tbody>{parts}</tbody>
            <tfoot>{part(total)}</tfoot>
        </table>
        {note.draw(|note| view! { <p class="sum-note">{note}</p> })}
    }
}

fn part(part: Part) -> impl IntoView {
    view! {
        <tr>
            <th scope="row">{part.label.0}{part.how.draw(|how| view! { <span class="sum-how">{how}</span> })}</th>
            <td><MoneyText amount=part.amount/></td>
        </tr>
    }
}
