//! Every operation of the API, in one table: where it is, who may, what it takes and gives, and what does it.
//! An operation that is not here is not served; one that is here is in the document.

use axum::Extension;
use axum::extract::{Request, State};
use axum::routing::{MethodRouter, delete, get, post, put};
use domain::api_keys::Scope;
use domain::requests::{Kind as RequestKind, Status};
use domain::statement::Standing;
use domain::webhooks::Delivery;
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

use super::bodies::Id;
use super::problems::What;
use super::{Api, calls, document, reading, records, writing};
use crate::api_keys::ApiKey;
use crate::imports::Kind;
use crate::requests::feed;
use crate::texts::{Locale, api as t};
use crate::webhooks;

/// One operation.
#[derive(Debug)]
pub struct Operation {
    /// GET, PUT, POST or DELETE.
    pub method: &'static str,
    /// Below [`super::BASE`], as OpenAPI and the router both write it.
    pub path: &'static str,
    /// Its name for programs.
    pub id: &'static str,
    /// Who may.
    pub opens: Opens,
    /// What it is for, in words.
    pub told: fn(Locale) -> &'static str,
    /// What may stand behind the question mark.
    pub params: &'static [Param],
    pub(super) takes: Takes,
    pub(super) gives: Gives,
    /// What it says besides the problems that every operation has.
    pub(super) problems: &'static [What],
    pub(super) handler: fn() -> MethodRouter<Api>,
}

/// Who may use an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opens {
    /// Whoever asks.
    Everybody,
    /// Whoever has a key.
    AnyKey,
    /// Whoever has a key with this scope.
    Scoped(Scope),
}

/// A parameter of an address.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// Its name.
    pub name: &'static str,
    pub(super) rule: Rule,
}

/// What a parameter may say.
#[derive(Clone, Copy, Debug)]
pub(super) enum Rule {
    /// An external id.
    Id,
    /// One of these words.
    Word(fn() -> Vec<&'static str>),
    /// How many lines.
    Limit,
    /// Where the page before ended.
    Cursor,
    /// A moment, RFC 3339.
    Time,
    /// A day, ISO 8601.
    Date,
}

/// What the body of a request is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Takes {
    /// Nothing.
    Nothing,
    /// One record of an import; its external id is in the address.
    Record(Kind),
    /// Several.
    Records(Kind),
    /// A document's record and its file.
    Document,
    /// An object of its own.
    Object(fn() -> Described),
}

/// What an answer is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Gives {
    /// Nothing.
    Nothing,
    /// One object.
    One(fn() -> Described),
    /// The same, with this status.
    Made(fn() -> Described),
    /// 201 when it is new, 200 when it was known.
    Put(fn() -> Described),
    /// A page of objects.
    Page(fn() -> Described),
    /// The bytes of a file.
    File,
    /// The document itself.
    Document,
}

/// A type as the document describes it, with the types in it.
pub(super) struct Described {
    pub(super) name: String,
    pub(super) schemas: Vec<(String, RefOr<Schema>)>,
}

fn of<T: ToSchema>() -> Described {
    let mut schemas = vec![(T::name().into_owned(), T::schema())];
    T::schemas(&mut schemas);
    Described { name: T::name().into_owned(), schemas }
}

const LIMIT: Param = Param { name: "limit", rule: Rule::Limit };
const CURSOR: Param = Param { name: "cursor", rule: Rule::Cursor };

fn one(kind: Kind) -> MethodRouter<Api> {
    put(move |State(api): State<Api>, Extension(key): Extension<ApiKey>, Id(id): Id, request: Request| {
        writing::one(api, key, kind, id, request)
    })
}

fn several(kind: Kind) -> MethodRouter<Api> {
    post(move |State(api): State<Api>, Extension(key): Extension<ApiKey>, request: Request| writing::several(api, key, kind, request))
}

