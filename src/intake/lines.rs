//! Lines of a stream, one at a time and never longer than allowed: NDJSON of any length is
//! read with little memory.

use tokio::io::{AsyncBufRead, AsyncBufReadExt as _};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineRead {
    /// The buffer holds a line, without its end.
    Whole,
    /// It was longer than allowed and was passed over; the buffer holds its beginning.
    TooLong,
    /// There are no more.
    End,
}

/// Reads the next line into `buffer`, at most `limit` bytes of it.
pub async fn next<R: AsyncBufRead + Unpin>(
    reader: &mut R,
    buffer: &mut Vec<u8>,
    limit: usize,
) -> std::io::Result<LineRead> {
    buffer.clear();
    let (mut length, mut begun) = (0, false);
    let outcome = |length| {
        if length > limit {
            LineRead::TooLong
        } else {
            LineRead::Whole
        }
    };
    loop {
        let chunk = reader.fill_buf().await?;
        if chunk.is_empty() {
            return Ok(if begun {
                outcome(length)
            } else {
                LineRead::End
            });
        }
        begun = true;
        let end = chunk.iter().position(|byte| *byte == b'\n');
        let part = &chunk[..end.unwrap_or(chunk.len())];
        buffer.extend_from_slice(&part[..part.len().min(limit - buffer.len())]);
        length += part.len();
        let consumed = end.map_or(chunk.len(), |end| end + 1);
        reader.consume(consumed);
        if end.is_some() {
            return Ok(outcome(length));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn lines_are_cut_at_the_limit_and_the_next_one_is_whole() {
        let text = b"one\n\nfar too long\nlast";
        let mut reader = tokio::io::BufReader::with_capacity(4, &text[..]);
        let mut buffer = Vec::new();
        let mut seen = Vec::new();
        loop {
            let line = next(&mut reader, &mut buffer, 5).await.unwrap();
            if line == LineRead::End {
                break;
            }
            seen.push((line, String::from_utf8(buffer.clone()).unwrap()));
        }
        let whole = |text: &str| (LineRead::Whole, text.to_owned());
        let cut = (LineRead::TooLong, "far t".to_owned());
        assert_eq!(seen, [whole("one"), whole(""), cut, whole("last")]);
    }
}
