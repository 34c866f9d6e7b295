//! Messages: one for each plan, client and channel, however often a planner begins again.

use araldo::domain::{Channel, ClientId, MessageId, MessageState, PlanId, Tracking};
use araldo::store::messages::NewMessage;

use crate::reader::{Reader, TEXT};

on_both_databases!(a_second_message_of_one_plan_to_one_client_is_not_made);

const ROWS: &str = "SELECT CAST(count(*) AS BIGINT) FROM message";

async fn a_second_message_of_one_plan_to_one_client_is_not_made(reader: Reader) {
    let plan = reader
        .number("SELECT plan_id FROM message WHERE id = 1002")
        .await;
    let client = reader
        .number("SELECT client_id FROM message WHERE id = 1002")
        .await;
    assert_eq!(TEXT, 1002);
    let before = reader.number(ROWS).await;
    let now = reader.now();
    let again = NewMessage {
        id: MessageId::new(reader.ids.next()),
        client: ClientId::new(client),
        channel: Channel::Sms,
        address: "+390000000001".to_owned(),
        locale: "it".to_owned(),
        tracking: Tracking::None,
        variables: "{}".to_owned(),
        state: MessageState::Queued,
        reason: None,
        due_at: now,
        expires_at: now,
    };
    let mut tx = reader.store.write().await.unwrap();
    let plans = tx.plans().get_many(&[PlanId::new(plan)]).await.unwrap();
    let made = tx.messages().insert(&plans[0], &[again], now).await;
    tx.commit().await.unwrap();
    assert_eq!(made.unwrap().planned, 0);
    assert_eq!(reader.number(ROWS).await, before);
}
