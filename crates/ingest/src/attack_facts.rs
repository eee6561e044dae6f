//! What is read is compared with what an independent script counted in the same releases: the
//! STIX bundle of enterprise 18.1 and the snapshot that is built in must give every number.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

use model::attack::{Adversary, AdversaryKind, Attack, Fate, ObjectKind, TechniqueIx};
use model::id::TechniqueId;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{snapshot, stix};

type Counts = BTreeMap<String, usize>;
type Ids = BTreeSet<String>;

/// The reference data; `None`, said aloud, where there are none.
fn shared(path: &str) -> Option<PathBuf> {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared");
    let root = std::env::var_os("LACUNA_SHARED").unwrap_or_else(|| default.into());
    let file = PathBuf::from(root).join(path);
    if file.exists() {
        return Some(file);
    }
    let required = std::env::var_os("LACUNA_REQUIRE_SHARED").is_some_and(|value| value == "1");
    assert!(!required, "{} is required and absent", file.display());
    // Not with `eprintln!`: the test harness swallows that where a test passes.
    let skipped = format!("SKIPPED: {} is absent; LACUNA_SHARED says where it is", file.display());
    writeln!(std::io::stderr(), "{skipped}").expect("the terminal takes a line");
    None
}

fn facts(path: &str) -> Option<Value> {
    let text = std::fs::read_to_string(shared(path)?).expect("the reference data are readable");
    Some(serde_json::from_str(&text).expect("the reference data are JSON"))
}

fn bundle(name: &str) -> Option<Attack> {
    let path = shared(&format!("corpora/stix/{name}.json.zst"))?;
    let unpacked = Command::new("zstd").arg("-dc").arg(path).output().expect("zstd is installed");
    Some(stix::read(&unpacked.stdout, Some(name)).expect("the bundle is ATT&CK"))
}

fn built_in(version: &str) -> Attack {
    snapshot::embedded("enterprise-attack", Some(version)).expect("the release is built in")
}

/// Runs a check over 18.1, read in both ways, and the facts about it.
fn check(check: impl Fn(&Attack, &Facts)) {
    static BUNDLE: LazyLock<Option<Attack>> = LazyLock::new(|| bundle("enterprise-attack-18.1"));
    let (Some(bundle), Some(facts)) = (BUNDLE.as_ref(), facts("golden/attack-18.1-facts.json"))
    else {
        return;
    };
    check(bundle, &Facts(facts.clone()));
    check(&built_in("18.1"), &Facts(facts));
}

struct Facts(Value);

impl Facts {
    /// The fact at a path such as `counts/tactics`.
    fn get<T: DeserializeOwned>(&self, path: &str) -> T {
        let fact = self.0.pointer(&format!("/{path}")).unwrap_or_else(|| panic!("no fact {path}"));
        serde_json::from_value(fact.clone()).unwrap_or_else(|error| panic!("{path}: {error}"))
    }
}

fn id(attack: &Attack, technique: TechniqueIx) -> String {
    attack.techniques[technique].id.to_string()
}

fn ids<'a>(attack: &Attack, techniques: impl IntoIterator<Item = &'a TechniqueIx>) -> Ids {
    techniques.into_iter().map(|technique| id(attack, *technique)).collect()
}

fn of_kind(attack: &Attack, kind: AdversaryKind) -> impl Iterator<Item = &Adversary> {
    attack.adversaries.iter().filter(move |adversary| adversary.kind == kind)
}

fn groups(attack: &Attack) -> impl Iterator<Item = &Adversary> {
    of_kind(attack, AdversaryKind::Group)
}

fn software(attack: &Attack) -> impl Iterator<Item = &Adversary> {
    let kinds = [AdversaryKind::Malware, AdversaryKind::Tool];
    attack.adversaries.iter().filter(move |adversary| kinds.contains(&adversary.kind))
}

fn is_sub(attack: &Attack, technique: TechniqueIx) -> bool {
    attack.techniques[technique].id.parent().is_some()
}

/// Techniques, sub-techniques and both, as the facts list them.
fn split(attack: &Attack, techniques: &[TechniqueIx]) -> [usize; 3] {
    let subs = techniques.iter().filter(|ix| is_sub(attack, **ix)).count();
    [techniques.len() - subs, subs, techniques.len()]
}

fn having(attack: &Attack, has: impl Fn(TechniqueIx) -> bool) -> Vec<TechniqueIx> {
    (0..attack.techniques.len()).filter(|technique| has(*technique)).collect()
}

/// How many of these sets name a technique; techniques that none names are left out.
fn tally(sets: impl Iterator<Item = Ids>) -> Counts {
    let mut counts = Counts::new();
    sets.flatten().for_each(|id| *counts.entry(id).or_default() += 1);
    counts
}

