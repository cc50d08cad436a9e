//! The simulator: the rules of `domain` run in the browser as somebody moves the choices, and on the server before that.
//! Never decides anything: what is asked for is worked out again when it is sent. Never words anything: sentences are props.

use chrono::NaiveDate;
use domain::agreements::plans::{Debt, Plan, PlanError, PlanRequest, options, simulate};
use domain::agreements::policy::PlanPolicy;
use domain::calendar::Calendar;
use domain::forms::{self, Problem};
use domain::money::Money;
use leptos::prelude::*;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// The id of the list of plans.
pub const OPTIONS: &str = "form[count]";

/// What plans are worked out from: the same rules and days as on the server.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ground {
    /// The creditor's rules.
    pub policy: PlanPolicy,
    /// Its business days.
    pub calendar: Calendar,
    /// The day all amounts are of.
    pub today: NaiveDate,
    /// What is put into the plan.
    pub debt: Debt,
    /// What the server found wrong with the number of installments.
    pub count_error: Option<String>,
    /// What it found wrong with the day.
    pub day_error: Option<String>,
    /// What it found wrong with the down payment.
    pub down_payment_error: Option<String>,
}

/// What is chosen at first.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Chosen {
    /// How much now, as typed.
    pub down_payment: String,
    /// How many installments.
    pub count: Option<u16>,
    /// On which day of the month.
    pub day: Option<u8>,
}

/// Every sentence, with `{gaps}`; and how this language writes amounts and days.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each is named after the place it is said at, and its text says what it is")]
pub struct SimulatorWords {
    pub money: String,
    pub thousands: char,
    pub decimal: char,
    pub date: String,
    pub down_payment: String,
    pub down_payment_hint: String,
    pub day: String,
    pub day_hint: String,
    pub count: String,
    pub count_hint: String,
    pub once: String,
    pub option: String,
    pub option_uneven: String,
    pub option_until: String,
    pub option_on: String,
    pub option_last: String,
    pub no_interest: String,
    pub interest: String,
    pub discount: String,
    pub by_person: String,
    pub at_once: String,
    pub chosen: String,
    pub none_chosen: String,
    pub now: String,
    pub then: String,
    pub total: String,
    pub not_an_amount: String,
    pub below: String,
    pub above: String,
    pub too_late: String,
    pub none: String,
    pub work_out: String,
}

impl SimulatorWords {
    /// An amount, as the server writes it.
    #[must_use]
    pub fn money(&self, amount: Money) -> String {
        format!("{}{}", self.money, amount.grouped(self.thousands, self.decimal))
    }

    /// A day, as the server writes it.
    #[must_use]
    pub fn date(&self, day: NaiveDate) -> String {
        day.format(&self.date).to_string()
    }

    /// "6 parcelas de R$ 162,40", and how the last one differs if it does.
    #[must_use]
    pub fn installments(&self, plan: &Plan) -> String {
        let (Some(first), Some(last)) = (plan.installments.first(), plan.installments.last()) else { return String::new() };
        let amount = self.money(first.amount);
        match plan.installments.len() {
            1 => self.once.replace("{amount}", &amount),
            count if first.amount == last.amount => self.option.replace("{count}", &count.to_string()).replace("{amount}", &amount),
            count => self
                .option_uneven
                .replace("{count}", &count.to_string())
                .replace("{amount}", &amount)
                .replace("{last}", &self.money(last.amount)),
        }
    }

    /// "6 parcelas de R$ 162,40", to choose from: short enough to be compared at a glance.
    fn choice(&self, plan: &Plan) -> String {
        let Some(first) = plan.installments.first() else { return String::new() };
        let text = if plan.installments.len() == 1 { &self.once } else { &self.option };
        text.replace("{count}", &plan.installments.len().to_string()).replace("{amount}", &self.money(first.amount))
    }

    /// When it is paid, how the last one differs if it does, what it costs more, and whether somebody has to agree first.
    fn about(&self, plan: &Plan) -> String {
        let (Some(first), Some(last)) = (plan.installments.first(), plan.installments.last()) else { return String::new() };
        let mut until = if plan.installments.len() == 1 {
            self.option_on.replace("{on}", &self.date(first.due_on))
        } else {
            self.option_until.replace("{first}", &self.date(first.due_on)).replace("{last}", &self.date(last.due_on))
        };
        if first.amount != last.amount {
            until = format!("{until} {}", self.option_last.replace("{last}", &self.money(last.amount)));
        }
        let cost = if plan.interest.is_positive() {
            self.interest.replace("{amount}", &self.money(plan.interest))
        } else {
            self.no_interest.clone()
        };
        let granted = if plan.is_off_policy() { &self.by_person } else { &self.at_once };
        let discount = if plan.discount.total().is_positive() {
            format!(" {}", self.discount.replace("{amount}", &self.money(plan.discount.total())))
        } else {
            String::new()
        };
        format!("{until}{discount} {cost} {granted}")
    }

