use serde_json::{Value, json};
use soapstone::store::{
    StoreError,
    documents::{self, DocumentKind},
    encounters, keys,
};

use super::{Fixture, account, fixture};

async fn append(
    fixture: &Fixture,
    id: soapstone::domain::EncounterId,
    expected: i64,
    body: Value,
) -> Result<(), StoreError> {
    let tx = fixture.store.begin().await?;
    documents::append(&tx, id, DocumentKind::Note, expected, None, "draft", &body).await?;
    tx.commit().await
}

#[tokio::test]
async fn every_version_stays_and_the_newest_is_given() {
    let fixture = fixture().await;
    let id = fixture.encounter(account(), "Jane Roe").await.id;
    append(&fixture, id, 0, json!("first words")).await.expect("appended");
    append(&fixture, id, 1, json!("second words")).await.expect("appended");
    let (version, body) =
        documents::current::<Value>(&fixture.store, id, DocumentKind::Note).await.expect("read").expect("there");
    assert_eq!((version.number, body), (2, json!("second words")));
    let (_, first) =
        documents::version::<Value>(&fixture.store, id, DocumentKind::Note, 1).await.expect("read").expect("there");
    assert_eq!(first, json!("first words"));
    let versions = documents::versions(&fixture.store, id, DocumentKind::Note).await.expect("listed");
    assert_eq!(Vec::from_iter(versions.iter().map(|version| version.number)), [1, 2]);
    assert_eq!(documents::current::<Value>(&fixture.store, id, DocumentKind::Transcript).await.expect("read"), None);
    assert!(!fixture.holds("second words").await);
}

#[tokio::test]
async fn a_version_that_was_not_seen_is_not_written_over() {
    let fixture = fixture().await;
    let id = fixture.encounter(account(), "Jane Roe").await.id;
    append(&fixture, id, 0, json!("a person's edit")).await.expect("appended");
    let late = append(&fixture, id, 0, json!("a draft that came late")).await;
    assert!(matches!(late, Err(StoreError::Changed)));
}

#[tokio::test]
async fn of_many_who_write_the_next_version_at_once_one_does_and_the_others_are_told() {
    let fixture = std::sync::Arc::new(fixture().await);
    let id = fixture.encounter(account(), "Jane Roe").await.id;
    let mut writers = tokio::task::JoinSet::new();
    for number in 0..8 {
        let fixture = std::sync::Arc::clone(&fixture);
        writers.spawn(async move { append(&fixture, id, 0, json!({ "of": number })).await });
    }
    let (kept, told): (Vec<_>, Vec<_>) = writers.join_all().await.into_iter().partition(Result::is_ok);
    assert_eq!((kept.len(), told.len()), (1, 7));
    assert!(told.iter().all(|late| matches!(late, Err(StoreError::Changed))), "{told:?}");
}

#[tokio::test]
async fn erasing_takes_the_key_first_and_everything_with_it() {
    let fixture = fixture().await;
    let id = fixture.encounter(account(), "Jane Roe").await.id;
    append(&fixture, id, 0, json!("words")).await.expect("appended");
    let tx = fixture.store.begin().await.expect("a transaction");
    encounters::erase(&tx, id).await.expect("erased");
    tx.commit().await.expect("committed");
    assert!(keys::load_audio(&fixture.store, id).await.expect("read").is_none());
    assert_eq!(encounters::get(&fixture.store, id).await.expect("read"), None);
    assert_eq!(documents::versions(&fixture.store, id, DocumentKind::Note).await.expect("listed"), []);
}
