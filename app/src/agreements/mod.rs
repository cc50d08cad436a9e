//! Paying in installments: choose, simulate, check, accept.

pub mod api;
#[cfg(feature = "ssr")]
pub(crate) mod calculation;
#[cfg(feature = "ssr")]
mod check;
#[cfg(feature = "ssr")]
mod choose;
#[cfg(feature = "ssr")]
mod early;
pub mod island;
#[cfg(feature = "ssr")]
mod list;
#[cfg(feature = "ssr")]
mod options;
#[cfg(feature = "ssr")]
mod reason;
#[cfg(feature = "ssr")]
mod staff;
#[cfg(feature = "ssr")]
pub(crate) use reason::words as reason_words;

/// The pages of this feature.
#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<crate::visitor::App> {
    use crate::paths;
    use axum::routing::get;
    axum::Router::new()
        .route(paths::PLAN, get(choose::choose))
        .route(&paths::plan_of_incident("{incident}"), get(choose::of_incident))
        .route(paths::PLAN_REASON, get(reason::reason))
        .route(paths::PLAN_OPTIONS, get(options::options))
        .route(paths::PLAN_CHECK, get(check::check))
        .route(paths::AGREEMENTS, get(list::list))
        .route(paths::AGREEMENTS_FOLLOWED, get(staff::board))
        .route(&paths::agreement_early("{protocol}"), get(early::early))
        .route(&paths::agreement_calendar("{protocol}"), get(list::calendar))
}

/// The words above the steps of the journey, and where one is.
#[cfg(feature = "ssr")]
fn steps(l: server::texts::Locale, current: usize) -> impl leptos::IntoView {
    use crate::ui::lists::Steps;
    use leptos::prelude::*;
    use server::texts::agreements as t;
    let names = [t::step_bills(l), t::step_reason(l), t::step_options(l), t::step_check(l)];
    let words = t::step(l, names.len(), names.get(current).copied().unwrap_or_default(), current + 1);
    view! { <Steps words=words labels=names.map(Into::into).to_vec() current=current/> }
}