const fn put_one(
    kind: Kind,
    path: &'static str,
    id: &'static str,
    told: fn(Locale) -> &'static str,
    handler: fn() -> MethodRouter<Api>,
) -> Operation {
    Operation {
        method: "PUT",
        path,
        id,
        opens: Opens::Scoped(kind.scope()),
        told,
        params: &[],
        takes: Takes::Record(kind),
        gives: Gives::Put(of::<writing::Done>),
        problems: &[],
        handler,
    }
}

const fn post_several(
    kind: Kind,
    path: &'static str,
    id: &'static str,
    told: fn(Locale) -> &'static str,
    handler: fn() -> MethodRouter<Api>,
) -> Operation {
    Operation {
        method: "POST",
        path,
        id,
        opens: Opens::Scoped(kind.scope()),
        told,
        params: &[],
        takes: Takes::Records(kind),
        gives: Gives::One(of::<writing::AllDone>),
        problems: &[What::InProgress, What::KeyReused],
        handler,
    }
}

const fn read(
    path: &'static str,
    id: &'static str,
    opens: Opens,
    told: fn(Locale) -> &'static str,
    params: &'static [Param],
    gives: Gives,
    handler: fn() -> MethodRouter<Api>,
) -> Operation {
    Operation { method: "GET", path, id, opens, told, params, takes: Takes::Nothing, gives, problems: &[], handler }
}

