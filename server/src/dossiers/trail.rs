//! The events about a customer, a line of JSON each, with everything that their hashes are taken of: whoever has them can do it again.
//! The last line is the end of the whole chain then. Never holds a name, which no event does.

use serde_json::json;
use uuid::Uuid;

use super::facts::Facts;
use crate::error::{Error, Result};

pub(super) fn lines(facts: &Facts) -> Result<Vec<u8>> {
    let broken = |_| Error::Corrupt("audit trail of a dossier");
    let id = |id: Option<Uuid>| id.map(|id| id.to_string());
    let mut out = Vec::new();
    for event in &facts.trail {
        let line = json!({
            "seq": event.seq,
            "at": event.at,
            // What is hashed: milliseconds since 1970.
            "at_ms": event.at.timestamp_millis(),
            "actor_kind": event.actor_kind,
            "actor_id": id(event.actor_id),
            "action": event.action,
            "subject_kind": event.subject_kind,
            "subject_id": id(event.subject_id),
            "customer_id": id(event.customer_id),
            "detail": event.detail,
            "previous_hash": event.previous_hash,
            "hash": event.hash,
            "holds": event.holds(),
        });
        serde_json::to_writer(&mut out, &line).map_err(broken)?;
        out.push(b'\n');
    }
    if let Some((seq, hash)) = &facts.head {
        serde_json::to_writer(&mut out, &json!({ "head": { "seq": seq, "hash": hash } })).map_err(broken)?;
        out.push(b'\n');
    }
    Ok(out)
}
