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

/// A button that copies a text. Without JavaScript it is not there: the text beside it is selected by one touch.
#[island]
pub fn CopyButton(
    /// What is copied.
    text: String,
    /// What the button says.
    label: String,
    /// Of which thing, for those who hear buttons one by one; may be empty.
    about: String,
    /// What is said once it is done.
    done: String,
    /// What is said when the browser does not let us.
    failed: String,
    /// Whether this is the one thing to do beside it.
    primary: bool,
) -> impl IntoView {
    let (ready, said) = (RwSignal::new(false), RwSignal::new(String::new()));
    // Runs in the browser only.
    Effect::new(move || ready.set(true));
    let copy = move |_| {
        let (text, done, failed) = (text.clone(), done.clone(), failed.clone());
        leptos::task::spawn_local(async move {
            said.set(if copied(&text).await { done } else { failed });
        });
    };
    let class = if primary { "button button-primary" } else { "button button-secondary" };
    view! {
        <button type="button" class=class hidden=move || !ready.get() on:click=copy>{label}<span class="visually-hidden">{about}</span></button>
        <span class="copy-said" role="status">{said}</span>
    }
}

/// Puts a text on the clipboard; says whether the browser let us.
#[cfg(feature = "hydrate")]
async fn copied(text: &str) -> bool {
    // Absent where the page did not come safely, whatever the type says.
    let navigator = window().navigator();
    let clipboard = js_sys::Reflect::get(&navigator, &"clipboard".into());
    if clipboard.is_ok_and(|clipboard| clipboard.is_undefined()) {
        return false;
    }
    wasm_bindgen_futures::JsFuture::from(navigator.clipboard().write_text(text)).await.is_ok()
}

#[cfg(not(feature = "hydrate"))]
async fn copied(_: &str) -> bool {
    false
}
