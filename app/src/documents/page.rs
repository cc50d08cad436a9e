//! The list of documents, each one, and all of them in one file.

use axum::body::Body;
use axum::extract::Path;
use domain::ids::DocumentId;
use leptos::prelude::*;
use server::documents::{self, Filter};
use server::texts;

use super::{KINDS, declarations, kind};
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
use crate::ui::{Str, Words};
use crate::visitor::AsCustomer;

/// Reads an address: an unknown kind or month narrows nothing.
fn filter(asked: &Asked) -> Filter {
    let known = KINDS.iter().find(|kind| **kind == asked.text("tipo")).map_or_else(String::new, |kind| (*kind).to_owned());
    let month = asked.text("mes");
    let is_month = chrono::NaiveDate::parse_from_str(&format!("{month}-01"), "%Y-%m-%d").is_ok();
    Filter { kind: known, competence: if is_month { month.to_owned() } else { String::new() }, after: asked.read("depois") }
}

/// The address of a page with this filter.
fn address(page: &str, filter: &Filter, after: Option<DocumentId>) -> String {
    let mut pairs = Vec::new();
    for (name, value) in [("tipo", &filter.kind), ("mes", &filter.competence)] {
        if !value.is_empty() {
            pairs.push(format!("{name}={value}"));
        }
    }
    pairs.extend(after.map(|after| format!("depois={after}")));
    if pairs.is_empty() { page.to_owned() } else { format!("{page}?{}", pairs.join("&")) }
}

/// The list.
pub async fn documents(asked: Asked, page: Page, AsCustomer(customer): AsCustomer) -> PageResult {
    use texts::documents as t;
    let l = page.l;
    let filter = filter(&asked);
    let found = documents::list(&page.server, &customer, &filter).await?;
    // On the first page only: further ones are for who looks for something older.
    let years = if filter.after.is_none() { server::declarations::years(&page.server, &customer).await? } else { Vec::new() };
    let declared = declarations::card(l, &years);
    let narrowed = !filter.kind.is_empty() || !filter.competence.is_empty();
    let rows = found
        .documents
        .iter()
        .map(|document| {
            let month = if document.competence.is_empty() {
                texts::date(l, document.issued_on)
            } else {
                texts::competence(l, &document.competence)
            };
            let meta = format!("{month} · {} · {}", document.name, texts::size(l, document.size));
            view! { <Row title=kind(l, &document.kind) href=paths::document(document.id) meta/> }
        })
        .collect_view();
    let none = found.documents.is_empty();
    let several = found.documents.len() > 1;
    let zip = address(paths::DOCUMENTS_ZIP, &filter, None);
    let newer = filter
        .after
        .is_some()
        .then(|| (Str::from(address(paths::DOCUMENTS, &filter, None)), Words::from(texts::statement_page::newest(l))));
    let older = found.next.map(|next| (Str::from(address(paths::DOCUMENTS, &filter, Some(next))), Words::from(texts::frame::older(l))));
    let mut kinds = vec![(Str::default(), Words::from(t::all(l)))];
    kinds.extend(KINDS.iter().map(|one| (Str::from(*one), Words::from(kind(l, one)))));
    Ok(page.customer(&customer, CustomerRoom::Documents, texts::frame::documents(l), || {
        let list = if none {
            let (title, text) = if narrowed { (t::none_here(l), t::none_here_words(l)) } else { (t::none(l), t::none_words(l)) };
            view! { <Empty icon=Icon::Document title text/> }.into_any()
        } else {
            view! { <Rows>{rows}</Rows> }.into_any()
        };
        view! {
            <PageTitle title=texts::frame::documents(l) lede=t::lede(l)/>
            {several.then(|| view! {
                <Actions><ButtonLink href=zip label=t::zip(l) kind=ButtonKind::Secondary icon=Icon::Download download=true/></Actions>
            })}
            <Filters label=texts::frame::filter(l) action=paths::DOCUMENTS submit=texts::statement_page::apply(l)
                clear=(paths::DOCUMENTS.into(), texts::statement_page::clear(l).into()) open=narrowed>
                <Select name="tipo" label=t::kind(l) options=kinds selected=filter.kind.clone()/>
                <Field name="mes" label=t::month(l) hint=t::month_hint(l) value=filter.competence.clone()/>
            </Filters>
            {list}
            <Pagination label=texts::statement_page::pages(l) newer older/>
            {declared}
        }
    }))
}

/// One document.
pub async fn open(Path(id): Path<String>, page: Page, AsCustomer(customer): AsCustomer) -> PageResult {
    let id: DocumentId = id.parse().map_err(|_| Failure::Missing)?;
    Ok(stored(documents::open(&page.server, &customer, id).await?))
}

/// The filter's documents as one file, made while it is sent.
pub async fn zip(asked: Asked, page: Page, AsCustomer(customer): AsCustomer) -> PageResult {
    let stream = documents::zip(&page.server, &customer, &filter(&asked)).await?;
    Ok(attachment("documentos.zip", "application/zip", Body::from_stream(stream)))
}
