//! `lacuna report`: everything, in one folder.

use std::io;
use std::path::Path;

use report::draw::{self, Picture};
use report::html;
use report::material::Material;
use report::pack::Chart;
use report::page::Size;
use report::sheet::Sheet;
use report::slides::{self, Deck, Slide};
use report::xlsx;
use report::{navigator, summary, view};

use crate::Outcome;
use crate::args::{Common, MaterialArgs, PageArgs};
use crate::failure::Failure;
use crate::folder::{File, write_folder};
use crate::history::History;
use crate::made::ASSESSMENT;
use crate::paper::{self, Format};
use crate::prepared::Prepared;
use crate::streams::Streams;

/// Techniques in the tables of what moved.
const MOVED: usize = 10;

/// What a report may hold beside what this one does: an older one may have been asked for more.
const KNOWN: [&str; 5] = [
    "board-a4.pdf",
    "charts.pdf",
    "charts/change.svg",
    "charts/segments.svg",
    "layers/change.json",
];

pub(crate) fn run(
    common: &Common,
    output: &Path,
    asked: &MaterialArgs,
) -> Result<Outcome, Failure> {
    let mut streams = Streams::new(&common.talk);
    let prepared = Prepared::of(common, asked, &mut streams)?;
    prepared.found.tell(common, false, &mut streams)?;
    let material = prepared.material();
    let moved = moved(&material);
    let files = files(&material, &moved, &asked.page)?;
    write_folder(output, &files, &KNOWN)?;
    if let Some(folder) = &asked.history {
        let json = files.iter().find(|(name, _)| *name == ASSESSMENT);
        let history = History::of(folder, material.assessment);
        json.map_or(Ok(()), |(_, json)| history.keep(json))?;
    }
    if !common.talk.quiet {
        streams.say("finding", &view::finding(material.assessment))?;
        if let Some(first) = moved.first() {
            streams.say("since", &first.title)?;
        }
        streams.say("wrote", &format!("{}: {}", output.display(), names(&files).join(", ")))?;
    }
    Ok(super::outcome(prepared.found.is_refused))
}

/// The names of files, and of folders with the number of theirs.
fn names(files: &[File]) -> Vec<String> {
    let folder = |(name, _): &File| name.split_once('/').map(|(folder, _)| folder);
    let chunks = files.chunk_by(|a, b| folder(a).is_some() && folder(a) == folder(b));
    let name = |chunk: &[File]| match folder(&chunk[0]) {
        Some(folder) => format!("{folder}/ ({})", chunk.len()),
        None => chunk[0].0.to_owned(),
    };
    chunks.map(name).collect()
}

/// What moved since an earlier assessment.
fn moved(material: &Material<'_>) -> Vec<Sheet> {
    let sheets = material
        .since
        .map(|since| view::diff::sheets(since.before, material.assessment, since.diff, MOVED));
    sheets.unwrap_or_default()
}

fn files(material: &Material<'_>, moved: &[Sheet], page: &PageArgs) -> Result<Vec<File>, Failure> {
    let assessment = material.assessment;
    let charts: Vec<(Chart, Picture)> = Chart::ALL
        .into_iter()
        .filter_map(|chart| Some((chart, chart.picture(material, Size::Slide)?)))
        .collect();
    let look = page.look();
    let drawn = |chart: Chart, format: Format| {
        let (_, picture) =
            charts.iter().find(|(found, _)| *found == chart).expect("drawn of every assessment");
        format.bytes(picture, look)
    };
    let board = drawn(Chart::Board, Format::Png(1.0))?;
    let book = workbook(material, &board, page)?;
    let heatmap = drawn(Chart::Matrix, Format::Svg)?;
    let mut files = vec![
        ("index.html", html(material, moved, &charts, page)?),
        ("board.svg", drawn(Chart::Board, Format::Svg)?),
        ("board.png", board),
        ("board@2x.png", drawn(Chart::Board, Format::Png(2.0))?),
        ("heatmap.svg", heatmap),
        ("heatmap.png", drawn(Chart::Matrix, Format::Png(1.0))?),
    ];
    for (chart, picture) in &charts {
        if let Some(name) = file_of(*chart) {
            files.push((name, Format::Svg.bytes(picture, look)?));
        }
    }
    let pages: Vec<Picture> = charts.into_iter().map(|(_, picture)| picture).collect();
    if paper::HAS_PDF {
        let on_paper = Chart::Board.picture(material, Size::A4).expect("drawn of every assessment");
        files.push(("board-a4.pdf", Format::Pdf.bytes(&on_paper, look)?));
        files.push(("charts.pdf", paper::pdf(&pages, look)?));
    }
    files.push(("slides.pptx", deck(material, page)?));
    files.push(("lacuna.xlsx", book));
    files.push(("gaps.csv", csv(&view::gaps(assessment, None, usize::MAX))?));
    files.push(("evidence.csv", csv(&view::evidence::sheet(assessment, material.supported))?));
    files.extend(layers(material)?);
    let mut json = Vec::new();
    report::json::write(assessment, &mut json)?;
    files.push((ASSESSMENT, json));
    let mut said = Vec::new();
    summary::write(material, &mut said)?;
    files.push(("summary.md", said));
    Ok(files)
}

