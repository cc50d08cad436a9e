//! The OpenAPI document, made from the table of operations, the columns of the imports and the types of the answers. Never written by
//! hand: what is not served is not in it.

use std::sync::OnceLock;

use axum::Json;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::path::{HttpMethod, OperationBuilder, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{AdditionalProperties, Array, ArrayBuilder, Object, ObjectBuilder, Schema, SchemaFormat, SchemaType, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, Content, ContentBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, PathItem, PathsBuilder, Ref, RefOr,
    Required, ResponseBuilder, ServerBuilder, Tag,
};

use super::bodies::{MOST as MOST_LINES, Query};
use super::operations::{Described, Gives, OPERATIONS, Opens, Operation, Param, Rule, Takes};
use super::problems::{MEDIA_TYPE, What, locale};
use super::writing::{self, MOST};
use crate::imports::{Column, Kind, Shape};
use crate::texts::{Locale, api as t};
use utoipa::{PartialSchema, ToSchema};

/// A text of one line that is not blank.
const PLAIN: &str = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$";
/// The years that dates are of.
const YEARS: &str = "^(199[0-9]|20[0-9]{2})-";

/// The name of the security scheme.
const KEY: &str = "key";

/// The document in one language.
#[must_use]
pub fn document(l: Locale) -> &'static OpenApi {
    static DOCUMENTS: [OnceLock<OpenApi>; Locale::ALL.len()] = [const { OnceLock::new() }; Locale::ALL.len()];
    DOCUMENTS[l as usize].get_or_init(|| made(l))
}

pub(super) async fn serve(_: Query, request: Request) -> Response {
    Json(document(locale(&request))).into_response()
}

fn made(l: Locale) -> OpenApi {
    let mut components = ComponentsBuilder::new().security_scheme(
        KEY,
        SecurityScheme::Http(
            HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("emdia_…").description(Some(t::about_keys(l))).build(),
        ),
    );
    let mut paths = PathsBuilder::new();
    for operation in OPERATIONS {
        for described in answered(operation).into_iter().chain(taken(operation)) {
            for (name, schema) in described.schemas {
                components = components.schema(name, schema);
            }
        }
        paths = paths.path(operation.path, PathItem::new(method(operation), operation_of(l, operation)));
    }
    let mut problem = Vec::new();
    writing::ProblemOut::schemas(&mut problem);
    for (name, schema) in problem {
        components = components.schema(name, schema);
    }
    components = components.schema(writing::ProblemOut::name(), writing::ProblemOut::schema());
    for kind in Kind::ALL {
        components = components.schema(name(kind), record(kind, false)).schema(format!("{}Batch", name(kind)), batch(kind));
    }
    let tags = Kind::ALL.iter().map(|kind| kind.as_str()).chain(["requests", "webhooks", "api"]);
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Em Dia")
                .version("1")
                .description(Some(t::about(l)))
                .license(Some(LicenseBuilder::new().name("AGPL-3.0-only").identifier(Some("AGPL-3.0-only")).build()))
                .build(),
        )
        .servers(Some([ServerBuilder::new().url(super::BASE).build()]))
        .tags(Some(tags.map(Tag::new).collect::<Vec<_>>()))
        .paths(paths.build())
        .components(Some(components.build()))
        .build()
}

fn method(operation: &Operation) -> HttpMethod {
    match operation.method {
        "PUT" => HttpMethod::Put,
        "POST" => HttpMethod::Post,
        "DELETE" => HttpMethod::Delete,
        _ => HttpMethod::Get,
    }
}

/// What a record of a kind is called.
const fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Customers => "Customer",
        Kind::Contracts => "Contract",
        Kind::Representations => "Representation",
        Kind::Guarantees => "Guarantee",
        Kind::Bills => "Bill",
        Kind::Slips => "Slip",
        Kind::Payments => "Payment",
        Kind::Documents => "Document",
    }
}

fn answered(operation: &Operation) -> Option<Described> {
    match operation.gives {
        Gives::One(of) | Gives::Made(of) | Gives::Put(of) | Gives::Page(of) => Some(of()),
        Gives::Nothing | Gives::File | Gives::Document => None,
    }
}

fn taken(operation: &Operation) -> Option<Described> {
    match operation.takes {
        Takes::Object(of) => Some(of()),
        _ => None,
    }
}

