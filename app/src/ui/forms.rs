//! Questions and their answers, one by one: label, hint, error, control, each tied to the other by id.
//!
//! Never checks anything: the rules live in `domain`, so no control carries `required`, `min` or `pattern`, and every form
//! is `novalidate`. A field's id is its name, unless given, and the error summary leads there.

use leptos::prelude::*;

use super::icons::{Icon, Symbol};
use super::{Str, Words};

/// A form that changes something: posts, and leaves every check to the server's one parser.
#[component]
pub fn PostForm(
    #[prop(into)] action: Str,
    /// Carries files.
    #[prop(optional)]
    upload: bool,
    #[prop(into, optional)] id: Str,
    children: Children,
) -> impl IntoView {
    view! {
        <form id=(!id.is_empty()).then_some(id) method="post" action=action enctype=upload.then_some("multipart/form-data") novalidate=true>
            {children()}
        </form>
    }
}

/// A value that travels with a form unseen.
#[component]
pub fn Hidden(#[prop(into)] name: Str, #[prop(into)] value: Str) -> impl IntoView {
    view! { <input type="hidden" name=name value=value/> }
}

/// What people type, which decides the keyboard a phone shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// Ordinary text.
    #[default]
    Text,
    /// Figures that are not a quantity: CPF, postal code, branch.
    Digits,
    /// Figures and capitals: CNPJ, access keys, Pix codes.
    Code,
    /// An amount of money.
    Money,
    /// A day; the browser's own calendar.
    Date,
    /// A day and a time, to the second.
    Moment,
    /// E-mail address.
    Email,
    /// Telephone.
    Phone,
    /// A secret; its value is never sent back.
    Password,
    /// A search.
    Search,
}

impl Kind {
    fn input(self) -> &'static str {
        match self {
            Self::Text | Self::Digits | Self::Code | Self::Money => "text",
            Self::Date => "date",
            Self::Moment => "datetime-local",
            Self::Email => "email",
            Self::Phone => "tel",
            Self::Password => "password",
            Self::Search => "search",
        }
    }

    fn keyboard(self) -> Option<&'static str> {
        match self {
            Self::Digits => Some("numeric"),
            Self::Money => Some("decimal"),
            _ => None,
        }
    }

    fn is_prose(self) -> bool {
        matches!(self, Self::Text | Self::Search)
    }

    fn is_figures(self) -> bool {
        matches!(self, Self::Digits | Self::Code | Self::Money | Self::Date | Self::Moment | Self::Phone)
    }
}

/// How long an answer is expected to be: a box that fits tells what is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Width {
    /// As wide as the column.
    #[default]
    Full,
    /// Two figures.
    Two,
    /// Four figures.
    Four,
    /// A date, an amount.
    Ten,
    /// A CPF, a telephone.
    Twenty,
}

impl Width {
    fn class(self, figures: bool) -> &'static str {
        match (self, figures) {
            (Self::Full, false) => "input",
            (Self::Full, true) => "input numeric",
            (Self::Two, _) => "input numeric width-2",
            (Self::Four, _) => "input numeric width-4",
            (Self::Ten, _) => "input numeric width-10",
            (Self::Twenty, _) => "input numeric width-20",
        }
    }
}

/// The ids a control is tied to, and the parts they belong to.
struct Around {
    hint: Option<AnyView>,
    error: Option<AnyView>,
    described_by: Option<String>,
    invalid: Option<&'static str>,
    class: &'static str,
}

fn around(id: &str, hint: Words, error: Words, calm: &'static str, wrong: &'static str) -> Around {
    let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
    let described_by = match (hint.is_empty(), error.is_empty()) {
        (true, true) => None,
        (false, true) => Some(hint_id.clone()),
        (true, false) => Some(error_id.clone()),
        (false, false) => Some(format!("{hint_id} {error_id}")),
    };
    let invalid = (!error.is_empty()).then_some("true");
    Around {
        class: if invalid.is_some() { wrong } else { calm },
        hint: hint.draw(|hint| view! { <p class="hint" id=hint_id>{hint}</p> }.into_any()),
        error: error.draw(|error| view! { <p class="error" id=error_id>{error}</p> }.into_any()),
        described_by,
        invalid,
    }
}

fn id_or_name(id: Str, name: &Str) -> Str {
    if id.is_empty() { name.clone() } else { id }
}

