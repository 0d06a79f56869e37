//! Many changes to one text, in time that grows with the text and not with both.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde_json::Value;

use super::Edit;
use super::places::{Place, ancestors, places};

impl Edit {
    /// The text with each group of changes made that can be made for certain, wholly or not at all, and which those are. A
    /// group that would change nothing is not made.
    ///
    /// What replaces or takes out values is located in one pass and made together; the rest, and what touches the same
    /// value twice, follows one by one.
    pub fn apply_each(text: &str, groups: &[Vec<Edit>]) -> (String, Vec<bool>) {
        let mut made = vec![false; groups.len()];
        let together = Together::of(text, groups);
        let mut current = text.to_owned();
        if let Some(changed) = together.apply(text, groups) {
            for group in &together.groups {
                made[*group] = true;
            }
            current = changed;
        }
        for (group, made) in groups.iter().zip(&mut made) {
            if *made || together.is_so_already(text, group) {
                continue;
            }
            let changed = group
                .iter()
                .try_fold(current.clone(), |text, edit| edit.apply(&text));
            if let Some(changed) = changed.filter(|changed| *changed != current) {
                *made = true;
                current = changed;
            }
        }
        (current, made)
    }

    fn pointer(&self) -> &str {
        match self {
            Edit::Set(pointer, _) | Edit::Remove(pointer) => pointer,
        }
    }
}

/// The groups of which every change has a place of its own.
struct Together<'a> {
    groups: Vec<usize>,
    places: BTreeMap<&'a str, Place>,
}

