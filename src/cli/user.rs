//! `araldo user`: who may log in to the console. There is no one by default.

use std::io::{IsTerminal as _, Read as _};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Subcommand;

use super::{COMMAND_LINE, Context};
use crate::domain::role::Role;
use crate::domain::{EmailAddress, UserId};
use crate::store::access::audit::AuditEntry;
use crate::store::access::users::{Added, NewUser};
use crate::web::auth::password;

#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// Add a person, or let one in again who was disabled; without a password on standard input,
    /// makes one and prints it last
    Add {
        /// How they log in
        #[arg(long)]
        email: String,
        /// viewer, operator, manager, approver or admin
        #[arg(long)]
        role: Role,
    },
    /// Give a person another password and end their sessions; without one on standard input,
    /// makes one and prints it last
    Password {
        /// Who
        #[arg(long)]
        email: String,
    },
    /// Give a person another role and end their sessions
    Role {
        /// Who
        #[arg(long)]
        email: String,
        /// viewer, operator, manager, approver or admin
        #[arg(long)]
        role: Role,
    },
    /// Take a person's second factor away and end their sessions: for one who lost it
    SecondFactor {
        /// Who
        #[arg(long)]
        email: String,
    },
    /// List everyone
    List,
    /// Shut a person out and end their sessions
    Disable {
        /// Who
        #[arg(long)]
        email: String,
    },
}

