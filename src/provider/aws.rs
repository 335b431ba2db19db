//! The door to AWS: finds the kind and calls its functions.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{
    aws::{Aws, TagChange},
    kinds::{self, Erased, Facts, Found, Made, Order, TAG_STACK, Tagging},
    model::{Account, Diagnostic, Identity, Problem, Tags},
    provider::{Answer, Ground, Owned, Provider, Stray},
};

fn kind(facts: &Facts) -> &'static dyn Erased {
    kinds::get(facts.name).expect("facts come out of the registry")
}

impl Provider for Aws {
    fn name(&self) -> &'static str {
        "aws"
    }

    fn account(&self) -> &Account {
        &self.account
    }

    fn identity(&self) -> Answer<'_, Result<Account, Diagnostic>> {
        Box::pin(Self::identity(self))
    }

    fn now(&self) -> i64 {
        jiff::Timestamp::now().as_second()
    }

    fn visible_after(&self) -> i64 {
        // EC2's guide asks for patience of seconds to minutes; an emulator on this machine shows things at once.
        if self.loopback { 0 } else { 90 }
    }

    fn create<'a>(
        &'a self,
        facts: &'static Facts,
        batch: &'a [Order],
    ) -> Answer<'a, Vec<Result<Made, Problem>>> {
        kind(facts).create(self, batch)
    }

    fn read<'a>(
        &'a self,
        facts: &'static Facts,
        known: &'a [Identity],
    ) -> Answer<'a, Result<Vec<Found<Value>>, Problem>> {
        kind(facts).read(self, known)
    }

    fn look<'a>(
        &'a self,
        facts: &'static Facts,
        known: &'a [Identity],
    ) -> Answer<'a, Result<Vec<Found<()>>, Problem>> {
        kind(facts).look(self, known)
    }

    fn alike<'a>(
        &'a self,
        facts: &'static Facts,
        fields: &'a Value,
    ) -> Answer<'a, Result<Vec<Found<Value>>, Problem>> {
        kind(facts).alike(self, fields)
    }

    fn update<'a>(
        &'a self,
        facts: &'static Facts,
        id: &'a Identity,
        fields: &'a Value,
        prior: &'a Value,
    ) -> Answer<'a, Result<(), Problem>> {
        kind(facts).update(self, id, fields, prior)
    }

    fn delete<'a>(
        &'a self,
        facts: &'static Facts,
        id: &'a Identity,
    ) -> Answer<'a, Result<(), Problem>> {
        kind(facts).delete(self, id)
    }

    fn tag<'a>(
        &'a self,
        facts: &'static Facts,
        ids: &'a [Identity],
        change: &'a TagChange,
    ) -> Answer<'a, Result<(), Problem>> {
        Box::pin(Aws::tag(self, &facts.tags, ids, change))
    }

    fn find<'a>(
        &'a self,
        facts: &'static Facts,
        order: &'a Order,
    ) -> Answer<'a, Result<Vec<Identity>, Problem>> {
        kind(facts).find(self, order)
    }

    fn owned<'a>(
        &'a self,
        stack: &'a str,
        deleted: &'a BTreeSet<Identity>,
    ) -> Answer<'a, Result<Vec<Owned>, Problem>> {
        Box::pin(async move {
            let mut by_kind: BTreeMap<String, Vec<Identity>> = BTreeMap::new();
            let mut tagged = self.owned_by_stack(stack).await?;
            tagged.retain(|(_, id)| !deleted.contains(id));
            for (resource_type, id) in tagged {
                by_kind.entry(resource_type).or_default().push(id);
            }
            let mut owned = Vec::new();
            for (resource_type, ids) in by_kind {
                // EC2 shows the tags of things that are gone already for up to an hour, so each is looked at.
                let ours = kinds::all().iter().find(|kind| kind.facts().tags_as(&resource_type));
                let (kind, ids) = match ours {
                    None => (resource_type, ids),
                    Some(kind) => {
                        let found = kind.look(self, &ids).await?;
                        let there =
                            found.into_iter().map(|found| found.id).filter(|id| ids.contains(id));
                        (kind.facts().name.to_owned(), there.collect())
                    }
                };
                owned.extend(ids.into_iter().map(|id| Owned { kind: kind.clone(), id }));
            }
            owned.sort();
            Ok(owned)
        })
    }

    fn of_stack<'a>(
        &'a self,
        facts: &'static Facts,
        stack: &'a str,
    ) -> Answer<'a, Result<Vec<Found<Value>>, Problem>> {
        Box::pin(async move {
            let kind = kind(facts);
            let ids = kind.of_stack(self, stack).await?;
            if ids.is_empty() {
                return Ok(Vec::new());
            }
            let mut found = kind.read(self, &ids).await?;
            let ours = |tags: &Tags| tags.get(TAG_STACK).is_some_and(|name| name == stack);
            found.retain(|found| found.tags.as_ref().is_some_and(ours) && ids.contains(&found.id));
            Ok(found)
        })
    }

    fn inside<'a>(
        &'a self,
        facts: &'static Facts,
        homes: &'a [Identity],
    ) -> Answer<'a, Result<Vec<Found<Value>>, Problem>> {
        kind(facts).inside(self, homes)
    }

    fn strays<'a>(&'a self, ground: &'a Ground) -> Answer<'a, Result<Vec<Stray>, Problem>> {
        Box::pin(Self::strays(self, ground))
    }

    fn sweep<'a>(&'a self, stray: &'a Stray) -> Answer<'a, Result<(), Problem>> {
        Box::pin(Self::sweep(self, stray))
    }

    fn calls(&self) -> BTreeMap<String, u32> {
        self.counts()
    }
}

impl Facts {
    /// Whether EC2 calls resources of this kind `resource_type` in its tags.
    fn tags_as(&self, resource_type: &str) -> bool {
        matches!(self.tags, Tagging::Ec2(name) if name == resource_type)
    }
}
