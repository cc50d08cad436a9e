//! The few parts of a page that live in the browser. Each works, or is not missed, without it. Never words anything: sentences come as
//! props from the page.

use leptos::prelude::*;

/// Seconds before the end of a session at which the warning is shown (WCAG 2.2.1 asks for at least 20).
const WARN_SECONDS: i64 = 120;

/// Warns before a session ends, and keeps it open when asked.
#[island]
pub fn SessionWarning(
    /// Seconds until the session ends, when the page was made.
    ends_in: i64,
    /// The warning; `{minutes}` stands for the time left.
    words: String,
    /// "Stay signed in".
    stay: String,
) -> impl IntoView {
    let left = RwSignal::new(ends_in);
    #[cfg(feature = "hydrate")]
    {
        let started = js_sys::Date::now();
        let tick = move || {
            let passed = (js_sys::Date::now() - started) / 1000.0;
            // Less than a day of seconds: whole numbers of this size are exact.
            #[allow(clippy::cast_possible_truncation)]
            left.set(ends_in - passed as i64);
        };
        let _ = set_interval_with_handle(tick, std::time::Duration::from_secs(5));
    }
    let keep = move |_| {
        leptos::task::spawn_local(async move {
            if let Ok(answer) = crate::sign_in::api::stay().await
                && answer.errors.is_empty()
            {
                #[cfg(feature = "hydrate")]
                let _ = window().location().reload();
            }
        });
    };
    let shown = move || (1..=WARN_SECONDS).contains(&left.get());
    let minutes = move || {
        let seconds = left.get().max(0);
        words.replace("{minutes}", &format!("{}:{:02}", seconds / 60, seconds % 60))
    };
    view! {
        <div class="session-warning" role="alertdialog" hidden=move || !shown()>
            <p>{minutes}</p>
            <button type="button" class="button" on:click=keep>{stay}</button>
        </div>
    }
}
