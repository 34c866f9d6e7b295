"""Judges mails as others do: dkimpy says whether the signature holds, Python's `email` reads the rest.

    judge.py RECORDS FOLDER    RECORDS: {"selector._domainkey.domain": "v=DKIM1; ..."}

Prints one JSON object for each mail that smtp-sink has put into FOLDER.
"""

import email
import email.header
import email.policy
import email.utils
import json
import pathlib
import sys

import dkim

RECORDS = json.load(open(sys.argv[1], encoding="utf-8"))


def look_up(name, timeout=5):
    record = RECORDS.get(name.decode().rstrip("."))
    return record.encode() if record else None


def verifies(raw):
    try:
        return dkim.DKIM(raw).verify(dnsfunc=look_up)
    except dkim.DKIMException as error:
        print(error, file=sys.stderr)
        return False


def named(mail, header):
    """Name and address. By the older half of `email`: in names of several encoded words, the newer
    one keeps the blank between them, which RFC 2047 §6.2 says to drop (seen with Python 3.11)."""
    (name, address), = email.utils.getaddresses([mail[header]])
    return [str(email.header.make_header(email.header.decode_header(name))), address]


def as_sent(dump):
    """Without the lines that smtp-sink puts before a mail, with the line ends of the wire."""
    starts = [at for at in (dump.find(b"\nDKIM-Signature:"), dump.find(b"\nFrom:")) if at >= 0]
    return dump[min(starts) + 1 :].replace(b"\n", b"\r\n")


def forgeries(raw):
    """The mail with one more of each header that readers act on, and without each that is there."""
    for name in (b"From", b"To", b"Subject", b"Date", b"Reply-To", b"Content-Type", b"List-Unsubscribe"):
        yield "one more " + name.decode(), name + b": <x@evil.example>\r\n" + raw
    head, body = raw.split(b"\r\n\r\n", 1)
    fields = head.replace(b"\r\n ", b"\0").split(b"\r\n")
    for name in (b"From", b"To", b"Subject", b"Date", b"Message-ID", b"MIME-Version", b"Content-Type",
                 b"List-Unsubscribe", b"List-Unsubscribe-Post", b"Auto-Submitted", b"Feedback-ID"):
        rest = [field for field in fields if not field.startswith(name + b":")]
        if len(rest) < len(fields):
            yield "no " + name.decode(), b"\r\n".join(rest).replace(b"\0", b"\r\n ") + b"\r\n\r\n" + body
    yield "another body", raw + b"x\r\n"


def judge(path):
    raw = as_sent(path.read_bytes())
    head = raw.split(b"\r\n\r\n", 1)[0].split(b"\r\n")
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    plainly = email.message_from_bytes(raw)
    signed = "DKIM-Signature" in mail
    parts = {
        part.get_content_type(): part.get_content().replace("\r\n", "\n")
        for part in mail.walk()
        if not part.is_multipart()
    }
    return {
        "id": str(mail["Message-ID"]),
        "headers": {name: str(value) for name, value in mail.items()},
        "to": named(plainly, "To"),
        "from": named(plainly, "From"),
        "text": parts.get("text/plain"),
        "html": parts.get("text/html"),
        "parts": len(list(mail.walk())),
        "defects": [str(defect) for part in mail.walk() for defect in part.defects],
        "head": [line.decode("utf-8") for line in head],
        "longest": max(len(line) for line in raw.split(b"\r\n")),
        "ascii": raw.isascii(),
        "verifies": verifies(raw) if signed else None,
        "forged": [how for how, forged in forgeries(raw) if verifies(forged)] if signed else [],
    }


for path in sorted(pathlib.Path(sys.argv[2]).iterdir()):
    print(json.dumps(judge(path)))
