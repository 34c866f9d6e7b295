//! What an operator writes: texts of templates, conditions of rules, and tests of them that are sent.

use chrono::TimeDelta;

/// Longest source of one text of a template, in bytes: clients read on a telephone.
pub const TEXT_BYTES: usize = 64 * 1024;
/// Longest set of texts that the editor takes, in bytes, over all languages and channels.
pub const TEXTS_BYTES: usize = 512 * 1024;
/// Longest form of the console, in bytes: the editor's, all texts, each byte written as three.
pub const EDITOR_FORM_BYTES: usize = 2 * 1024 * 1024;
/// Marks (`{{ }}`, `{% %}`) in one text. The longest text that comes with the program has 75.
pub const MARKS: usize = 1_000;
/// Statements within one another, an `elif` counting as one within its `if`: the engine calls
/// itself for each.
pub const STATEMENT_DEPTH: usize = 32;
/// Words and signs of one expression: its tree, which the engine walks by calling itself, can be
/// no deeper. The longest expression of a text or rule that comes with the program has 28.
pub const EXPRESSION_WORDS: usize = 128;
/// Brackets within one another in one expression.
pub const EXPRESSION_BRACKETS: usize = 16;
/// `~` and `+` in one expression: each can add what stands beside it.
pub const EXPRESSION_JOINS: usize = 16;
/// Characters of what somebody says about a version that they publish.
pub const PUBLISH_COMMENT: usize = 300;
/// Tests that one person may send themselves within an hour: each SMS costs money.
pub const TEST_SENDS: i64 = 20;
/// How long a test waits for a provider to take it.
pub const TEST_SEND_WAITS: TimeDelta = TimeDelta::minutes(10);
/// How long it is known what became of a test.
pub const TEST_SEND_KEPT: TimeDelta = TimeDelta::days(1);
/// Variables that one template declares.
pub const TEMPLATE_VARIABLES: usize = 100;
/// Longest condition of a rule, in bytes.
pub const CONDITION_BYTES: usize = 4 * 1024;
/// What one variable of a text may hold, and one result of a filter that can make more than it
/// was given, in bytes; a number or an entry of a list counts as eight.
pub const VALUE_BYTES: usize = 64 * 1024;
/// Lists within one another in one variable of a text.
pub const VALUE_DEPTH: usize = 16;
/// Elements of one mail, those of HTML within a text counted as well.
pub const MAIL_ELEMENTS: usize = 1_000;
/// Elements within one another in one mail: the layout program calls itself for each.
pub const MAIL_DEPTH: usize = 40;
/// Longest styles of one mail (`<mj-style>`), in bytes, and longest defaults (`<mj-attributes>`):
/// both are repeated at every element they hold for.
pub const MAIL_STYLE_BYTES: usize = 16 * 1024;
/// Longest HTML a mail is laid out to, in bytes, before its values are put in.
pub const MAIL_LAID_OUT_BYTES: usize = 1024 * 1024;
/// What the styles of a mail may be repeated to, in bytes: their length times the elements.
pub const MAIL_STYLED_BYTES: usize = 16 * 1024 * 1024;
/// Elements within one another in a written mail that plain text is made from.
pub const PLAIN_DEPTH: usize = 400;
/// Nodes of such a mail. A program that reads HTML repeats an open `<b>` in every paragraph, so
/// the product of both kinds is what counts.
pub const PLAIN_NODES: usize = 1_000_000;
/// Addresses written out in the texts of one template: each is a row of its own.
pub const LINKS: usize = 200;
