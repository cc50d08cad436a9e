//! A page: what every one needs, and how it is drawn. Never asks the database for more than the frame.
//!
//! A handler asks its verb first and draws the answer then, so that a page is a plain function of what it shows.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::response::{Html, IntoResponse, Response};
use domain::actors::Role;
use domain::forms::FieldError;
use http::request::Parts;
use http::{HeaderValue, StatusCode, header};
use hydration_context::{SharedContext, SsrSharedContext};
use leptos::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use server::error::Error;
use server::policies::Creditor;
use server::sessions::{Actors, Customer, Staff};
use server::texts::{self, Locale};
use server::{Server, flashes};

use crate::ui::layout::{Acting, Brand, CustomerLayout, Frame, Language, Link, PublicLayout, Room, SignOut, StaffLayout, Wing};
use crate::ui::{Str, Words, icons::Icon};
use crate::visitor::{App, Visitor, cookie, cookies};
use crate::wording;
use crate::{brand, paths};

/// What a handler answers.
pub type PageResult = Result<Response, Failure>;

/// Something a page cannot show, told to the person by the layer that knows their language.
#[derive(Clone, Debug)]
pub enum Failure {
    /// Not there, or not theirs.
    Missing,
    /// Not for this role.
    Forbidden,
    /// Nobody is signed in.
    SignedOut,
    /// Too many tries; seconds to wait.
    Throttled(i64),
    /// What the address says makes no sense, or has been overtaken: the words say which.
    Refused(StatusCode),
    /// Something that we need is away for a while. Logged where it happened.
    Away,
    /// Our fault. Logged where it happened, told without detail.
    Broken,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound => Self::Missing,
            Error::Forbidden => Self::Forbidden,
            Error::SignedOut => Self::SignedOut,
            Error::Throttled(seconds) => Self::Throttled(seconds),
            Error::Form(_) | Error::Refused(_) => Self::Refused(StatusCode::BAD_REQUEST),
            Error::Overtaken(_) => Self::Refused(StatusCode::CONFLICT),
            Error::Files(trouble) => {
                tracing::error!(%trouble, "files are away");
                Self::Away
            }
            error => {
                tracing::error!(%error, "a page could not be shown");
                Self::Broken
            }
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status = match self {
            Self::Missing => StatusCode::NOT_FOUND,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::SignedOut => return axum::response::Redirect::to(paths::SIGN_IN).into_response(),
            Self::Throttled(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Refused(status) => status,
            Self::Away => StatusCode::SERVICE_UNAVAILABLE,
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let mut response = status.into_response();
        let wait = match self {
            Self::Throttled(seconds) => Some(seconds),
            Self::Away => Some(60),
            _ => None,
        };
        if let Some(seconds) = wait {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// A refused form with its problems, or a word about what just happened: kept from one page to the next.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Flash {
    /// The page it is for.
    pub page: String,
    /// The form as typed.
    pub form: serde_json::Value,
    /// Problems by field.
    pub errors: Vec<FieldError>,
    /// A sentence for the top of the page.
    pub banner: Option<String>,
    /// Whether the sentence is good news.
    pub good: bool,
}

/// What a handler draws a page with.
pub struct Page {
    /// The verbs.
    pub server: Server,
    /// The reader's language.
    pub l: Locale,
    /// Who asks.
    pub visitor: Visitor,
    /// What came from the page before, if it is for this one.
    pub flash: Flash,
    app: App,
    path: String,
    shows_flash: bool,
    creditor: Arc<Creditor>,
}

impl FromRequestParts<App> for Page {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let visitor = parts.extensions.get::<Visitor>().cloned().ok_or(Failure::Broken)?;
        let path = parts.uri.path().to_owned();
        let mut flash = None;
        if let Some(id) = cookie(&parts.headers, &app.cookie_name(cookies::FLASH)).and_then(|id| id.parse().ok()) {
            flash = flashes::find::<Flash>(&app.server, id).await?.filter(|flash| flash.page == path);
        }
        let creditor = app.creditor().await?;
        Ok(Self {
            server: app.server.clone(),
            l: visitor.locale,
            visitor,
            shows_flash: flash.is_some(),
            flash: flash.unwrap_or_default(),
            app: app.clone(),
            path,
            creditor,
        })
    }
}

/// Where one is among the customer's rooms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CustomerRoom {
    /// Home.
    Home,
    /// Statement.
    Statement,
    /// Requests.
    Requests,
    /// Documents.
    Documents,
    /// Account.
    Account,
}

/// Where one is among the staff's rooms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StaffRoom {
    /// The creditor's brand.
    Brand,
    /// The house's holidays.
    Holidays,
    /// Ready answers.
    Replies,
    /// The house's wording of what the portal writes.
    Templates,
    /// Queue.
    Queue,
    /// Search and customers.
    Customers,
    /// Who is sought, what was promised, what is to be told.
    FollowUp,
    /// Refund orders.
    Refunds,
    /// Return files of banks.
    ReturnFiles,
    /// The house in figures.
    Dashboard,
    /// Exports for the creditor's own systems.
    Exports,
    /// What is with agencies and lawyers.
    Placements,
    /// Whom the house works with.
    Agencies,
    /// Bills that the house gives up.
    WriteOffs,
    /// Bills that something of the creditor's touched.
    Incidents,
    /// The rules of requests.
    Rules,
    /// The creditor's policies.
    Policies,
    /// The creditor's staff.
    Team,
    /// The audit trail.
    Audit,
    /// Keys and webhooks of the creditor's systems.
    Systems,
}

