//! What clients wrote back: on the pages of its message, case and client, and all that nobody has
//! answered on a page of their own. They are answered in `inbox`; the button says that it was done by
//! telephone, and by whom. What people of partners ask (`question`) is answered here.

pub(crate) mod answer;
mod line;
pub(crate) mod list;
pub(crate) mod question;

pub(crate) use line::{ReplyLine, about, counted};
