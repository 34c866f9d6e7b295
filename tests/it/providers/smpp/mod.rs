//! SMPP against a centre that behaves well, badly, or speaks something else: what each of it means for
//! the SMS, and that the connection comes back.

mod brought;
mod judged;
mod many;

use std::sync::Arc;
use std::time::Duration;

use araldo::channel::{Accepted, Provider, SendError};

use super::{Running, build, context, mail, sms, try_build};
use crate::support::patience::until;
use crate::support::smsc::{Smsc, SmscSays, pdu};

/// Longer than any answer takes on a slow machine.
const PATIENT: &str = "timeout = \"60s\"";

fn provider(running: &Running, smsc: &Smsc, more: &str) -> Arc<dyn Provider> {
    let context = context(running, "https://araldo.example", None);
    build(&context, &smsc.settings(more))
}

async fn send(provider: &Arc<dyn Provider>) -> Result<Accepted, SendError> {
    provider.send(&sms("+393331234567", "ciao")).await
}

/// Waits for a connection.
async fn bound(provider: &Arc<dyn Provider>) {
    until(async || provider.warm().await.map_err(|error| error.to_string())).await;
}

/// The verdict on the first SMS, which the centre treats so; the second goes through all the same.
async fn treated(says: SmscSays, more: &str) -> (SendError, Smsc) {
    let running = Running::new();
    let smsc = Smsc::open(move |_, count| match count {
        1 => says.clone(),
        _ => SmscSays::Take,
    });
    let smsc = smsc.await;
    let provider = provider(&running, &smsc, more);
    let verdict = send(&provider).await.unwrap_err();
    bound(&provider).await;
    let second = until(async || match send(&provider).await {
        Ok(accepted) => Ok(accepted),
        Err(error) => Err(error.to_string()),
    });
    assert!(second.await.provider_ref.is_some());
    (verdict, smsc)
}

#[tokio::test]
async fn an_sms_is_submitted_once_and_named_by_the_centre() {
    let running = Running::new();
    let smsc = Smsc::taking().await;
    let provider = provider(&running, &smsc, PATIENT);
    assert!(provider.warm().await.is_ok());
    let accepted = send(&provider).await.unwrap();
    assert_eq!(accepted.provider_ref.as_deref(), Some("00000001"));
    let submitted = smsc.submitted();
    assert_eq!(submitted.len(), 1);
    assert_eq!(submitted[0].to, "393331234567");
    assert_eq!(submitted[0].text, b"ciao");
    assert!(submitted[0].reported);
    assert_eq!(smsc.binds().len(), 1);
    assert!(provider.send(&mail("maria@example.it")).await.is_err());
    running.0.stop();
    until(async || match smsc.unbinds() {
        1 => Ok(()),
        count => Err(format!("{count} unbinds")),
    })
    .await;
    let late = send(&provider).await.unwrap_err();
    assert!(matches!(late, SendError::NotSent { .. }), "{late:?}");
}

#[tokio::test]
async fn what_a_centre_takes_without_a_name_is_taken() {
    // An empty name, and no body at all: the log-in has the first sequence number, the SMS the second.
    for says in [
        SmscSays::Name(""),
        SmscSays::Bytes(pdu(0x8000_0004, 0, 2, b"")),
    ] {
        let running = Running::new();
        let smsc = Smsc::open(move |_, _| says.clone()).await;
        let provider = provider(&running, &smsc, PATIENT);
        let accepted = send(&provider).await.unwrap();
        assert_eq!(accepted.provider_ref, None);
        assert_eq!(accepted.code, "ESME_ROK without message_id");
        assert_eq!(smsc.submitted().len(), 1);
    }
}

#[tokio::test]
async fn a_provider_that_nobody_needs_connects_to_nobody() {
    let running = Running::new();
    let smsc = Smsc::taking().await;
    let provider = provider(&running, &smsc, PATIENT);
    assert!(smsc.binds().is_empty());
    drop(provider);
    let context = context(&running, "https://araldo.example", None);
    let wrong = try_build(&context, &smsc.settings("window = 0\nconnections = 9"));
    let said = wrong.err().unwrap().to_string();
    assert!(
        said.contains("`window`") && said.contains("`connections`"),
        "{said}"
    );
}

#[tokio::test]
async fn a_status_says_whom_it_is_about() {
    let (busy, _) = treated(SmscSays::Refuse(0x58), PATIENT).await;
    let five = Some(Duration::from_secs(5));
    assert!(
        matches!(busy, SendError::NotSent { retry_after, .. } if retry_after == five),
        "{busy:?}"
    );
    let (nobody, _) = treated(SmscSays::Refuse(0x0b), PATIENT).await;
    let barred = matches!(
        nobody,
        SendError::Rejected {
            bad_address: true,
            ..
        }
    );
    assert!(barred, "{nobody:?}");
    let (vague, smsc) = treated(SmscSays::Refuse(0x45), PATIENT).await;
    assert!(matches!(vague, SendError::Denied { .. }), "{vague:?}");
    assert_eq!(smsc.binds().len(), 1, "a refusal ends no connection");
    // The session is forgotten over there: it is opened again.
    let (forgotten, smsc) = treated(SmscSays::Refuse(0x04), PATIENT).await;
    assert!(
        matches!(forgotten, SendError::NotSent { .. }),
        "{forgotten:?}"
    );
    assert_eq!(smsc.binds().len(), 2);
}

