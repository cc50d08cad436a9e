//! The open page of a charge: it is loaded again when something about the charge has changed. Never says itself what has.

use leptos::prelude::*;

/// Waits for a charge. Without JavaScript it is not there, and the link below it does the same.
#[island]
pub fn PixWait(
    /// Where the changes are told.
    address: String,
    /// What is said while nothing has happened.
    waiting: String,
) -> impl IntoView {
    let listening = RwSignal::new(false);
    #[cfg(not(feature = "hydrate"))]
    let _ = address;
    #[cfg(feature = "hydrate")]
    Effect::new(move || {
        use wasm_bindgen::prelude::*;
        let Ok(source) = web_sys::EventSource::new(&address) else { return };
        let heard = source.clone();
        let changed = Closure::<dyn FnMut()>::new(move || {
            heard.close();
            let _ = window().location().reload();
        });
        let _ = source.add_event_listener_with_callback("changed", changed.as_ref().unchecked_ref());
        // Nobody waits for ever: a page that is forgotten must not keep its session open.
        let tired = source.clone();
        let over = Closure::<dyn FnMut()>::new(move || {
            tired.close();
            listening.set(false);
        });
        let _ = source.add_event_listener_with_callback("over", over.as_ref().unchecked_ref());
        // They live as long as the page.
        changed.forget();
        over.forget();
        listening.set(true);
    });
    view! { <p class="waiting" role="status" hidden=move || !listening.get()>{waiting}</p> }
}
