use soapstone::{
    config::Keep,
    domain::{Actor, AuditAction},
    notes,
    store::{audit, encounters},
};

use super::{Fixture, fixture_on, text};
use crate::support::database;

async fn fixture() -> Fixture {
    fixture_on(database::postgres().await).await
}

#[tokio::test]
async fn audio_goes_thirty_days_after_the_signature_and_the_note_stays() {
    let fixture = fixture().await;
    let (signed, unsigned) = (fixture.visit("Jane Roe").await, fixture.visit("John Doe").await);
    fixture.pass_days(100);
    assert_eq!(fixture.erase_due().await, [], "what nobody signed is kept");
    fixture.sign(signed).await;
    fixture.pass_days(30);
    assert_eq!(fixture.erase_due().await, [], "to the day");
    fixture.pass_days(1);
    assert_eq!(fixture.erase_due().await, [(signed, "audio", "retention.audio_days = 30".to_owned())]);
    assert_eq!(fixture.has(signed).await, (false, true, true));
    assert_eq!(fixture.has(unsigned).await, (true, true, true));
    assert_eq!(fixture.erase_due().await, [], "once");

    let entries = fixture.audit_of(signed).await;
    let erased = &entries[0].event;
    assert_eq!((erased.action, &erased.actor), (AuditAction::Erase, &Actor::Service));
    assert_eq!((erased.object.as_deref(), text(erased.reason.as_ref())), (Some("audio"), "retention.audio_days = 30"));
    audit::verify(&fixture.store, None).await.expect("read").expect("whole");
}

#[tokio::test]
async fn an_amendment_is_a_signature_too() {
    let fixture = fixture().await;
    let id = fixture.signed("Jane Roe").await;
    fixture.pass_days(20);
    let tx = fixture.store.begin().await.expect("a transaction");
    let (clock, signer) = (fixture.clock.as_ref(), &fixture.clinician);
    notes::amend(&tx, clock, id, 2, signer, super::note(), "a slip".into()).await.expect("amended");
    tx.commit().await.expect("committed");
    fixture.pass_days(20);
    assert_eq!(fixture.erase_due().await, []);
    fixture.pass_days(11);
    assert_eq!(fixture.erase_due().await.len(), 1);
}

#[tokio::test]
async fn transcripts_and_visits_go_where_the_clinic_says_so() {
    let mut fixture = fixture().await;
    let rules = &mut fixture.config.retention;
    (rules.transcript_days, rules.visit_days, rules.unsigned_days) = (Keep::Days(60), Keep::Days(90), Keep::Days(200));
    let (signed, unsigned) = (fixture.signed("Jane Roe").await, fixture.visit("John Doe").await);
    fixture.pass_days(61);
    assert_eq!(fixture.erase_due().await.len(), 2);
    assert_eq!(fixture.has(signed).await, (false, false, true));
    fixture.pass_days(30);
    assert_eq!(fixture.erase_due().await, [(signed, "visit", "retention.visit_days = 90".to_owned())]);
    assert_eq!(encounters::get(&fixture.store, signed).await.expect("read"), None);
    assert_eq!(fixture.has(unsigned).await, (true, true, true));
    fixture.pass_days(110);
    assert_eq!(fixture.erase_due().await, [(unsigned, "visit", "retention.unsigned_days = 200".to_owned())]);
    assert!(fixture.files(unsigned).is_empty());
    assert_eq!(fixture.audit_of(unsigned).await[0].event.action, AuditAction::Erase, "the audit outlives the visit");
}

#[tokio::test]
async fn nothing_of_a_visit_under_legal_hold_is_erased_until_the_hold_ends() {
    let mut fixture = fixture().await;
    let rules = &mut fixture.config.retention;
    (rules.transcript_days, rules.visit_days, rules.unsigned_days) = (Keep::Days(1), Keep::Days(1), Keep::Days(1));
    let (signed, unsigned) = (fixture.signed("Jane Roe").await, fixture.visit("John Doe").await);
    for id in [signed, unsigned] {
        fixture.hold(id, true).await;
    }
    fixture.pass_days(4000);
    assert_eq!(fixture.erase_due().await, []);
    for id in [signed, unsigned] {
        assert_eq!(fixture.has(id).await, (true, true, true));
        fixture.hold(id, false).await;
    }
    assert_eq!(fixture.erase_due().await.len(), 2);
}

#[tokio::test]
async fn a_hold_that_comes_while_a_visit_is_erased_wins() {
    let fixture = fixture().await;
    let id = fixture.signed("Jane Roe").await;
    let mut seen = encounters::get(&fixture.store, id).await.expect("read").expect("there");
    fixture.hold(id, true).await;
    let tx = fixture.store.begin().await.expect("a transaction");
    assert!(encounters::erase(&tx, id).await.is_err());
    drop(tx);
    let tx = fixture.store.begin().await.expect("a transaction");
    assert!(encounters::erase_audio(&tx, &mut seen).await.is_err());
    drop(tx);
    assert_eq!(fixture.has(id).await, (true, true, true));
}