impl Page {
    /// The form as it was typed before it was refused; otherwise a fresh one.
    #[must_use]
    pub fn form<T: DeserializeOwned + Default>(&self) -> T {
        serde_json::from_value(self.flash.form.clone()).unwrap_or_default()
    }

    /// The problem of one field, in words; nothing when it has none.
    #[must_use]
    pub fn error(&self, field: &str) -> Option<String> {
        self.flash.errors.iter().find(|error| error.field == field).map(|error| wording::problem(self.l, &error.problem))
    }

    /// Every problem with the control it belongs to (`form[FIELD]`), for the summary at the top.
    #[must_use]
    pub fn errors(&self) -> Vec<(Str, Words)> {
        let control = |field: &str| Str::from(format!("form[{field}]"));
        self.flash.errors.iter().map(|error| (control(&error.field), wording::problem(self.l, &error.problem).into())).collect()
    }

    /// The summary of what must be mended; nothing when nothing is.
    pub fn summary(&self) -> impl IntoView + use<> {
        let (title, errors) = (texts::frame::error_summary(self.l), self.errors());
        view! { <crate::ui::forms::ErrorSummary title=title errors=errors/> }
    }

    /// The creditor.
    #[must_use]
    pub fn creditor(&self) -> &Creditor {
        &self.creditor
    }

