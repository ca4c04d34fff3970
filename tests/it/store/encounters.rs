use soapstone::{
    domain::{Clock, Consent, ConsentMethod, ConsentRule, EncounterState, SystemClock},
    store::{
        StoreError,
        encounters::{self, EncounterFilter},
    },
};

use super::{account, details, fixture};

#[tokio::test]
async fn an_encounter_is_read_as_it_was_entered() {
    let fixture = fixture().await;
    let entered = fixture.encounter(account(), "Jane Roe").await;
    let read = encounters::get(&fixture.store, entered.id).await.expect("read");
    assert_eq!(read, Some(entered));
}

#[tokio::test]
async fn what_tells_of_the_patient_is_nowhere_on_the_disk() {
    let fixture = fixture().await;
    let mut encounter = fixture.encounter(account(), "Jane Roe").await;
    encounter.consent = Some(Consent {
        rule: ConsentRule::AllParty,
        given_by: "Jane Roe and her daughter".into(),
        method: ConsentMethod::Verbal,
        wording: "2026-1".to_owned(),
        recorded_by: encounter.clinician,
        recorded_at: SystemClock.now(),
    });
    let tx = fixture.store.begin().await.expect("a transaction");
    encounters::update(&tx, &mut encounter).await.expect("updated");
    tx.commit().await.expect("committed");
    assert!(fixture.holds(&encounter.id.to_string()).await, "the file is the one that is written to");
    for secret in ["Jane", "Roe", "MRN-4711", "daughter"] {
        assert!(!fixture.holds(secret).await, "{secret}");
    }
}

#[tokio::test]
async fn lists_are_newest_first_narrowed_and_paged() {
    let fixture = fixture().await;
    let (mine, theirs) = (account(), account());
    let mut entered = Vec::new();
    for number in 0..5 {
        let clinician = if number == 2 { theirs } else { mine };
        entered.push(fixture.encounter(clinician, "Jane Roe").await.id);
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    let filter = EncounterFilter { clinician: Some(mine), state: Some(EncounterState::Planned) };
    let page = encounters::list(&fixture.store, filter, None, 2).await.expect("listed");
    assert_eq!(Vec::from_iter(page.iter().map(|one| one.id)), [entered[4], entered[3]]);
    let next = encounters::list(&fixture.store, filter, Some(page[1].id), 9).await.expect("listed");
    assert_eq!(Vec::from_iter(next.iter().map(|one| one.id)), [entered[1], entered[0]]);
    let signed = EncounterFilter { state: Some(EncounterState::Signed), ..filter };
    assert_eq!(encounters::list(&fixture.store, signed, None, 9).await.expect("listed"), []);
}

#[tokio::test]
async fn of_two_who_change_the_same_the_second_is_told() {
    let fixture = fixture().await;
    let mut first = fixture.encounter(account(), "Jane Roe").await;
    let mut second = first.clone();
    let tx = fixture.store.begin().await.expect("a transaction");
    first.details = details("Jane Doe");
    encounters::update(&tx, &mut first).await.expect("updated");
    assert_eq!(first.revision, 2);
    let late = encounters::update(&tx, &mut second).await;
    assert!(matches!(late, Err(StoreError::Changed)));
    tx.commit().await.expect("committed");
    assert_eq!(encounters::get(&fixture.store, first.id).await.expect("read"), Some(first));
}

#[tokio::test]
async fn what_is_not_committed_is_not_kept() {
    let fixture = fixture().await;
    let tx = fixture.store.begin().await.expect("a transaction");
    let encounter = encounters::create(&tx, account(), details("Jane Roe")).await.expect("created");
    drop(tx);
    assert_eq!(encounters::get(&fixture.store, encounter.id).await.expect("read"), None);
}
