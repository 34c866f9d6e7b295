//! A unit of work under way: a transaction that begins and ends whole, whoever stops waiting for it,
//! and the moves of sums that wait for its end.
//!
//! Who began it may vanish at any moment: a client hangs up, a time is over. The driver rolls back
//! what was begun; but whoever leaves in the middle of the `BEGIN` itself would leave an open
//! transaction behind, and a stranger would go on in it. So these steps are carried to their end
//! all the same. What is written between them is the aggregates' own.

use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use sqlx::{Database, Pool, SqlStr, Transaction};
use tokio::runtime::Handle;

use crate::store::messages::rollup::Deltas;

/// A transaction on one of the databases, and what is written right before its commit.
pub(crate) struct UnderWay<DB: Database> {
    transaction: Transaction<'static, DB>,
    /// Moves of sums: written by `rollup::settle`, forgotten with the unit of work.
    pub(in crate::store) moved: Deltas,
}

impl<DB: Database> UnderWay<DB> {
    /// Takes a connection and begins. Waiting for the connection may be given up; the beginning is
    /// carried to its end.
    pub(in crate::store) async fn begin(
        pool: &Pool<DB>,
        statement: Option<&'static str>,
    ) -> Result<Self, sqlx::Error> {
        let connection = pool.acquire().await?;
        let statement = statement.map(SqlStr::from_static);
        let begin = Transaction::<'static, DB>::begin(connection, statement);
        let transaction = Whole(Some(begin)).await?;
        Ok(Self {
            transaction,
            moved: Deltas::new(),
        })
    }

    /// Makes it so, also when nobody waits for it any more.
    pub(in crate::store) async fn commit(self) -> Result<(), sqlx::Error> {
        let commit: BoxedStep<Result<(), sqlx::Error>> = Box::pin(self.transaction.commit());
        Whole(Some(commit)).await
    }

    /// Takes it back, and waits until that is done.
    pub(in crate::store) async fn rollback(self) -> Result<(), sqlx::Error> {
        let rollback: BoxedStep<Result<(), sqlx::Error>> = Box::pin(self.transaction.rollback());
        Whole(Some(rollback)).await
    }
}

impl<DB: Database> Deref for UnderWay<DB> {
    type Target = DB::Connection;

    fn deref(&self) -> &DB::Connection {
        &self.transaction
    }
}

impl<DB: Database> DerefMut for UnderWay<DB> {
    fn deref_mut(&mut self) -> &mut DB::Connection {
        &mut self.transaction
    }
}

/// A step that the database has made or not, as the driver gives it.
type BoxedStep<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A step that is carried to its end although nobody waits for it any more; what comes of it is
/// then dropped, which rolls a beginning back.
struct Whole<T: Send + 'static>(Option<BoxedStep<T>>);

impl<T: Send + 'static> Future for Whole<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let Some(step) = &mut self.0 else {
            return Poll::Pending;
        };
        let outcome = ready!(step.as_mut().poll(cx));
        self.0 = None;
        Poll::Ready(outcome)
    }
}

impl<T: Send + 'static> Drop for Whole<T> {
    /// No task of the lifecycle: closing the store waits for every connection, and so for this.
    fn drop(&mut self) {
        if let (Some(step), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            runtime.spawn(async move { drop(step.await) });
        }
    }
}
