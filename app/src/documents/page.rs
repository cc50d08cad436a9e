//! The list of documents, each one, and a year of them in one file.

use axum::body::Body;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect};
use domain::ids::{CustomerId, DocumentId};
use domain::tax_ids::TaxId;
use leptos::prelude::*;
use server::documents::{self, Branch, Document, Filter, Reader};
use server::error::Error;
use server::sessions::{Customer, Represented};
use server::texts::{self, Locale, documents as t};

use super::{KINDS, cancelled, declarations, filter, papers};
use crate::asked::Asked;
use crate::download::{attachment, stored};
use crate::page::{CustomerRoom, Failure, Page, PageResult};
use crate::paths;
use crate::ui::actions::{Actions, ButtonKind, ButtonLink};
use crate::ui::forms::{Field, Filters, Select};
use crate::ui::icons::Icon;
use crate::ui::layout::PageTitle;
use crate::ui::lists::{Pagination, Row, Rows};
use crate::ui::panels::Empty;
use crate::ui::{Str, Tone, Words};
use crate::visitor::AsCustomer;

/// By which right the page is read: one's own, or that to some branches of a company.
async fn reader(page: &Page, customer: &Customer, of: Option<CustomerId>) -> Result<Reader, Error> {
    match of {
        Some(of) => documents::reader(&page.server, customer, of).await,
        None => Ok(customer.into()),
    }
}

/// The list.
pub async fn documents(asked: Asked, page: Page, AsCustomer(customer): AsCustomer) -> PageResult {
    let l = page.l;
    let (of, filter) = (filter::of(&asked), filter::read(&asked));
    let reader = reader(&page, &customer, of).await?;
    let found = documents::list(&page.server, reader, &filter).await?;
    let branches = documents::branches(&page.server, reader).await?;
    let others = documents::readable(&page.server, &customer).await?;
    // On the first page only: further ones are for who looks for something older.
    let own = filter.after.is_none() && !reader.is_limited();
    let years = if own { server::declarations::years(&page.server, &customer).await? } else { Vec::new() };
    let declared = declarations::card(l, &years);
    let tax_years = if own { server::papers::income_tax::years(&page.server, &customer).await? } else { Vec::new() };
    let papers = own.then(|| papers::card(l, &tax_years));
    let rows = found.documents.iter().map(|document| row(l, document)).collect_view();
    let none = found.documents.is_empty();
    let narrowed = filter::narrows(&filter);
    let archive = (found.documents.len() > 1).then(|| archive(l, &page, of, &filter));
    let newer = filter
        .after
        .is_some()
        .then(|| (Str::from(filter::address(paths::DOCUMENTS, of, &filter, None)), Words::from(texts::statement_page::newest(l))));
    let older =
        found.next.map(|next| (Str::from(filter::address(paths::DOCUMENTS, of, &filter, Some(next))), Words::from(texts::frame::older(l))));
    let fields = fields(l, of, &filter, &branches, others);
    let limited = reader.is_limited();
    let clear = filter::address(paths::DOCUMENTS, of, &Filter::default(), None);
    Ok(page.customer(&customer, CustomerRoom::Documents, texts::frame::documents(l), || {
        let list = if none {
            let (title, text) = if narrowed { (t::none_here(l), t::none_here_words(l)) } else { (t::none(l), t::none_words(l)) };
            view! { <Empty icon=Icon::Document title text/> }.into_any()
        } else {
            view! { <Rows>{rows}</Rows> }.into_any()
        };
        view! {
            <PageTitle title=texts::frame::documents(l) lede=if limited { t::limited(l) } else { t::lede(l) }/>
            {archive}
            <Filters label=texts::frame::filter(l) action=paths::DOCUMENTS submit=texts::statement_page::apply(l)
                clear=(clear.into(), texts::statement_page::clear(l).into()) open=narrowed || limited>
                {fields}
            </Filters>
            {list}
            <Pagination label=texts::statement_page::pages(l) newer older/>
            {declared}
            {papers}
        }
    }))
}

fn row(l: Locale, document: &Document) -> impl IntoView + use<> {
    let month =
        if document.competence.is_empty() { texts::date(l, document.issued_on) } else { texts::competence(l, &document.competence) };
    let contract = document.contract.as_ref().map(|number| format!("{} {number} · ", t::contract(l))).unwrap_or_default();
    let meta = format!("{month} · {contract}{} · {}", document.name, texts::size(l, document.size));
    view! { <Row title=documents::kind(l, &document.kind) href=paths::document(document.id) meta tag=cancelled(l, document) tone=Tone::Attention/> }
}