fn operation_of(l: Locale, operation: &Operation) -> utoipa::openapi::path::Operation {
    let tag = match operation.path.split('/').nth(1) {
        Some("key" | "openapi.json") | None => "api",
        Some(first) => first,
    };
    let mut made = OperationBuilder::new().operation_id(Some(operation.id)).summary(Some((operation.told)(l))).tag(tag);
    for name in operation.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
        made = made.parameter(in_path(name));
    }
    for param in operation.params {
        made = made.parameter(in_query(param));
    }
    if operation.problems.contains(&What::KeyReused) {
        let schema = text(None).min_length(Some(1)).max_length(Some(200)).build();
        let header = ParameterBuilder::new().name("Idempotency-Key").parameter_in(ParameterIn::Header).required(Required::False);
        made = made.parameter(header.description(Some(t::about_idempotency(l))).schema(Some(schema)).build());
    }
    made = match operation.opens {
        Opens::Everybody => made.securities(Some([])),
        Opens::AnyKey => made.security(SecurityRequirement::new::<_, _, String>(KEY, [])),
        Opens::Scoped(scope) => {
            made.security(SecurityRequirement::new::<_, _, String>(KEY, [])).description(Some(t::needs_scope(l, scope.as_str())))
        }
    };
    if let Some(content) = body(operation) {
        let (media_type, schema) = content;
        made = made.request_body(Some(RequestBodyBuilder::new().content(media_type, schema).required(Some(Required::True)).build()));
    }
    for (status, media_type, schema) in answers(operation) {
        let mut response = ResponseBuilder::new().description(t::done(l));
        if let Some(schema) = schema {
            response = response.content(media_type, schema);
        }
        made = made.response(status, response.build());
    }
    for status in problems_of(operation) {
        let told: Vec<&str> = What::ALL.iter().filter(|what| what.status().as_u16() == status).map(|what| what.told(l)).collect();
        let problem = Ref::from_schema_name(writing::ProblemOut::name());
        let content = ContentBuilder::new().schema(Some(RefOr::<Schema>::Ref(problem))).build();
        made = made.response(status.to_string(), ResponseBuilder::new().description(told.join(" / ")).content(MEDIA_TYPE, content).build());
    }
    made.build()
}

fn body(operation: &Operation) -> Option<(&'static str, Content)> {
    let json = |schema: RefOr<Schema>| ("application/json", ContentBuilder::new().schema(Some(schema)).build());
    match operation.takes {
        Takes::Nothing => None,
        Takes::Record(kind) => Some(json(Ref::from_schema_name(name(kind)).into())),
        Takes::Records(kind) => Some(json(Ref::from_schema_name(format!("{}Batch", name(kind))).into())),
        Takes::Object(of) => Some(json(Ref::from_schema_name(of().name).into())),
        Takes::Document => {
            let file = text(None).content_media_type("application/octet-stream");
            let form = ObjectBuilder::new()
                .property("metadata", Ref::from_schema_name(name(Kind::Documents)))
                .property("file", file)
                .required("metadata")
                .required("file")
                .additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false)));
            Some(("multipart/form-data", ContentBuilder::new().schema(Some(form)).build()))
        }
    }
}

fn answers(operation: &Operation) -> Vec<(&'static str, &'static str, Option<Content>)> {
    let one = |of: fn() -> Described| {
        let schema = RefOr::<Schema>::Ref(Ref::from_schema_name(of().name));
        Some(ContentBuilder::new().schema(Some(schema)).build())
    };
    let json = "application/json";
    match operation.gives {
        Gives::Nothing => vec![("204", json, None)],
        Gives::One(of) => vec![("200", json, one(of))],
        Gives::Made(of) => vec![("201", json, one(of))],
        Gives::Put(of) => vec![("200", json, one(of)), ("201", json, one(of))],
        Gives::Page(of) => vec![("200", json, Some(ContentBuilder::new().schema(Some(page(of().name))).build()))],
        Gives::File => {
            let bytes = text(None).content_media_type("application/octet-stream");
            vec![("200", "*/*", Some(ContentBuilder::new().schema(Some(bytes)).build()))]
        }
        Gives::Document => {
            vec![("200", json, Some(ContentBuilder::new().schema(Some(ObjectBuilder::new().schema_type(Type::Object))).build()))]
        }
    }
}

fn page(of: String) -> Object {
    ObjectBuilder::new()
        .property("items", Array::new(Ref::from_schema_name(of)))
        .property("next", text_or_null())
        .property("as_of", text(Some("date-time")))
        .required("items")
        .required("next")
        .required("as_of")
        .build()
}

