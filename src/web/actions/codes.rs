//! Codes that prove an address: made, sent, and typed again. A code has six digits; where it lets another
//! address in, six more go to the one the client is written to already, because a link may have been passed
//! on. It is kept as a hash with the secret of the links, is good for a quarter of an hour and for five tries, and takes the place of the
//! one before. So many go to a client, and to an address, in a day, whoever asks. Whoever types it does so by
//! the time outside, also where ours runs faster: `Clock::wall`.

use super::letters::{self, Letter};
use crate::domain::deputy::CodePurpose;
use crate::domain::limits::{
    CODE_GOOD, CODE_TRIES, CODES_BY_CLIENT, CODES_COUNTED, CODES_TO_ADDRESS,
};
use crate::domain::{Address, ClientId};
use crate::store::people::codes::{NewCode, WaitingCode};
use crate::store::{StoreError, Tx};
use crate::web::Web;

/// What a code is to prove.
pub(in crate::web) struct CodeWish<'a> {
    pub(in crate::web) client: ClientId,
    pub(in crate::web) purpose: CodePurpose,
    pub(in crate::web) address: &'a Address,
    /// Where the client is written to already, if the code is to let another address in.
    pub(in crate::web) own: Option<&'a Address>,
    /// Who asks, by name.
    pub(in crate::web) asker: &'a str,
    /// Of the deputy whose address it is.
    pub(in crate::web) name: Option<&'a str>,
    /// The language of what is sent.
    pub(in crate::web) locale: &'a str,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) enum CodeAsked {
    Sent,
    /// The client, or the address, had as many as a day allows.
    TooMany,
    /// The address may not be used.
    Barred,
}

/// Sends a code, in the caller's transaction.
pub(in crate::web) async fn ask(
    web: &Web,
    tx: &mut Tx,
    wish: &CodeWish<'_>,
) -> Result<CodeAsked, StoreError> {
    let now = web.clock.wall();
    tx.codes().lock(wish.client).await?;
    let since = now - CODES_COUNTED;
    let asked = tx.codes().asked(wish.client, wish.address, since).await?;
    if asked.by_client >= CODES_BY_CLIENT || asked.to_address >= CODES_TO_ADDRESS {
        return Ok(CodeAsked::TooMany);
    }
    let (id, code) = (web.ids.next(), fresh());
    let own = wish.own.filter(|own| *own != wish.address);
    let allowed = own.map_or_else(String::new, |_| fresh());
    let hash = web.signer.typed_hash(id, &format!("{code}{allowed}"));
    let letter = match wish.purpose {
        CodePurpose::Contact => Letter::ContactCode(&code),
        CodePurpose::Deputy => Letter::DeputyCode(&code, letters::first_name(wish.asker)),
        CodePurpose::Copy => Letter::CopyCode(&code),
    };
    let to = (wish.client, wish.locale);
    if !letters::send(web, tx, to, wish.address, letter).await? {
        return Ok(CodeAsked::Barred);
    }
    if let Some(own) = own
        && !letters::send(web, tx, to, own, Letter::OwnCode(&allowed)).await?
    {
        return Ok(CodeAsked::Barred);
    }
    let new = NewCode {
        id,
        client: wish.client,
        purpose: wish.purpose,
        address: wish.address,
        name: wish.name,
        hash: &hash,
    };
    tx.codes().write(&new, now).await?;
    Ok(CodeAsked::Sent)
}

/// The code that was sent, if this is it; it is used then. The caller keeps the transaction in either case:
/// a wrong one counts.
pub(in crate::web) async fn typed(
    web: &Web,
    tx: &mut Tx,
    (client, purpose): (ClientId, CodePurpose),
    typed: &str,
) -> Result<Option<WaitingCode>, StoreError> {
    let now = web.clock.wall();
    tx.codes().lock(client).await?;
    let waiting = waiting(web, tx, client, purpose).await?;
    let Some(waiting) = waiting.filter(|code| code.tries < CODE_TRIES) else {
        return Ok(None);
    };
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    if !web.signer.is_typed(waiting.id, &digits, &waiting.hash) {
        tx.codes().missed(waiting.id).await?;
        return Ok(None);
    }
    tx.codes().used(waiting.id, now).await?;
    Ok(Some(waiting))
}

/// The newest code of a client that may still be typed.
pub(in crate::web) async fn waiting(
    web: &Web,
    tx: &mut Tx,
    client: ClientId,
    purpose: CodePurpose,
) -> Result<Option<WaitingCode>, StoreError> {
    let since = web.clock.wall() - CODE_GOOD;
    tx.codes().waiting(client, purpose, since).await
}

/// Six digits that nobody foretells.
fn fresh() -> String {
    let number: u64 = rand::random();
    format!("{:06}", number % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_six_digits_also_where_it_begins_with_zeros() {
        for _ in 0..1_000 {
            let code = fresh();
            assert_eq!(code.len(), 6, "{code}");
            assert!(code.bytes().all(|byte| byte.is_ascii_digit()), "{code}");
        }
    }
}
