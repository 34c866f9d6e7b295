//! Group commit: many callers, one task that writes, one commit for all that wait.
//!
//! A transaction per caller would wait for the disk once per caller, and for its turn behind every
//! other. One task takes whatever waits, writes it together, and then answers everyone. No timer:
//! a lone job is written at once; what comes in meanwhile makes the next group. What a job is, and
//! how it is written, the [`Writer`] knows.

use tokio::sync::{mpsc, oneshot};

use super::Lifecycle;

/// Jobs that may wait; further callers wait for a place.
const CAPACITY: usize = 1_024;
const GROUP: usize = 256;

/// Writes groups of jobs.
pub trait Writer: Send + Sync + 'static {
    /// What one caller wants written.
    type Job: Send + Sync + 'static;
    /// What the caller is told once it is durable, or was not written.
    type Answer: Send + 'static;

    /// Weight of a group above which it is cut; a single heavier job is a group of its own.
    const HEAVIEST: usize = usize::MAX;

    /// What a job adds to the weight of its group.
    fn weight(_job: &Self::Job) -> usize {
        1
    }

    /// Writes all jobs or none.
    fn write(&self, jobs: &[Self::Job]) -> impl Future<Output = Written<Self::Answer>> + Send;
}

/// What became of a group.
#[derive(Debug)]
pub enum Written<Answer> {
    /// It is dealt with: one answer for each job, in their order.
    Together(Vec<Answer>),
    /// Nothing was written because of one of them: each is to be tried alone. Said of a single
    /// job, it leaves the caller without an answer.
    TryEach,
}

/// The callers' side. Clones hand in to the same task.
#[derive(Debug)]
pub struct GroupCommit<Job, Answer>(mpsc::Sender<QueuedJob<Job, Answer>>);

impl<Job, Answer> Clone for GroupCommit<Job, Answer> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

#[derive(Debug)]
struct QueuedJob<Job, Answer> {
    job: Job,
    answer: oneshot::Sender<Answer>,
}

impl<Job: Send + Sync + 'static, Answer: Send + 'static> GroupCommit<Job, Answer> {
    /// Starts the task that writes.
    #[must_use]
    pub fn start(
        lifecycle: &Lifecycle,
        name: &'static str,
        writer: impl Writer<Job = Job, Answer = Answer>,
    ) -> Self {
        let (sender, receiver) = mpsc::channel(CAPACITY);
        lifecycle.spawn(name, run(writer, receiver, lifecycle.stopping()));
        Self(sender)
    }

    /// Hands a job in and waits for its answer. `None` when nobody can say that it is kept: the
    /// daemon stops, or the writer failed. Whoever asked has to ask again.
    pub async fn write(&self, job: Job) -> Option<Answer> {
        let (answer, written) = oneshot::channel();
        self.0.send(QueuedJob { job, answer }).await.ok()?;
        written.await.ok()
    }
}

async fn run<W: Writer>(
    writer: W,
    mut receiver: mpsc::Receiver<QueuedJob<W::Job, W::Answer>>,
    stopping: impl Future<Output = ()>,
) {
    tokio::pin!(stopping);
    let mut waiting = Vec::with_capacity(GROUP);
    loop {
        tokio::select! {
            taken = receiver.recv_many(&mut waiting, GROUP) => if taken == 0 { return },
            // What came before is still written; `recv_many` ends when nothing is left.
            () = &mut stopping, if !receiver.is_closed() => {
                receiver.close();
                continue;
            }
        }
        while !waiting.is_empty() {
            let fitting = fitting::<W>(&waiting);
            let (jobs, callers): (Vec<_>, Vec<_>) = waiting
                .drain(..fitting)
                .map(|waiting| (waiting.job, waiting.answer))
                .unzip();
            write_group(&writer, &jobs, callers).await;
        }
    }
}

/// How many of the first jobs make one group: one at least.
fn fitting<W: Writer>(waiting: &[QueuedJob<W::Job, W::Answer>]) -> usize {
    let mut weight = 0_usize;
    let fitting = waiting.iter().take_while(|waiting| {
        weight = weight.saturating_add(W::weight(&waiting.job));
        weight <= W::HEAVIEST
    });
    fitting.count().max(1)
}