fn sha16(ids: &Ids) -> String {
    let lines = ids.iter().cloned().collect::<Vec<_>>().join("\n");
    let digest = Sha256::digest(lines);
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Where a group gets its techniques from.
struct Channels {
    direct: Ids,
    software: Ids,
    campaign: Ids,
    campaign_software: Ids,
}

impl Channels {
    fn of(attack: &Attack, group: &Adversary) -> Self {
        let used_by = |adversaries: &[usize]| {
            ids(attack, adversaries.iter().flat_map(|ix| &attack.adversaries[*ix].techniques))
        };
        Self {
            direct: ids(attack, &group.techniques),
            software: used_by(&group.software),
            campaign: used_by(&group.campaigns),
            campaign_software: used_by(&software_in_campaigns(attack, group)),
        }
    }

    fn view(&self, view: &str) -> Ids {
        let sets: &[&Ids] = match view {
            "direct" => &[&self.direct],
            "direct_plus_campaign" => &[&self.direct, &self.campaign],
            "direct_plus_software" => &[&self.direct, &self.software],
            "direct_plus_software_plus_campaign" => &[&self.direct, &self.software, &self.campaign],
            "all" | "all_incl_campaign_software" => {
                &[&self.direct, &self.software, &self.campaign, &self.campaign_software]
            }
            other => panic!("no view {other}"),
        };
        sets.iter().flat_map(|set| set.iter().cloned()).collect()
    }
}

const VIEWS: [&str; 5] = [
    "direct",
    "direct_plus_campaign",
    "direct_plus_software",
    "direct_plus_software_plus_campaign",
    "all_incl_campaign_software",
];

fn software_in_campaigns(attack: &Attack, group: &Adversary) -> Vec<usize> {
    let software = group.campaigns.iter().flat_map(|ix| &attack.adversaries[*ix].software);
    software.copied().collect::<BTreeSet<_>>().into_iter().collect()
}

/// The techniques of every group, as one view has them.
fn per_group(attack: &Attack, view: &str) -> BTreeMap<String, Ids> {
    let set = |group: &Adversary| Channels::of(attack, group).view(view);
    groups(attack).map(|group| (group.id.clone(), set(group))).collect()
}

/// The 25 most frequent, the smaller id first where they are equal.
fn top25(attack: &Attack, counts: &Counts, key: &str) -> Value {
    let mut ranked: Vec<_> = counts.iter().collect();
    ranked.sort_by_key(|(id, count)| (usize::MAX - **count, id.as_str()));
    let name = |id: &str| {
        let ix = attack.technique(id.parse().unwrap()).unwrap();
        attack.techniques[ix].name.clone()
    };
    let row = |(id, count): (&String, &usize)| json!({"id": id, "name": name(id), key: count});
    ranked.into_iter().take(25).map(row).collect()
}

fn parents(techniques: Ids) -> Ids {
    let parent = |id: String| id.split('.').next().unwrap_or_default().to_owned();
    techniques.into_iter().map(parent).collect()
}

#[test]
fn there_are_as_many_objects_as_in_the_bundle() {
    check(|attack, facts| {
        let subs = having(attack, |technique| is_sub(attack, technique)).len();
        let of_kind = |kind| of_kind(attack, kind).count();
        for (fact, count) in [
            ("tactics", attack.tactics.len()),
            ("techniques", attack.techniques.len() - subs),
            ("subtechniques", subs),
            ("techniques_and_subtechniques", attack.techniques.len()),
            ("groups", of_kind(AdversaryKind::Group)),
            ("malware", of_kind(AdversaryKind::Malware)),
            ("tools", of_kind(AdversaryKind::Tool)),
            ("software", software(attack).count()),
            ("campaigns", of_kind(AdversaryKind::Campaign)),
            ("mitigations", attack.mitigations.len()),
            ("data_components", attack.components.len()),
            ("including_dead/x-mitre-tactic", attack.tactics.len()),
        ] {
            assert_eq!(count, facts.get::<usize>(&format!("counts/{fact}")), "{fact}");
        }
        assert_eq!(attack.domain, "enterprise-attack");
        assert_eq!(attack.version, "18.1");
        assert_eq!(attack.sha256.len(), 64);
    });
}

#[test]
fn revoked_and_deprecated_objects_are_all_recorded() {
    check(|attack, facts| {
        let sum = |status: &str, types: &[&str]| -> usize {
            types.iter().map(|t| facts.get::<usize>(&format!("counts/{status}/{t}"))).sum()
        };
        for (kind, live, types) in [
            (ObjectKind::Technique, attack.techniques.len(), &["attack-pattern"] as &[_]),
            (ObjectKind::Mitigation, attack.mitigations.len(), &["course-of-action"]),
            (ObjectKind::Component, attack.components.len(), &["x-mitre-data-component"]),
        ] {
            let retired: Vec<_> = attack.retired.iter().filter(|r| r.kind == kind).collect();
            let replaced = retired.iter().filter(|retired| retired.by.is_some()).count();
            assert_eq!(live + retired.len(), sum("including_dead", types), "{kind:?}");
            assert_eq!(replaced, sum("revoked", types), "{kind:?}");
            assert_eq!(retired.len() - replaced, sum("deprecated", types), "{kind:?}");
        }
        let adversaries = || attack.retired.iter().filter(|r| r.kind == ObjectKind::Adversary);
        let replaced = adversaries().filter(|retired| retired.by.is_some()).count();
        let types = ["intrusion-set", "malware", "tool"];
        let campaigns = facts.get::<usize>("counts/including_dead/campaign");
        let all = attack.adversaries.len() + adversaries().count();
        assert_eq!(all, sum("including_dead", &types) + campaigns);
        assert_eq!(replaced, sum("revoked", &types));
        assert_eq!(adversaries().count() - replaced, sum("deprecated", &types));
    });
}

#[test]
fn every_relationship_of_the_bundle_is_there() {
    check(|attack, facts| {
        let target = |ix: usize, kind| attack.adversaries[ix].kind == kind;
        let uses = |user, used: Option<AdversaryKind>| -> usize {
            let count = |user: &Adversary| match used {
                None => user.techniques.len(),
                Some(kind) => user.software.iter().filter(|ix| target(**ix, kind)).count(),
            };
            of_kind(attack, user).map(count).sum()
        };
        use AdversaryKind::{Campaign, Group, Malware, Tool};
        let mitigates: usize = attack.mitigations.iter().map(|m| m.techniques.len()).sum();
        let back: usize = attack.techniques.iter().map(|t| t.mitigations.len()).sum();
        let subs = having(attack, |technique| attack.parent(technique).is_some()).len();
        let attributed: usize = groups(attack).map(|group| group.campaigns.len()).sum();
        let expected: Counts = facts.get("relationships_by_kind_live");
        let mut found = Counts::new();
        let mut put = |kind: &str, count| found.insert(kind.to_owned(), count);
        put("attributed-to campaign -> intrusion-set", attributed);
        put("mitigates course-of-action -> attack-pattern", mitigates);
        put("subtechnique-of attack-pattern -> attack-pattern", subs);
        put("uses campaign -> attack-pattern", uses(Campaign, None));
        put("uses campaign -> malware", uses(Campaign, Some(Malware)));
        put("uses campaign -> tool", uses(Campaign, Some(Tool)));
        put("uses intrusion-set -> attack-pattern", uses(Group, None));
        put("uses intrusion-set -> malware", uses(Group, Some(Malware)));
        put("uses intrusion-set -> tool", uses(Group, Some(Tool)));
        put("uses malware -> attack-pattern", uses(Malware, None));
        put("uses tool -> attack-pattern", uses(Tool, None));
        let all_uses: usize =
            found.iter().filter(|(kind, _)| kind.starts_with("uses")).map(|(_, count)| count).sum();
        let strategies = "detects x-mitre-detection-strategy -> attack-pattern";
        found.insert(strategies.to_owned(), expected[strategies]);
        assert_eq!(found, expected);
        assert_eq!(back, mitigates);
        for ends in ["relationships_all", "relationships_live_endpoints"] {
            assert_eq!(facts.get::<usize>(&format!("{ends}/uses")), all_uses);
            assert_eq!(facts.get::<usize>(&format!("{ends}/mitigates")), mitigates);
            assert_eq!(facts.get::<usize>(&format!("{ends}/attributed-to")), attributed);
        }
        assert_eq!(facts.get::<usize>("relationships_live_endpoints/subtechnique-of"), subs);
        let replaced = attack.retired.iter().filter(|retired| retired.by.is_some()).count();
        assert_eq!(facts.get::<usize>("relationships_all/revoked-by"), replaced);
    });
}

#[test]
fn tactics_have_the_order_of_the_matrix_and_their_techniques() {
    check(|attack, facts| {
        let order: Value = attack.tactics.iter().map(tactic_facts).collect();
        assert_eq!(order, facts.get::<Value>("tactic_order"));
        let mut pairs = 0;
        for (ix, tactic) in attack.tactics.iter().enumerate() {
            let within = having(attack, |t| attack.techniques[t].tactics.contains(&ix));
            let [techniques, subs, total] = split(attack, &within);
            let found = json!({"name": tactic.name, "techniques": techniques,
                "subtechniques": subs, "total": total});
            assert_eq!(found, facts.get::<Value>(&format!("per_tactic/{}", tactic.id)));
            pairs += total;
        }
        assert_eq!(pairs, facts.get::<usize>("technique_tactic_pairs"));
        let several = having(attack, |t| attack.techniques[t].tactics.len() > 1).len();
        assert_eq!(several, facts.get::<usize>("multi_tactic_techniques"));
        let differing = differing_from_parent(attack, |sub, parent| {
            attack.techniques[sub].tactics != attack.techniques[parent].tactics
        });
        assert_eq!(differing, facts.get("subtechniques_with_tactics_differing_from_parent"));
    });
}

fn tactic_facts(tactic: &model::attack::Tactic) -> Value {
    json!({"id": tactic.id, "name": tactic.name, "shortname": tactic.shortname})
}

fn differing_from_parent(
    attack: &Attack,
    differ: impl Fn(TechniqueIx, TechniqueIx) -> bool,
) -> Ids {
    let subs = having(attack, |sub| attack.parent(sub).is_some_and(|parent| differ(sub, parent)));
    ids(attack, &subs)
}

#[test]
fn platforms_have_their_techniques() {
    check(|attack, facts| {
        let mut found = serde_json::Map::new();
        let mut pairs = 0;
        for (ix, platform) in attack.platforms.iter().enumerate() {
            let on = having(attack, |t| attack.techniques[t].platforms.contains(&ix));
            let [techniques, subs, total] = split(attack, &on);
            let row = json!({"techniques": techniques, "subtechniques": subs, "total": total});
            found.insert(platform.clone(), row);
            pairs += total;
        }
        assert_eq!(Value::from(found), facts.get::<Value>("per_platform"));
        assert_eq!(pairs, facts.get::<usize>("technique_platform_pairs"));
        let without = having(attack, |t| attack.techniques[t].platforms.is_empty());
        assert_eq!(ids(attack, &without), facts.get("techniques_with_no_platform"));
        let beyond_parent = differing_from_parent(attack, |sub, parent| {
            let of_parent = &attack.techniques[parent].platforms;
            attack.techniques[sub].platforms.iter().any(|platform| !of_parent.contains(platform))
        });
        assert_eq!(beyond_parent, facts.get("subtechniques_with_platform_not_in_parent"));
    });
}

#[test]
fn parents_and_leaves_are_told_apart() {
    check(|attack, facts| {
        let leaves = having(attack, |technique| attack.subs(technique).next().is_none()).len();
        let parents = attack.techniques.len() - leaves;
        let techniques = facts.get::<usize>("counts/techniques");
        assert_eq!(parents, facts.get::<usize>("parents_with_subtechniques"));
        assert_eq!(techniques - parents, facts.get::<usize>("techniques_without_subtechniques"));
        assert_eq!(leaves, facts.get::<usize>("leaf_count"));
    });
}

#[test]
fn techniques_are_used_by_as_many_groups_over_every_channel() {
    check(|attack, facts| {
        for view in VIEWS {
            let sets = per_group(attack, view);
            let counts = tally(sets.values().cloned());
            let rolled_up = tally(sets.values().cloned().map(parents));
            let fact = |name: &str| facts.get::<Value>(&format!("{name}/{view}"));
            assert_eq!(json!(counts), fact("group_counts_per_technique"), "{view}");
            assert_eq!(json!(counts.len()), fact("coverage_of_views"), "{view}");
            assert_eq!(top25(attack, &counts, "groups"), fact("top25"), "{view}");
            let rolled_up = top25(attack, &rolled_up, "groups");
            assert_eq!(rolled_up, fact("top25_rolled_to_parent"), "{view}");
        }
    });
}

#[test]
fn the_model_counts_groups_directly_and_in_campaigns() {
    check(|attack, facts| {
        let counts = attack.groups_per_technique().into_iter().enumerate();
        let used = counts.filter(|(_, groups)| *groups > 0);
        let found: Counts =
            used.map(|(technique, groups)| (id(attack, technique), groups)).collect();
        let expected: Counts = facts.get("group_counts_per_technique/direct_plus_campaign");
        assert_eq!(found, expected);
    });
}

#[test]
fn groups_have_as_many_techniques() {
    check(|attack, facts| {
        let without = |view| -> Ids {
            let sets = per_group(attack, view).into_iter();
            sets.filter(|(_, set)| set.is_empty()).map(|(group, _)| group).collect()
        };
        assert_eq!(without("direct"), facts.get("groups_with_no_direct_technique"));
        assert_eq!(without("all"), facts.get("groups_with_no_technique_in_any_view"));
        let sizes = |view| -> Counts {
            per_group(attack, view).into_iter().map(|(group, set)| (group, set.len())).collect()
        };
        let direct = sizes("direct");
        assert_eq!(direct, facts.get("group_sizes_direct"));
        check_sizes(direct.into_values(), &facts.get("group_size_direct_stats"));
        check_sizes(sizes("all").into_values(), &facts.get("group_size_all_stats"));
    });
}

fn check_sizes(sizes: impl Iterator<Item = usize>, stats: &BTreeMap<String, f64>) {
    let mut sizes: Vec<f64> = sizes.map(|size| size as f64).collect();
    sizes.sort_by(f64::total_cmp);
    let half = sizes.len() / 2;
    assert_eq!(sizes.len(), half * 2, "the median is that of an even number");
    let mean = sizes.iter().sum::<f64>() / sizes.len() as f64;
    assert_eq!(sizes[0], stats["min"]);
    assert_eq!(sizes[sizes.len() - 1], stats["max"]);
    assert_eq!(f64::midpoint(sizes[half - 1], sizes[half]), stats["median"]);
    assert!((mean - stats["mean"]).abs() <= 0.0005, "{mean}");
}

#[test]
fn some_techniques_are_used_by_nobody() {
    check(|attack, facts| {
        let used = ids(attack, attack.adversaries.iter().flat_map(|a| &a.techniques));
        let all = ids(attack, &having(attack, |_| true));
        let never: Ids = all.difference(&used).cloned().collect();
        assert_eq!(never, facts.get("techniques_never_used_by_anyone"));
    });
}

#[test]
fn techniques_are_used_by_as_much_software_and_as_many_campaigns() {
    check(|attack, facts| {
        let by_software = tally(software(attack).map(|s| ids(attack, &s.techniques)));
        assert_eq!(by_software, facts.get("software_counts_per_technique"));
        let top = top25(attack, &by_software, "software");
        assert_eq!(top, facts.get::<Value>("software_counts_top25"));
        let campaigns = of_kind(attack, AdversaryKind::Campaign);
        let by_campaigns = tally(campaigns.map(|campaign| ids(attack, &campaign.techniques)));
        assert_eq!(by_campaigns, facts.get("campaign_counts_per_technique"));
    });
}

#[test]
fn campaigns_have_dates_groups_techniques_and_software() {
    check(|attack, facts| {
        let expected: BTreeMap<String, Value> = facts.get("campaigns");
        let campaigns: Vec<_> = of_kind(attack, AdversaryKind::Campaign).collect();
        assert_eq!(campaigns.len(), expected.len());
        for campaign in &campaigns {
            // The bundle has times; the model keeps days.
            let mut expected = expected[&campaign.id].clone();
            for time in ["first_seen", "last_seen"] {
                expected[time] = json!(expected[time].as_str().map(|text| &text[..10]));
            }
            assert_eq!(campaign_facts(attack, campaign), expected, "{}", campaign.id);
        }
        let attributed = campaigns.iter().filter(|c| !attributed_to(attack, c).is_empty()).count();
        assert_eq!(attributed, facts.get::<usize>("campaigns_attributed"));
        let undated = campaigns.iter().filter(|c| c.first_seen.and(c.last_seen).is_none());
        let undated: Ids = undated.map(|campaign| campaign.id.clone()).collect();
        assert_eq!(undated, facts.get("campaigns_missing_first_or_last_seen"));
        let with_campaign = groups(attack).filter(|group| !group.campaigns.is_empty());
        let with_campaign: Ids = with_campaign.map(|group| group.id.clone()).collect();
        assert_eq!(with_campaign, facts.get("groups_with_attributed_campaign"));
    });
}

fn campaign_facts(attack: &Attack, campaign: &Adversary) -> Value {
    json!({
        "name": campaign.name,
        "first_seen": campaign.first_seen,
        "last_seen": campaign.last_seen,
        "attributed_to": attributed_to(attack, campaign),
        "techniques": campaign.techniques.len(),
        "software": adversary_ids(attack, &campaign.software),
    })
}

fn attributed_to(attack: &Attack, campaign: &Adversary) -> Vec<String> {
    let ix = attack.adversary(&campaign.id).unwrap();
    let groups = groups(attack).filter(|group| group.campaigns.contains(&ix));
    groups.map(|group| group.id.clone()).collect()
}

fn adversary_ids(attack: &Attack, positions: &[usize]) -> Vec<String> {
    positions.iter().map(|ix| attack.adversaries[*ix].id.clone()).collect()
}

#[test]
fn six_groups_have_the_same_techniques_over_every_channel() {
    check(|attack, facts| {
        let expected: BTreeMap<String, Value> = facts.get("adversaries");
        assert_eq!(expected.len(), 6);
        for (group, expected) in expected {
            let group = &attack.adversaries[attack.adversary(&group).unwrap()];
            assert_eq!(group_facts(attack, group), expected, "{}", group.id);
        }
    });
}

fn group_facts(attack: &Attack, group: &Adversary) -> Value {
    let channels = Channels::of(attack, group);
    let view = |view| channels.view(view);
    let all = view("all");
    let only_indirect: Ids = all.difference(&channels.direct).cloned().collect();
    let both = "direct_plus_software_plus_campaign";
    json!({
        "name": group.name,
        "n": {
            "direct": channels.direct.len(),
            "software": channels.software.len(),
            "campaign": channels.campaign.len(),
            "campaign_software": channels.campaign_software.len(),
            "direct_plus_campaign": view("direct_plus_campaign").len(),
            "direct_plus_software": view("direct_plus_software").len(),
            both: view(both).len(),
            "all": all.len(),
            "only_indirect": only_indirect.len(),
        },
        "sha16": {
            "direct": sha16(&channels.direct),
            "direct_plus_campaign": sha16(&view("direct_plus_campaign")),
            both: sha16(&view(both)),
            "all": sha16(&all),
        },
        "software": adversary_ids(attack, &group.software),
        "campaigns": adversary_ids(attack, &group.campaigns),
        "campaign_software": adversary_ids(attack, &software_in_campaigns(attack, group)),
        "direct": channels.direct,
        "via_campaign": channels.campaign,
        "via_software": channels.software,
        "via_campaign_software": channels.campaign_software,
        "only_indirect": only_indirect,
        "direct_rolled_to_parent": parents(channels.direct.clone()),
    })
}

#[test]
fn six_groups_together_use_what_they_use() {
    check(|attack, facts| {
        let six: BTreeMap<String, Value> = facts.get("adversaries");
        let sets = per_group(attack, "direct");
        let counts = tally(six.keys().map(|group| sets[group].clone()));
        let union: Ids = counts.keys().cloned().collect();
        let found = json!({"n": union.len(), "sha16": sha16(&union),
            "n_groups_per_technique": counts});
        assert_eq!(found, facts.get::<Value>("selected_six_union_direct"));
    });
}

#[test]
fn mitigations_mitigate_their_techniques() {
    check(|attack, facts| {
        let rows = attack.mitigations.iter().map(|m| (&m.id, &m.name, m.techniques.len()));
        check_objects(rows, facts, "mitigations", "mitigation_ranking");
        let of_technique = |technique: &model::attack::Technique| -> Vec<String> {
            technique.mitigations.iter().map(|ix| attack.mitigations[*ix].id.clone()).collect()
        };
        let found: BTreeMap<String, Vec<String>> =
            attack.techniques.iter().map(|t| (t.id.to_string(), of_technique(t))).collect();
        assert_eq!(json!(found), facts.get::<Value>("mitigations_per_technique"));
        let without = having(attack, |t| attack.techniques[t].mitigations.is_empty());
        assert_eq!(ids(attack, &without), facts.get("techniques_with_no_mitigation"));
        assert_eq!(without.len(), facts.get::<usize>("techniques_with_no_mitigation_count"));
    });
}

/// Names and numbers of techniques per object, and their order by that number.
fn check_objects<'a>(
    rows: impl Iterator<Item = (&'a String, &'a String, usize)>,
    facts: &Facts,
    objects: &str,
    ranking: &str,
) {
    let mut rows: Vec<_> = rows.collect();
    let found: BTreeMap<_, _> = rows
        .iter()
        .map(|(id, name, techniques)| (id, json!({"name": name, "techniques": techniques})))
        .collect();
    assert_eq!(json!(found), facts.get::<Value>(objects));
    rows.sort_by_key(|(id, _, techniques)| (usize::MAX - techniques, *id));
    assert_eq!(json!(rows), facts.get::<Value>(ranking));
}