    /// A page for everybody.
    pub fn public<V: IntoView + Send + 'static>(&self, title: &str, draw: impl FnOnce() -> V) -> Response {
        let frame = self.frame();
        self.document(StatusCode::OK, title, move || {
            let banner = self.banner();
            let content = draw().into_any();
            view! { <PublicLayout frame>{banner}{content}</PublicLayout> }
        })
    }

    /// A page for a customer.
    pub fn customer<V: IntoView + Send + 'static>(
        &self,
        customer: &Customer,
        room: CustomerRoom,
        title: &str,
        draw: impl FnOnce() -> V,
    ) -> Response {
        let l = self.l;
        let frame = self.frame();
        let here = |one: CustomerRoom, href: &'static str, words: &'static str, icon: Icon| Room {
            href: href.into(),
            words: words.into(),
            icon,
            current: one == room,
            count: Words::default(),
            counted: Words::default(),
        };
        let rooms = vec![
            here(CustomerRoom::Home, paths::HOME, texts::frame::home(l), Icon::Home),
            here(CustomerRoom::Statement, paths::STATEMENT, texts::frame::statement(l), Icon::Ledger),
            here(CustomerRoom::Requests, paths::REQUESTS, texts::frame::requests(l), Icon::Chat),
            here(CustomerRoom::Documents, paths::DOCUMENTS, texts::frame::documents(l), Icon::Document),
            here(CustomerRoom::Account, paths::ACCOUNT, texts::frame::account(l), Icon::Person),
        ];
        let acting = Acting {
            words: texts::frame::acting(l).into(),
            name: customer.name().to_owned().into(),
            switch: Some(Link { href: paths::ACCOUNT.into(), words: texts::frame::switch(l).into() }),
        };
        let sign_out = SignOut { action: crate::sign_in::api::sign_out_url().into(), words: texts::frame::sign_out(l).into() };
        let ends_in = (customer.ends_at() - self.server.clock.now()).num_seconds();
        self.document(StatusCode::OK, title, move || {
            let banner = self.banner();
            let content = draw().into_any();
            let warning = crate::sign_in::page::session_warning(l, ends_in);
            view! {
                <CustomerLayout frame rooms rooms_label=texts::frame::rooms_label(l) acting sign_out>
                    {banner}
                    {content}
                    {warning}
                </CustomerLayout>
            }
        })
    }

    /// A page for staff.
    pub fn staff<V: IntoView + Send + 'static>(&self, staff: &Staff, room: StaffRoom, title: &str, draw: impl FnOnce() -> V) -> Response {
        let l = self.l;
        let frame = self.frame();
        let here = |one: StaffRoom, href: &'static str, words: &'static str, icon: Icon| Room {
            href: href.into(),
            words: words.into(),
            icon,
            current: one == room,
            count: Words::default(),
            counted: Words::default(),
        };
        let mut rooms = vec![
            here(StaffRoom::Queue, paths::QUEUE, texts::frame::queue(l), Icon::Tray),
            here(StaffRoom::Customers, paths::STAFF_SEARCH, texts::frame::customers(l), Icon::People),
            here(StaffRoom::FollowUp, paths::FOLLOW_UP, texts::frame::follow_up(l), Icon::Calendar),
            here(StaffRoom::Refunds, paths::REFUND_ORDERS, texts::frame::refund_orders(l), Icon::Refund),
            here(StaffRoom::ReturnFiles, paths::RETURN_FILES, texts::frame::return_files(l), Icon::Ledger),
            here(StaffRoom::Exports, paths::EXPORTS, texts::frame::exports(l), Icon::Download),
        ];
        if matches!(staff.role(), Role::Supervisor | Role::Receivables) {
            rooms.insert(1, here(StaffRoom::Dashboard, paths::DASHBOARD, texts::frame::dashboard(l), Icon::Chart));
        }
        if server::placements::may_place(staff) {
            rooms.push(here(StaffRoom::Placements, paths::PLACEMENTS, texts::frame::placements(l), Icon::Forward));
            rooms.push(here(StaffRoom::WriteOffs, paths::WRITE_OFFS, texts::frame::write_offs(l), Icon::Document));
        }
        let agencies = here(StaffRoom::Agencies, paths::AGENCIES, texts::placements::agencies(l), Icon::Forward);
        let replies = here(StaffRoom::Replies, paths::REPLIES, texts::frame::replies(l), Icon::Chat);
        let templates = here(StaffRoom::Templates, paths::TEMPLATES, texts::frame::templates(l), Icon::Mail);
        let holidays = here(StaffRoom::Holidays, paths::HOLIDAYS, texts::frame::holidays(l), Icon::Calendar);
        let rules = here(StaffRoom::Rules, paths::RULES, texts::frame::rules(l), Icon::Settings);
        let policies = here(StaffRoom::Policies, paths::POLICIES, texts::frame::policies(l), Icon::Document);
        if staff.role() == Role::Supervisor {
            let incidents = here(StaffRoom::Incidents, paths::INCIDENTS, texts::incidents::title(l), Icon::Attention);
            rooms.extend([incidents, replies, templates, rules, policies, holidays]);
        } else if staff.role() == Role::Administrator {
            // Whoever keeps the installation has no business in the others.
            rooms = vec![
                here(StaffRoom::Team, paths::TEAM, texts::frame::team(l), Icon::People),
                replies,
                templates,
                rules,
                policies,
                holidays,
                agencies,
                here(StaffRoom::Brand, paths::BRAND, texts::frame::brand(l), Icon::Person),
                here(StaffRoom::Systems, paths::SYSTEMS, texts::frame::systems(l), Icon::Settings),
                here(StaffRoom::Audit, paths::AUDIT, texts::frame::audit(l), Icon::Lock),
            ];
        }
        let wings = vec![Wing { title: Words::default(), rooms }];
        let person = texts::frame::staff_person(l, staff.name(), wording::role(l, staff.role()));
        let sign_out = SignOut { action: crate::sign_in::api::sign_out_url().into(), words: texts::frame::sign_out(l).into() };
        self.document(StatusCode::OK, title, move || {
            let banner = self.banner();
            let content = draw().into_any();
            view! {
                <StaffLayout frame wings rooms_label=texts::frame::rooms_label(l) person sign_out>
                    {banner}
                    {content}
                </StaffLayout>
            }
        })
    }

    /// A page that says why there is none.
    pub fn failure(&self, failure: &Failure, request_id: &str) -> Response {
        let l = self.l;
        let (status, title, words) = match failure {
            Failure::Missing => (StatusCode::NOT_FOUND, texts::failures::missing(l), texts::failures::missing_words(l).to_owned()),
            Failure::Forbidden => (StatusCode::FORBIDDEN, texts::failures::forbidden(l), texts::failures::forbidden_words(l).to_owned()),
            Failure::Throttled(seconds) => (StatusCode::TOO_MANY_REQUESTS, texts::failures::throttled(l), wording::throttled(l, *seconds)),
            Failure::Refused(status) => (*status, texts::failures::refused(l), texts::failures::refused_words(l).to_owned()),
            Failure::Away => (StatusCode::SERVICE_UNAVAILABLE, texts::failures::away(l), texts::failures::away_words(l).to_owned()),
            Failure::Broken | Failure::SignedOut => {
                (StatusCode::INTERNAL_SERVER_ERROR, texts::failures::broken(l), texts::failures::broken_words(l, request_id))
            }
        };
        let frame = self.frame();
        let home = match self.visitor.actors {
            Some(Actors::Staff(ref staff)) if staff.role() == Role::Administrator => paths::SYSTEMS,
            Some(Actors::Staff(_)) => paths::QUEUE,
            _ => paths::HOME,
        };
        self.document(status, title, move || {
            view! {
                <PublicLayout frame>
                    <h1>{title}</h1>
                    <p class="lede">{words}</p>
                    <p><a href=home>{texts::failures::to_home(l)}</a></p>
                </PublicLayout>
            }
        })
    }

    fn banner(&self) -> impl IntoView + use<> {
        let tone = if self.flash.good { crate::ui::Tone::Good } else { crate::ui::Tone::Attention };
        let title = if self.flash.good { texts::frame::done(self.l) } else { texts::frame::attention(self.l) };
        self.flash
            .banner
            .clone()
            .map(|text| view! { <crate::ui::panels::Notice tone title=title><p>{text}</p></crate::ui::panels::Notice> })
    }

    fn frame(&self) -> Frame {
        let l = self.l;
        let creditor = &self.creditor;
        let languages = Locale::ALL
            .iter()
            .map(|(locale, name)| Language {
                code: locale.tag(),
                words: (*name).into(),
                href: paths::language(locale.tag()).into(),
                current: *locale == l,
            })
            .collect();
        let link = |href: &'static str, words: &'static str| Link { href: href.into(), words: words.into() };
        let cnpj = domain::tax_ids::TaxId::parse(&creditor.cnpj).map_or_else(|_| creditor.cnpj.clone(), |cnpj| cnpj.to_string());
        Frame {
            brand: Brand {
                creditor: creditor.name.clone().into(),
                service: texts::frame::service(l).into(),
                href: paths::HOME.into(),
                logo: Str::default(),
            },
            skip: texts::frame::skip(l).into(),
            languages_label: texts::frame::languages(l).into(),
            languages,
            links: vec![
                link(paths::AUTHENTICITY, texts::frame::is_it_ours(l)),
                link(paths::HELP, texts::frame::help(l)),
                link(paths::PRIVACY, texts::frame::privacy(l)),
            ],
            legal: vec![
                texts::frame::legal(l, &creditor.ans_registration, cnpj, &creditor.legal_name).into(),
                creditor.address.clone().into(),
                texts::frame::contact(l, &creditor.email, &creditor.phone).into(),
            ],
        }
    }

    /// Draws the whole document. Rendering happens in one go: everything a page shows was read before.
    fn document<V: IntoView>(&self, status: StatusCode, title: &str, draw: impl FnOnce() -> V) -> Response {
        let shared: Arc<dyn SharedContext + Send + Sync> = Arc::new(SsrSharedContext::new_islands());
        let owner = Owner::new_root(Some(shared));
        let body = owner.with(|| draw().to_html());
        owner.unset();
        let assets = &self.app.assets.manifest;
        let name = &self.creditor.name;
        let title = if title.is_empty() { name.clone() } else { format!("{title} · {name}") };
        let mut html = String::with_capacity(body.len() + 1024);
        html.push_str("<!DOCTYPE html><html lang=\"");
        html.push_str(self.l.tag());
        html.push_str("\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\"><title>");
        push_escaped(&mut html, &title);
        html.push_str("</title><meta name=\"description\" content=\"");
        push_escaped(&mut html, texts::frame::description(self.l));
        html.push_str("\"><link rel=\"stylesheet\" href=\"");
        html.push_str(&assets.css);
        if body.contains("for-staff") {
            html.push_str("\"><link rel=\"stylesheet\" href=\"");
            html.push_str(&assets.staff_css);
        }
        if let Some(sheet) = brand::href(&self.creditor.brand_color) {
            html.push_str("\"><link rel=\"stylesheet\" href=\"");
            html.push_str(&sheet);
        }
        html.push_str("\"><link rel=\"icon\" type=\"image/svg+xml\" href=\"");
        html.push_str(&assets.icon);
        html.push_str(
            "\"><link rel=\"manifest\" href=\"/manifest.webmanifest\"><link rel=\"apple-touch-icon\" href=\"/apple-touch-icon.png\">",
        );
        if body.contains("<leptos-island") && !assets.wasm.is_empty() {
            html.push_str("<script type=\"module\" src=\"");
            html.push_str(&assets.islands);
            html.push_str("\" data-js=\"");
            html.push_str(&assets.js);
            html.push_str("\" data-wasm=\"");
            html.push_str(&assets.wasm);
            html.push_str("\"></script>");
        }
        if body.contains("data-desk") && !assets.desk.is_empty() {
            html.push_str("<script type=\"module\" src=\"");
            html.push_str(&assets.desk);
            html.push_str("\"></script>");
        }
        html.push_str("</head><body>");
        html.push_str(&body);
        html.push_str("</body></html>");
        let mut response = (status, Html(html)).into_response();
        if self.shows_flash {
            response.headers_mut().append(header::SET_COOKIE, self.app.cookie(cookies::FLASH, "", 0));
        }
        response
    }

    /// The address of this page, for forms that come back to it.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }
}

fn push_escaped(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
}
