use sea_orm::{ConnectionTrait, Database, DatabaseConnection};
use soapstone::{
    domain::{Actor, AuditAction, AuditEvent, AuditOutcome},
    store::audit::{self, AuditBreak, AuditHead},
};

use super::{Fixture, account, fixture};

async fn append(fixture: &Fixture, event: AuditEvent) {
    let tx = fixture.store.begin().await.expect("a transaction");
    audit::append(&tx, &event).await.expect("appended");
    tx.commit().await.expect("committed");
}

/// An audit of five entries.
async fn five(fixture: &Fixture) {
    let id = fixture.encounter(account(), "Jane Roe").await.id;
    let viewed = AuditEvent::done(Actor::Account(account()), AuditAction::View).on(id);
    for number in 1..=4 {
        append(fixture, viewed.clone().object(format!("note/{number}"))).await;
    }
    let broken = AuditEvent::done(Actor::Account(account()), AuditAction::BreakGlass).on(id);
    append(fixture, broken.because("Jane Roe is in the emergency room".into())).await;
}

/// The database as somebody with access to it, and without a key, sees it.
async fn intruder(fixture: &Fixture) -> DatabaseConnection {
    let file = fixture.folder.path().join("state/soapstone.db");
    let url = fixture.database.clone().unwrap_or_else(|| format!("sqlite:{}", file.display()));
    Database::connect(url).await.expect("the database opens")
}

async fn verify(fixture: &Fixture) -> Result<AuditHead, AuditBreak> {
    audit::verify(&fixture.store, None).await.expect("the audit can be read")
}

#[tokio::test]
async fn what_was_written_is_listed_newest_first_and_verified() {
    let fixture = fixture().await;
    assert_eq!(verify(&fixture).await.expect("whole").sequence, 0);
    five(&fixture).await;
    let entries = audit::list(&fixture.store, None, None, 2).await.expect("listed");
    assert_eq!(Vec::from_iter(entries.iter().map(|entry| entry.sequence)), [5, 4]);
    assert_eq!(entries[0].event.reason.as_ref().expect("a reason").as_str(), "Jane Roe is in the emergency room");
    assert_eq!((entries[1].event.object.as_deref(), entries[1].event.outcome), (Some("note/4"), AuditOutcome::Done));
    let head = verify(&fixture).await.expect("whole");
    assert_eq!((head.sequence, &head.hash), (5, &entries[0].hash));
    assert!(!fixture.holds("emergency room").await);
}

#[tokio::test]
async fn whatever_is_changed_taken_out_or_put_elsewhere_is_found() {
    let changes = [
        ("UPDATE audit_entry SET object = 'note/9' WHERE sequence = 2", AuditBreak::Changed { sequence: 2 }),
        (
            "UPDATE audit_entry SET actor = '{\"kind\":\"service\"}' WHERE sequence = 3",
            AuditBreak::Changed { sequence: 3 },
        ),
        ("UPDATE audit_entry SET at_ms = at_ms + 1 WHERE sequence = 1", AuditBreak::Changed { sequence: 1 }),
        ("UPDATE audit_entry SET encounter = NULL WHERE sequence = 4", AuditBreak::Changed { sequence: 4 }),
        ("UPDATE audit_entry SET reason = NULL WHERE sequence = 5", AuditBreak::Changed { sequence: 5 }),
        (
            "DELETE FROM audit_entry WHERE sequence = 3",
            AuditBreak::Missing { expected: 3, found: "entry 4".to_owned() },
        ),
        ("DELETE FROM audit_entry WHERE sequence = 5", AuditBreak::End { expected: 5, found: 4 }),
        ("DELETE FROM audit_entry", AuditBreak::End { expected: 5, found: 0 }),
        ("DELETE FROM encounter_key WHERE encounter = 'audit'", AuditBreak::End { expected: 5, found: 0 }),
        // SQLite checks primary keys row by row, so an exchange takes a detour.
        (
            "UPDATE audit_entry SET sequence = 99 WHERE sequence = 2;
             UPDATE audit_entry SET sequence = 2 WHERE sequence = 3;
             UPDATE audit_entry SET sequence = 3 WHERE sequence = 99",
            AuditBreak::Changed { sequence: 2 },
        ),
    ];
    for (statements, expected) in changes {
        let fixture = fixture().await;
        five(&fixture).await;
        let intruder = intruder(&fixture).await;
        intruder.execute_unprepared(statements).await.expect("the database lets it");
        assert_eq!(verify(&fixture).await, Err(expected), "{statements}");
    }
}