#[test]
fn data_components_reach_their_techniques() {
    check(|attack, facts| {
        let reached = |component| {
            having(attack, |t| attack.techniques[t].components.contains(&component)).len()
        };
        let rows =
            attack.components.iter().enumerate().map(|(ix, c)| (&c.id, &c.name, reached(ix)));
        let none: Ids = rows.clone().filter(|row| row.2 == 0).map(|row| row.0.clone()).collect();
        check_objects(rows, facts, "data_components", "data_component_ranking");
        assert_eq!(none, facts.get("data_components_reaching_zero_techniques"));
        let of_technique = |technique: &model::attack::Technique| -> Vec<String> {
            technique.components.iter().map(|ix| attack.components[*ix].id.clone()).collect()
        };
        let found: BTreeMap<String, Vec<String>> =
            attack.techniques.iter().map(|t| (t.id.to_string(), of_technique(t))).collect();
        assert_eq!(json!(found), facts.get::<Value>("data_components_per_technique"));
        let with = having(attack, |t| !attack.techniques[t].components.is_empty());
        assert_eq!(with.len(), facts.get::<usize>("detection/techniques_with_data_component"));
    });
}

#[test]
fn revoked_techniques_lead_to_the_end_of_their_chain() {
    check(|attack, facts| {
        let ends: BTreeMap<String, String> = facts.get("revoked_technique_map");
        let revoked = |r: &&model::attack::Retired| r.kind == ObjectKind::Technique;
        let mut deprecated = Ids::new();
        let mut to_dead = Ids::new();
        for technique in attack.retired.iter().filter(revoked) {
            match attack.fate(ObjectKind::Technique, &technique.id) {
                Some(Fate::Replaced(end)) => assert_eq!(end, ends[&technique.id]),
                Some(Fate::Deprecated) if technique.by.is_some() => {
                    to_dead.insert(technique.id.clone());
                }
                Some(Fate::Deprecated) => _ = deprecated.insert(technique.id.clone()),
                None => panic!("{} has no fate", technique.id),
            }
        }
        let replaced = attack.retired.iter().filter(revoked).filter(|r| r.by.is_some()).count();
        assert_eq!(replaced, ends.len());
        assert_eq!(deprecated, facts.get("deprecated_techniques"));
        assert_eq!(to_dead, facts.get("revoked_map_to_dead"));
        for (old, direct) in facts.get::<BTreeMap<String, String>>("revoked_chains") {
            let retired = attack.retired(ObjectKind::Technique, &old).unwrap();
            assert_eq!(retired.by.as_deref(), Some(direct.as_str()));
            assert_ne!(direct, ends[&old], "a chain has more than one link");
        }
    });
}

