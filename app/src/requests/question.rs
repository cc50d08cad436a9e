//! A question: free words, and files if they help.

use axum::extract::RawQuery;
use domain::requests::forms::QuestionForm;
use leptos::prelude::*;
use server::texts::{self, my_requests as t};

use super::api;
use super::parts::WITH_FILES;
use crate::page::{CustomerRoom, Page, PageResult};
use crate::paths;
use crate::ui::actions::{Actions, BackLink, Button, ButtonKind, ButtonLink};
use crate::ui::forms::{Hidden, PostForm, TextArea};
use crate::ui::layout::PageTitle;
use crate::uploads::received::FilesField;
use crate::visitor::AsCustomer;

const FORM: &str = "question";
/// The query of the way here from a plan that nobody could keep.
pub const ABOUT_PLAN: &str = "assunto=acordo";

/// Asks.
pub(super) async fn question(page: Page, AsCustomer(customer): AsCustomer, RawQuery(query): RawQuery) -> PageResult {
    let l = page.l;
    let mut form: QuestionForm = page.form();
    if form.submission.is_empty() {
        form.submission = page.server.id::<uuid::Uuid>().to_string();
    }
    let about_plan = query.as_deref() == Some(ABOUT_PLAN);
    let lede = if about_plan { t::question_plan_lede(l) } else { t::question_lede(l) };
    if about_plan && form.text.is_empty() {
        form.text = t::question_plan_text(l).to_owned();
    }
    let mended = WITH_FILES.of(&page);
    let (summary, text, files, again) = (mended.summary(), mended.error("text"), mended.error("files"), mended.is_needed());
    Ok(page.customer(&customer, CustomerRoom::Requests, t::question_title(l), || {
        view! {
            <div class="narrow flow">
                <BackLink href=paths::REQUESTS label=texts::frame::requests(l)/>
                {summary}
                <PageTitle title=t::question_title(l) lede=lede/>
                <PostForm action=api::ask_url() upload=true id=FORM>
                    <Hidden name="form[submission]" value=form.submission/>
                    <TextArea name="form[text]" label=t::question_text(l) hint=t::question_hint(l) value=form.text error=text rows=7/>
                    <FilesField l form=FORM label=t::files_optional(l) error=files again/>
                    <Actions>
                        <Button label=t::question_send(l)/>
                        <ButtonLink href=paths::REQUESTS label=texts::frame::cancel(l) kind=ButtonKind::Quiet/>
                    </Actions>
                </PostForm>
            </div>
        }
    }))
}