/// The statuses of everything that can go wrong with an operation.
fn problems_of(operation: &Operation) -> Vec<u16> {
    let mut all: Vec<What> = operation.problems.to_vec();
    // An address that says too much is refused everywhere.
    all.extend([What::Malformed, What::Refused, What::Broken]);
    if operation.opens != Opens::Everybody {
        all.extend([What::Unauthorized, What::Throttled]);
    }
    if matches!(operation.opens, Opens::Scoped(_)) {
        all.push(What::Forbidden);
    }
    if operation.path.contains('{') {
        all.push(What::NotFound);
    }
    if !matches!(operation.takes, Takes::Nothing) {
        all.extend([What::TooLarge, What::UnsupportedMediaType, What::Timeout]);
    }
    let mut statuses: Vec<u16> = all.into_iter().map(|what| what.status().as_u16()).collect();
    statuses.sort_unstable();
    statuses.dedup();
    statuses
}

fn in_path(name: &str) -> Parameter {
    let schema = match name {
        "id" => text(Some("uuid")),
        "protocol" => text(None).pattern(Some("^[0-9]{20}$")),
        _ => text(None).min_length(Some(1)).max_length(Some(100)).pattern(Some(PLAIN)),
    };
    ParameterBuilder::new().name(name).parameter_in(ParameterIn::Path).required(Required::True).schema(Some(schema)).build()
}

fn in_query(param: &Param) -> Parameter {
    let schema = match param.rule {
        Rule::Id => text(None).min_length(Some(1)).max_length(Some(100)).pattern(Some(PLAIN)),
        Rule::Word(words) => text(None).enum_values(Some(words())),
        Rule::Limit => ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).maximum(Some(MOST_LINES)),
        Rule::Cursor => text(None).pattern(Some("^[0-9a-f]{32}$")),
        Rule::Time => text(Some("date-time")).pattern(Some(YEARS)),
        Rule::Date => text(Some("date")).pattern(Some(YEARS)),
    };
    ParameterBuilder::new().name(param.name).parameter_in(ParameterIn::Query).required(Required::False).schema(Some(schema)).build()
}

fn text(format: Option<&str>) -> ObjectBuilder {
    let format = format.map(|format| SchemaFormat::Custom(format.to_owned()));
    ObjectBuilder::new().schema_type(Type::String).format(format)
}

fn text_or_null() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::Array(vec![Type::String, Type::Null]))
}

/// A record of an import as an object: its columns are its fields.
fn record(kind: Kind, with_id: bool) -> Object {
    let mut object = ObjectBuilder::new().additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false)));
    for column in kind.columns() {
        if column.shape == Shape::File || (column.name == "external_id" && !with_id) {
            continue;
        }
        object = object.property(column.name, field(column));
        if column.required {
            object = object.required(column.name);
        }
    }
    object.build()
}

fn batch(kind: Kind) -> Object {
    let mut items: Array = ArrayBuilder::new().items(RefOr::<Schema>::from(record(kind, true))).build();
    (items.min_items, items.max_items) = (Some(1), Some(MOST));
    let object = ObjectBuilder::new().property("items", items).required("items");
    object.additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false))).build()
}

/// A field: what may be left out may also be null, which empties it.
fn field(column: &Column) -> RefOr<Schema> {
    let types = |one: Type| if column.required { SchemaType::Type(one) } else { SchemaType::Array(vec![one, Type::Null]) };
    let text = |format: Option<&str>| {
        let format = format.map(|format| SchemaFormat::Custom(format.to_owned()));
        ObjectBuilder::new().schema_type(types(Type::String)).format(format)
    };
    match column.shape {
        Shape::Text(longest) => {
            let plain = column.required.then_some(PLAIN);
            text(None).min_length(column.required.then_some(1)).max_length(Some(usize::from(longest))).pattern(plain).into()
        }
        Shape::Word(words) => {
            let words =
                words.iter().map(|word| serde_json::Value::from(*word)).chain((!column.required).then_some(serde_json::Value::Null));
            text(None).enum_values(Some(words.collect::<Vec<_>>())).into()
        }
        Shape::Ids => {
            let mut ids = Array::new(
                ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(100)).pattern(Some("^[^|]+$")),
            );
            ids.min_items = Some(1);
            Schema::Array(ids).into()
        }
        Shape::Date => text(Some("date")).pattern(Some(YEARS)).into(),
        Shape::Month => text(None).pattern(Some("^(199[0-9]|20[0-9]{2})-(0[1-9]|1[0-2])$")).into(),
        // As much as any amount that is typed; see domain::money.
        Shape::Cents => {
            let most = domain::money::Money::MAX_TYPED.as_cents();
            ObjectBuilder::new().schema_type(types(Type::Integer)).minimum(Some(0)).maximum(Some(most)).into()
        }
        Shape::Rate => text(None).pattern(Some("^0(\\.[0-9]{1,8})?$")).into(),
        Shape::File => text(None).into(),
    }
}
