//! What a form's server function answers: where to go on, or what to mend. Works for a plain post and for a call from the browser's
//! part alike: a plain post is led on by a redirect, with a refused form kept for the page it came from.

use domain::forms::FieldError;
use serde::{Deserialize, Serialize};

/// The answer to a form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Where to go on.
    pub location: String,
    /// What to mend; empty when it was taken.
    pub errors: Vec<FieldError>,
    /// A sentence for the top of the page.
    pub banner: Option<String>,
}

/// The header of a call from the browser that will show the answer on the page it leads to.
pub const KEEP_ANSWER: &str = "x-keep-answer";

#[cfg(feature = "ssr")]
pub use on_server::{Next, Post};

#[cfg(feature = "ssr")]
mod on_server {
    use http::{HeaderValue, StatusCode, header};
    use leptos::prelude::{ServerFnError, use_context};
    use leptos_axum::ResponseOptions;
    use serde::Serialize;
    use server::error::{Error, Result};
    use server::{Server, flashes, texts};

    use super::{Answer, KEEP_ANSWER};
    use crate::page::Flash;
    use crate::paths;
    use crate::visitor::{App, SESSION_COOKIE_SECONDS, Visitor, cookies};
    use crate::wording;

    /// Everything a server function needs of the request: read it first, before anything waits.
    #[derive(Clone)]
    pub struct Post {
        /// The verbs.
        pub server: Server,
        /// Who asks.
        pub visitor: Visitor,
        app: App,
        code: Option<String>,
        html: bool,
        keeps: bool,
        options: ResponseOptions,
    }

    /// Where a taken form leads.
    #[derive(Debug, Default)]
    pub struct Next {
        location: String,
        banner: Option<String>,
        bad: bool,
        kept: Option<serde_json::Value>,
        cookies: Vec<(&'static str, String, i64)>,
    }

    /// A flash belongs to a page whatever its query says.
    fn path_of(location: &str) -> String {
        location.split(['?', '#']).next().unwrap_or("").to_owned()
    }

    impl Next {
        /// To a page.
        #[must_use]
        pub fn to(location: impl Into<String>) -> Self {
            Self { location: location.into(), ..Self::default() }
        }

        /// With good news at its top.
        #[must_use]
        pub fn saying(mut self, banner: impl Into<String>) -> Self {
            self.banner = Some(banner.into());
            self
        }

        /// With bad news at its top.
        #[must_use]
        pub fn warning(mut self, banner: impl Into<String>) -> Self {
            self.banner = Some(banner.into());
            self.bad = true;
            self
        }

        /// With something for that page alone, which reads it as its form: an answer that must not stand in an address, where anybody
        /// could put it.
        #[must_use]
        pub fn keeping(mut self, form: &impl Serialize) -> Self {
            self.kept = serde_json::to_value(form).ok();
            self
        }

        /// With a session opened, or ended by an empty token.
        #[must_use]
        pub fn session(mut self, token: &str) -> Self {
            self.cookies.push((cookies::SESSION, token.to_owned(), SESSION_COOKIE_SECONDS));
            self
        }

        /// With a code on its way, or none.
        #[must_use]
        pub fn code(mut self, id: &str) -> Self {
            self.cookies.push((cookies::CODE, id.to_owned(), 900));
            self
        }
    }

    impl Post {
        /// A post of this request.
        pub fn new(app: App, visitor: Visitor, headers: &http::HeaderMap) -> Self {
            let html = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|value| value.contains("text/html"));
            // An island that sends the form itself shows no answer of its own: it leads on to the page that does.
            let keeps = html || headers.contains_key(KEEP_ANSWER);
            let code = crate::visitor::cookie(headers, &app.cookie_name(cookies::CODE)).map(str::to_owned);
            Self { server: app.server.clone(), visitor, app, code, html, keeps, options: ResponseOptions::default() }
        }