#[tokio::test]
async fn a_head_kept_elsewhere_shows_that_the_whole_was_put_back() {
    let fixture = fixture().await;
    five(&fixture).await;
    let kept = verify(&fixture).await.expect("whole");
    let intruder = intruder(&fixture).await;
    for statement in [
        "DELETE FROM audit_entry WHERE sequence > 3",
        "UPDATE audit_head SET sequence = 3, hash = (SELECT hash FROM audit_entry WHERE sequence = 3)",
    ] {
        intruder.execute_unprepared(statement).await.expect("the database lets it");
    }
    assert_eq!(verify(&fixture).await.expect("nothing shows it").sequence, 3);
    let anchored = audit::verify(&fixture.store, Some(&kept)).await.expect("the audit can be read");
    assert_eq!(anchored, Err(AuditBreak::End { expected: 5, found: 3 }));
}

#[tokio::test]
async fn many_who_write_at_once_make_one_chain_which_is_whole_at_any_moment() {
    let fixture = fixture().await;
    let fixture = std::sync::Arc::new(fixture);
    let mut writers = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let fixture = std::sync::Arc::clone(&fixture);
        writers.spawn(async move {
            for _ in 0..5 {
                append(&fixture, AuditEvent::done(Actor::Service, AuditAction::View)).await;
            }
        });
    }
    while !writers.is_empty() {
        verify(&fixture).await.expect("whole while it grows");
        while writers.try_join_next().is_some() {}
    }
    assert_eq!(verify(&fixture).await.expect("whole").sequence, 40);
}

#[tokio::test]
async fn who_is_answered_is_on_the_disk_and_all_stand_in_one_chain() {
    let fixture = std::sync::Arc::new(fixture().await);
    let mut readers = tokio::task::JoinSet::new();
    for reader in 0..50 {
        let fixture = std::sync::Arc::clone(&fixture);
        readers.spawn(async move {
            for time in 0..4 {
                let viewed = AuditEvent::done(Actor::Service, AuditAction::View).object(format!("{reader}/{time}"));
                audit::append_alone(&fixture.store, &viewed).await.expect("kept");
                // Another connection sees it as soon as its asker is told.
                let intruder = intruder(&fixture).await;
                let statement = format!("SELECT 1 FROM audit_entry WHERE object = '{reader}/{time}'");
                let statement = sea_orm::Statement::from_string(sea_orm::DbBackend::Sqlite, statement);
                assert!(intruder.query_one_raw(statement).await.expect("readable").is_some());
            }
        });
    }
    readers.join_all().await;
    assert_eq!(verify(&fixture).await.expect("whole").sequence, 200);
    let entries = audit::list(&fixture.store, None, None, 200).await.expect("listed");
    for reader in 0..50 {
        let own = entries.iter().rev().filter_map(|entry| entry.event.object.as_deref());
        let own = own.filter(|object| object.starts_with(&format!("{reader}/")));
        let expected = Vec::from_iter((0..4).map(|time| format!("{reader}/{time}")));
        assert_eq!(Vec::from_iter(own), expected, "in the order in which they came");
    }
}

#[tokio::test]
async fn entries_whose_askers_went_away_are_kept_and_the_last_to_come_is_the_last() {
    let fixture = fixture().await;
    // A transaction holds all of them back, until nobody waits any more.
    let other = fixture.store.begin().await.expect("a transaction");
    for number in 0..20 {
        let viewed = AuditEvent::done(Actor::Service, AuditAction::View).object(number.to_string());
        let asked = audit::append_alone(&fixture.store, &viewed);
        assert!(
            tokio::time::timeout(std::time::Duration::from_millis(1), asked).await.is_err(),
            "it cannot be kept yet"
        );
    }
    drop(other);
    audit::append_alone(&fixture.store, &AuditEvent::done(Actor::Service, AuditAction::Stop)).await.expect("kept");
    let head = verify(&fixture).await.expect("whole");
    let entries = audit::list(&fixture.store, None, None, 1).await.expect("listed");
    assert_eq!((head.sequence, entries[0].event.action), (21, AuditAction::Stop));
}
