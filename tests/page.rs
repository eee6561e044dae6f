//! The page of a report in a real browser: keys, filters, hostile texts, readers without the
//! script, rules of accessibility, and how fast a large one is there.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use headless_chrome::browser::tab::Tab;
use headless_chrome::protocol::cdp::types::Event;
use headless_chrome::protocol::cdp::{Emulation, Network, Performance};
use headless_chrome::{Browser, LaunchOptions};
use serde_json::Value;

use crate::support::{lacuna, root, scratch, shared, skipped, unpacked};

/// Debian's browser, or the one that is named; `None`, and a loud word, where there is none.
fn chromium() -> Option<PathBuf> {
    let said = std::env::var_os("LACUNA_CHROMIUM").map(PathBuf::from);
    let path = said.unwrap_or_else(|| PathBuf::from("/usr/bin/chromium"));
    if path.is_file() {
        return Some(path);
    }
    skipped(&format!("no {}; install chromium or set LACUNA_CHROMIUM", path.display()));
    None
}

/// The rules of accessibility: axe.min.js of the npm package axe-core.
fn axe() -> Option<String> {
    let Some(path) = std::env::var_os("LACUNA_AXE") else {
        skipped("axe.min.js of the npm package axe-core; set LACUNA_AXE");
        return None;
    };
    Some(fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display())))
}

/// A page in a browser, and every address that was asked for since.
struct Opened {
    // The browser ends with it.
    _browser: Browser,
    tab: Arc<Tab>,
    address: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Opened {
    fn new(chromium: PathBuf, page: &Path) -> Self {
        let options = LaunchOptions::default_builder()
            .path(Some(chromium))
            // Root has no sandbox, and tests open nothing but their own pages.
            .sandbox(false)
            .window_size(Some((1400, 1000)))
            // Rules of accessibility take a while over a page with all of it unfolded.
            .idle_browser_timeout(Duration::from_secs(180))
            .args(vec![OsStr::new("--disable-gpu"), OsStr::new("--disable-dev-shm-usage")])
            .build()
            .unwrap();
        let browser = Browser::new(options).unwrap();
        let tab = browser.new_tab().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&requests);
        tab.call_method(Network::Enable {
            max_total_buffer_size: None,
            max_resource_buffer_size: None,
            max_post_data_size: None,
            report_direct_socket_traffic: None,
            enable_durable_messages: None,
        })
        .unwrap();
        tab.add_event_listener(Arc::new(move |event: &Event| {
            if let Event::NetworkRequestWillBeSent(sent) = event {
                // What the page holds itself is not fetched.
                let address = &sent.params.request.url;
                if !address.starts_with("data:") {
                    heard.lock().unwrap().push(address.clone());
                }
            }
        }))
        .unwrap();
        let address = format!("file://{}", page.canonicalize().unwrap().display());
        Self { _browser: browser, tab, address, requests }
    }

    fn load(&self) -> &Self {
        self.tab.navigate_to(&self.address).unwrap().wait_until_navigated().unwrap();
        self
    }

    /// The page in the light or in the dark.
    fn prefer(&self, scheme: &str) -> &Self {
        let feature = Emulation::MediaFeature {
            name: "prefers-color-scheme".to_owned(),
            value: scheme.to_owned(),
        };
        let media = Emulation::SetEmulatedMedia { media: None, features: Some(vec![feature]) };
        self.tab.call_method(media).unwrap();
        self
    }

    /// What an expression comes to.
    fn eval(&self, expression: &str) -> Value {
        let expression = format!("(async () => JSON.stringify((await ({expression})) ?? null))()");
        let found = self.tab.evaluate(&expression, true).unwrap();
        let text = found.value.unwrap_or_else(|| panic!("{expression}: {:?}", found.description));
        serde_json::from_str(text.as_str().unwrap()).unwrap()
    }

    fn text(&self, expression: &str) -> String {
        self.eval(expression).as_str().unwrap_or_default().to_owned()
    }

    fn press(&self, key: &str, times: usize) -> &Self {
        for _ in 0..times {
            self.tab.press_key(key).unwrap();
        }
        self
    }

    /// The technique that has the focus.
    fn here(&self) -> String {
        self.text("document.activeElement.dataset.t || document.activeElement.id")
    }

    /// Chooses or types something as a reader would, as far as the page can tell.
    fn set(&self, id: &str, value: &str) -> &Self {
        let event = if id == "layer" { "change" } else { "input" };
        self.eval(&format!(
            "(() => {{ const field = document.getElementById('{id}'); field.value = '{value}'; \
             field.dispatchEvent(new Event('{event}', {{bubbles: true}})); return 0; }})()"
        ));
        self
    }