/// One line of text.
#[component]
pub fn Field(
    #[prop(into)] name: Str,
    #[prop(into)] label: Words,
    #[prop(into, optional)] value: Str,
    #[prop(into, optional)] hint: Words,
    #[prop(into, optional)] error: Words,
    #[prop(optional)] kind: Kind,
    #[prop(optional)] width: Width,
    /// What the browser may fill in: `email`, `username`, `bday`, `one-time-code` …
    #[prop(into, optional)]
    autocomplete: Str,
    /// Before the box, like "R$"; the label says it too, since screen readers do not hear this.
    #[prop(into, optional)]
    prefix: Words,
    /// After the box, like "meses".
    #[prop(into, optional)]
    suffix: Words,
    #[prop(optional)] readonly: bool,
    #[prop(into, optional)] id: Str,
) -> impl IntoView {
    let id = id_or_name(id, &name);
    let around = around(&id, hint, error, "field", "field field-error");
    let value = if kind == Kind::Password { Str::default() } else { value };
    let input = view! {
        <input
            class=width.class(kind.is_figures())
            id=id.clone()
            name=name
            type=kind.input()
            inputmode=kind.keyboard()
            step=(kind == Kind::Moment).then_some("1")
            autocapitalize=(kind == Kind::Code).then_some("characters")
            spellcheck=(!kind.is_prose()).then_some("false")
            autocomplete=(!autocomplete.is_empty()).then_some(autocomplete)
            aria-describedby=around.described_by
            aria-invalid=around.invalid
            readonly=readonly
            value=value
        />
    };
    let affix = |words: Words| words.draw(|words| view! { <span class="affix" aria-hidden="true">{words}</span> });
    view! {
        <div class=around.class>
            <label for=id>{label.0}</label>
            {around.hint}
            {around.error}
            {if prefix.is_empty() && suffix.is_empty() {
                view! { <div class="control">{input}</div> }.into_any()
            } else {
                view! { <div class="control affixed">{affix(prefix)}{input}{affix(suffix)}</div> }.into_any()
            }}
        </div>
    }
}

/// The code sent to a contact: six large figures that a phone may fill in by itself, and that can be pasted.
#[component]
pub fn CodeField(
    #[prop(into)] name: Str,
    #[prop(into)] label: Words,
    #[prop(into, optional)] hint: Words,
    #[prop(into, optional)] error: Words,
) -> impl IntoView {
    let around = around(&name, hint, error, "field", "field field-error");
    view! {
        <div class=around.class>
            <label for=name.clone()>{label.0}</label>
            {around.hint}
            {around.error}
            <div class="control">
                <input
                    class="input input-code"
                    id=name.clone()
                    name=name
                    type="text"
                    inputmode="numeric"
                    autocomplete="one-time-code"
                    spellcheck="false"
                    aria-describedby=around.described_by
                    aria-invalid=around.invalid
                />
            </div>
        </div>
    }
}

/// Several lines of text.
#[component]
pub fn TextArea(
    #[prop(into)] name: Str,
    #[prop(into)] label: Words,
    #[prop(into, optional)] value: Str,
    #[prop(into, optional)] hint: Words,
    #[prop(into, optional)] error: Words,
    /// Lines shown at first.
    #[prop(default = 5)]
    rows: u8,
    #[prop(into, optional)] id: Str,
) -> impl IntoView {
    let id = id_or_name(id, &name);
    let around = around(&id, hint, error, "field", "field field-error");
    view! {
        <div class=around.class>
            <label for=id.clone()>{label.0}</label>
            {around.hint}
            {around.error}
            <div class="control">
                <textarea class="input" id=id name=name rows=rows.to_string() aria-describedby=around.described_by aria-invalid=around.invalid>
                    {value}
                </textarea>
            </div>
        </div>
    }
}

/// One of many answers, in a list that opens. For up to seven, [`Radios`] are easier to see and to hit.
#[component]
pub fn Select(
    #[prop(into)] name: Str,
    #[prop(into)] label: Words,
    /// Value and words of each answer.
    options: Vec<(Str, Words)>,
    #[prop(into, optional)] selected: Str,
    #[prop(into, optional)] hint: Words,
    #[prop(into, optional)] error: Words,
    #[prop(into, optional)] id: Str,
) -> impl IntoView {
    let id = id_or_name(id, &name);
    let around = around(&id, hint, error, "field", "field field-error");
    let options = options
        .into_iter()
        .map(|(value, words)| view! { <option selected=value == selected value=value>{words.0}</option> })
        .collect_view();
    view! {
        <div class=around.class>
            <label for=id.clone()>{label.0}</label>
            {around.hint}
            {around.error}
            <div class="control">
                <select class="input" id=id name=name aria-describedby=around.described_by aria-invalid=around.invalid>
                    {options}
                </select>
            </div>
        </div>
    }
}

