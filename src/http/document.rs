//! What holds for every route of the OpenAPI document: how callers prove who they are, how faults look, and the answers that
//! any request may get.

use utoipa::openapi::{
    ContentBuilder, OpenApi, PathItem, Ref, RefOr, Response, ResponseBuilder,
    path::Operation,
    security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
};

use super::caller::SESSION_COOKIE;

const PROBLEM_JSON: &str = "application/problem+json";

/// Routes of the API that nobody has to prove anything for.
const OPEN: [&str; 9] =
    ["log_in", "set_up", "take_password", "begin", "finish", "jwks", "healthz", "readyz", "metrics"];

/// Answers that any request may get, with what they say.
const ANSWERS: [(&str, &str); 3] = [
    ("429", "More requests came than are taken; `Retry-After` says when to come again"),
    ("500", "A fault of soapstone or of its machine"),
    ("503", "The service is busy, or the answer took too long"),
];

/// Completes `document`.
pub fn complete(document: &mut OpenApi) {
    let components = document.components.get_or_insert_default();
    let token = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
    components.security_schemes.insert("token".to_owned(), SecurityScheme::Http(token).into());
    let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(SESSION_COOKIE)));
    components.security_schemes.insert("session".to_owned(), cookie.into());
    let either = ["token", "session"].map(|scheme| SecurityRequirement::new(scheme, Vec::<String>::new()));
    document.security = Some(either.to_vec());
    for operation in document.paths.paths.values_mut().flat_map(operations) {
        if operation.operation_id.as_deref().is_some_and(|id| OPEN.contains(&id)) {
            operation.security = Some(Vec::new());
        }
        name(operation);
        let responses = &mut operation.responses.responses;
        for (status, description) in ANSWERS {
            responses.entry(status.to_owned()).or_insert_with(|| problem(description).into());
        }
        let faults = responses.iter_mut().filter(|(status, _)| status.starts_with(['4', '5']));
        for (_, response) in faults {
            if let RefOr::T(response) = response {
                name_problem(response);
            }
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch].into_iter().flatten()
}

/// The name of a handler is that of its file's, too: there is a `get` in several.
fn name(operation: &mut Operation) {
    let tag = operation.tags.as_ref().and_then(|tags| tags.first());
    if let (Some(tag), Some(id)) = (tag, &operation.operation_id) {
        operation.operation_id = Some(format!("{tag}_{id}"));
    }
}

fn problem(description: &str) -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new().description(description).content(PROBLEM_JSON, content).build()
}

/// Problems have a media type of their own (RFC 9457), which the attributes of a route do not know.
fn name_problem(response: &mut Response) {
    let contents = std::mem::take(&mut response.content);
    response.content = contents.into_values().map(|content| (PROBLEM_JSON.to_owned(), content)).collect();
}
