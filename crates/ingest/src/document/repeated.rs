//! Keys that may be given more than once.

/// All values of each key, keys in order of their first occurrence, values in file order. A key may
/// stand without a value.
///
/// Sorting keeps this cheap for any number of keys.
pub(super) fn gather<K: Ord, V>(entries: Vec<(K, Option<V>)>) -> Vec<(K, Vec<V>)> {
    let mut numbered: Vec<_> = entries.into_iter().enumerate().collect();
    numbered.sort_by(|(_, (one, _)), (_, (other, _))| one.cmp(other));
    let mut groups: Vec<(usize, K, Vec<V>)> = Vec::with_capacity(numbered.len());
    for (index, (key, value)) in numbered {
        match groups.last_mut() {
            Some((_, last, values)) if *last == key => values.extend(value),
            _ => groups.push((index, key, value.into_iter().collect())),
        }
    }
    groups.sort_by_key(|&(first, ..)| first);
    groups.into_iter().map(|(_, key, values)| (key, values)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_in_order_of_their_first_occurrence_and_values_in_file_order() {
        let entries = [("b", Some(1)), ("c", None), ("a", Some(2)), ("b", Some(3)), ("a", None)];
        let gathered = gather(entries.to_vec());
        assert_eq!(gathered, [("b", vec![1, 3]), ("c", vec![]), ("a", vec![2])]);
    }
}
