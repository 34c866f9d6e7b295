//! A mail in a form of parts (RFC 7578), as `messages.mime` takes it.

use ring::digest;

use crate::text::base32;

/// The content type and the body. `fields`: names and values of one line each.
pub(super) fn form(fields: &[(&str, &str)], mail: &[u8]) -> (String, Vec<u8>) {
    // No mail holds a hash of itself.
    let hash = digest::digest(&digest::SHA256, mail);
    let boundary = format!("mail-{}", base32::encode(hash.as_ref()));
    let mut body = Vec::with_capacity(mail.len() + 1_024);
    for (name, value) in fields {
        let part = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        );
        body.extend_from_slice(part.as_bytes());
    }
    let head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"message\"; filename=\"mail.eml\"\r\n\
         Content-Type: message/rfc822\r\n\r\n"
    );
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(mail);
    body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    (format!("multipart/form-data; boundary={boundary}"), body)
}
