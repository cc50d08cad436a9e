//! The account: who one is, for whom one acts, where one is signed in, who looked. Contacts are shown in part only.

use domain::tax_ids::TaxId;
use leptos::prelude::*;
use server::customers::{self, By, Profile};
use server::sessions::{self, Customer, Represented};
use server::texts::{self, Locale};

use crate::page::{CustomerRoom, Page, PageResult};
use crate::sign_in::api;
use crate::ui::When;
use crate::ui::actions::{Button, ButtonKind};
use crate::ui::amounts::DateText;
use crate::ui::forms::{Hidden, PostForm};
use crate::ui::layout::PageTitle;
use crate::ui::lists::{Pair, SummaryList};
use crate::ui::panels::{Card, Details, StatusTag};
use crate::ui::tables::{Column, DataTable};
use crate::visitor::AsCustomer;
use crate::{guarantees, paths};

/// The account.
pub async fn account(page: Page, AsCustomer(customer): AsCustomer) -> PageResult {
    use texts::account as t;
    let l = page.l;
    let profile = customers::profile(&page.server, &customer).await?;
    let represented = sessions::represented(&page.server, &customer).await?;
    let open = sessions::list(&page.server, &customer).await?;
    let log = customers::access_log(&page.server, &customer).await?;
    let clock = page.server.clock.clone();
    let when = |at| {
        let at = clock.local(at);
        When::instant(&at, texts::date_time(l, at))
    };
    let sessions: Vec<Vec<AnyView>> = open
        .into_iter()
        .map(|one| {
            let here = one.id == customer.session();
            let device = if one.device.is_empty() { t::unknown_device(l).to_owned() } else { one.device };
            let tag = here.then(|| view! { " " <StatusTag words=t::this_one(l)/> });
            vec![
                view! { <span>{device}{tag}</span> }.into_any(),
                view! { <DateText when=when(one.created_at)/> }.into_any(),
                view! { <DateText when=when(one.seen_at)/> }.into_any(),
            ]
        })
        .collect();
    let accesses: Vec<Vec<AnyView>> = log
        .into_iter()
        .map(|access| {
            let who = match access.by {
                By::You => t::by_you(l),
                By::Representative => t::by_representative(l),
                By::Staff => t::by_staff(l),
                By::System => t::by_system(l),
            };
            vec![action(l, &access.action).into_any(), who.into_any(), view! { <DateText when=when(access.at)/> }.into_any()]
        })
        .collect();
    let act_for = act_for(l, &customer, represented);
    let (who, contracts, representatives) = (who(l, &profile), contracts(l, &profile), representatives(l, &profile));
    let left = guarantees::own(l, &profile.guarantees, page.server.clock.today());
    let nobody_looked = accesses.is_empty();
    let languages = Locale::ALL
        .iter()
        .map(|(locale, name)| {
            let current = (*locale == l).then_some("true");
            view! { <li><a href=paths::language(locale.tag()) lang=locale.tag() aria-current=current>{*name}</a></li> }
        })
        .collect_view();
    Ok(page.customer(&customer, CustomerRoom::Account, t::title(l), || {
        let session_columns = vec![Column::new(t::device(l)), Column::new(t::since(l)), Column::new(t::last_seen(l))];
        let access_columns = vec![Column::new(t::what(l)), Column::new(t::who(l)), Column::new(t::at(l))];
        view! {
            <PageTitle title=t::title(l) lede=t::lede(l)/>
            {act_for}
            <div class="columns columns-even">
                <div class="flow">{who}{contracts}{left}</div>
                <div class="flow">
                    {representatives}
                    <Card title=t::language(l)><ul class="plain-list">{languages}</ul></Card>
                    <Card title=t::help(l)>
                        <p>{t::help_words(l)}</p>
                        <p><a href=paths::HELP>{texts::frame::help(l)}</a>" · "<a href=paths::PRIVACY>{texts::frame::privacy(l)}</a></p>
                    </Card>
                </div>
            </div>
            <Card title=t::sessions(l)>
                <p class="soft">{t::sessions_words(l)}</p>
                <DataTable caption=t::sessions(l) caption_hidden=true columns=session_columns rows=sessions/>
                <PostForm action=api::sign_out_everywhere_url()>
                    <Button label=t::sign_out_everywhere(l) kind=ButtonKind::Secondary/>
                </PostForm>
            </Card>
            {(!nobody_looked).then(|| view! {
                <Card title=t::log(l)>
                    <p class="soft">{t::log_words(l)}</p>
                    <Details summary=t::log_open(l)>
                        <DataTable caption=t::log(l) caption_hidden=true columns=access_columns rows=accesses/>
                    </Details>
                </Card>
            })}
        }
    }))
}