/// One answer of [`Radios`] or [`Checkboxes`].
pub struct Choice {
    value: Str,
    label: Words,
    hint: Words,
    aside: Option<AnyView>,
    more: Option<AnyView>,
    off: bool,
}

impl Choice {
    /// An answer by its value and its words.
    #[must_use]
    pub fn new(value: impl Into<Str>, label: impl Into<Words>) -> Self {
        Self { value: value.into(), label: label.into(), hint: Words::default(), aside: None, more: None, off: false }
    }

    /// What to know before choosing it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Words>) -> Self {
        self.hint = hint.into();
        self
    }

    /// What stands at the end of its line, usually an amount.
    #[must_use]
    pub fn aside(mut self, aside: impl IntoView + 'static) -> Self {
        self.aside = Some(aside.into_view().into_any());
        self
    }

    /// What stands below it: details, or a field that belongs to this answer.
    #[must_use]
    pub fn more(mut self, more: impl IntoView + 'static) -> Self {
        self.more = Some(more.into_view().into_any());
        self
    }

    /// Cannot be chosen, for this reason.
    #[must_use]
    pub fn off(mut self, reason: impl Into<Words>) -> Self {
        self.hint = reason.into();
        self.off = true;
        self
    }
}

/// How answers are set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ChoiceStyle {
    /// One below the other.
    #[default]
    Plain,
    /// Each in a card: plans, bills.
    Cards,
    /// Short ones on one line.
    Inline,
}

fn choices(name: &Str, kind: &'static str, style: ChoiceStyle, list: Vec<Choice>, chosen: impl Fn(&str) -> bool) -> AnyView {
    let class = match style {
        ChoiceStyle::Plain | ChoiceStyle::Cards => "choices",
        ChoiceStyle::Inline => "choices choices-inline",
    };
    let drawn = list
        .into_iter()
        .enumerate()
        .map(|(at, choice)| {
            // The first carries the group's own id, so that the error summary's link lands on it.
            let id: Str = if at == 0 { name.clone() } else { format!("{name}-{}", at + 1).into() };
            let hint_id = format!("{id}-about");
            let class = match (style, choice.off) {
                (ChoiceStyle::Cards, false) => "choice choice-card",
                (ChoiceStyle::Cards, true) => "choice choice-card choice-off",
                (_, false) => "choice",
                (_, true) => "choice choice-off",
            };
            view! {
                <div class=class>
                    <input
                        type=kind
                        id=id.clone()
                        name=name.clone()
                        checked=chosen(&choice.value)
                        value=choice.value
                        disabled=choice.off
                        aria-describedby=(!choice.hint.is_empty()).then(|| hint_id.clone())
                    />
                    <label for=id>{choice.label.0}</label>
                    {choice.aside.map(|aside| view! { <span class="choice-aside">{aside}</span> })}
                    {choice.hint.draw(|hint| view! { <p class="hint" id=hint_id>{hint}</p> })}
                    {choice.more.map(|more| view! { <div class="choice-more">{more}</div> })}
                </div>
            }
        })
        .collect_view();
    view! { <div class=class>{drawn}</div> }.into_any()
}

/// One of a few answers.
#[component]
pub fn Radios(
    #[prop(into)] name: Str,
    #[prop(into)] legend: Words,
    choices: Vec<Choice>,
    #[prop(into, optional)] selected: Str,
    #[prop(into, optional)] hint: Words,
    #[prop(into, optional)] error: Words,
    #[prop(optional)] style: ChoiceStyle,
    /// The legend is the page's title: for pages that ask one question.
    #[prop(optional)]
    page_title: bool,
) -> impl IntoView {
    let drawn = self::choices(&name, "radio", style, choices, |value| !selected.is_empty() && value == selected);
    group(name, legend, hint, error, page_title, drawn)
}

/// Any number of answers; they share one name.
#[component]
pub fn Checkboxes(
    #[prop(into)] name: Str,
    #[prop(into)] legend: Words,
    choices: Vec<Choice>,
    #[prop(optional)] selected: Vec<Str>,
    #[prop(into, optional)] hint: Words,
    #[prop(into, optional)] error: Words,
    #[prop(optional)] style: ChoiceStyle,
    #[prop(optional)] page_title: bool,
) -> impl IntoView {
    let drawn = self::choices(&name, "checkbox", style, choices, |value| selected.iter().any(|one| one == value));
    group(name, legend, hint, error, page_title, drawn)
}

