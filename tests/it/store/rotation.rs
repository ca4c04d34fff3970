use soapstone::{
    domain::SystemEntropy,
    sealing::{MasterKey, MasterKeys},
    store::{StoreError, encounters, keys},
};

use super::{account, fixture, open};

#[tokio::test]
async fn a_new_master_key_opens_everything_after_rewrapping_and_nothing_before() {
    let fixture = fixture().await;
    let encounter = fixture.encounter(account(), "Jane Roe").await;
    let new = MasterKey::generate(&SystemEntropy);

    let alone = open(fixture.folder.path(), MasterKeys::new(new.clone(), Vec::new())).await;
    let error = encounters::get(&alone, encounter.id).await.expect_err("refused");
    assert!(matches!(error, StoreError::Sealed { .. }) && error.to_string().contains("keys.previous"), "{error}");

    let both = open(fixture.folder.path(), MasterKeys::new(new, vec![fixture.master.clone()])).await;
    let tx = both.begin().await.expect("a transaction");
    assert_eq!(keys::rewrap(&tx).await.expect("rewrapped"), 1);
    assert_eq!(keys::rewrap(&tx).await.expect("nothing is left"), 0);
    tx.commit().await.expect("committed");
    assert_eq!(encounters::get(&alone, encounter.id).await.expect("read"), Some(encounter.clone()));

    let before = encounters::get(&fixture.store, encounter.id).await;
    assert!(matches!(before, Err(StoreError::Sealed { .. })), "the old key opens nothing any more");
}
