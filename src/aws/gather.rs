//! Several kinds ask the same Describe at the same time (routes and associations live inside route tables): one call
//! answers all of them. The engine shares polls and tag changes in the same way.

use std::{cell::RefCell, collections::BTreeSet, future::Future, rc::Rc};

use tokio::sync::OnceCell;

use crate::model::Problem;

/// The ids that were asked for together, and their one answer.
struct Batch<T> {
    ids: RefCell<BTreeSet<String>>,
    answer: OnceCell<Result<Rc<Vec<T>>, Problem>>,
}

/// Gathers ids until the first asker's turn is over, then asks once.
pub struct Gather<T> {
    open: RefCell<Option<Rc<Batch<T>>>>,
}

impl<T> Default for Gather<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Gather<T> {
    /// A gatherer of nothing yet.
    pub const fn new() -> Self {
        Self { open: RefCell::new(None) }
    }

    /// The answer for `ids`, and for whatever else was asked for in the same turn.
    pub async fn ask<F>(
        &self,
        ids: impl IntoIterator<Item = String>,
        load: impl FnOnce(Vec<String>) -> F,
    ) -> Result<Rc<Vec<T>>, Problem>
    where
        F: Future<Output = Result<Vec<T>, Problem>>,
    {
        let batch = self.join(ids);
        let answer = batch.answer.get_or_init(|| async {
            // Everyone who is about to ask does so before this task is polled again.
            tokio::task::yield_now().await;
            self.open.borrow_mut().take_if(|open| Rc::ptr_eq(open, &batch));
            let ids = batch.ids.take().into_iter().collect();
            load(ids).await.map(Rc::new)
        });
        answer.await.clone()
    }

    fn join(&self, ids: impl IntoIterator<Item = String>) -> Rc<Batch<T>> {
        let mut open = self.open.borrow_mut();
        let batch = open.get_or_insert_with(|| {
            Rc::new(Batch { ids: RefCell::default(), answer: OnceCell::new() })
        });
        batch.ids.borrow_mut().extend(ids);
        Rc::clone(batch)
    }
}
