//! The administrator's list of people: invite, change, end. Never shows what anybody signs in with.

use domain::actors::Role;
use domain::team::InviteForm;
use leptos::prelude::*;
use server::sessions::Staff;
use server::team::{self, Member, Waiting};
use server::texts::{self, Locale, team as t};

use super::api;
use crate::page::{Page, PageResult, StaffRoom};
use crate::ui::actions::{Button, ButtonKind};
use crate::ui::forms::{Field, Hidden, Kind, PostForm, Select};
use crate::ui::layout::PageTitle;
use crate::ui::lists::{Pair, Row, Rows, SummaryList};
use crate::ui::panels::{Card, Details, StatusTag};
use crate::ui::tables::{Column, DataTable};
use crate::ui::{Str, Words};
use crate::visitor::AsStaff;
use crate::wording;

/// Everybody, and who was invited.
pub(super) async fn team(page: Page, AsStaff(staff): AsStaff) -> PageResult {
    let l = page.l;
    let team = team::team(&page.server, &staff).await?;
    let form: InviteForm = page.form();
    let (summary, email, name, role) = (page.summary(), page.error("email"), page.error("name"), page.error("role"));
    let columns = vec![
        Column::new(t::column_person(l)),
        Column::new(t::column_role(l)),
        Column::new(t::column_seen(l)),
        Column::amount(t::column_open(l)),
        Column::new(t::column_access(l)),
    ];
    let rows = team.members.iter().map(|member| row(&page, &staff, member)).collect();
    let waiting = waiting(&page, &team.waiting);
    let about = Role::ALL.iter().map(|role| Pair::new(wording::role(l, *role), role_about(l, *role))).collect::<Vec<_>>();
    Ok(page.staff(&staff, StaffRoom::Team, t::title(l), || {
        view! {
            {summary}
            <PageTitle title=t::title(l) lede=t::lede(l)/>
            <DataTable caption=t::title(l) caption_hidden=true columns rows/>
            {waiting}
            <Card title=t::invite(l)>
                <p class="small soft">{t::invite_lede(l)}</p>
                <PostForm action=api::invite_url()>
                    <Field name="form[name]" label=t::name(l) value=form.name error=name autocomplete="off"/>
                    <Field name="form[email]" label=t::email(l) value=form.email error=email kind=Kind::Email autocomplete="off"/>
                    <Select name="form[role]" label=t::role(l) options=roles(l) selected=form.role error=role/>
                    <Button label=t::send(l)/>
                </PostForm>
                <Details summary=t::roles(l)><SummaryList pairs=about/></Details>
            </Card>
        }
    }))
}

fn roles(l: Locale) -> Vec<(Str, Words)> {
    let one = |role: &Role| (Str::from(role.as_str()), Words::from(wording::role(l, *role)));
    std::iter::once((Str::default(), Words::from(t::choose_role(l)))).chain(Role::ALL.iter().map(one)).collect()
}

fn role_about(l: Locale, role: Role) -> &'static str {
    match role {
        Role::Operator => t::role_operator(l),
        Role::Receivables => t::role_receivables(l),
        Role::Supervisor => t::role_supervisor(l),
        Role::Legal => t::role_legal(l),
        Role::Administrator => t::role_administrator(l),
    }
}

fn row(page: &Page, staff: &Staff, member: &Member) -> Vec<AnyView> {
    let l = page.l;
    let seen = match member.seen_at {
        Some(at) => texts::date_time(l, page.server.clock.local(at)),
        None => t::never(l).to_owned(),
    };
    vec![
        view! { <div><strong>{member.name.clone()}</strong><br/><span class="small soft">{member.email.clone()}</span></div> }.into_any(),
        wording::role(l, member.role).into_any(),
        seen.into_any(),
        member.open.to_string().into_any(),
        access(l, staff, member),
    ]
}

/// What may be done about somebody's access; nothing about one's own.
fn access(l: Locale, staff: &Staff, member: &Member) -> AnyView {
    if member.id == staff.id() {
        return view! { <span class="soft">{t::you(l)}</span> }.into_any();
    }
    let id = member.id.to_string();
    if !member.active {
        return view! {
            <div class="flow">
                <StatusTag words=t::left(l)/>
                <PostForm action=api::renew_url()>
                    <Hidden name="id" value=id/>
                    <Button label=t::invite_again(l) kind=ButtonKind::Secondary/>
                </PostForm>
            </div>
        }
        .into_any();
    }
    let (summary, role) = (t::manage(l, &member.name), member.role.as_str());
    let (for_role, select, for_letter) = (id.clone(), format!("role-{id}"), id.clone());
    view! {
        <Details summary>
            <div class="flow">
                <PostForm action=api::change_role_url()>
                    <Hidden name="id" value=for_role/>
                    <Select name="role" id=select label=t::role(l) options=roles(l) selected=role/>
                    <Button label=t::change_role(l) kind=ButtonKind::Secondary/>
                </PostForm>
                <PostForm action=api::renew_url()>
                    <Hidden name="id" value=for_letter/>
                    <p class="small soft">{t::renew_about(l)}</p>
                    <Button label=t::renew(l) kind=ButtonKind::Secondary/>
                </PostForm>
                <PostForm action=api::deactivate_url()>
                    <Hidden name="id" value=id/>
                    <p class="small soft">{t::deactivate_about(l)}</p>
                    <Button label=t::deactivate(l) kind=ButtonKind::Secondary/>
                </PostForm>
            </div>
        </Details>
    }
    .into_any()
}

fn waiting(page: &Page, waiting: &[Waiting]) -> Option<AnyView> {
    if waiting.is_empty() {
        return None;
    }
    let (l, now) = (page.l, page.server.clock.now());
    let rows = waiting
        .iter()
        .map(|one| {
            let at = texts::date_time(l, page.server.clock.local(one.expires_at));
            let until = if one.expires_at > now { t::until(l, at) } else { t::over(l, at) };
            let meta = format!("{} · {} · {until}", one.email, wording::role(l, one.role));
            let (title, id) = (one.name.clone(), one.id.to_string());
            view! {
                <Row title meta>
                    <PostForm action=api::revoke_url()>
                        <Hidden name="id" value=id/>
                        <Button label=t::revoke(l) kind=ButtonKind::Quiet/>
                    </PostForm>
                </Row>
            }
        })
        .collect_view();
    Some(view! { <Card title=t::waiting(l)><Rows>{rows}</Rows></Card> }.into_any())
}