#[test]
fn deprecated_mitigations_do_not_pass_for_techniques() {
    check(|attack, _| {
        let same_id = attack.retired.iter().filter(|retired| {
            let live = retired.id.parse().is_ok_and(|id| attack.technique(id).is_some());
            retired.kind == ObjectKind::Mitigation && live
        });
        assert!(same_id.count() > 20);
        assert_eq!(attack.fate(ObjectKind::Technique, "T1059"), None);
    });
}

#[test]
fn the_snapshot_that_is_built_in_is_that_of_the_bundle() {
    for name in [
        "enterprise-attack-18.1",
        "enterprise-attack-19.2-DERIVED",
        "mobile-attack-18.1",
        "ics-attack-18.1",
    ] {
        let Some(bundle) = bundle(name) else { return };
        let built_in = snapshot::embedded(&bundle.domain, Some(&bundle.version)).unwrap();
        assert!(built_in == bundle, "{name}: run cargo xtask attack");
    }
}

/// Domain, release, tactics, platforms, techniques, groups, campaigns, software, mitigations, data
/// components, pairs of component and technique.
type Size = (&'static str, &'static str, [usize; 9]);

#[test]
fn every_bundle_can_be_read_and_its_snapshot_is_exact() {
    let expected: [(&str, Size); 8] = [
        ("enterprise-attack-6.3", ("enterprise-attack", "6.3", [12, 9, 266, 94, 0, 364, 41, 0, 0])),
        (
            "enterprise-attack-12.1",
            ("enterprise-attack", "12.1", [14, 11, 594, 133, 13, 620, 43, 106, 1835]),
        ),
        (
            "enterprise-attack-16.1",
            ("enterprise-attack", "16.1", [14, 10, 656, 159, 34, 710, 44, 106, 2049]),
        ),
        (
            "enterprise-attack-18.1",
            ("enterprise-attack", "18.1", [14, 11, 691, 172, 52, 784, 44, 106, 2615]),
        ),
        (
            "enterprise-attack-19.2-DERIVED",
            ("enterprise-attack", "19.2", [15, 11, 697, 176, 55, 825, 44, 115, 2600]),
        ),
        ("mobile-attack-18.1", ("mobile-attack", "18.1", [12, 2, 124, 17, 3, 122, 13, 17, 173])),
        ("ics-attack-17.1", ("ics-attack", "17.1", [12, 0, 83, 14, 7, 23, 52, 36, 238])),
        ("ics-attack-18.1", ("ics-attack", "18.1", [12, 0, 83, 14, 7, 23, 52, 36, 236])),
    ];
    for (name, expected) in expected {
        let Some(attack) = bundle(name) else { return };
        let found = (attack.domain.as_str(), attack.version.as_str(), size(&attack));
        assert_eq!(found, expected, "{name}");
        assert!(snapshot::read(&snapshot::write(&attack)).as_ref() == Ok(&attack), "{name}");
    }
}

