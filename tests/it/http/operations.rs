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

#[tokio::test]
async fn figures_count_routes_and_failed_log_ins_and_name_no_visit() {
    let fixture = fixture().await;
    let visit = fixture.encounter().await;
    assert_eq!(body(fixture.get("clinician", &visit)).await.0, StatusCode::OK);
    let wrong = serde_json::json!({ "login": "clinician", "password": "not the password" });
    let tried = fixture.request(Method::POST, "/api/v1/session").json(&wrong);
    assert_eq!(body(tried).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(body(fixture.get("clinician", "/wp-login.php?name=Jane")).await.0, StatusCode::NOT_FOUND);

    let answer = fixture.request(Method::GET, "/metrics").send().await.expect("an answer");
    assert!(answer.headers()["content-type"].to_str().expect("text").starts_with("application/openmetrics-text"));
    let figures = answer.text().await.expect("text");
    for line in [
        "soapstone_http_requests_total{route=\"/api/v1/encounters/{id}\",method=\"GET\",status=\"200\"} 1\n",
        "soapstone_http_requests_total{route=\"none\",method=\"GET\",status=\"404\"} 1\n",
        "soapstone_log_ins_failed_total 1\n",
        "soapstone_jobs{kind=\"transcribe\",state=\"queued\"} 0\n",
        "soapstone_disk_free_bytes ",
    ] {
        assert!(figures.contains(line), "{line} is not in\n{figures}");
    }
    let id = visit.rsplit('/').next().expect("an id");
    assert!(!figures.contains(id) && !figures.contains("wp-login") && !figures.contains("Jane"));
}

#[tokio::test]
async fn figures_are_shown_on_this_machine_alone_unless_the_configuration_says_otherwise() {
    let fixture = fixture().await;
    let through_a_proxy = fixture.request(Method::GET, "/metrics").header("x-forwarded-for", "192.0.2.7");
    let (status, answer) = body(through_a_proxy).await;
    assert_eq!((status, problem(&answer)), (StatusCode::FORBIDDEN, "forbidden"));
    let mut config = super::config();
    config.server.metrics = soapstone::config::MetricsReaders::All;
    let open = super::fixture_of(config, None).await;
    let through_a_proxy = open.request(Method::GET, "/metrics").header("x-forwarded-for", "192.0.2.7");
    assert_eq!(body(through_a_proxy).await.0, StatusCode::OK);
}

#[tokio::test]
async fn every_answer_names_its_request() {
    let fixture = fixture().await;
    let mut ids = std::collections::BTreeSet::new();
    for path in ["/healthz", "/api/v1/encounters", "/nowhere"] {
        let answer = fixture.request(Method::GET, path).header("x-request-id", "mine").send().await.expect("an answer");
        let id = answer.headers()["x-request-id"].to_str().expect("text").to_owned();
        assert!(id != "mine" && ids.insert(id));
    }
}