    /// What was chosen, in sentences.
    fn told(&self, plan: &Plan) -> Vec<String> {
        let mut told = Vec::new();
        if let Some(down) = &plan.down_payment {
            told.push(self.now.replace("{amount}", &self.money(down.amount)).replace("{day}", &self.date(down.due_on)));
        }
        if let (Some(first), Some(last)) = (plan.installments.first(), plan.installments.last()) {
            let then = self.then.replace("{installments}", &self.installments(plan));
            told.push(then.replace("{first}", &self.date(first.due_on)).replace("{last}", &self.date(last.due_on)));
        }
        let total = self.total.replace("{total}", &self.money(plan.total_cost)).replace("{interest}", &self.money(plan.interest));
        told.push(total.replace("{cet}", &percent(plan.cet_yearly, self.decimal)));
        told
    }

    /// Why there is no plan for this down payment and day.
    fn against(&self, error: PlanError) -> String {
        match error {
            PlanError::DownPaymentTooSmall { least } => self.below.replace("{amount}", &self.money(least)),
            PlanError::DownPaymentTooLarge { most } => self.above.replace("{amount}", &self.money(most)),
            PlanError::FirstTooLate { last } => self.too_late.replace("{last}", &self.date(last)),
            PlanError::NoBand | PlanError::Count { .. } | PlanError::InstallmentTooSmall { .. } | PlanError::Day => self.none.clone(),
        }
    }
}

/// A fraction as a percentage: `12,68%`.
#[must_use]
pub fn percent(fraction: Decimal, decimal: char) -> String {
    let percent = fraction.saturating_mul(Decimal::ONE_HUNDRED).round_dp(2);
    format!("{percent:.2}%").replace('.', decimal.encode_utf8(&mut [0; 4]))
}

/// Every plan for what is typed, or why there is none: what is wrong with the amount, or with amount and day together.
///
/// # Errors
/// In words: first whether it is the amount's fault.
pub fn worked_out(ground: &Ground, words: &SimulatorWords, down_payment: &str, day: Option<u8>) -> Result<Vec<Plan>, (bool, String)> {
    let amount = if down_payment.trim().is_empty() { Ok(Money::ZERO) } else { forms::amount(down_payment) };
    let down_payment = amount.map_err(|problem| {
        let said = match problem {
            Problem::AmountAbove { max } => words.above.replace("{amount}", &words.money(max)),
            Problem::AmountBelow { min } => words.below.replace("{amount}", &words.money(min)),
            _ => words.not_an_amount.clone(),
        };
        (true, said)
    })?;
    let Some(day_of_month) = day else { return Ok(Vec::new()) };
    let plans = options(&ground.policy, ground.debt, down_payment, day_of_month, ground.today, &ground.calendar);
    if !plans.is_empty() {
        return Ok(plans);
    }
    let request = PlanRequest { down_payment, count: 1, day_of_month };
    match simulate(&ground.policy, ground.debt, request, ground.today, &ground.calendar) {
        Ok(plan) => Ok(vec![plan]),
        Err(error) => {
            let of_amount = matches!(error, PlanError::DownPaymentTooSmall { .. } | PlanError::DownPaymentTooLarge { .. });
            Err((of_amount, words.against(error)))
        }
    }
}