fn size(attack: &Attack) -> [usize; 9] {
    [
        attack.tactics.len(),
        attack.platforms.len(),
        attack.techniques.len(),
        groups(attack).count(),
        of_kind(attack, AdversaryKind::Campaign).count(),
        software(attack).count(),
        attack.mitigations.len(),
        attack.components.len(),
        attack.techniques.iter().map(|technique| technique.components.len()).sum(),
    ]
}

#[test]
fn some_mobile_techniques_end_in_a_deprecated_one_or_nowhere() {
    let mobile = snapshot::embedded("mobile-attack", None).unwrap();
    let fate = |id| mobile.fate(ObjectKind::Technique, id);
    assert_eq!(fate("T1454"), Some(Fate::Deprecated));
    let to_deprecated = mobile.retired.iter().filter(|retired| {
        retired.kind == ObjectKind::Technique
            && retired.by.is_some()
            && fate(&retired.id) == Some(Fate::Deprecated)
    });
    assert_eq!(to_deprecated.count(), 8);
}

fn parsed(id: &str) -> TechniqueId {
    id.parse().unwrap()
}

#[test]
fn what_19_2_replaced_leads_from_18_1_to_its_successor_and_back() {
    let Some(facts) = facts("corpora/stix/v18.1_to_v19.2.json").map(Facts) else {
        return;
    };
    let (old, new) = (built_in("18.1"), built_in("19.2"));
    let replaced: BTreeMap<String, Value> = facts.get("no_longer_active");
    assert_eq!(replaced.len(), 17);
    for (id, expected) in &replaced {
        let successor = expected["revoked_by"].as_str().unwrap();
        let technique = old.technique(parsed(id)).unwrap();
        assert_eq!(json!(old.techniques[technique].name), expected["name"]);
        assert_eq!(new.technique(parsed(id)), None);
        assert_eq!(new.fate(ObjectKind::Technique, id), Some(Fate::Replaced(successor)));
        assert!(old.predecessors(parsed(successor), &new).contains(&technique), "{id}");
    }
    let gone = having(&old, |ix| new.technique(old.techniques[ix].id).is_none());
    assert_eq!(ids(&old, &gone), replaced.into_keys().collect());
    let merged = old.predecessors(parsed("T1685"), &new);
    assert_eq!(ids(&old, &merged), ["T1562", "T1562.001", "T1562.006"].map(String::from).into());
    for (id, [before, after]) in
        facts.get::<BTreeMap<String, [String; 2]>>("retargeted_old_revocations")
    {
        assert_eq!(old.retired(ObjectKind::Technique, &id).unwrap().by, Some(before));
        assert_eq!(new.fate(ObjectKind::Technique, &id), Some(Fate::Replaced(&after)));
    }
}