/// The link to all of them in one file, with the months it will hold; or how to get one.
fn archive(l: Locale, page: &Page, of: Option<CustomerId>, asked: &Filter) -> AnyView {
    let Ok((from, to)) = documents::period(asked, page.server.clock.today()) else {
        return view! { <p class="soft small">{t::zip_period(l)}</p> }.into_any();
    };
    let label = if from == to {
        t::zip_one(l, texts::competence(l, &from))
    } else {
        t::zip(l, texts::competence(l, &from), texts::competence(l, &to))
    };
    let href = filter::address(paths::DOCUMENTS_ZIP, of, &Filter { from, to, ..asked.clone() }, None);
    view! { <Actions><ButtonLink href label kind=ButtonKind::Secondary icon=Icon::Download download=true/></Actions> }.into_any()
}

fn fields(l: Locale, of: Option<CustomerId>, asked: &Filter, branches: &[Branch], others: Vec<Represented>) -> impl IntoView + use<> {
    let all = || (Str::default(), Words::from(t::all(l)));
    let kinds = std::iter::once(all()).chain(KINDS.map(|one| (Str::from(one), Words::from(documents::kind(l, one))))).collect();
    let states = filter::STATES.map(|(state, name)| (Str::from(name), Words::from(documents::status(l, state))));
    let states = std::iter::once(all()).chain(states).collect();
    let state = filter::STATES.iter().find(|(state, _)| *state == asked.status).map_or("", |(_, name)| name);
    let contracts =
        std::iter::once(all()).chain(branches.iter().map(|one| (Str::from(one.id.to_string()), Words::from(branch(l, one))))).collect();
    let contract = asked.contract.map(|contract| contract.to_string()).unwrap_or_default();
    let whose = (!others.is_empty()).then(|| {
        let others = others.into_iter().map(|one| (Str::from(one.id.to_string()), Words::from(one.name)));
        let options = std::iter::once((Str::default(), Words::from(t::of_me(l)))).chain(others).collect();
        view! { <Select name="de-quem" label=t::of(l) options selected=of.map(|of| of.to_string()).unwrap_or_default()/> }
    });
    view! {
        {whose}
        <Select name="tipo" label=t::kind(l) options=kinds selected=asked.kind.clone()/>
        {(branches.len() > 1).then(|| view! { <Select name="contrato" label=t::contract(l) options=contracts selected=contract/> })}
        <Field name="de" label=t::from(l) hint=t::month_hint(l) value=filter::typed(&asked.from)/>
        <Field name="ate" label=t::to(l) hint=t::month_hint(l) value=filter::typed(&asked.to)/>
        <Select name="situacao" label=t::status(l) options=states selected=state/>
        <Field name="numero" label=t::number(l) hint=t::number_hint(l) value=asked.number.clone()/>
    }
}

fn branch(l: Locale, one: &Branch) -> String {
    match one.branch_tax_id.as_deref().and_then(|id| TaxId::parse(id).ok()) {
        Some(id) => t::contract_branch(l, id, &one.number),
        None => t::contract_plan(l, &one.number, &one.plan_name),
    }
}

/// One document.
pub async fn open(Path(id): Path<String>, page: Page, AsCustomer(customer): AsCustomer) -> PageResult {
    let id: DocumentId = id.parse().map_err(|_| Failure::Missing)?;
    Ok(stored(documents::open(&page.server, &customer, id).await?))
}

/// The filter's documents as one file, made while it is sent. A period that no archive has leads back to the page that says so.
pub async fn zip(asked: Asked, page: Page, AsCustomer(customer): AsCustomer) -> PageResult {
    let (of, filter) = (filter::of(&asked), filter::read(&asked));
    let reader = reader(&page, &customer, of).await?;
    match documents::zip(&page.server, reader, &filter).await {
        Ok(archive) => Ok(attachment(&archive.name, "application/zip", Body::from_stream(archive.bytes))),
        Err(Error::Form(_)) => Ok(Redirect::to(&filter::address(paths::DOCUMENTS, of, &filter, None)).into_response()),
        Err(error) => Err(error.into()),
    }
}