/// Every operation.
pub static OPERATIONS: &[Operation] = &[
    read("/openapi.json", "getDocument", Opens::Everybody, t::get_document, &[], Gives::Document, || get(document::serve)),
    read("/key", "getKey", Opens::AnyKey, t::get_key, &[], Gives::One(of::<reading::KeyOut>), || get(reading::key)),
    // ---- customers ----
    read(
        "/customers",
        "listCustomers",
        Opens::Scoped(Scope::CustomersRead),
        t::list_customers,
        &[LIMIT, CURSOR],
        Gives::Page(of::<records::CustomerOut>),
        || get(reading::customers),
    ),
    read(
        "/customers/{external_id}",
        "getCustomer",
        Opens::Scoped(Scope::CustomersRead),
        t::get_customer,
        &[],
        Gives::One(of::<records::CustomerOut>),
        || get(reading::customer),
    ),
    put_one(Kind::Customers, "/customers/{external_id}", "putCustomer", t::put_customer, || one(Kind::Customers)),
    post_several(Kind::Customers, "/customers", "postCustomers", t::post_customers, || several(Kind::Customers)),
    // ---- contracts ----
    put_one(Kind::Contracts, "/contracts/{external_id}", "putContract", t::put_contract, || one(Kind::Contracts)),
    post_several(Kind::Contracts, "/contracts", "postContracts", t::post_contracts, || several(Kind::Contracts)),
    // ---- representations ----
    put_one(Kind::Representations, "/representations/{external_id}", "putRepresentation", t::put_representation, || {
        one(Kind::Representations)
    }),
    post_several(Kind::Representations, "/representations", "postRepresentations", t::post_representations, || {
        several(Kind::Representations)
    }),
    // ---- guarantees ----
    put_one(Kind::Guarantees, "/guarantees/{external_id}", "putGuarantee", t::put_guarantee, || one(Kind::Guarantees)),
    post_several(Kind::Guarantees, "/guarantees", "postGuarantees", t::post_guarantees, || several(Kind::Guarantees)),
    // ---- bills ----
    read(
        "/bills",
        "listBills",
        Opens::Scoped(Scope::BillsRead),
        t::list_bills,
        &[
            Param { name: "customer", rule: Rule::Id },
            Param { name: "standing", rule: Rule::Word(|| Standing::ALL.iter().map(|word| word.as_str()).collect()) },
            LIMIT,
            CURSOR,
        ],
        Gives::Page(of::<records::BillOut>),
        || get(reading::bills),
    ),
    read(
        "/bills/{external_id}",
        "getBill",
        Opens::Scoped(Scope::BillsRead),
        t::get_bill,
        &[Param { name: "on", rule: Rule::Date }],
        Gives::One(of::<records::BillDetailOut>),
        || get(reading::bill),
    ),
    put_one(Kind::Bills, "/bills/{external_id}", "putBill", t::put_bill, || one(Kind::Bills)),
    post_several(Kind::Bills, "/bills", "postBills", t::post_bills, || several(Kind::Bills)),
    // ---- slips ----
    put_one(Kind::Slips, "/slips/{external_id}", "putSlip", t::put_slip, || one(Kind::Slips)),
    post_several(Kind::Slips, "/slips", "postSlips", t::post_slips, || several(Kind::Slips)),
    // ---- payments ----
    put_one(Kind::Payments, "/payments/{external_id}", "putPayment", t::put_payment, || one(Kind::Payments)),
    post_several(Kind::Payments, "/payments", "postPayments", t::post_payments, || several(Kind::Payments)),
    // ---- documents ----
    Operation {
        method: "PUT",
        path: "/documents/{external_id}",
        id: "putDocument",
        opens: Opens::Scoped(Scope::DocumentsWrite),
        told: t::put_document,
        params: &[],
        takes: Takes::Document,
        gives: Gives::Put(of::<writing::Done>),
        problems: &[],
        handler: || put(writing::document).layer(axum::extract::DefaultBodyLimit::disable()),
    },
    // ---- requests ----
    read(
        "/requests",
        "listRequests",
        Opens::Scoped(Scope::RequestsRead),
        t::list_requests,
        &[
            Param { name: "kind", rule: Rule::Word(|| RequestKind::ALL.iter().map(|word| word.as_str()).collect()) },
            Param { name: "status", rule: Rule::Word(|| Status::ALL.iter().map(|word| word.as_str()).collect()) },
            Param { name: "updated_since", rule: Rule::Time },
            LIMIT,
            CURSOR,
        ],
        Gives::Page(of::<feed::RequestLine>),
        || get(reading::requests),
    ),
    read(
        "/requests/{protocol}",
        "getRequest",
        Opens::Scoped(Scope::RequestsRead),
        t::get_request,
        &[],
        Gives::One(of::<feed::RequestOut>),
        || get(reading::request),
    ),
    read(
        "/requests/{protocol}/files/{id}",
        "getRequestFile",
        Opens::Scoped(Scope::EvidenceRead),
        t::get_request_file,
        &[],
        Gives::File,
        || get(reading::file),
    ),
    // ---- webhooks ----
    read(
        "/webhooks",
        "listWebhooks",
        Opens::Scoped(Scope::Webhooks),
        t::list_webhooks,
        &[],
        Gives::Page(of::<webhooks::EndpointOut>),
        || get(calls::list),
    ),
    Operation {
        method: "POST",
        path: "/webhooks",
        id: "postWebhook",
        opens: Opens::Scoped(Scope::Webhooks),
        told: t::post_webhook,
        params: &[],
        takes: Takes::Object(of::<calls::EndpointIn>),
        gives: Gives::Made(of::<webhooks::EndpointMade>),
        problems: &[What::InProgress, What::KeyReused],
        handler: || post(calls::add),
    },
    Operation {
        method: "DELETE",
        path: "/webhooks/{id}",
        id: "deleteWebhook",
        opens: Opens::Scoped(Scope::Webhooks),
        told: t::delete_webhook,
        params: &[],
        takes: Takes::Nothing,
        gives: Gives::Nothing,
        problems: &[],
        handler: || delete(calls::remove),
    },
    read(
        "/webhooks/deliveries",
        "listDeliveries",
        Opens::Scoped(Scope::Webhooks),
        t::list_deliveries,
        &[Param { name: "state", rule: Rule::Word(|| Delivery::ALL.iter().map(|word| word.as_str()).collect()) }, LIMIT, CURSOR],
        Gives::Page(of::<webhooks::DeliveryOut>),
        || get(calls::deliveries),
    ),
    Operation {
        method: "POST",
        path: "/webhooks/deliveries/{id}/redeliver",
        id: "redeliver",
        opens: Opens::Scoped(Scope::Webhooks),
        told: t::redeliver,
        params: &[],
        takes: Takes::Nothing,
        gives: Gives::Nothing,
        problems: &[],
        handler: || post(calls::redeliver),
    },
];