#[test]
fn what_is_new_in_19_2_has_no_predecessor_unless_it_replaced_something() {
    let Some(facts) = facts("corpora/stix/v18.1_to_v19.2.json").map(Facts) else {
        return;
    };
    let (old, new) = (built_in("18.1"), built_in("19.2"));
    let expected: BTreeMap<String, String> = facts.get("new_techniques");
    let found = having(&new, |ix| old.technique(new.techniques[ix].id).is_none());
    let names = found.iter().map(|ix| (id(&new, *ix), new.techniques[*ix].name.clone()));
    assert_eq!(names.collect::<BTreeMap<_, _>>(), expected);
    assert_eq!(old.predecessors(parsed("T1682"), &new), [0; 0]);
    // A sub-technique without one falls back on those of its parent.
    let of_parent = old.predecessors(parsed("T1686"), &new);
    assert_eq!(ids(&old, &of_parent), ["T1562.004"].map(String::from).into());
    assert_eq!(old.predecessors(parsed("T1686.003"), &new), of_parent);
    assert_eq!(snapshot::neighbours(&old).newer("18.1", parsed("T1682")), Some(&new));
}

#[test]
fn tactics_and_names_changed_with_19_2() {
    let Some(facts) = facts("corpora/stix/v18.1_to_v19.2.json").map(Facts) else {
        return;
    };
    let (old, new) = (built_in("18.1"), built_in("19.2"));
    let tactics: Value = new.tactics.iter().map(tactic_facts).collect();
    assert_eq!(tactics, facts.get::<Value>("tactics_v19"));
    let in_both = having(&old, |ix| new.technique(old.techniques[ix].id).is_some());
    let pairs = in_both.iter().map(|ix| {
        (&old.techniques[*ix], &new.techniques[new.technique(old.techniques[*ix].id).unwrap()])
    });
    let renamed: BTreeMap<String, [&str; 2]> = pairs
        .clone()
        .filter(|(before, after)| before.name != after.name)
        .map(|(before, after)| (before.id.to_string(), [&*before.name, &*after.name]))
        .collect();
    assert_eq!(json!(renamed), facts.get::<Value>("renamed"));
    for (id, expected) in facts.get::<BTreeMap<String, BTreeMap<String, Ids>>>("tactic_changes") {
        let (before, after) = pairs.clone().find(|(before, _)| before.id == parsed(&id)).unwrap();
        assert_eq!(shortnames(&old, before), expected["v18.1"], "{id}");
        assert_eq!(shortnames(&new, after), expected["v19.2"], "{id}");
    }
    let techniques_of = |shortname| {
        let tactic = new.tactic(shortname).unwrap();
        having(&new, |ix| new.techniques[ix].tactics.contains(&tactic)).len()
    };
    assert_eq!((techniques_of("stealth"), techniques_of("defense-impairment")), (148, 56));
}

fn shortnames(attack: &Attack, technique: &model::attack::Technique) -> Ids {
    technique.tactics.iter().map(|ix| attack.tactics[*ix].shortname.clone()).collect()
}
