//! What a newcomer needs: where to look, with which password, and what there will be to see.

use std::net::{Ipv4Addr, SocketAddr};

use super::settings::WORKING_DAY;
use super::town::{AGENCY, TOWN};
use super::{DemoArgs, DemoNode};
use crate::domain::UserId;
use crate::domain::api_key::{ApiKey, Scope};
use crate::domain::role::Role;
use crate::store::access::users::NewUser;
use crate::web::auth::password;

/// How the newcomer logs in, and where what people write is mailed to.
pub(super) const OPERATOR: &str = "operatore@montelume.example";
/// How an agency's person does, who sees its clients' cases alone.
const AGENCY_EMAIL: &str = "agenzia@montelume.example";

/// Makes a login and a key for this run and prints them.
pub(super) async fn print(
    stage: &DemoNode,
    address: SocketAddr,
    args: &DemoArgs,
) -> anyhow::Result<()> {
    let word = password::generate();
    let key = ApiKey::from_entropy(&rand::random());
    let now = stage.clock.now();
    let password_hash = password::hash(&word)?;
    let user = |email, role| NewUser {
        id: UserId::new(stage.ids.next()),
        email,
        role,
        password_hash: &password_hash,
    };
    let mut tx = stage.store.write().await?;
    for (email, role) in [(OPERATOR, Role::Operator), (AGENCY_EMAIL, Role::Partner)] {
        tx.users().add(&user(email, role), now).await?;
    }
    tx.keys()
        .create(&key, "demo", Scope::ALL, now, stage.ids.as_ref())
        .await?;
    tx.commit().await?;
    let console = reachable(address);
    println!(
        "Araldo's demo: {TOWN}, a made-up town of {} clients.",
        args.clients
    );
    println!();
    println!("Console:  http://{console}/");
    println!("Login:    {OPERATOR}");
    println!("Password: {word}");
    println!("API key: {}", key.reveal());
    println!("Agency:   {AGENCY_EMAIL}, with the same password, sees its clients' cases");
    println!();
    println!("Cases open and move from the first second; SMS and e-mails follow, and people read");
    println!(
        "them. The power fails in Valdorsa {} and is back {}; then an",
        moment(25.0, args.speed),
        moment(150.0, args.speed),
    );
    println!("ordinary day goes on. Nobody posts any of it: Araldo watches the agency's");
    println!("database and the control room's list, as Sources shows. Time is compressed: a");
    match &args.day {
        Some(day) => println!("whole day lasts {day}, so the clock soon tells of cases"),
        None => println!(
            "working day of a case's limits lasts {:.0} seconds, so the clock soon tells of cases",
            (WORKING_DAY.as_secs_f64() / args.speed).max(1.0)
        ),
    }
    println!("that stand still. Nothing leaves this machine, nothing is kept. Ctrl-C ends it.");
    Ok(())
}

/// Says whose clients the agency's person sees, once the agency is there.
pub(super) async fn agency_joins(stage: &DemoNode) -> anyhow::Result<()> {
    let mut tx = stage.store.write().await?;
    if let Some(person) = tx.users().lookup(AGENCY_EMAIL).await? {
        tx.users().set_partner(person.id, AGENCY).await?;
    }
    Ok(tx.commit().await?)
}

/// Where a browser on this machine finds the daemon.
pub(super) fn reachable(address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        SocketAddr::from((Ipv4Addr::LOCALHOST, address.port()))
    } else {
        address
    }
}

/// `after 25 seconds`, at this speed.
fn moment(seconds: f64, speed: f64) -> String {
    format!("after {:.0} seconds", (seconds / speed).max(1.0))
}
