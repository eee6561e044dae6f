//! What must hold whatever stands in the data.

use model::diagnostic::{Code, Diagnostic, Origin};
use model::fixture::Fixture;
use model::inputs::Source;
use model::score::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::*;
use crate::sheet::Value;

const WORLD: &str = r#"
    tactic TA0002 execution Execution
    technique T1059 Interpreter in execution on Windows
    technique T1059.001 PowerShell in execution on Windows
    technique T1078 Accounts in execution on Windows
    group G0016 APT29 uses T1059.001,T1078
    platforms Windows=1
    profile G0016=3
    policy tau=0.7
    decide T1078 accept until 2026-01-01
    have R1 rule detect T1059.001 rule_status=stable rule_level=high status=enabled
"#;
const HOSTILE: &str = "</script><img src=x onerror=alert(1)>\"'&\u{202e}";
const INERT: &str = "&#60;/script&#62;&#60;img src=x onerror=alert(1)&#62;&#34;&#39;&#38;";

/// A page in which every text that a user can choose is hostile.
fn written() -> String {
    let mut fixture = Fixture::parse(WORLD);
    fixture.attack.techniques.iter_mut().for_each(|t| t.name = HOSTILE.to_owned());
    fixture.attack.adversaries[0].name = HOSTILE.to_owned();
    fixture.attack.tactics[0].name = HOSTILE.to_owned();
    fixture.attack.source = HOSTILE.to_owned();
    fixture.capabilities[0].title = HOSTILE.to_owned();
    let mut assessment = fixture.assess();
    assessment.organisation.name = Some(HOSTILE.to_owned());
    assessment.organisation.classification = Some(HOSTILE.to_owned());
    assessment.adversaries[0].id = HOSTILE.to_owned();
    assessment.inputs = vec![Source {
        path: HOSTILE.to_owned(),
        format: HOSTILE.to_owned(),
        sha256: "0123456789abcdef".to_owned(),
        ..Source::default()
    }];
    assessment.diagnostics.push(Diagnostic::new(Code::BadId, Origin::file(HOSTILE), HOSTILE, ""));
    let mut out = Vec::new();
    let range = Range { lo: 0.0, exp: 0.3, hi: 0.4 };
    let stack = ReferenceStack {
        id: "sigma".to_owned(),
        attack_version: HOSTILE.to_owned(),
        platforms: 1,
        techniques: 2,
        capabilities: 3,
        coverage: range,
        by_function: std::collections::BTreeMap::new(),
        scenarios: std::collections::BTreeMap::new(),
    };
    assessment.attack.domain = "enterprise-attack".to_owned();
    let svg = "<svg><script>1</script></svg>";
    let mut sheet = Sheet::new(HOSTILE, &[(HOSTILE, "what"), (HOSTILE, "technique")]);
    sheet.notes.push(HOSTILE.to_owned());
    sheet.rows.push(vec![Value::text(HOSTILE), Value::text(HOSTILE)]);
    let picture = Picture { part: Part::Gaps, alternative: HOSTILE, caption: HOSTILE, svg };
    let beside = Beside {
        pictures: &[picture],
        stacks: &[stack],
        line: &[],
        since: std::slice::from_ref(&sheet),
        before: Some(&assessment),
        recommended: std::slice::from_ref(&sheet),
        decided: std::slice::from_ref(&sheet),
        by_control: std::slice::from_ref(&sheet),
        palette: Palette::Blue,
    };
    write(&assessment, &fixture.attack, &beside, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// What follows each occurrence, up to a character of `end`.
fn after<'a>(page: &'a str, what: &str, end: &'a [char]) -> Vec<&'a str> {
    page.split(what).skip(1).map(|rest| rest.split(end).next().unwrap()).collect()
}

/// The page up to its data and its script.
fn markup(page: &str) -> &str {
    page.split("<script").next().unwrap()
}

#[test]
fn a_text_is_never_markup() {
    let page = written();
    let tags = "!DOCTYPE html head meta title style body header nav main section footer figure img \
                figcaption h1 h2 h3 p a ul ol li div table caption thead tbody tr th td details \
                summary label select optgroup option input button svg rect text dl dt dd b br span \
                dfn aside wbr";
    let tags: Vec<&str> = tags.split_whitespace().collect();
    for tag in after(markup(&page), "<", &[' ', '>']) {
        assert!(tags.contains(&tag.trim_start_matches('/')), "<{tag}");
    }
    assert_eq!(after(&page, "<img", &[' ']).len(), 1, "the picture alone");
    assert!(!page.contains("<img src=x") && !page.contains('\u{202e}'));
    assert_eq!(page.matches("</script").count(), 2, "a text ends the script or the data");
    // Names may break behind a slash.
    let shown = markup(&page).replace("<wbr>", "");
    assert_eq!(shown.matches(INERT).count(), shown.matches("onerror").count());
    assert!(shown.matches(INERT).count() >= 30, "hardly anything was shown");
}

#[test]
fn nothing_is_fetched_and_only_the_own_script_runs() {
    let page = written();
    let sources = after(&page, " src=\"", &['"']);
    assert!(sources.iter().all(|source| source.starts_with("data:image/svg+xml;base64,")));
    for link in after(&page, " href=\"", &['"']) {
        assert!(link.starts_with('#') || link.starts_with("https://attack.mitre.org/"), "{link}");
    }
    for address in after(&page, "url(", &[';']) {
        assert!(address.starts_with("data:font/woff2"), "{address}");
    }
    assert!(!page.contains("@import") && !markup(&page).contains(" style="));
    let policy = after(&page, "Content-Security-Policy\" content=\"", &['"'])[0];
    for (tag, directive) in [("style", "style-src"), ("script", "script-src")] {
        let text = page.split(&format!("<{tag}>")).nth(1).unwrap();
        let text = text.split(&format!("</{tag}>")).next().unwrap();
        let digest = STANDARD.encode(Sha256::digest(text));
        assert!(policy.contains(&format!("{directive} 'sha256-{digest}'")), "{directive}");
    }
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"));
}

#[test]
fn the_data_say_what_the_assessment_says() {
    let page = written();
    let data = page.split("<script type=\"application/json\" id=\"data\">").nth(1).unwrap();
    let data: serde_json::Value =
        serde_json::from_str(data.split("</script>").next().unwrap()).unwrap();
    let techniques = data["techniques"].as_array().unwrap();
    let shell = techniques.iter().find(|t| t["id"] == "T1059.001").unwrap();
    assert_eq!(shell["name"], HOSTILE.trim_end_matches('\u{202e}'));
    let piece = &shell["ev"][0];
    let at = piece[0].as_u64().unwrap() as usize;
    assert_eq!(data["capabilities"][at][0], "R1");
    assert_eq!(shell["cov"][3][1], piece[5], "one piece of evidence is all there is");
    assert_eq!(data["adversaries"].as_object().unwrap().len(), 2, "as named, and as ATT&CK has it");
}

#[test]
fn an_id_leads_to_its_page_and_nothing_else_does() {
    let of = |id| address(id).unwrap_or_default();
    assert_eq!(of("T1059.001"), "techniques/T1059/001");
    assert_eq!(of("TA0002"), "tactics/TA0002");
    assert_eq!(of("G0016"), "groups/G0016");
    for id in ["", "T", "T10\"59", "../x", "é1", "T1059/../..", "X0001"] {
        assert_eq!(address(id), None, "{id}");
    }
}

#[test]
fn enough_is_what_the_policy_says_and_what_was_accepted_is_named() {
    let page = written();
    let page = markup(&page);
    assert!(page.contains("Enough is an expected coverage of 70 %"));
    assert!(page.contains("Accepted and not listed: T1078 "));
    for word in ["τ", "tau", "threat_weighted", "raw_any"] {
        assert!(!page.contains(word), "{word}");
    }
}

#[test]
fn the_same_assessment_gives_the_same_bytes() {
    assert_eq!(written(), written());
}