async fn write_group<W: Writer>(
    writer: &W,
    jobs: &[W::Job],
    callers: Vec<oneshot::Sender<W::Answer>>,
) {
    match writer.write(jobs).await {
        Written::Together(answers) => reply(callers, answers),
        Written::TryEach if jobs.len() == 1 => {}
        Written::TryEach => {
            for (job, caller) in jobs.iter().zip(callers) {
                if let Written::Together(answers) = writer.write(std::slice::from_ref(job)).await {
                    reply(vec![caller], answers);
                }
            }
        }
    }
}

fn reply<Answer>(callers: Vec<oneshot::Sender<Answer>>, answers: Vec<Answer>) {
    for (caller, answer) in callers.into_iter().zip(answers) {
        if caller.send(answer).is_err() {
            tracing::debug!("a caller hung up before its job was answered");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use futures_util::future::join_all;

    use super::*;

    /// Writes for a second each time, by the test's clock, and remembers its groups. A job is its
    /// own weight; a 13 spoils its group.
    #[derive(Clone, Default)]
    struct SlowDisk(Arc<Mutex<Vec<Vec<usize>>>>);

    impl Writer for SlowDisk {
        type Job = usize;
        type Answer = usize;
        const HEAVIEST: usize = 100;

        fn weight(job: &usize) -> usize {
            *job
        }

        async fn write(&self, jobs: &[usize]) -> Written<usize> {
            tokio::time::sleep(Duration::from_secs(1)).await;
            if jobs.contains(&13) && jobs.len() > 1 {
                return Written::TryEach;
            }
            self.0.lock().unwrap().push(jobs.to_vec());
            Written::Together(jobs.iter().map(|job| job * 2).collect())
        }
    }

    impl SlowDisk {
        fn start(&self, lifecycle: &Lifecycle) -> GroupCommit<usize, usize> {
            GroupCommit::start(lifecycle, "slow disk", self.clone())
        }

        fn groups(&self) -> Vec<Vec<usize>> {
            self.0.lock().unwrap().clone()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_lone_job_is_written_at_once() {
        let (disk, begun) = (SlowDisk::default(), tokio::time::Instant::now());
        let commits = disk.start(&Lifecycle::new());
        assert_eq!(commits.write(21).await, Some(42));
        assert_eq!(begun.elapsed(), Duration::from_secs(1));
    }

    #[tokio::test(start_paused = true)]
    async fn what_comes_in_while_one_is_written_is_written_together() {
        let (disk, begun) = (SlowDisk::default(), tokio::time::Instant::now());
        let commits = disk.start(&Lifecycle::new());
        let later = async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            join_all([2, 3, 4].map(|job| commits.write(job))).await
        };
        let (first, later) = tokio::join!(commits.write(1), later);
        assert_eq!(first, Some(2));
        assert_eq!(later, [Some(4), Some(6), Some(8)]);
        assert_eq!(disk.groups(), [vec![1], vec![2, 3, 4]]);
        assert_eq!(begun.elapsed(), Duration::from_secs(2));
    }

    #[tokio::test(start_paused = true)]
    async fn a_group_is_cut_where_it_gets_too_heavy() {
        let disk = SlowDisk::default();
        let commits = disk.start(&Lifecycle::new());
        join_all([60, 40, 1, 200, 5].map(|job| commits.write(job))).await;
        assert_eq!(disk.groups(), [vec![60, 40], vec![1], vec![200], vec![5]]);
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_spoils_its_group_is_tried_alone_and_so_are_the_others() {
        let disk = SlowDisk::default();
        let commits = disk.start(&Lifecycle::new());
        let answers = join_all([1, 13, 2].map(|job| commits.write(job))).await;
        assert_eq!(answers, [Some(2), Some(26), Some(4)]);
        assert_eq!(disk.groups(), [[1], [13], [2]]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_handed_in_before_the_stop_is_written_and_nothing_after() {
        let (disk, lifecycle) = (SlowDisk::default(), Lifecycle::new());
        let commits = disk.start(&lifecycle);
        let stop = async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            lifecycle.stop();
        };
        let (first, second, ()) = tokio::join!(commits.write(1), commits.write(2), stop);
        assert_eq!((first, second), (Some(2), Some(4)));
        lifecycle.ended(Duration::from_secs(10)).await;
        assert_eq!(commits.write(3).await, None);
    }
}