#[tokio::test]
async fn what_had_left_and_was_not_answered_is_unknown() {
    let half = pdu(0x8000_0004, 0, 1, b"0001\0");
    for says in [
        SmscSays::Cut,
        SmscSays::Last(half[..half.len() - 2].to_vec()),
    ] {
        let (lost, smsc) = treated(says, PATIENT).await;
        assert!(matches!(lost, SendError::Unknown { .. }), "{lost:?}");
        assert_eq!(smsc.binds().len(), 2, "it was bound to again");
    }
    let (silent, smsc) = treated(SmscSays::Nothing, "timeout = \"2s\"").await;
    assert!(matches!(silent, SendError::Unknown { .. }), "{silent:?}");
    assert!(!smsc.binds().is_empty());
}

#[tokio::test]
async fn garbage_ends_the_connection_and_nothing_else() {
    let huge = 0x7fff_ffff_u32.to_be_bytes().to_vec();
    let small = 3_u32.to_be_bytes().to_vec();
    for bytes in [huge, small, b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()] {
        let (lost, smsc) = treated(SmscSays::Bytes(bytes), PATIENT).await;
        assert!(matches!(lost, SendError::Unknown { .. }), "{lost:?}");
        until(async || match smsc.nacks() {
            nacks if nacks == [0x02] => Ok(()),
            nacks => Err(format!("of the wrong length it was told {nacks:?}")),
        })
        .await;
        assert_eq!(smsc.binds().len(), 2);
    }
}

#[tokio::test]
async fn half_a_pdu_and_then_nothing_is_left_after_a_while() {
    let more = "timeout = \"2s\"\nenquire_every = \"2s\"";
    let half = pdu(0x8000_0004, 0, 1, b"0001\0")[..10].to_vec();
    let (lost, _) = treated(SmscSays::Bytes(half), more).await;
    assert!(matches!(lost, SendError::Unknown { .. }), "{lost:?}");
}

#[tokio::test]
async fn an_unknown_command_is_said_to_be_unknown_and_ends_nothing() {
    let running = Running::new();
    let smsc = Smsc::taking().await;
    let provider = provider(&running, &smsc, PATIENT);
    bound(&provider).await;
    smsc.say(&pdu(0x0000_0777, 0, 9, b"what?"));
    until(async || match smsc.nacks() {
        nacks if nacks == [0x03] => Ok(()),
        nacks => Err(format!("{nacks:?}")),
    })
    .await;
    // An answer to nothing, an alert, and a question whether we are there.
    smsc.say(&pdu(0x8000_0004, 0, 77, b"\0"));
    smsc.say(&pdu(0x0000_0102, 0, 0, b""));
    assert!(send(&provider).await.is_ok());
    assert_eq!(smsc.binds().len(), 1);
}

#[tokio::test]
async fn each_side_asks_whether_the_other_is_there() {
    let running = Running::new();
    let smsc = Smsc::taking().await;
    let more = "timeout = \"2s\"\nenquire_every = \"500ms\"";
    let provider = provider(&running, &smsc, more);
    bound(&provider).await;
    until(async || match smsc.enquiries() {
        0 | 1 => Err("it was not asked twice".to_owned()),
        _ => Ok(()),
    })
    .await;
    assert_eq!(smsc.binds().len(), 1);
    smsc.fall_silent();
    until(async || match smsc.binds().len() {
        1 => Err("the silent connection is kept".to_owned()),
        _ => Ok(()),
    })
    .await;
}

#[tokio::test]
async fn a_wrong_password_is_ours_and_a_centre_that_is_away_is_away() {
    let running = Running::new();
    let smsc = Smsc::taking().await;
    let settings = smsc.settings("").replace("s3cret", "wrong");
    let at = context(&running, "https://araldo.example", None);
    let wrong = build(&at, &settings).warm().await.unwrap_err();
    assert!(
        matches!(wrong, SendError::Misconfigured { .. }),
        "{wrong:?}"
    );
    assert!(wrong.to_string().contains("`password_file`"), "{wrong}");
    let settings = smsc.settings("");
    drop(smsc);
    let away = build(&at, &settings);
    for verdict in [away.warm().await, send(&away).await.map(drop)] {
        let verdict = verdict.unwrap_err();
        assert!(matches!(verdict, SendError::NotSent { .. }), "{verdict:?}");
    }
}

#[tokio::test]
async fn a_long_sms_is_taken_whole_refused_whole_or_unknown() {
    let long = sms("+393331234567", &"Perché no? ".repeat(35));
    for (refused, parts, verdict) in [(0, 3, "taken"), (1, 1, "refused"), (2, 3, "unknown")] {
        let running = Running::new();
        let smsc = Smsc::open(move |_, count| match count == refused {
            true => SmscSays::Refuse(0x0b),
            false => SmscSays::Take,
        });
        let smsc = smsc.await;
        let provider = provider(&running, &smsc, PATIENT);
        let found = match provider.send(&long).await {
            // Of several names that of the last part, which is reported.
            Ok(accepted) => {
                assert_eq!(accepted.provider_ref.as_deref(), Some("00000003"));
                "taken"
            }
            Err(SendError::Rejected { .. }) => "refused",
            Err(SendError::Unknown { detail, .. }) => {
                assert!(detail.contains("of 3 parts were taken"), "{detail}");
                "unknown"
            }
            Err(other) => panic!("{other:?}"),
        };
        assert_eq!(found, verdict);
        let submitted = smsc.submitted();
        assert_eq!(submitted.len(), parts, "{verdict}");
        let reported: Vec<bool> = submitted.iter().map(|part| part.reported).collect();
        let asked: Vec<bool> = (1..=parts).map(|part| part == 3).collect();
        assert_eq!(reported, asked);
    }
}