        /// The post that is being answered.
        ///
        /// # Errors
        /// Outside of a request.
        pub fn here() -> Result<Self, ServerFnError> {
            let post = use_context::<Self>().ok_or_else(|| ServerFnError::new("no request"))?;
            let options = use_context::<ResponseOptions>().ok_or_else(|| ServerFnError::new("no response"))?;
            Ok(Self { options, ..post })
        }

        /// The id of the code on its way.
        ///
        /// # Errors
        /// [`Error::NotFound`] without one.
        pub fn code(&self) -> Result<server::sign_in::CodeId> {
            self.code.as_deref().and_then(|id| id.parse().ok()).map(server::sign_in::CodeId).ok_or(Error::NotFound)
        }

        /// Answers a form: leads on when it was taken, back to `page` with everything that was typed when it was not.
        ///
        /// # Errors
        /// None: what went wrong is part of the answer.
        pub async fn answer<T>(
            self,
            page: &str,
            form: &impl Serialize,
            outcome: Result<T>,
            next: impl FnOnce(T) -> Next,
        ) -> Result<Answer, ServerFnError> {
            let l = self.visitor.locale;
            let error = match outcome {
                Ok(value) => return self.lead(next(value)).await,
                Err(error) => error,
            };
            let mut answer = Answer { location: page.to_owned(), ..Answer::default() };
            match error {
                Error::Form(errors) => answer.errors = errors,
                Error::Throttled(seconds) => answer.banner = Some(wording::throttled(l, seconds)),
                Error::Refused(reason) => answer.banner = Some(wording::refused(l, reason)),
                Error::Overtaken(_) => answer.banner = Some(texts::failures::overtaken(l).to_owned()),
                Error::SignedOut => answer.location = paths::SIGN_IN.to_owned(),
                Error::NotFound => answer.banner = Some(texts::failures::missing_words(l).to_owned()),
                Error::Forbidden => answer.banner = Some(texts::failures::forbidden_words(l).to_owned()),
                Error::Files(trouble) => {
                    tracing::error!(%trouble, "files are away");
                    answer.banner = Some(texts::failures::files_away(l).to_owned());
                }
                error => {
                    tracing::error!(%error, "a form could not be taken");
                    answer.banner = Some(texts::failures::not_saved(l).to_owned());
                }
            }
            let form = serde_json::to_value(form).unwrap_or_default();
            let flash =
                Flash { page: path_of(&answer.location), form, errors: answer.errors.clone(), banner: answer.banner.clone(), good: false };
            self.keep(&flash).await;
            self.redirect(&answer.location);
            Ok(answer)
        }

        async fn lead(self, next: Next) -> Result<Answer, ServerFnError> {
            if next.banner.is_some() || next.kept.is_some() {
                let (page, form) = (path_of(&next.location), next.kept.clone().unwrap_or_default());
                self.keep(&Flash { page, form, errors: Vec::new(), banner: next.banner.clone(), good: !next.bad }).await;
            }
            for (name, value, seconds) in &next.cookies {
                self.options.append_header(header::SET_COOKIE, self.app.cookie(name, value, *seconds));
            }
            self.redirect(&next.location);
            Ok(Answer { location: next.location, errors: Vec::new(), banner: next.banner })
        }

        /// Keeps the flash for the page that shows it; other calls from the browser's part show the answer themselves.
        async fn keep(&self, flash: &Flash) {
            if !self.keeps {
                return;
            }
            match flashes::keep(&self.server, flash).await {
                Ok(id) => self.options.append_header(header::SET_COOKIE, self.app.cookie(cookies::FLASH, &id.to_string(), 600)),
                Err(error) => tracing::error!(%error, "a refused form could not be kept"),
            }
        }

        /// 303, so that a reload never posts again.
        fn redirect(&self, location: &str) {
            if self.html
                && let Ok(value) = HeaderValue::from_str(location)
            {
                self.options.set_status(StatusCode::SEE_OTHER);
                self.options.insert_header(header::LOCATION, value);
            }
        }
    }
}
