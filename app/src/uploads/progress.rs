//! How far an upload is, in browsers that can tell. The form works without it: nothing here is needed to send a file.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// What the progress says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ProgressWords {
    /// "Sending: {percent}%."
    pub sending: String,
    /// Everything is sent, and is being looked at.
    pub checking: String,
    /// The connection broke.
    pub failed: String,
    /// What the bar is.
    pub label: String,
}

/// Where an upload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only the browser sends"))]
enum Upload {
    /// Not begun.
    Idle,
    /// So many hundredths are sent.
    Sending(u32),
    /// Sent, not answered.
    Checking,
    /// Not sent.
    Failed,
}

/// Sends the form it stands in by itself, and shows how far it is.
#[island]
pub fn UploadProgress(
    /// The form's id.
    form: String,
    /// The header that asks for the answer to be kept for the page it leads to.
    header: String,
    /// What is said.
    words: ProgressWords,
) -> impl IntoView {
    let upload = RwSignal::new(Upload::Idle);
    #[cfg(feature = "hydrate")]
    in_browser::follow(form, header, upload);
    #[cfg(not(feature = "hydrate"))]
    let _ = (form, header);
    let percent = move || match upload.get() {
        Upload::Idle | Upload::Failed => 0,
        Upload::Sending(percent) => percent,
        Upload::Checking => 100,
    };
    let said = move || match upload.get() {
        Upload::Idle => String::new(),
        Upload::Sending(percent) => words.sending.replace("{percent}", &percent.to_string()),
        Upload::Checking => words.checking.clone(),
        Upload::Failed => words.failed.clone(),
    };
    let idle = move || matches!(upload.get(), Upload::Idle | Upload::Failed);
    view! {
        <div class="upload-progress" class:idle=move || upload.get() == Upload::Idle>
            <progress max="100" value=percent aria-label=words.label.clone() hidden=idle></progress>
            <p role="status">{said}</p>
        </div>
    }
}

#[cfg(feature = "hydrate")]
mod in_browser {
    use leptos::ev;
    use leptos::prelude::*;
    use leptos::wasm_bindgen::closure::Closure;
    use leptos::wasm_bindgen::{JsCast, JsValue};
    use web_sys::{FormData, HtmlFormElement, HtmlInputElement, ProgressEvent, SubmitEvent, XmlHttpRequest};

    use super::Upload;

    /// Takes over the sending of the form, when it has files to send.
    pub(super) fn follow(form: String, header: String, upload: RwSignal<Upload>) {
        let listener = window_event_listener(ev::submit, move |event: SubmitEvent| {
            let Some(target) = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok()) else { return };
            if target.id() != form || !has_files(&target) {
                return;
            }
            event.prevent_default();
            if !matches!(upload.get_untracked(), Upload::Sending(_) | Upload::Checking) && send(&target, &header, upload).is_err() {
                // The browser's own sending is always there.
                let _ = target.submit();
            }
        });
        on_cleanup(move || listener.remove());
    }

    fn has_files(form: &HtmlFormElement) -> bool {
        form.query_selector("input[type=file]")
            .ok()
            .flatten()
            .and_then(|input| input.dyn_into::<HtmlInputElement>().ok())
            .and_then(|input| input.files())
            .is_some_and(|files| files.length() > 0)
    }

    fn send(form: &HtmlFormElement, header: &str, upload: RwSignal<Upload>) -> Result<(), JsValue> {
        let request = XmlHttpRequest::new()?;
        request.open("POST", &form.action())?;
        request.set_request_header("accept", "application/json")?;
        request.set_request_header(header, "1")?;
        let progress = Closure::<dyn FnMut(ProgressEvent)>::new(move |event: ProgressEvent| {
            if event.length_computable() && event.total() > 0.0 {
                // A share of a hundred: small and not negative.
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                let percent = (event.loaded() / event.total() * 100.0).clamp(0.0, 100.0) as u32;
                upload.set(if percent >= 100 { Upload::Checking } else { Upload::Sending(percent) });
            }
        });
        let sending = request.upload()?;
        sending.set_onprogress(Some(progress.as_ref().unchecked_ref()));
        let answered = request.clone();
        let done = Closure::<dyn FnMut()>::new(move || match location(&answered) {
            Some(location) => {
                let _ = window().location().assign(&location);
            }
            None => upload.set(Upload::Failed),
        });
        request.set_onloadend(Some(done.as_ref().unchecked_ref()));
        // Both live until the page is left, which is what happens next.
        progress.forget();
        done.forget();
        upload.set(Upload::Sending(0));
        request.send_with_opt_form_data(Some(&FormData::new_with_form(form)?))
    }

    /// Where the answer leads; none when there was no answer.
    fn location(request: &XmlHttpRequest) -> Option<String> {
        let text = request.response_text().ok().flatten()?;
        let answer = js_sys::JSON::parse(&text).ok()?;
        js_sys::Reflect::get(&answer, &JsValue::from_str("location")).ok()?.as_string().filter(|location| location.starts_with('/'))
    }
}
