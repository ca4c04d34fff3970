use soapstone::{
    domain::SystemEntropy,
    sealing::{MasterKey, MasterKeys},
    store::{StoreError, encounters},
};

use super::{account, fixture};

#[tokio::test]
async fn a_new_master_key_takes_over_at_the_next_start_and_the_old_one_opens_nothing_any_more() {
    let fixture = fixture().await;
    let encounter = fixture.encounter(account(), "Jane Roe").await;
    let new = MasterKey::generate(&SystemEntropy);

    let alone = fixture.open(MasterKeys::new(new.clone(), Vec::new())).await;
    let error = alone.err().expect("the old key is not named");
    assert!(matches!(error, StoreError::Sealed { .. }) && error.to_string().contains("keys.previous"), "{error}");

    fixture.open(MasterKeys::new(new.clone(), vec![fixture.master.clone()])).await.expect("the store opens");
    let alone = fixture.open(MasterKeys::new(new, Vec::new())).await.expect("the store opens");
    assert_eq!(encounters::get(&alone, encounter.id).await.expect("read"), Some(encounter.clone()));
    let before = encounters::get(&fixture.store, encounter.id).await;
    assert!(matches!(before, Err(StoreError::Sealed { .. })));
}
