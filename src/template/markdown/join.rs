//! Lists and boxes that a condition parted are put together again.
//!
//! An entry of a list that stands in a condition on lines of its own makes three lists of one: one
//! before it, one in it, one behind. To a reader they are one.

use super::tree::{MailBlock, MailElement};

/// What can be put together.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Joinable {
    Numbered,
    Bulleted,
    Boxed,
}

/// The blocks with lists and boxes whole, and so are those within them.
pub(super) fn joined(blocks: Vec<MailBlock>) -> Vec<MailBlock> {
    let mut done: Vec<MailBlock> = Vec::with_capacity(blocks.len());
    let mut run: Vec<MailBlock> = Vec::new();
    let mut kind = None;
    for block in blocks {
        let its = joinable(&block);
        if its.is_none() || its != kind {
            close(&mut run, &mut done);
            kind = its;
        }
        match its {
            Some(_) => run.push(block),
            None => done.push(inside(block)),
        }
    }
    close(&mut run, &mut done);
    done
}

/// Ends a run of blocks of one kind. They become one where a condition stands between them and
/// something would be there without it: a box of conditions alone may be empty.
fn close(run: &mut Vec<MailBlock>, done: &mut Vec<MailBlock>) {
    let blocks = std::mem::take(run);
    let is_choice = |block: &MailBlock| matches!(block, MailBlock::Choice(_));
    let mixed = blocks.iter().any(is_choice) && !blocks.iter().all(is_choice);
    let first = blocks.iter().find_map(|block| match block {
        MailBlock::Element(element, _) => Some(element.clone()),
        _ => None,
    });
    match first {
        Some(element) if mixed => {
            let entries = blocks.into_iter().flat_map(entries).collect();
            done.push(MailBlock::Element(element, joined(entries)));
        }
        _ => done.extend(blocks.into_iter().map(inside)),
    }
}

fn inside(block: MailBlock) -> MailBlock {
    match block {
        MailBlock::Element(element, blocks) => MailBlock::Element(element, joined(blocks)),
        MailBlock::Choice(blocks) => MailBlock::Choice(joined(blocks)),
        other => other,
    }
}

/// What stands in a list or a box, without it.
fn entries(block: MailBlock) -> Vec<MailBlock> {
    match block {
        MailBlock::Element(_, blocks) => blocks,
        MailBlock::Choice(blocks) => {
            let flat = blocks.into_iter().flat_map(|block| match block {
                MailBlock::Statement(_) => vec![block],
                other => entries(other),
            });
            vec![MailBlock::Choice(flat.collect())]
        }
        other => vec![other],
    }
}

fn joinable(block: &MailBlock) -> Option<Joinable> {
    match block {
        MailBlock::Element(MailElement::List(Some(_)), _) => Some(Joinable::Numbered),
        MailBlock::Element(MailElement::List(None), _) => Some(Joinable::Bulleted),
        MailBlock::Element(MailElement::Quote, _) => Some(Joinable::Boxed),
        MailBlock::Choice(blocks) => {
            let mut held = blocks
                .iter()
                .filter(|block| !matches!(block, MailBlock::Statement(_)))
                .map(joinable);
            let first = held.next()??;
            held.all(|kind| kind == Some(first)).then_some(first)
        }
        _ => None,
    }
}
