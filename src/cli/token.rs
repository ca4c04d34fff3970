//! `soapstone token`: what programs prove themselves with.

use clap::{Args, Subcommand};

use super::{Failure, FailureKind, runtime, user};
use crate::{
    app,
    auth::tokens::{self, NewToken},
    config::Config,
    domain::{Actor, Scope, SystemClock, SystemEntropy},
    store::{
        Store, accounts,
        credentials::{self, CredentialKind},
    },
};

/// Look after the tokens of the service's API.
#[derive(Args)]
pub struct TokenArgs {
    #[command(subcommand)]
    command: TokenCommand,
}

#[derive(Subcommand)]
enum TokenCommand {
    /// Make a token for an account. It is shown once: only a hash of it is kept.
    #[command(
        after_help = "Scopes: encounters:read, encounters:write, audio:write, notes:sign, audit:read, accounts:write.\n\n\
Example:\n  \
    soapstone token create room-3 --label 'room 3' --scope audio:write --days 365"
    )]
    Create {
        /// The account's name.
        login: String,
        /// What it is for.
        #[arg(long)]
        label: String,
        /// What its bearer may do, once for each; never more than the account may.
        #[arg(long = "scope", required = true, value_parser = scope)]
        scopes: Vec<Scope>,
        /// After how many days it ends.
        #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=3650))]
        days: u32,
    },
    /// Show all tokens, without their secrets.
    List,
    /// End a token.
    Revoke {
        /// Its name in the list.
        name: String,
    },
}

fn scope(text: &str) -> Result<Scope, String> {
    let known = Vec::from_iter(Scope::ALL.map(Scope::as_str)).join(", ");
    Scope::parse(text).ok_or_else(|| format!("scopes are {known}"))
}

/// Runs the command.
pub fn run(args: &TokenArgs, config: &Config) -> Result<(), Failure> {
    runtime()?.block_on(async {
        let store = app::open_store(config).await?;
        match &args.command {
            TokenCommand::Create { login, label, scopes, days } => create(&store, login, label, scopes, *days).await,
            TokenCommand::List => list(&store).await,
            TokenCommand::Revoke { name } => revoke(&store, name).await,
        }
    })
}

async fn create(store: &Store, login: &str, label: &str, scopes: &[Scope], days: u32) -> Result<(), Failure> {
    let tx = store.begin().await?;
    let account = user::known(&tx, login).await?.account.id;
    let new = NewToken { account, label: label.to_owned(), scopes: scopes.to_vec(), days };
    let (_, secret) = tokens::create(&tx, &SystemClock, &SystemEntropy, new, Actor::Operator).await?;
    tx.commit().await?;
    println!("{}", secret.expose());
    Ok(())
}

async fn list(store: &Store) -> Result<(), Failure> {
    for token in credentials::list(store, CredentialKind::Token).await? {
        let account = match token.account {
            Some(id) => accounts::get(store, id).await?.map(|account| account.login),
            None => None,
        };
        let scopes = Vec::from_iter(token.scopes.iter().map(|scope| scope.as_str())).join(",");
        let account = account.unwrap_or_default();
        println!("{}\t{account}\t{}\t{scopes}\tuntil {}", tokens::name(&token), token.label, token.expires_at);
    }
    Ok(())
}

async fn revoke(store: &Store, wanted: &str) -> Result<(), Failure> {
    if tokens::revoke(store, wanted, Actor::Operator).await? {
        return Ok(());
    }
    Err(Failure::new(FailureKind::Usage, format_args!("there is no token {wanted}; see `soapstone token list`")))
}
