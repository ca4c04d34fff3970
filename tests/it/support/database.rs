//! PostgreSQL for tests: `SOAPSTONE_TEST_POSTGRES=postgres://USER@HOST:PORT/postgres` makes the tests of the store and of HTTP run
//! on it, each in a database of its own. Without it they run on SQLite.

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, Statement};
use soapstone::domain::{SystemClock, SystemEntropy, new_uuid};

/// A new, empty database on the server that the environment names; `None` where it names none.
pub async fn postgres() -> Option<String> {
    let server = std::env::var("SOAPSTONE_TEST_POSTGRES").ok()?;
    let (base, _) = server.rsplit_once('/').expect("postgres://USER@HOST:PORT/DATABASE");
    let name = format!("soapstone_test_{}", new_uuid(&SystemClock, &SystemEntropy).simple());
    let made = connect(&server).await.execute_unprepared(&format!("CREATE DATABASE {name}")).await;
    made.expect("the user may make databases");
    Some(format!("{base}/{name}"))
}

/// Every row of every table of ours, as PostgreSQL writes it out.
pub async fn rows(database: &str) -> Vec<u8> {
    let database = connect(database).await;
    let list = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'";
    let mut bytes = Vec::new();
    for table in column(&database, list).await {
        let rows = column(&database, &format!("SELECT t::text FROM public.\"{table}\" t")).await;
        bytes.extend(rows.join("\n").into_bytes());
    }
    bytes
}

async fn connect(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    Database::connect(options).await.expect("PostgreSQL answers")
}

/// The first column of what `query` finds.
async fn column(database: &DatabaseConnection, query: &str) -> Vec<String> {
    let query = Statement::from_string(database.get_database_backend(), query);
    let rows = database.query_all_raw(query).await.expect("it can be read");
    rows.iter().map(|row| row.try_get_by_index(0).expect("text")).collect()
}