/// Whom one may act for, when there is somebody.
fn act_for(l: Locale, customer: &Customer, represented: Vec<Represented>) -> Option<impl IntoView + use<>> {
    use texts::account as t;
    let now = customer.id();
    (represented.len() > 1).then(|| {
        let rows = represented
            .into_iter()
            .map(|one| {
                let tax_id = TaxId::parse(&one.tax_id).map(|id| id.masked_for_display()).unwrap_or_default();
                let label = t::see(l, &one.name);
                let choose = if one.id == now {
                    view! { <StatusTag words=t::seeing(l)/> }.into_any()
                } else {
                    view! {
                        <PostForm action=api::act_for_url()>
                            <Hidden name="customer" value=one.id.to_string()/>
                            <Button label kind=ButtonKind::Secondary/>
                        </PostForm>
                    }
                    .into_any()
                };
                view! {
                    <li class="row row-stacked">
                        <div><p class="row-title">{one.name}</p><p class="row-meta number">{tax_id}</p></div>
                        <div class="row-side">{choose}</div>
                    </li>
                }
            })
            .collect_view();
        view! { <Card title=t::act_for(l)><ul class="rows">{rows}</ul></Card> }
    })
}

fn who(l: Locale, profile: &Profile) -> impl IntoView + use<> {
    use texts::account as t;
    let missing = || t::not_on_file(l).to_owned();
    let address =
        [&profile.address, &profile.city, &profile.state].into_iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>();
    let pairs = vec![
        Pair::new(t::name(l), profile.name.clone()),
        Pair::new(t::tax_id(l), profile.tax_id.clone()),
        Pair::new(t::email(l), profile.email.clone().unwrap_or_else(missing)),
        Pair::new(t::phone(l), profile.phone.clone().unwrap_or_else(missing)),
        Pair::new(t::address(l), if address.is_empty() { missing() } else { address.join(", ") }),
    ];
    view! { <Card title=t::data(l)><SummaryList pairs/><p class="small soft">{t::data_words(l)}</p></Card> }
}

fn contracts(l: Locale, profile: &Profile) -> Option<impl IntoView + use<>> {
    use texts::account as t;
    let pairs: Vec<Pair> = profile
        .contracts
        .iter()
        .map(|contract| {
            let since = texts::date(l, contract.starts_on);
            let words = match contract.ends_on {
                Some(end) => t::contract_ended(l, texts::date(l, end), since),
                None => t::contract_since(l, since),
            };
            Pair::new(contract.number.clone(), format!("{}. {words}", contract.plan_name))
        })
        .collect();
    (!pairs.is_empty()).then(|| view! { <Card title=t::contracts(l)><SummaryList pairs/></Card> })
}

fn representatives(l: Locale, profile: &Profile) -> Option<impl IntoView + use<>> {
    use texts::account as t;
    let pairs: Vec<Pair> = profile
        .representatives
        .iter()
        .map(|one| {
            let words = match one.ends_on {
                Some(end) => t::representative_until(l, texts::date(l, end)),
                None => t::representative_since(l, texts::date(l, one.starts_on)),
            };
            Pair::new(one.name.clone(), words)
        })
        .collect();
    (!pairs.is_empty()).then(|| view! { <Card title=t::representatives(l)><SummaryList pairs/></Card> })
}

/// What was done, in words; what has none of its own is an operation.
fn action(l: Locale, action: &str) -> &'static str {
    use texts::account as t;
    match action {
        "customers.look" => t::did_look(l),
        "statement.look" => t::did_look_statement(l),
        "bills.look" => t::did_look_bill(l),
        "requests.look" => t::did_look_request(l),
        "documents.open" => t::did_open_document(l),
        "documents.zip" => t::did_zip(l),
        "papers.issue" | "declarations.issue" => t::did_issue_paper(l),
        "papers.open" => t::did_open_paper(l),
        "representations.grant" => t::did_grant(l),
        "slips.copy" => t::did_copy_slip(l),
        "acceptances.send" => t::did_send_code(l),
        "acceptances.enter" => t::did_confirm(l),
        "requests.submit" => t::did_submit(l),
        "uploads.take" | "uploads.look" => t::did_upload(l),
        "dossiers.take" => t::did_take_dossier(l),
        "incidents.relieve" => t::did_relieve(l),
        "incidents.unrelieve" => t::did_unrelieve(l),
        "placements.place" => t::did_place(l),
        "placements.recall" | "placements.return" => t::did_take_back(l),
        "sessions.open" => t::did_sign_in(l),
        "sessions.close" | "sessions.close_all" => t::did_sign_out(l),
        "sessions.act_for" => t::did_act_for(l),
        _ => t::did_other(l),
    }
}
