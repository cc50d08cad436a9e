//! The leaves every page is made of: fields, buttons, money, dates, tables, notices, and the frames around a page.
//!
//! Never words anything itself: every sentence comes in as [`Words`], already in the reader's language, the ones only
//! screen readers hear included. Never decides, formats or rounds anything: amounts and dates come in with their text.
//! Rendered on the server only, as HTML that stands alone; no part needs a script, an inline style or an id it did not get.
//!
//! `cargo run -p app --features ssr --example gallery -- FOLDER` writes every part in every state, and whole screens
//! made of them, as static pages: the living style guide. Its source shows the markup to use. In short:
//!
//! ```ignore
//! use crate::ui::{actions::*, amounts::*, forms::*, layout::*, lists::*, panels::*, tables::*, Amount, Choice, When};
//!
//! // A page: the frame is built once per request, from the session and the translations.
//! view! { <CustomerLayout frame rooms rooms_label=t.nav_label sign_out acting>
//!     <ErrorSummary title=t.mend errors=vec![("valor".into(), t.valor_missing.into())]/>   // nothing when empty
//!     <PageTitle title=t.pay_title lede=t.pay_lede><StatusTag tone=Tone::Attention words=t.late/></PageTitle>
//!     …
//! </CustomerLayout> }
//!
//! // A form: the same order as GOV.UK's: label, hint, error, control. `error` takes a String or an Option<String>.
//! view! { <PostForm action=paths::sign_in()>
//!     <Field name="cpf" label=t.cpf hint=t.cpf_hint error=errors.of("cpf") value=form.cpf kind=Kind::Digits width=Width::Twenty/>
//!     <Radios name="dia" legend=t.day selected=form.dia choices=vec![Choice::new("5", t.day_5), Choice::new("20", t.day_20).hint(t.late)]/>
//!     <Actions><Button label=t.go_on/><ButtonLink href=paths::home() label=t.cancel kind=ButtonKind::Quiet/></Actions>
//! </PostForm> }
//!
//! // The total to pay, with its one action.
//! view! { <AmountHero label=t.to_pay amount=Amount::new(total, l.money(total)) as_of=t.as_of(l.instant(now))>
//!     <ButtonLink href=paths::pay() label=t.pay icon=Icon::Barcode/>
//! </AmountHero> }
//!
//! // Rows of bills; children are what opens below a row.
//! view! { <Rows>
//!     <Row title="Mensalidade de novembro" href=paths::bill(id) meta=t.due_on(…) amount=Amount::new(…) tone=Tone::Attention tag=t.late>
//!         <Details summary=t.how_much_and_why><Calculation caption=… lines=… total=…/></Details>
//!     </Row>
//! </Rows> }
//!
//! // A table whose lines become cards on a phone; the first cell of a line is its heading.
//! view! { <DataTable caption=t.installments columns=vec![Column::new(t.number), Column::new(t.due), Column::amount(t.value)] rows/> }
//!
//! // A line to copy; the child is the place of the copying island.
//! view! { <CopyBlock id="linha" label=t.line groups=line.groups() hint=t.touch_to_select><CopyButton target="linha"/></CopyBlock> }
//! ```
//!
//! A property that is an `Option` (`amount` of a row, `link` of a card, `icon`) takes the bare value; to hand on an `Option`
//! as it is, write `nostrip:amount=maybe`. Words never need that: every [`Words`] property takes an `Option<String>` too.
//!
//! Classes a page may use by itself: `flow` (space between children), `columns` and `columns columns-even` (side by side on
//! a desk), `narrow` (reading width), `section-head` (a heading with a link beside it), `lede`, `soft`, `small`, `nowrap`, `number`,
//! `visually-hidden`, `no-print`, `amount-large` (the figure that leads a card), `qr` (around a code's SVG); for staff also `figures` / `figure` / `figure-value` /
//! `figure-label`, `find` (the search of the header) and `decide` (a panel that stays in sight).

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, TimeZone};
use domain::money::Money;

pub mod actions;
pub mod amounts;
pub mod charts;
pub mod forms;
pub mod icons;
pub mod layout;
pub mod lists;
pub mod panels;
pub mod tables;

/// Text for machines: a field's name or value, an address, an id.
pub type Str = Cow<'static, str>;

/// Text for people, already worded in their language. Empty means that there is nothing to say, and nothing is drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words(Str);

impl Words {
    /// Whether there is nothing to say.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Draws the text, if there is one.
    fn draw<V>(self, how: impl FnOnce(Str) -> V) -> Option<V> {
        (!self.0.is_empty()).then(|| how(self.0))
    }

    /// The text as an attribute that is left out when empty.
    fn attribute(self) -> Option<Str> {
        (!self.0.is_empty()).then_some(self.0)
    }
}

impl From<&'static str> for Words {
    fn from(text: &'static str) -> Self {
        Self(Cow::Borrowed(text))
    }
}

impl From<String> for Words {
    fn from(text: String) -> Self {
        Self(Cow::Owned(text))
    }
}

impl From<Str> for Words {
    fn from(text: Str) -> Self {
        Self(text)
    }
}

impl<T: Into<Words>> From<Option<T>> for Words {
    fn from(text: Option<T>) -> Self {
        text.map(Into::into).unwrap_or_default()
    }
}

/// An amount of money and how the reader's language writes it ("R$ 523,47").
#[derive(Clone, Debug)]
pub struct Amount {
    value: Money,
    words: Words,
}

impl Amount {
    /// `words` is the whole text with its currency.
    #[must_use]
    pub fn new(value: Money, words: impl Into<Words>) -> Self {
        Self { value, words: words.into() }
    }
}

/// A date or an instant and how the reader's language writes it ("21 de novembro").
#[derive(Clone, Debug)]
pub struct When {
    machine: String,
    words: Words,
}

impl When {
    /// A day.
    #[must_use]
    pub fn date(day: NaiveDate, words: impl Into<Words>) -> Self {
        Self { machine: day.to_string(), words: words.into() }
    }

    /// A moment, to the second, with its offset.
    #[must_use]
    pub fn instant<Z: TimeZone>(moment: &DateTime<Z>, words: impl Into<Words>) -> Self {
        Self { machine: moment.to_rfc3339_opts(chrono::SecondsFormat::Secs, true), words: words.into() }
    }
}

/// What a state means to the reader. There is no alarm among them on purpose: being late is `Attention`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Neither good nor bad: closed, withdrawn, replaced.
    #[default]
    Neutral,
    /// Under way.
    Info,
    /// Done, paid, approved.
    Good,
    /// Wants something of the reader.
    Attention,
}

impl Tone {
    /// The class of this tone, of the four a part has.
    pub(crate) fn class(self, neutral: &'static str, info: &'static str, good: &'static str, attention: &'static str) -> &'static str {
        match self {
            Self::Neutral => neutral,
            Self::Info => info,
            Self::Good => good,
            Self::Attention => attention,
        }
    }
}