pub(super) async fn run(command: UserCommand, context: &Context) -> anyhow::Result<ExitCode> {
    match command {
        UserCommand::Add { email, role } => add(context, &email, role).await?,
        UserCommand::Password { email } => change(context, &email).await?,
        UserCommand::Role { email, role } => change_role(context, &email, role).await?,
        UserCommand::SecondFactor { email } => take_factor(context, &email).await?,
        UserCommand::List => list(context).await?,
        UserCommand::Disable { email } => disable(context, &email).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn add(context: &Context, email: &str, role: Role) -> anyhow::Result<()> {
    let Context {
        store, clock, ids, ..
    } = context;
    of_the_staff(role)?;
    let email = EmailAddress::parse(email)?.as_str().to_lowercase();
    let NewPassword {
        hash: password_hash,
        made,
    } = word()?;
    let id = UserId::new(ids.next());
    let user = NewUser {
        id,
        email: &email,
        role,
        password_hash: &password_hash,
    };
    let mut tx = store.write().await?;
    let action = match tx.users().add(&user, clock.now()).await? {
        Added::New => "user.added",
        Added::Taken if tx.users().enable(&user).await? => "user.enabled",
        Added::Taken => anyhow::bail!(
            "`{email}` may log in already; `araldo user password` and `araldo user role` change \
             what they have"
        ),
    };
    let entry = AuditEntry {
        actor: COMMAND_LINE,
        action,
        subject: &email,
        detail: Some(role.as_str()),
    };
    tx.audit().append(ids.next(), clock.now(), &entry).await?;
    tx.commit().await?;
    println!("{email} may log in to the console as {role}");
    show(made);
    Ok(())
}

async fn change(context: &Context, email: &str) -> anyhow::Result<()> {
    let Context {
        store, clock, ids, ..
    } = context;
    let email = email.trim().to_lowercase();
    let NewPassword { hash, made } = word()?;
    let mut tx = store.write().await?;
    if !tx.users().set_password(&email, &hash).await? {
        anyhow::bail!("there is no `{email}`; see araldo user list");
    }
    let person = tx.users().lookup(&email).await?;
    if let Some(person) = person.as_ref().filter(|person| person.oidc_only) {
        // Otherwise the password would open nothing.
        tx.users().set_oidc_only(person, false).await?;
    }
    let disabled = person.is_some_and(|person| person.disabled_at.is_some());
    let entry = AuditEntry::new(COMMAND_LINE, "user.password_changed", &email);
    tx.audit().append(ids.next(), clock.now(), &entry).await?;
    tx.commit().await?;
    println!("{email} has another password; their sessions have ended");
    if disabled {
        println!("they are disabled and still may not log in: `araldo user add` lets them in");
    }
    show(made);
    Ok(())
}

async fn take_factor(context: &Context, email: &str) -> anyhow::Result<()> {
    let Context {
        store, clock, ids, ..
    } = context;
    let email = email.trim().to_lowercase();
    let mut tx = store.write().await?;
    let Some(person) = tx.users().lookup(&email).await? else {
        anyhow::bail!("there is no `{email}`; see araldo user list");
    };
    if !tx.second_factors().remove(person.id).await? {
        anyhow::bail!("`{email}` has no second factor");
    }
    tx.sessions().end_all(person.id).await?;
    let entry = AuditEntry::new(COMMAND_LINE, "user.second_factor_reset", &email);
    tx.audit().append(ids.next(), clock.now(), &entry).await?;
    tx.commit().await?;
    println!("{email} has no second factor any more; their sessions have ended");
    Ok(())
}

async fn change_role(context: &Context, email: &str, role: Role) -> anyhow::Result<()> {
    let Context {
        store, clock, ids, ..
    } = context;
    of_the_staff(role)?;
    let email = email.trim().to_lowercase();
    let mut tx = store.write().await?;
    if !tx.users().set_role(&email, role).await? {
        anyhow::bail!("there is no `{email}`; see araldo user list");
    }
    let entry = AuditEntry {
        actor: COMMAND_LINE,
        action: "user.role_changed",
        subject: &email,
        detail: Some(role.as_str()),
    };
    tx.audit().append(ids.next(), clock.now(), &entry).await?;
    tx.commit().await?;
    println!("{email} is {role} now; their sessions have ended");
    Ok(())
}

/// People of partners need to be told of which one they are.
fn of_the_staff(role: Role) -> anyhow::Result<()> {
    if role == Role::Partner {
        anyhow::bail!(
            "people of partners are invited at the console, which asks of which partner they are"
        );
    }
    Ok(())
}

/// A new password: its hash, and the word itself when it was made here.
struct NewPassword {
    hash: String,
    made: Option<String>,
}

fn word() -> anyhow::Result<NewPassword> {
    let given = given_password()?;
    let made = given.is_none().then(password::generate);
    let word = given.or_else(|| made.clone()).unwrap_or_default();
    let hash = password::hash(&word)?;
    Ok(NewPassword { hash, made })
}

fn show(made: Option<String>) {
    if let Some(made) = made {
        println!("the password, shown only now:");
        println!("{made}");
    }
}

/// The first line of standard input, when something is piped in.
fn given_password() -> anyhow::Result<Option<String>> {
    let mut input = std::io::stdin();
    if input.is_terminal() {
        return Ok(None);
    }
    let mut text = String::new();
    input
        .read_to_string(&mut text)
        .context("cannot read the password from standard input")?;
    Ok(text
        .lines()
        .next()
        .map(str::to_owned)
        .filter(|line| !line.is_empty()))
}

async fn list(context: &Context) -> anyhow::Result<()> {
    let people = context.store.read().await?.users().list().await?;
    for person in &people {
        let state = if person.disabled_at.is_some() {
            "disabled"
        } else if person.password_hash.is_empty() {
            "invited"
        } else {
            "may log in"
        };
        println!("{:<40} {:<10} {state}", person.email, person.role.as_str());
    }
    if people.is_empty() {
        println!("nobody may log in yet; add someone with: araldo user add --email E --role admin");
    }
    Ok(())
}

async fn disable(context: &Context, email: &str) -> anyhow::Result<()> {
    let Context {
        store, clock, ids, ..
    } = context;
    let email = email.trim().to_lowercase();
    let mut tx = store.write().await?;
    if !tx.users().disable(&email, clock.now()).await? {
        anyhow::bail!("there is no `{email}`; see araldo user list");
    }
    let entry = AuditEntry::new(COMMAND_LINE, "user.disabled", &email);
    tx.audit().append(ids.next(), clock.now(), &entry).await?;
    tx.commit().await?;
    println!("{email} may not log in any more");
    Ok(())
}
