use reqwest::{Method, StatusCode};

use super::{body, fixture, problem};

#[tokio::test]
async fn monitors_need_no_account_and_learn_whether_it_can_work() {
    let fixture = fixture().await;
    let (status, health) = body(fixture.request(Method::GET, "/healthz")).await;
    assert_eq!((status, health["status"].as_str()), (StatusCode::OK, Some("ok")));
    let (status, ready) = body(fixture.request(Method::GET, "/readyz")).await;
    assert_eq!((status, ready["status"].as_str()), (StatusCode::OK, Some("ok")));
}

#[tokio::test]
async fn a_service_without_its_models_says_how_to_get_them() {
    let mut config = super::config();
    config.paths.models = config.paths.models.join("elsewhere");
    let fixture = super::fixture_of(config, None).await;
    let (status, answer) = body(fixture.request(Method::GET, "/readyz")).await;
    assert_eq!((status, problem(&answer)), (StatusCode::SERVICE_UNAVAILABLE, "not-ready"));
    assert!(answer["detail"].as_str().expect("a detail").contains("soapstone models pull"), "{answer}");
}
