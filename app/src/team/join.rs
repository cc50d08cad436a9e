//! The page that an invitation leads to: an authenticator, a password, and in. Never says why a letter is worth nothing.

use axum::extract::Path;
use leptos::prelude::*;
use server::error::Error;
use server::pdf::codes::qr_svg;
use server::team::{self, Letter};
use server::texts::{self, team as t};

use super::api;
use crate::page::{Page, PageResult};
use crate::ui::actions::{Actions, Button, ButtonLink};
use crate::ui::forms::{CodeField, Field, Hidden, Kind, PostForm};
use crate::ui::layout::PageTitle;
use crate::ui::panels::Card;
use crate::{paths, wording};

/// The letter, or that it is worth nothing any more.
pub(super) async fn join(page: Page, Path(token): Path<String>) -> PageResult {
    let l = page.l;
    let letter = match team::letter(&page.server, &page.visitor.visit, &token).await {
        Ok(letter) => letter,
        Err(Error::NotFound) => {
            return Ok(page.public(t::gone_title(l), || {
                view! {
                    <div class="narrow flow">
                        <PageTitle title=t::gone_title(l) lede=t::gone_words(l)/>
                        <Actions><ButtonLink href=paths::STAFF_SIGN_IN label=texts::sign_in::staff_title(l)/></Actions>
                    </div>
                }
            }));
        }
        Err(error) => return Err(error.into()),
    };
    let (summary, password, code) = (page.summary(), page.error("password"), page.error("code"));
    let Letter { name, email, role, secret, uri } = letter;
    let qr = qr_svg(&uri).map(|(path, size)| {
        // Four modules of quiet around it (ISO/IEC 18004).
        let view_box = format!("-4 -4 {0} {0}", size + 8);
        view! { <svg class="qr" viewBox=view_box role="img" aria-label=t::qr(l)><path d=path></path></svg> }
    });
    let grouped = secret.as_bytes().chunks(4).map(|four| String::from_utf8_lossy(four).into_owned()).collect::<Vec<_>>().join(" ");
    Ok(page.public(t::join_title(l), || {
        view! {
            <div class="narrow flow">
                {summary}
                <PageTitle title=t::join_title(l) lede=t::join_lede(l, email.clone(), name, wording::role(l, role))/>
                <Card title=t::step_app(l)>
                    <p>{t::step_app_about(l)}</p>
                    {qr}
                    <p><strong>{t::key(l)} ": "</strong> <code class="number">{grouped}</code></p>
                </Card>
                <Card title=t::step_password(l)>
                    <PostForm action=api::join_url()>
                        <Hidden name="token" value=token/>
                        // Keepers of passwords want to know whose it is.
                        <input type="text" class="visually-hidden" value=email autocomplete="username" readonly=true tabindex="-1" aria-hidden="true"/>
                        <Field name="form[password]" label=t::password(l) hint=t::password_hint(l) kind=Kind::Password error=password autocomplete="new-password"/>
                        <CodeField name="form[code]" label=t::code(l) hint=t::code_hint(l) error=code/>
                        <Actions><Button label=t::enter(l)/></Actions>
                    </PostForm>
                </Card>
            </div>
        }
    }))
}