impl<'a> Together<'a> {
    fn of(text: &str, groups: &'a [Vec<Edit>]) -> Together<'a> {
        let wanted = groups.iter().flatten().map(Edit::pointer).collect();
        let places = places(text, &wanted);
        // Changed values, and whatever has one of them in it.
        let (mut taken, mut around) = (BTreeSet::new(), BTreeSet::new());
        let mut kept = Vec::new();
        for (number, group) in groups.iter().enumerate() {
            let mut own = BTreeSet::new();
            let free = group.iter().all(|edit| {
                let pointer = edit.pointer();
                let changes = places
                    .get(pointer)
                    .is_some_and(|place| edit.changes(text, place));
                changes
                    && own.insert(pointer)
                    && !around.contains(pointer)
                    && ancestors(pointer).all(|above| !taken.contains(above))
            });
            let nested = own.iter().any(|pointer| {
                ancestors(pointer).any(|above| above != *pointer && own.contains(above))
            });
            if free && !nested && !group.is_empty() {
                around.extend(own.iter().flat_map(|pointer| ancestors(pointer)));
                taken.extend(own);
                kept.push(number);
            }
        }
        Together {
            groups: kept,
            places,
        }
    }

    /// True if the text says already what the whole group would make it say.
    fn is_so_already(&self, text: &str, group: &[Edit]) -> bool {
        group.iter().all(|edit| {
            let place = self.places.get(edit.pointer());
            place.is_some_and(|place| !edit.changes(text, place))
        })
    }

    /// The text with all of them made; `None` if it would not say what was meant.
    fn apply(&self, text: &str, groups: &[Vec<Edit>]) -> Option<String> {
        let edits = self.groups.iter().flat_map(|group| &groups[*group]);
        let mut cuts: Vec<(Range<usize>, String)> = Vec::new();
        let mut removed: BTreeMap<usize, Vec<&Place>> = BTreeMap::new();
        for edit in edits.clone() {
            let place = self.places.get(edit.pointer())?;
            match (edit, &place.member) {
                (Edit::Set(_, value), _) => cuts.push((place.value.clone(), value.to_string())),
                (Edit::Remove(_), Some(member)) => {
                    removed.entry(member.inside).or_default().push(place);
                }
                (Edit::Remove(_), None) => return None,
            }
        }
        for places in removed.values_mut() {
            places.sort_by_key(|place| place.value.start);
            cuts.extend(without(places)?.into_iter().map(|cut| (cut, String::new())));
        }
        cuts.sort_by_key(|(range, _)| range.start);
        let mut changed = String::with_capacity(text.len());
        let mut at = 0;
        for (range, replacement) in cuts {
            changed.push_str(text.get(at..range.start)?);
            changed.push_str(&replacement);
            at = range.end;
        }
        changed.push_str(text.get(at..)?);
        let mut expected: Value = serde_json::from_str(text).ok()?;
        for edit in edits.clone() {
            if let Edit::Set(pointer, value) = edit {
                *expected.pointer_mut(pointer)? = value.clone();
            }
        }
        let gone = edits.filter(|edit| matches!(edit, Edit::Remove(_)));
        take_out(&mut expected, &gone.map(Edit::pointer).collect())?;
        let found: Value = serde_json::from_str(&changed).ok()?;
        (found == expected).then_some(changed)
    }
}

impl Edit {
    /// False where the text says it already.
    fn changes(&self, text: &str, place: &Place) -> bool {
        match self {
            Edit::Set(_, value) => text.get(place.value.clone()) != Some(&*value.to_string()),
            Edit::Remove(_) => place.member.is_some(),
        }
    }
}

/// What goes with members of one object that are taken out, each with the comma that sets it apart.
fn without(places: &[&Place]) -> Option<Vec<Range<usize>>> {
    let mut cuts = Vec::new();
    for (order, place) in places.iter().enumerate() {
        let member = place.member.as_ref()?;
        // While nothing that stays is before them, the next one takes their place.
        let leads = member.number == order;
        cuts.push(match leads {
            false => member.previous?..place.value.end,
            true => member.key..member.next,
        });
    }
    let all = places.last()?.member.as_ref()?;
    if all.last && all.number + 1 == places.len() {
        // Nothing stays: nor does the space around them.
        cuts.clear();
        cuts.push(all.inside..all.next);
    }
    Some(cuts)
}

/// Takes members out of a tree; `None` if one is not there.
fn take_out(root: &mut Value, pointers: &Vec<&str>) -> Option<()> {
    let mut keys: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for pointer in pointers {
        let (parent, key) = super::parent(pointer)?;
        keys.entry(parent).or_default().insert(key);
    }
    for (parent, keys) in keys {
        let object = root.pointer_mut(parent)?.as_object_mut()?;
        let before = object.len();
        object.retain(|key, _| !keys.contains(key));
        if object.len() + keys.len() != before {
            return None;
        }
    }
    Some(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn set(pointer: &str, value: Value) -> Vec<Edit> {
        vec![Edit::Set(pointer.to_owned(), value)]
    }

    fn gone(pointers: &[&str]) -> Vec<Edit> {
        let edits = pointers.iter().map(|pointer| (*pointer).to_owned());
        edits.map(Edit::Remove).collect()
    }

    #[test]
    fn values_and_members_go_in_one_pass() {
        let text = "{ \"a\": 1,\n  \"b\": {\"x\": [1, 2], \"y\" : 7 },\n  \"c\": 3 }";
        let groups = [
            set("/b/x/1", json!("two")),
            gone(&["/a"]),
            set("/none/x", json!(1)),
            gone(&["/b/y"]),
            set("/d", json!(4)),
        ];
        let (changed, made) = Edit::apply_each(text, &groups);
        assert_eq!(
            changed,
            "{ \"b\": {\"x\": [1, \"two\"] },\n  \"c\": 3,\"d\": 4 }".replace(",\"d\"", ", \"d\"")
        );
        assert_eq!(made, [true, true, false, true, true]);
    }

    #[test]
    fn a_group_is_made_wholly_or_not_at_all() {
        let text = "{\"a\": 1, \"b\": 2}";
        let both = vec![
            Edit::Remove("/a".to_owned()),
            Edit::Set("/b/x".to_owned(), json!(1)),
        ];
        let (changed, made) = Edit::apply_each(text, &[both, set("/b", json!(2)), gone(&["/b"])]);
        assert_eq!(
            (changed.as_str(), made),
            ("{\"a\": 1}", vec![false, false, true])
        );
    }

    #[test]
    fn what_is_repeated_is_left_alone() {
        let text = "{\"a\": {\"x\": 1}, \"a\": {\"x\": 1}, \"b\": 1, \"c\": {\"x\": 0, \"x\": 1}}";
        let groups = [
            set("/a/x", json!(2)),
            set("/b", json!("1")),
            gone(&["/c/x"]),
        ];
        let (changed, made) = Edit::apply_each(text, &groups);
        assert_eq!(changed, text.replace("\"b\": 1", "\"b\": \"1\""));
        assert_eq!(made, [false, true, false]);
    }

    #[test]
    fn an_object_may_lose_every_member() {
        for text in [
            "{\"o\": { \"a\": 1, \"b\": 2 }}",
            "{\"o\":{\"a\":1,\"b\":2}}",
        ] {
            let (changed, made) = Edit::apply_each(text, &[gone(&["/o/b"]), gone(&["/o/a"])]);
            assert_eq!(changed.replace(' ', ""), "{\"o\":{}}");
            assert_eq!(made, [true, true]);
        }
    }

    proptest! {
        #[test]
        fn many_come_to_what_one_by_one_comes_to(
            sizes in prop::collection::vec(0_usize..6, 1..4),
            chosen in prop::collection::vec((0_usize..4, 0_usize..6, 0_u8..3), 0..12),
        ) {
            let object = |size: &usize| {
                let members = (0..*size).map(|key| (format!("k{key}"), json!(key)));
                Value::Object(members.collect())
            };
            let root: serde_json::Map<_, _> = sizes
                .iter()
                .enumerate()
                .map(|(at, size)| (format!("o{at}"), object(size)))
                .collect();
            let text = serde_json::to_string_pretty(&root).unwrap();
            let groups: Vec<Vec<Edit>> = chosen
                .iter()
                .map(|(object, key, kind)| match kind {
                    0 => set(&format!("/o{object}/k{key}"), json!("new")),
                    1 => gone(&[format!("/o{object}/k{key}").as_str()]),
                    _ => set(&format!("/o{object}"), json!({ "k9": true })),
                })
                .collect();
            let (changed, made) = Edit::apply_each(&text, &groups);
            let in_one_pass = Together::of(&text, &groups);
            let order = in_one_pass.groups.iter().copied();
            let rest = (0..groups.len()).filter(|group| !in_one_pass.groups.contains(group));
            let mut expected = text.clone();
            for group in order.chain(rest) {
                let next = groups[group]
                    .iter()
                    .try_fold(expected.clone(), |text, edit| edit.apply(&text));
                let next = next.filter(|next| *next != expected);
                prop_assert_eq!(next.is_some(), made[group]);
                expected = next.unwrap_or(expected);
            }
            let parsed = |text: &str| serde_json::from_str::<Value>(text).unwrap();
            prop_assert_eq!(parsed(&changed), parsed(&expected));
        }
    }
}