/// How much now, on which day, in how many, and what each choice means.
#[island]
pub fn PlanSimulator(
    /// What plans are worked out from.
    ground: Ground,
    /// What is chosen at first.
    chosen: Chosen,
    /// What is said.
    words: SimulatorWords,
) -> impl IntoView {
    let down_payment = RwSignal::new(chosen.down_payment.clone());
    let day = RwSignal::new(chosen.day);
    let count = RwSignal::new(chosen.count);
    // Until the browser's part is there, a button works the options out again.
    let live = RwSignal::new(false);
    Effect::new(move |_| live.set(true));
    let (said, given) = (StoredValue::new(words.clone()), StoredValue::new(ground.clone()));
    let plans =
        Memo::new(move |_| said.with_value(|words| given.with_value(|ground| worked_out(ground, words, &down_payment.get(), day.get()))));
    let Ground { policy, count_error, day_error, down_payment_error, .. } = ground;
    let amount_error = move || match plans.get() {
        Err((true, told)) => Some(told),
        // What the server said holds only for what was sent.
        _ if live.get() => None,
        _ => down_payment_error.clone(),
    };
    let amount_is_wrong = amount_error.clone();
    let days = policy
        .days_of_month
        .iter()
        .enumerate()
        .map(|(at, of_month)| {
            let of_month = *of_month;
            let id = if at == 0 { "form[day]".to_owned() } else { format!("form[day]-{}", at + 1) };
            view! {
                <div class="choice">
                    <input
                        type="radio" id=id.clone() name="form[day]" value=of_month.to_string()
                        checked=chosen.day == Some(of_month)
                        on:change=move |_| day.set(Some(of_month))
                    />
                    <label for=id>{of_month.to_string()}</label>
                </div>
            }
        })
        .collect_view();
    let list = move || match plans.get() {
        Ok(plans) => {
            plans.iter().enumerate().map(|(at, plan)| said.with_value(|words| option(at, plan, words, count))).collect_view().into_any()
        }
        Err((false, told)) => view! { <p class="error">{told}</p> }.into_any(),
        Err((true, _)) => ().into_any(),
    };
    let summary = move || {
        let plans = plans.get().unwrap_or_default();
        let plan = plans.iter().find(|plan| Some(plan.request.count) == count.get());
        said.with_value(|words| match plan {
            Some(plan) => {
                let told = words.told(plan).into_iter().map(|text| view! { <p>{text}</p> }).collect_view();
                view! { <p><strong>{words.chosen.clone()}</strong></p>{told} }.into_any()
            }
            None => view! { <p>{words.none_chosen.clone()}</p> }.into_any(),
        })
    };
    view! {
        <div class="simulator flow">
            <div class="field" class:field-error=move || amount_is_wrong().is_some()>
                <label for="form[down_payment]">{words.down_payment}</label>
                <p class="hint" id="form[down_payment]-hint">{words.down_payment_hint}</p>
                <p class="error" id="form[down_payment]-error" role="status">{amount_error}</p>
                <div class="control affixed">
                    <span class="affix" aria-hidden="true">"R$"</span>
                    <input
                        class="input numeric width-10" id="form[down_payment]" name="form[down_payment]" type="text" inputmode="decimal"
                        spellcheck="false" autocomplete="off" aria-describedby="form[down_payment]-hint form[down_payment]-error"
                        value=chosen.down_payment
                        on:input=move |event| down_payment.set(event_target_value(&event))
                    />
                </div>
            </div>
            <fieldset class="field group" aria-describedby="form[day]-hint">
                <legend>{words.day}</legend>
                <p class="hint" id="form[day]-hint">{words.day_hint}</p>
                {day_error.map(|told| view! { <p class="error">{told}</p> })}
                <div class="choices choices-inline">{days}</div>
            </fieldset>
            <button class="button button-secondary" type="submit" name="step" value="work_out" hidden=live>{words.work_out}</button>
            <fieldset class="field group" aria-describedby="form[count]-hint">
                <legend>{words.count}</legend>
                <p class="hint" id="form[count]-hint">{words.count_hint}</p>
                {count_error.map(|told| view! { <p class="error">{told}</p> })}
                <div class="choices">{list}</div>
            </fieldset>
            <div class="card" role="status">{summary}</div>
        </div>
    }
}

/// One plan to choose.
fn option(at: usize, plan: &Plan, words: &SimulatorWords, count: RwSignal<Option<u16>>) -> impl IntoView + use<> {
    let own = plan.request.count;
    let id = if at == 0 { OPTIONS.to_owned() } else { format!("{OPTIONS}-{}", at + 1) };
    let about = format!("{id}-about");
    view! {
        <div class="choice choice-card">
            <input
                type="radio" id=id.clone() name="form[count]" value=own.to_string()
                checked=count.get_untracked() == Some(own)
                aria-describedby=about.clone()
                on:change=move |_| count.set(Some(own))
            />
            <label for=id>{words.choice(plan)}</label>
            <span class="choice-aside"><data class="money" value=plan.total_cost.plain()>{words.money(plan.total_cost)}</data></span>
            <p class="hint" id=about>{words.about(plan)}</p>
        </div>
    }
}
