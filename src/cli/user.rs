//! `soapstone user`: accounts, from the machine itself.

use std::io::{BufRead, IsTerminal};

use clap::{Args, Subcommand, ValueEnum};

use super::{Failure, FailureKind, runtime};
use crate::{
    app,
    auth::{
        self,
        accounts::{self as administration, Change},
    },
    config::Config,
    domain::{AccountRole, Actor},
    store::{
        Store, Tx,
        accounts::{self, LogIn, NewAccount},
    },
};

/// Look after the accounts of the service.
///
/// Passwords are read from standard input, never from the command line, where others could see them.
#[derive(Args)]
pub struct UserArgs {
    #[command(subcommand)]
    command: UserCommand,
}

#[derive(Subcommand)]
enum UserCommand {
    /// Make an account.
    #[command(after_help = "Example:\n  \
        pwgen -s 24 1 | soapstone user add ada --name 'Ada Byron, MD' --role clinician")]
    Add {
        /// Name to log in with.
        login: String,
        /// Name as signatures show it.
        #[arg(long)]
        name: String,
        /// What the account is for.
        #[arg(long, value_enum)]
        role: Role,
        /// Without a password: only tokens or single sign-on let it in.
        #[arg(long)]
        no_password: bool,
    },
    /// Show all accounts.
    List,
    /// Give an account another password; its sessions end.
    Password {
        /// Name to log in with.
        login: String,
    },
    /// Shut an account: its sessions end, and its tokens are void.
    Disable {
        /// Name to log in with.
        login: String,
    },
    /// Open a shut account again.
    Enable {
        /// Name to log in with.
        login: String,
    },
    /// Give an account another role; its sessions end.
    Role {
        /// Name to log in with.
        login: String,
        /// What the account is for.
        #[arg(value_enum)]
        role: Role,
    },
    /// Forget the wrong passwords of an account, which lock it for up to a quarter of an hour.
    Unlock {
        /// Name to log in with.
        login: String,
    },
}

/// What an account is for.
#[derive(Clone, Copy, ValueEnum)]
enum Role {
    /// Sees patients, and signs their notes.
    Clinician,
    /// Prepares visits and records them.
    Assistant,
    /// Reads visits to judge their notes.
    Qa,
    /// Looks after accounts, retention and the audit.
    Admin,
    /// Another system.
    System,
}

impl From<Role> for AccountRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Clinician => Self::Clinician,
            Role::Assistant => Self::Assistant,
            Role::Qa => Self::Qa,
            Role::Admin => Self::Admin,
            Role::System => Self::System,
        }
    }
}

/// Runs the command.
pub fn run(args: &UserArgs, config: &Config) -> Result<(), Failure> {
    runtime()?.block_on(async {
        let store = app::open_store(config).await?;
        match &args.command {
            UserCommand::Add { login, name, role, no_password } => add(&store, login, name, *role, *no_password).await,
            UserCommand::List => list(&store).await,
            UserCommand::Password { login } => password(&store, login).await,
            UserCommand::Disable { login } => {
                change(&store, login, Change { disabled: Some(true), ..Change::default() }).await
            }
            UserCommand::Enable { login } => {
                change(&store, login, Change { disabled: Some(false), ..Change::default() }).await
            }
            UserCommand::Role { login, role } => {
                change(&store, login, Change { role: Some((*role).into()), ..Change::default() }).await
            }
            UserCommand::Unlock { login } => change(&store, login, Change { unlock: true, ..Change::default() }).await,
        }
    })
}

async fn add(store: &Store, login: &str, name: &str, role: Role, no_password: bool) -> Result<(), Failure> {
    let password_hash = if no_password { None } else { Some(read_password(login)?) };
    let new = NewAccount { login: login.to_owned(), display_name: name.to_owned(), role: role.into(), password_hash };
    let tx = store.begin().await?;
    let account = administration::create(&tx, new, Actor::Operator).await?;
    tx.commit().await?;
    println!("{}", account.id);
    Ok(())
}

async fn list(store: &Store) -> Result<(), Failure> {
    for account in accounts::list(store).await? {
        let state = if account.disabled { "disabled" } else { "" };
        println!("{}\t{}\t{}\t{}\t{state}", account.id, account.login, account.role.as_str(), account.display_name);
    }
    Ok(())
}

async fn password(store: &Store, login: &str) -> Result<(), Failure> {
    let hash = read_password(login)?;
    let tx = store.begin().await?;
    let account = known(&tx, login).await?.account;
    auth::set_password(&tx, account.id, &hash, Actor::Operator).await?;
    Ok(tx.commit().await?)
}

async fn change(store: &Store, login: &str, change: Change) -> Result<(), Failure> {
    let tx = store.begin().await?;
    let known = known(&tx, login).await?;
    administration::change(&tx, &known, change, Actor::Operator).await?;
    Ok(tx.commit().await?)
}

/// The account that logs in as `login`.
pub(super) async fn known(tx: &Tx, login: &str) -> Result<LogIn, Failure> {
    let unknown =
        || Failure::new(FailureKind::Usage, format_args!("there is no account {login}; see `soapstone user list`"));
    accounts::log_in(tx, login).await?.ok_or_else(unknown)
}

/// The hash of the password on the first line of standard input.
fn read_password(login: &str) -> Result<String, Failure> {
    if std::io::stdin().is_terminal() {
        eprintln!("The password, and Enter (it is shown; pipe it in to keep it from the screen):");
    }
    let mut line = zeroize::Zeroizing::new(String::new());
    std::io::stdin().lock().read_line(&mut line).map_err(|error| Failure::bad_input("standard input", error))?;
    auth::hash_password(line.trim_end_matches(['\r', '\n']), login)
        .map_err(|error| Failure::new(FailureKind::Usage, error))
}