/// Where a chart is beside the board and the matrix, which have a place of their own.
fn file_of(chart: Chart) -> Option<&'static str> {
    match chart {
        Chart::Board | Chart::Matrix => None,
        Chart::Findings => Some("charts/findings.svg"),
        Chart::Adversaries => Some("charts/adversaries.svg"),
        Chart::Proof => Some("charts/proof.svg"),
        Chart::Change => Some("charts/change.svg"),
        Chart::Controls => Some("charts/controls.svg"),
        Chart::Steps => Some("charts/steps.svg"),
        Chart::Trend => Some("charts/trend.svg"),
        Chart::Segments => Some("charts/segments.svg"),
    }
}

/// The charts of the page, and where each stands in it. What changed is a layer of its matrix.
const ON_PAGE: [(Chart, html::Part); 6] = [
    (Chart::Board, html::Part::Findings),
    (Chart::Findings, html::Part::Gaps),
    (Chart::Steps, html::Part::Recommendations),
    (Chart::Controls, html::Part::Controls),
    (Chart::Segments, html::Part::Segments),
    (Chart::Trend, html::Part::Trend),
];

fn html(
    material: &Material<'_>,
    moved: &[Sheet],
    charts: &[(Chart, Picture)],
    page: &PageArgs,
) -> Result<Vec<u8>, Failure> {
    let Material { assessment, attack, stacks, line, .. } = *material;
    // One assessment makes no line.
    let is_shown = |chart: Chart| chart != Chart::Trend || line.len() > 1;
    let drawn: Vec<(html::Part, &Picture, String)> = charts
        .iter()
        .filter(|(chart, _)| is_shown(*chart))
        .filter_map(|(chart, picture)| {
            let (_, part) = ON_PAGE.into_iter().find(|(shown, _)| shown == chart)?;
            Some((part, picture, draw::svg(picture, page.look())))
        })
        .collect();
    let pictures: Vec<html::Picture<'_>> = drawn
        .iter()
        .map(|(part, picture, svg)| html::Picture {
            part: *part,
            alternative: &picture.alternative().title,
            caption: "",
            svg,
        })
        .collect();
    let recommended = view::recommend::sheets(assessment, material.recommendation, true);
    let decided = [view::decisions::sheet(material.decisions)];
    let by_control = [view::contribution::sheet(assessment, material.contributions)];
    let beside = html::Beside {
        pictures: &pictures,
        stacks,
        line,
        since: moved,
        before: material.since.map(|since| since.before),
        recommended: &recommended,
        decided: if material.decisions.decisions.is_empty() { &[] } else { &decided },
        by_control: &by_control,
        palette: page.look().palette,
    };
    let mut page = Vec::new();
    html::write(assessment, attack, &beside, &mut page)?;
    Ok(page)
}

fn deck(material: &Material<'_>, page: &PageArgs) -> Result<Vec<u8>, Failure> {
    let slides: Vec<Slide> =
        Chart::ALL.into_iter().filter_map(|chart| chart.slide(material)).collect();
    let organisation = material.assessment.organisation.name.clone().unwrap_or_default();
    let title = match material.heading {
        "" => view::finding(material.assessment),
        heading => heading.to_owned(),
    };
    let as_of = material.assessment.as_of;
    slides::pptx(&slides, &Deck { title, organisation, as_of, look: page.look() })
        .map_err(Failure::new)
}

fn workbook(material: &Material<'_>, board: &[u8], page: &PageArgs) -> Result<Vec<u8>, Failure> {
    let Material { assessment, attack, .. } = *material;
    let finding = view::finding(assessment);
    let beside = xlsx::Beside {
        decisions: &material.decisions.decisions,
        contributions: Some(&view::contribution::sheet(assessment, material.by_control)),
        look: page.look(),
        picture: Some(xlsx::Picture { png: board, alternative: &finding }),
    };
    xlsx::write(assessment, attack, &beside).map_err(Failure::new)
}

fn csv(sheet: &Sheet) -> Result<Vec<u8>, Failure> {
    let mut csv = Vec::new();
    report::csv::write(sheet, &mut csv)?;
    Ok(csv)
}

/// Layers for ATT&CK Navigator: coverage, and others one by one and as a list.
fn layers(material: &Material<'_>) -> Result<Vec<File>, Failure> {
    let Material { assessment, attack, since, .. } = *material;
    let before = since.map(|since| since.before);
    let layer = |write: &dyn Fn(&mut Vec<u8>) -> io::Result<()>| {
        let mut layer = Vec::new();
        write(&mut layer)?;
        Ok::<_, Failure>(layer)
    };
    let of = |show: view::Show| layer(&|out| navigator::write(assessment, attack, show, out));
    let mut layers = vec![
        ("layer.json", of(view::Show::Coverage)?),
        ("layers/priority.json", of(view::Show::Priority)?),
        ("layers/use.json", layer(&|out| navigator::write_usage(assessment, attack, out))?),
    ];
    if let Some(before) = before {
        let change = layer(&|out| navigator::write_change(before, assessment, attack, out))?;
        layers.push(("layers/change.json", change));
    }
    let all = layer(&|out| navigator::write_all(assessment, attack, before, out))?;
    layers.push(("layers/all.json", all));
    Ok(layers)
}
