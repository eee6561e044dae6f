//! What others have counted per technique: ids and numbers that are built in, each file with its
//! source in its first line.

use model::id::TechniqueId;

const CHOKE_POINTS: &str = include_str!("../controls/catalogues/choke_points.csv");
const PUBLIC_RULES: &str = include_str!("../controls/catalogues/public_rules.csv");

/// How much of a choke point a technique is, from 0 to 1: how many techniques lead to it and from
/// it, counted by hand for the Top ATT&CK Techniques of the Center for Threat-Informed Defense.
/// The ids are those of ATT&CK 14.1; some have been replaced since.
pub fn choke_points() -> impl Iterator<Item = (TechniqueId, f64)> {
    rows(CHOKE_POINTS).map(|(id, [choke])| (id, number(choke)))
}

/// How many public rules there are for a technique: those of Sigma, Elastic and Splunk, and the
/// tests of Atomic Red Team. The ids are those of ATT&CK 18.1.
pub fn public_rules() -> impl Iterator<Item = (TechniqueId, [u32; 4])> {
    rows(PUBLIC_RULES).map(|(id, counts)| (id, counts.map(number)))
}

/// The rows after the comments and the line of column names.
fn rows<const N: usize>(
    csv: &'static str,
) -> impl Iterator<Item = (TechniqueId, [&'static str; N])> {
    csv.lines().filter(|line| !line.starts_with('#')).skip(1).map(|line| {
        let mut cells = line.split(',');
        let id = cells.next().and_then(|id| id.parse().ok());
        let cells = std::array::from_fn(|_| cells.next().unwrap_or_default());
        (id.expect("the catalogues that are built in are valid: tested"), cells)
    })
}

fn number<T: std::str::FromStr>(cell: &str) -> T {
    let number = cell.parse().ok();
    number.expect("the catalogues that are built in are valid: tested")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choke_point_is_a_share() {
        let points: Vec<_> = choke_points().collect();
        assert_eq!(points.len(), 637);
        assert!(points.iter().all(|(_, choke)| (0.0..=1.0).contains(choke)));
        assert!(points.is_sorted_by(|(a, _), (b, _)| a < b));
        let command_interpreter = "T1059".parse().unwrap();
        assert!(points.contains(&(command_interpreter, 1.0)));
    }

    #[test]
    fn public_rules_are_counted_per_source() {
        let rules: Vec<_> = public_rules().collect();
        assert_eq!(rules.len(), 528);
        assert!(rules.is_sorted_by(|(a, _), (b, _)| a < b));
        assert!(rules.contains(&("T1003".parse().unwrap(), [32, 16, 7, 7])));
    }
}