    /// Clicks on something, by its selector.
    fn click(&self, selector: &str) {
        self.eval(&format!("document.querySelector('{selector}').click()"));
    }

    /// Loads the page: milliseconds that its thread works until all of it is there.
    fn busy(&self) -> f64 {
        let time_domain = Some(Performance::EnableTime_domainOption::ThreadTicks);
        self.tab.call_method(Performance::Enable { time_domain }).unwrap();
        self.load();
        let found = self.tab.call_method(Performance::GetMetrics(None)).unwrap().metrics;
        1000.0 * found.iter().find(|metric| metric.name == "TaskDuration").unwrap().value
    }

    fn status(&self) -> String {
        self.text("document.getElementById('status').textContent")
    }
}

/// The report of the example.
fn example(name: &str) -> PathBuf {
    report(&scratch(name), &[root().join("controls/example").to_str().unwrap()])
}

fn report(folder: &Path, args: &[&str]) -> PathBuf {
    let output = lacuna(folder, &[&["report", "-o", "out", "-q"], args].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    folder.join("out/index.html")
}

#[test]
fn the_matrix_is_one_stop_for_tab_and_arrows_walk_in_it() {
    let Some(chromium) = chromium() else { return };
    let page = Opened::new(chromium, &example("page-keys"));
    page.load().press("/", 1);
    assert_eq!(page.here(), "search");
    // Adversary, platform, tactic, level, two buttons, then the matrix.
    page.press("Tab", 7);
    let first = page.here();
    assert!(first.starts_with('T'), "{first}");
    page.press("ArrowDown", 1);
    let second = page.here();
    assert!(second.starts_with('T') && second != first, "{second}");
    let column = "document.activeElement.closest('.t').getAttribute('aria-label')";
    let tactic = page.text(column);
    page.press("ArrowRight", 1);
    let beside = page.here();
    assert!(beside.starts_with('T') && page.text(column) != tactic, "{beside} in {tactic}");
    page.press("ArrowLeft", 1).press("ArrowUp", 5);
    assert_eq!(page.here(), first, "back where it began");

    page.press("Enter", 1);
    assert_eq!(page.here(), "panel");
    let title = page.text("document.getElementById('panel-title').textContent");
    assert!(title.starts_with(&first), "{title}");
    page.press("Escape", 1);
    assert_eq!(page.here(), first, "the focus returns");
    assert_eq!(page.eval("document.getElementById('panel').hidden"), true);

    page.press("Tab", 1);
    assert_eq!(page.eval("document.activeElement.closest('#matrix') === null"), true);
}

#[test]
fn filters_narrow_the_matrix_and_say_how_many_match() {
    let Some(chromium) = chromium() else { return };
    let page = Opened::new(chromium, &example("page-filters"));
    page.load().set("search", "t1059.001");
    assert!(page.status().starts_with("0 of ") && page.status().contains(" 1 of "), "a sub");
    let seen = "[...document.querySelectorAll('a.c')].filter(c => !c.classList.contains('off') && \
                c.checkVisibility()).map(c => c.dataset.t)";
    assert_eq!(page.eval(seen), serde_json::json!(["T1059", "T1059.001"]), "its parent unfolds");
    page.press("/", 1).set("search", "");
    let out = "document.querySelectorAll('a.c.off, .t[hidden]').length";
    assert_eq!(page.eval(out), 0);
    for (id, value) in
        [("adversary", "G0046"), ("platform", "0"), ("tactic", "3"), ("level", "gap")]
    {
        page.set(id, value);
        assert!(page.eval(&format!("{seen}.length")).as_u64().unwrap() > 0, "{id}");
        assert!(page.eval(out).as_u64().unwrap() > 0, "{id}");
        assert!(page.status().ends_with("match"), "{id}: {}", page.status());
        page.set(id, "");
        assert_eq!(page.eval(out), 0, "{id}");
    }
    page.set("level", "first");
    let first = page.status();
    let (techniques, rest) = first.split_once(" of ").unwrap();
    let subs = rest.split(" and ").nth(1).unwrap().split(" of ").next().unwrap();
    let sum = techniques.parse::<u32>().unwrap() + subs.parse::<u32>().unwrap();
    // One of the first ten gaps of the example is accepted, and is in no list.
    assert!((9..=10).contains(&sum), "{first}");
}

#[test]
fn a_layer_shows_what_the_assessment_says_of_each_technique() {
    let Some(chromium) = chromium() else { return };
    let path = example("page-layers");
    let assessment = fs::read(path.with_file_name("assessment.json")).unwrap();
    let assessment: Value = serde_json::from_slice(&assessment).unwrap();
    let page = Opened::new(chromium, &path);
    page.load();
    let techniques = assessment["techniques"].as_array().unwrap();
    let powershell = techniques.iter().find(|t| t["id"] == "T1059.001").unwrap();
    let percent = |value: &Value| (100.0 * value.as_f64().unwrap()).round().to_string();
    let number = "document.querySelector('[data-t=\"T1059.001\"] b').textContent";
    for (layer, expected) in [
        ("0", &powershell["coverage"]["composite"]["exp"]),
        ("1", &powershell["coverage"]["composite"]["lo"]),
        ("2", &powershell["coverage"]["prevent"]["exp"]),
        ("3", &powershell["coverage"]["detect"]["exp"]),
        ("4", &powershell["coverage"]["respond"]["exp"]),
        ("5", &powershell["threat"]["value"]),
    ] {
        page.set("layer", layer);
        let shown = page.text(number);
        assert_eq!(shown, percent(expected), "layer {layer}");
    }
    page.click("a.c[data-t=\"T1059.001\"]");
    let panel = page.text("document.getElementById('panel').innerText");
    for piece in powershell["evidence"].as_array().unwrap() {
        let id = piece["capability"].as_str().unwrap();
        let capabilities = assessment["capabilities"].as_array().unwrap();
        let capability = capabilities.iter().find(|c| c["id"] == id).unwrap();
        assert!(panel.contains(id), "{id} in\n{panel}");
        assert!(panel.contains(capability["title"].as_str().unwrap()), "{id}");
        assert!(panel.contains(capability["origin"]["path"].as_str().unwrap()), "{id}");
    }
}

const HOSTILE: [&str; 4] = [
    "</script><script>document.title='pwned'</script>",
    "<img src=x onerror=document.title='pwned'>",
    "\"'><svg onload=document.title='pwned'>",
    "right\u{202e}tfel\u{202c} javascript:document.title='pwned'",
];

#[test]
fn a_hostile_text_is_shown_and_does_nothing() {
    let Some(chromium) = chromium() else { return };
    let folder = scratch("page-hostile");
    let rows = HOSTILE.iter().enumerate().map(|(at, title)| {
        let title = title.replace('"', "\"\"");
        format!("H{at},\"{title}\",T1059.001,detect,enabled,\"{title}\"\n")
    });
    let table = format!("id,title,techniques,function,status,owner\n{}", rows.collect::<String>());
    fs::write(folder.join("a.csv"), table).unwrap();
    let name = HOSTILE[1].replace('\'', "\\u0027");
    let project = format!(
        "as_of = 2026-06-30\n[organisation]\nname = \"{name}\"\nclassification = \"{name}\"\n\
         [[source]]\npath = \"a.csv\"\n"
    );
    fs::write(folder.join("lacuna.toml"), project).unwrap();
    let page = Opened::new(chromium, &report(&folder, &["."]));
    page.load();
    page.click("a.c[data-t=\"T1059.001\"]");
    let panel = page.text("document.getElementById('panel').innerText");
    for title in HOSTILE {
        let title: String = title.chars().filter(|c| !"\u{202e}\u{202c}".contains(*c)).collect();
        assert!(panel.contains(&title), "{title} in\n{panel}");
    }
    let header = page.text("document.querySelector('header').innerText");
    assert!(header.contains(HOSTILE[1]), "{header}");
    let title = page.text("document.title");
    assert!(!title.contains("pwned"), "{title}");
    assert_eq!(page.eval("document.querySelectorAll('script').length"), 2, "its own");
    let others =
        "document.querySelectorAll('img:not([src^=\"data:image/svg+xml;base64,\"])').length";
    assert_eq!(page.eval(others), 0, "its own pictures");
    let fetched = page.requests.lock().unwrap();
    assert_eq!(fetched[..], *std::slice::from_ref(&page.address), "nothing is fetched");
}

#[test]
fn without_the_script_all_of_it_can_be_read() {
    let Some(chromium) = chromium() else { return };
    let page = Opened::new(chromium, &example("page-without-script"));
    page.tab.call_method(Emulation::SetScriptExecutionDisabled { value: true }).unwrap();
    page.load();
    assert_eq!(page.eval("document.getElementById('controls').hidden"), true);
    assert_eq!(page.eval("document.getElementById('theme').hidden"), true);
    let lost = "[...document.querySelectorAll('a[href^=\"#\"]')].map(a => a.hash.slice(1))\
                .filter(id => !document.getElementById(id))";
    assert_eq!(page.eval(lost), serde_json::json!([]), "each link leads somewhere");
    let row = "document.getElementById('T1059.001')";
    assert_eq!(page.eval(&format!("{row}.checkVisibility()")), false, "folded");
    page.click("a.c[data-t=\"T1059\"] + details > summary");
    page.click("a.c[data-t=\"T1059.001\"]");
    assert_eq!(page.eval(&format!("{row}.checkVisibility()")), true, "unfolded");
    page.click("tr[id=\"T1059.001\"] summary");
    let row = page.text(&format!("{row}.innerText"));
    assert!(row.contains("detect") || row.contains("prevent"), "{row}");
}

#[test]
fn no_rule_of_accessibility_is_broken_in_the_light_or_in_the_dark() {
    let Some(chromium) = chromium() else { return };
    let Some(axe) = axe() else { return };
    let page = Opened::new(chromium, &example("page-axe"));
    let tags = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']";
    let broken = format!(
        "axe.run(document, {{runOnly: {tags}}}).then(found => found.violations.map(rule => \
         [rule.id, rule.nodes.length, rule.nodes[0].html.slice(0, 200)]))"
    );
    for scheme in ["light", "dark"] {
        page.prefer(scheme).load();
        page.tab.evaluate(&axe, false).unwrap();
        // All of it once; in the dark what is unfolded has the same colours as what is not.
        let unfolded = if scheme == "light" { "details" } else { "#matrix details" };
        let fold = |open: bool| {
            let each = format!("forEach(fold => {{ fold.open = {open}; }})");
            page.eval(&format!("document.querySelectorAll('{unfolded}').{each}"));
        };
        fold(true);
        assert_eq!(page.eval(&broken), serde_json::json!([]), "{scheme}");
        fold(false);
        page.click("a.c[data-t=\"T1059.001\"]");
        page.set("search", "discovery");
        assert_eq!(page.eval(&broken), serde_json::json!([]), "{scheme}, with the panel");
        page.click("#theme");
        let ground = page.text("getComputedStyle(document.documentElement).backgroundColor");
        let is_light = ground == "rgb(255, 255, 255)";
        assert_eq!(is_light, scheme == "dark", "the other of {scheme} is {ground}");
        assert_eq!(page.eval(&broken), serde_json::json!([]), "the other of {scheme}");
    }
}

#[test]
fn no_screen_is_too_narrow() {
    let Some(chromium) = chromium() else { return };
    let page = Opened::new(chromium, &example("page-narrow"));
    page.load();
    for width in [80, 320, 768, 1300, 1600] {
        let size = format!(
            "{{\"width\": {width}, \"height\": 900, \"deviceScaleFactor\": 1, \"mobile\": false}}"
        );
        let size: Emulation::SetDeviceMetricsOverride = serde_json::from_str(&size).unwrap();
        page.tab.call_method(size).unwrap();
        let beyond = page.eval("document.documentElement.scrollWidth - innerWidth");
        assert!(beyond.as_i64().unwrap() <= 0, "{beyond} px beyond {width}");
    }
}

/// Bytes that a page of all of Sigma's rules may have.
const LARGEST: u64 = 2 << 20;
/// Milliseconds until something of it is seen.
const SEEN: f64 = 200.0;

#[test]
fn all_rules_of_sigma_are_a_page_that_is_there_at_once() {
    let Some(chromium) = chromium() else { return };
    let Some(shared) = shared() else { return };
    let tree = unpacked(&shared, "sigma.tar.zst");
    let folders = ["rules", "rules-emerging-threats", "rules-threat-hunting"];
    let folders = folders.map(|name| tree.join(name).to_string_lossy().into_owned());
    let inputs: Vec<&str> = folders.iter().map(String::as_str).collect();
    let stated = ["--as-of", "2026-06-30", "--assume", "enabled"];
    let path = report(&scratch("page-sigma"), &[&inputs[..], &stated].concat());
    let size = fs::metadata(&path).unwrap().len();
    assert!(size <= LARGEST, "{size} bytes");
    let page = Opened::new(chromium, &path);
    let busy = page.busy();
    let seen = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 1e9";
    let times = (0..10).map(|_| page.load().eval(seen).as_f64().unwrap());
    let best = times.fold(f64::INFINITY, f64::min);
    // Beside other work nothing is there at once; then what its thread is busy counts, up to the end.
    assert!(best <= SEEN || busy <= SEEN, "seen after {best} ms, {busy} ms of work");
    page.set("search", "T1003.001");
    page.click("a.c[data-t=\"T1003.001\"]");
    let assessment = fs::read(path.with_file_name("assessment.json")).unwrap();
    let assessment: Value = serde_json::from_slice(&assessment).unwrap();
    let techniques = assessment["techniques"].as_array().unwrap();
    let technique = techniques.iter().find(|t| t["id"] == "T1003.001").unwrap();
    let rows = page.eval("document.querySelectorAll('#panel table:last-of-type tbody tr').length");
    let pieces = technique["evidence"].as_array().unwrap().len();
    assert!(pieces > 50 && rows == pieces, "{rows} of {pieces} pieces of evidence");
}