/// A single thing to agree to.
#[component]
pub fn Checkbox(
    #[prop(into)] name: Str,
    #[prop(into)] label: Words,
    /// What is sent when it is checked.
    #[prop(into, default = "1".into())]
    value: Str,
    #[prop(optional)] checked: bool,
    #[prop(into, optional)] hint: Words,
    #[prop(into, optional)] error: Words,
) -> impl IntoView {
    let around = around(&name, hint, error, "field", "field field-error");
    view! {
        <div class=around.class>
            {around.error}
            <div class="choice">
                <input
                    type="checkbox"
                    id=name.clone()
                    name=name.clone()
                    value=value
                    checked=checked
                    aria-describedby=around.described_by
                    aria-invalid=around.invalid
                />
                <label for=name>{label.0}</label>
                {around.hint}
            </div>
        </div>
    }
}

/// Fields that answer one question together.
#[component]
pub fn Fieldset(
    /// The id its error is found by.
    #[prop(into)]
    id: Str,
    #[prop(into)] legend: Words,
    #[prop(into, optional)] hint: Words,
    #[prop(into, optional)] error: Words,
    #[prop(optional)] page_title: bool,
    children: Children,
) -> impl IntoView {
    group(id, legend, hint, error, page_title, view! { <div class="group-body">{children()}</div> }.into_any())
}

fn group(id: Str, legend: Words, hint: Words, error: Words, page_title: bool, body: AnyView) -> impl IntoView {
    let around = around(&id, hint, error, "field group", "field group field-error");
    view! {
        <fieldset class=around.class aria-describedby=around.described_by>
            <legend>{if page_title { view! { <h1>{legend.0}</h1> }.into_any() } else { legend.0.into_any() }}</legend>
            {around.hint}
            {around.error}
            {body}
        </fieldset>
    }
}

/// Files to send.
#[component]
pub fn FileField(
    #[prop(into)] name: Str,
    #[prop(into)] label: Words,
    /// What the chooser offers first: `.pdf,image/*`. A help, not a check: what arrives is judged by its content.
    #[prop(into, optional)]
    accept: Str,
    #[prop(optional)] multiple: bool,
    #[prop(into, optional)] hint: Words,
    #[prop(into, optional)] error: Words,
) -> impl IntoView {
    let around = around(&name, hint, error, "field", "field field-error");
    view! {
        <div class=around.class>
            <label for=name.clone()>{label.0}</label>
            {around.hint}
            {around.error}
            <div class="control">
                <input
                    class="input-file"
                    type="file"
                    id=name.clone()
                    name=name
                    accept=(!accept.is_empty()).then_some(accept)
                    multiple=multiple
                    aria-describedby=around.described_by
                    aria-invalid=around.invalid
                />
            </div>
        </div>
    }
}

/// What to mend, first on the page; takes the focus when the page opens, and leads to each field. Nothing when there is nothing to mend.
#[component]
pub fn ErrorSummary(
    #[prop(into)] title: Words,
    /// The id of each field and what is wrong with it, in the order of the page.
    errors: Vec<(Str, Words)>,
) -> impl IntoView {
    (!errors.is_empty()).then(|| {
        let errors = errors.into_iter().map(|(id, words)| view! { <li><a href=format!("#{id}")>{words.0}</a></li> }).collect_view();
        view! {
            <div class="error-summary" role="alert" tabindex="-1" autofocus=true aria-labelledby="error-summary-title">
                <h2 id="error-summary-title">{title.0}</h2>
                <ul class="error-list">{errors}</ul>
            </div>
        }
    })
}

/// Narrows a list by a plain GET; closed at first unless something is already narrowed.
#[component]
pub fn Filters(
    /// "Filtrar".
    #[prop(into)]
    label: Words,
    #[prop(into)] action: Str,
    #[prop(into)] submit: Words,
    /// Where everything is shown again, and its words.
    #[prop(optional)]
    clear: Option<(Str, Words)>,
    #[prop(optional)] open: bool,
    children: Children,
) -> impl IntoView {
    use super::actions::{Actions, Button, ButtonKind, ButtonLink};
    view! {
        <details class="filters" open=open>
            <summary><Symbol icon=Icon::Filter/>{label.0}</summary>
            <form method="get" action=action novalidate=true>
                <div class="filters-fields">{children()}</div>
                <Actions>
                    <Button label=submit kind=ButtonKind::Secondary/>
                    {clear.map(|(href, label)| view! { <ButtonLink href=href label=label kind=ButtonKind::Quiet/> })}
                </Actions>
            </form>
        </details>
    }
}
