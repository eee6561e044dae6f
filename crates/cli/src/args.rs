//! What can be typed.

use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand, ValueEnum};
use model::next_move::Move;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// Finds the gaps in your defences against what your adversaries really do.
///
/// lacuna reads what you have (control spreadsheets, detection rules, telemetry, test results,
/// products), sets it against MITRE ATT&CK and your adversaries, and says where the gaps are, which
/// come first, why, and what to do next.
#[derive(Debug, Parser)]
#[command(
    name = "lacuna",
    version,
    styles = STYLES,
    max_term_width = 100,
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Start with:  lacuna gaps rules/ controls.xlsx --adversary APT29=3 --adversary FIN7"
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write everything into a folder: page, board page, charts, slides, workbook, layers
    Report {
        /// The folder to write; it is written whole or not at all
        #[arg(short, long, value_name = "DIR", default_value = "lacuna-report")]
        output: PathBuf,
        #[command(flatten)]
        material: MaterialArgs,
        #[command(flatten)]
        common: Common,
    },
    /// List the gaps, the most important first
    Gaps {
        /// Number of gaps to list as table, csv or md; with --by segment, of those that most parts
        /// have, and with --by control, of controls
        #[arg(short = 'n', long, value_name = "N", default_value_t = 10)]
        count: usize,
        /// Show a row for each part of the organisation, or for each control, instead
        #[arg(long, value_enum, conflicts_with_all = ["segment", "only"])]
        by: Option<GapsBy>,
        /// Only the gaps that this move is for; with accept, also what to paste into lacuna.toml
        #[arg(long = "for", value_enum, value_name = "MOVE")]
        only: Option<NextMove>,
        #[command(flatten)]
        format: FormatArg,
        #[command(flatten)]
        common: Common,
    },
    /// Say what to do next: the steps that gain most, in order, and what any other could gain
    Recommend {
        #[command(flatten)]
        goal: GoalArgs,
        /// What one could add: a register whose rows may have a cost and a bundle [default: what is
        /// off or planned, and the ATT&CK mitigations that nothing implements]
        #[arg(long, value_name = "FILE")]
        candidates: Option<PathBuf>,
        /// Rules that one could switch on; may be repeated
        #[arg(long = "library", value_name = "DIR")]
        libraries: Vec<PathBuf>,
        /// Products that one could buy, by name, such as "Okta, Zscaler"; may be repeated
        #[arg(long = "products", value_name = "PRODUCTS")]
        products: Vec<String>,
        #[command(flatten)]
        format: FormatArg,
        #[command(flatten)]
        common: Common,
    },
    /// Show every term behind one technique, capability or adversary
    Explain {
        /// A technique (T1059.001), or the id or name of a capability or an adversary
        #[arg(value_name = "WHAT")]
        what: String,
        #[command(flatten)]
        format: FormatArg,
        #[command(flatten)]
        common: Common,
    },
    /// Say what a change would do; nothing of yours is changed
    ///
    /// Whatever --platform and --adversary name is part of the change: the other platforms and
    /// adversaries stay as the project has them.
    WhatIf {
        /// Add the rows of a register, the rules of a folder, or products by name
        /// (product:Okta), as if they were on; may be repeated
        #[arg(long, value_name = "FILE|product:NAME")]
        add: Vec<PathBuf>,
        /// Take away a capability, by its id or title
        #[arg(long, value_name = "ID")]
        remove: Vec<String>,
        /// Switch a capability on
        #[arg(long, value_name = "ID")]
        enable: Vec<String>,
        /// Switch a capability off
        #[arg(long, value_name = "ID")]
        disable: Vec<String>,
        /// Give a capability another status
        #[arg(long, value_name = "ID=STATUS")]
        set: Vec<String>,
        /// Leave an adversary out
        #[arg(long = "drop-adversary", value_name = "NAME")]
        drop_adversaries: Vec<String>,
        /// Number of techniques to list as table, csv or md
        #[arg(short = 'n', long, value_name = "N", default_value_t = 10)]
        count: usize,
        #[command(flatten)]
        format: FormatArg,
        #[command(flatten)]
        common: Common,
    },
    /// Say what moved between two assessments: better, or another yardstick
    Diff {
        /// The earlier assessment.json, or the folder of its report
        #[arg(value_name = "BEFORE")]
        before: PathBuf,
        /// The later one
        #[arg(value_name = "AFTER")]
        after: PathBuf,
        /// The STIX bundle that one of them was made with, where it is not built in; may be repeated
        #[arg(long, value_name = "FILE")]
        attack: Vec<PathBuf>,
        /// Number of techniques to list as table, csv or md
        #[arg(short = 'n', long, value_name = "N", default_value_t = 10)]
        count: usize,
        #[command(flatten)]
        format: FormatArg,
        #[command(flatten)]
        talk: Talk,
    },
    /// Set many assessments side by side: organisations, tenants or segments
    Compare {
        /// assessment.json files, folders that report wrote, or folders of either
        #[arg(value_name = "ASSESSMENT", required = true)]
        assessments: Vec<PathBuf>,
        /// The order in which they are shown
        #[arg(long, value_enum, default_value_t = Sort::Given)]
        sort: Sort,
        /// Number of techniques that are weak in most to list as table, csv or md
        #[arg(short = 'n', long, value_name = "N", default_value_t = 10)]
        count: usize,
        /// Also draw them by tactic: .svg, .png or .pdf
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
        #[command(flatten)]
        page: PageArgs,
        #[command(flatten)]
        format: FormatArg,
        #[command(flatten)]
        talk: Talk,
    },
    /// Hold the assessment to limits: exit code 1 if one is missed
    Check {
        /// Number of gaps and places to list as table or md
        #[arg(short = 'n', long, value_name = "N", default_value_t = 10)]
        count: usize,
        /// How to print
        #[arg(long, value_enum, default_value_t = CheckFormat::Table)]
        format: CheckFormat,
        #[command(flatten)]
        limits: GateArgs,
        #[command(flatten)]
        common: Common,
    },
    /// List what was decided: overdue and expired first
    Decisions {
        /// Days before its day from which a decision is soon [default: decision.soon, 30]
        #[arg(long, value_name = "DAYS")]
        soon: Option<u32>,
        /// Show instead what people have filled in: the lacuna.xlsx of a report, or a table with the
        /// columns technique and decision
        #[arg(long, value_name = "FILE", conflicts_with = "soon")]
        from: Option<PathBuf>,
        /// Write them as a calendar (.ics); with --from, as blocks for lacuna.toml (.toml) or as a
        /// table (.csv)
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
        #[command(flatten)]
        format: FormatArg,
        #[command(flatten)]
        common: Common,
    },
    /// Write the first gaps as tickets for Jira, GitHub, ServiceNow: csv or json
    Tickets {
        /// Number of tickets; what was promised to be fixed comes first
        #[arg(short = 'n', long, value_name = "N", default_value_t = 20)]
        count: usize,
        #[command(flatten)]
        format: FormatArg,
        #[command(flatten)]
        common: Common,
    },
    /// List what supports each requirement, with proof, date and place, for auditors
    ///
    /// The requirements are the controls of frameworks that your records name, else ATT&CK's
    /// mitigations. It says what supports them; whether they are met is for an assessor to say.
    Evidence {
        /// List every control of this framework, too, such as nist_800_53, iso_27001 or nist_csf, or
        /// every mitigation of ATT&CK with "mitigations"; may be repeated
        #[arg(long = "framework", value_name = "NAME")]
        frameworks: Vec<String>,
        #[command(flatten)]
        format: FormatArg,
        #[command(flatten)]
        common: Common,
    },
    /// Draw one of the pictures of the report
    Chart {
        /// Which picture
        #[arg(value_enum, value_name = "CHART")]
        chart: Chart,
        /// The file to write: .svg, .png or .pdf
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
        /// The page to fill
        #[arg(long, value_enum, default_value_t = Size::Slide)]
        size: Size,
        /// Pixels of a .png for each of the page
        #[arg(long, value_name = "FACTOR", default_value_t = 1.0)]
        scale: f32,
        #[command(flatten)]
        material: MaterialArgs,
        #[command(flatten)]
        common: Common,
    },
    /// Draw the matrix as a picture, or write it as a Navigator layer
    Heatmap {
        /// The file to write: .svg, .png, .pdf or .json (ATT&CK Navigator layer)
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
        /// What the colours show
        #[arg(long, value_enum, default_value_t = Show::Coverage)]
        show: Show,
        /// The page to fill
        #[arg(long, value_enum, default_value_t = Size::Slide)]
        size: Size,
        /// Write the layer as another program would: with --show detect, visibility, data-sources
        /// or groups
        #[arg(long, value_enum)]
        compat: Option<Compat>,
        /// Draw a row for each part instead, by tactic, and the whole as the last
        #[arg(long, value_enum, conflicts_with_all = ["segment", "show", "compat"])]
        by: Option<By>,
        /// The earlier assessment.json, or the folder of its report, for --show change
        #[arg(long, value_name = "BASELINE", conflicts_with_all = ["compat", "by"])]
        against: Option<PathBuf>,
        /// What to lay over a layer of DeTT&CT: detect, visibility, or an adversary (may be repeated)
        #[arg(long, value_name = "WHAT", requires = "compat")]
        overlay: Vec<String>,
        /// Pixels of a .png for each of the page
        #[arg(long, value_name = "FACTOR", default_value_t = 1.0)]
        scale: f32,
        #[command(flatten)]
        page: PageArgs,
        #[command(flatten)]
        common: Common,
    },
    /// Read the inputs and say what was understood and what was not
    Import {
        /// Write what was understood as one register: .xlsx (to be edited, see patch), .csv, .json or
        /// .ndjson
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
        #[command(flatten)]
        format: FormatArg,
        #[command(flatten)]
        common: Common,
    },
    /// Show what was changed in a register that import -o wrote; on demand, write it as a patch
    Patch {
        /// The workbook (.xlsx) or table (.csv) that was edited
        #[arg(value_name = "EDITED")]
        edited: PathBuf,
        /// Write the changes as a patch: .csv, for patches in lacuna.toml
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
        /// Write the rows that were added as a register of their own: .csv, for a [[source]]
        #[arg(long, value_name = "FILE")]
        added: Option<PathBuf>,
        #[command(flatten)]
        format: FormatArg,
        #[command(flatten)]
        common: Common,
    },
    /// Write what was understood as the files of another program
    Export {
        /// The program: dettect writes administration files of techniques, data sources and groups
        #[arg(long, value_enum)]
        to: Compat,
        /// The folder to write; it is written whole or not at all
        #[arg(short, long, value_name = "DIR")]
        output: PathBuf,
        #[command(flatten)]
        common: Common,
    },
    /// List ATT&CK's groups, campaigns and software, and the scenarios, or show some of them
    Adversaries {
        /// Ids, names or aliases to show, scenarios (scenario:ransomware), or files that describe
        /// adversaries of yours
        #[arg(value_name = "NAME|FILE")]
        names: Vec<String>,
        #[command(flatten)]
        release: ReleaseArgs,
        #[command(flatten)]
        format: FormatArg,
        #[command(flatten)]
        talk: Talk,
    },
    /// About the ATT&CK data in use
    Attack {
        #[command(subcommand)]
        command: AttackCommand,
    },
    /// List the formats of rules that are read, show one, or say whether a file is of it
    Formats {
        /// The format to show, or "products" for the products that --have knows
        #[arg(value_name = "NAME")]
        name: Option<String>,
        /// Say whether these files are of the format, and why
        #[arg(long, value_name = "FILE", num_args = 1..)]
        test: Vec<PathBuf>,
        /// Know a further format, described in TOML; may be repeated
        #[arg(long = "format-file", value_name = "FILE")]
        format_files: Vec<PathBuf>,
        #[command(flatten)]
        release: ReleaseArgs,
        #[command(flatten)]
        format: FormatArg,
        #[command(flatten)]
        talk: Talk,
    },
    #[command(external_subcommand)]
    Other(Vec<String>),
}

#[derive(Debug, Subcommand)]
pub(crate) enum AttackCommand {
    /// Say which release is used, where it comes from and what it holds
    Info {
        #[command(flatten)]
        release: ReleaseArgs,
        #[command(flatten)]
        format: FormatArg,
        #[command(flatten)]
        talk: Talk,
    },
    #[command(external_subcommand)]
    Other(Vec<String>),
}

/// How far to go.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(crate) struct GoalArgs {
    /// Take so many steps [default: 5]
    #[arg(short = 'n', long, value_name = "N")]
    pub(crate) count: Option<usize>,
    /// Spend so much, in the unit of the costs
    #[arg(long, value_name = "COST")]
    pub(crate) budget: Option<f64>,
}

/// What is asked for; each also stands in `[gate]` of lacuna.toml.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Limits, also in [gate] of lacuna.toml")]
pub(crate) struct GateArgs {
    /// The least expected coverage against our adversaries, such as 0.35 or 35%
    #[arg(long, value_name = "SHARE")]
    pub(crate) min_coverage: Option<String>,
    /// The same within a tactic, such as execution=0.4; may be repeated
    #[arg(long, value_name = "TACTIC=SHARE")]
    pub(crate) min_tactic: Vec<String>,
    /// The least coverage of what an adversary of the profile does; may be repeated
    #[arg(long, value_name = "NAME=SHARE")]
    pub(crate) min_adversary: Vec<String>,
    /// The highest priority that an open gap may have, 0 to 100
    #[arg(long, value_name = "PRIORITY")]
    pub(crate) max_gap_priority: Option<f64>,
    /// The largest share of ids that no ATT&CK release at hand knows
    #[arg(long, value_name = "SHARE")]
    pub(crate) max_unknown_ids: Option<String>,
    /// No decision may be past its day
    #[arg(long)]
    pub(crate) no_overdue: bool,
    /// An earlier assessment.json, or the folder of its report: no new gap, no drop, and no
    /// technique that loses its only cover
    #[arg(long, value_name = "BASELINE")]
    pub(crate) against: Option<PathBuf>,
    /// With --against: the highest priority that a new gap may have [default: 0]
    #[arg(long, value_name = "PRIORITY")]
    pub(crate) max_new_gap: Option<f64>,
    /// With --against: how many points coverage may drop [default: 0]
    #[arg(long, value_name = "POINTS")]
    pub(crate) max_drop: Option<f64>,
}

/// Options of every command that assesses.
#[derive(Debug, Args)]
#[command(next_help_heading = "What is assessed, and how")]
pub(crate) struct Common {
    /// Files and folders to read, or a project (lacuna.toml or its folder); with none, and no
    /// --have, the nearest lacuna.toml upwards
    #[arg(value_name = "INPUT", help_heading = "Inputs")]
    pub(crate) inputs: Vec<PathBuf>,
    /// Security products that you have, by name, such as "Okta, Palo Alto": a first answer by their
    /// categories, with no file at all; may be repeated
    #[arg(long = "have", value_name = "PRODUCTS")]
    pub(crate) have: Vec<String>,
    /// Take scope, profile, policy and decisions from this lacuna.toml
    #[arg(short, long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) release: ReleaseArgs,
    /// Status of sources that do not say what is switched on: enabled, library, ...
    #[arg(long, value_name = "STATUS")]
    pub(crate) assume: Option<String>,
    /// What the SIEM says is switched on, for the inputs that are typed: an export of its rules, or
    /// a table of ids or titles with a status
    #[arg(long, value_name = "FILE")]
    pub(crate) status_from: Option<PathBuf>,
    /// What the tables that are typed call a column of the register, such as
    /// techniques="ATT&CK IDs"; may be repeated
    #[arg(long = "columns", value_name = "COLUMN=NAME")]
    pub(crate) columns: Vec<String>,
    /// The only sheet to read of the workbooks that are typed
    #[arg(long, value_name = "NAME")]
    pub(crate) sheet: Option<String>,
    /// Read a further format, described in TOML; may be repeated
    #[arg(long = "format-file", value_name = "FILE")]
    pub(crate) format_files: Vec<PathBuf>,
    /// A platform of yours, with its share of the assets; may be repeated
    #[arg(long = "platform", value_name = "NAME[=SHARE]")]
    pub(crate) platforms: Vec<String>,
    /// An adversary of yours with its weight: one of ATT&CK's by id, name or alias, a scenario
    /// (scenario:ransomware), or a file (a layer, a DeTT&CT group file, a list of ids), each of whose
    /// groups gets the weight; may be repeated
    #[arg(long = "adversary", value_name = "NAME|FILE[=WEIGHT]")]
    pub(crate) adversaries: Vec<String>,
    /// Assess this part of the organisation alone: a [[segment]], or a name in the column segment
    #[arg(long, value_name = "NAME")]
    pub(crate) segment: Option<String>,
    /// Only the techniques that this file names are in scope: a layer, a DeTT&CT group file, a list
    /// of ids
    #[arg(long = "scope", value_name = "FILE")]
    pub(crate) scope: Option<PathBuf>,
    /// The day for which ages are counted [default: lacuna.toml, else today]
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<String>,
    /// Change a number of the method; may be repeated
    #[arg(long = "policy", value_name = "KEY=VALUE")]
    pub(crate) policy: Vec<String>,
    /// Fail with exit code 1 if there is any warning about the inputs
    #[arg(long)]
    pub(crate) strict: bool,
    /// Threads to read with [default: one a core]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,
    #[command(flatten)]
    pub(crate) talk: Talk,
    /// What is asked for says nothing about what is in place, so that there need not be any input.
    #[arg(skip)]
    pub(crate) needs_no_input: bool,
}

/// What a report and its pictures are made from beside the inputs, and how they look.
#[derive(Debug, Args)]
pub(crate) struct MaterialArgs {
    /// A folder of dated assessments: show how the figures went; report keeps its assessment there
    #[arg(long, value_name = "DIR")]
    pub(crate) history: Option<PathBuf>,
    /// An earlier assessment.json, or the folder of its report: say what moved since, and which
    /// promises were kept
    #[arg(long, value_name = "BASELINE")]
    pub(crate) against: Option<PathBuf>,
    /// Leave out the names of rules and controls, paths, hosts, owners, tickets and reasons
    #[arg(long)]
    pub(crate) redact: bool,
    #[command(flatten)]
    pub(crate) page: PageArgs,
}

/// What pages and pictures look like, and what stands on each of them.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Pages and pictures")]
pub(crate) struct PageArgs {
    /// The colours of the levels
    #[arg(long, value_enum, default_value_t = Palette::Blue)]
    pub(crate) palette: Palette,
    /// Light on dark
    #[arg(long)]
    pub(crate) dark: bool,
    /// What the document is called; stands above the finding
    #[arg(long, value_name = "TEXT")]
    pub(crate) title: Option<String>,
    /// Whom it is about [default: that of lacuna.toml]
    #[arg(long, value_name = "NAME")]
    pub(crate) organisation: Option<String>,
    /// Who may read it, such as TLP:AMBER [default: that of lacuna.toml]
    #[arg(long, value_name = "LABEL")]
    pub(crate) classification: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ReleaseArgs {
    /// ATT&CK to use: a built-in version (19.2, 18.1) or a STIX bundle
    #[arg(long, value_name = "FILE|VERSION")]
    pub(crate) attack: Option<String>,
    /// ATT&CK domain: enterprise-attack, mobile-attack or ics-attack
    #[arg(long, value_name = "DOMAIN")]
    pub(crate) domain: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct FormatArg {
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "What is said")]
pub(crate) struct Talk {
    /// Say nothing but errors
    #[arg(short, long)]
    pub(crate) quiet: bool,
    /// Say everything there is to say about the inputs
    #[arg(short, long)]
    pub(crate) verbose: bool,
    /// When to use colour
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    pub(crate) color: Color,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A table for people
    Table,
    /// One JSON object
    Json,
    /// One JSON object a line
    Ndjson,
    /// Comma-separated values
    Csv,
    /// A Markdown table
    Md,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    /// A table for people
    Table,
    /// One JSON object
    Json,
    /// Comma-separated values
    Csv,
    /// Markdown, for a pull request
    Md,
    /// SARIF 2.1.0, for a code host
    Sarif,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum NextMove {
    /// Rules exist, but are off
    Enable,
    /// Claimed, and never proven
    Test,
    /// Telemetry is there, a rule is not
    Write,
    /// A control or a mitigation applies
    Prevent,
    /// A log source or product is missing
    Onboard,
    /// Nothing mitigates it and nothing shows it
    Accept,
}

impl From<NextMove> for Move {
    fn from(typed: NextMove) -> Self {
        match typed {
            NextMove::Enable => Self::Enable,
            NextMove::Test => Self::Test,
            NextMove::Write => Self::Write,
            NextMove::Prevent => Self::Prevent,
            NextMove::Onboard => Self::Onboard,
            NextMove::Accept => Self::Accept,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Show {
    /// Prevented or detected
    Coverage,
    /// Prevented
    Prevent,
    /// Detected
    Detect,
    /// Responded to
    Respond,
    /// How likely our adversaries use it
    Threat,
    /// How urgent the gap is
    Priority,
    /// How much of what can show it is collected
    Visibility,
    /// How much better or worse it is covered than in an earlier assessment, with --against
    Change,
    /// How many of its data sources are there, with --compat dettect
    DataSources,
    /// How many adversaries use it, as a layer: yours, else all groups
    Groups,
}

/// The order of assessments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Sort {
    /// As they are named; within a folder by name
    Given,
    /// The least covered first
    Coverage,
    /// By name
    Name,
}

/// What to split an organisation by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum By {
    /// Its segments
    Segment,
}

/// What the list of gaps is split by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GapsBy {
    /// The segments of the organisation
    Segment,
    /// What is in place: what is lost without each control, and rules by what they read; json holds
    /// every rule by itself
    Control,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Size {
    /// 16:9, 1920 x 1080 pixels
    Slide,
    /// Landscape, 297 x 210 mm
    A4,
    /// Landscape, 420 x 297 mm, for a wall
    A3,
    /// 2800 x 1400 pixels, for a wide screen
    Web,
}

/// The pictures of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Chart {
    /// Better or worse, what could happen, what to decide: one page for a board
    Board,
    /// Levels by tactic beside the ten first gaps
    Findings,
    /// Adversaries by tactic: what of their techniques is covered
    Adversaries,
    /// Proven, expected and claimed by tactic
    Proof,
    /// The matrix of all techniques
    Matrix,
    /// The matrix of what moved, with --against
    Change,
    /// What each control contributes, and what is lost without it
    Controls,
    /// What the recommended steps come to, one after the other
    Steps,
    /// The figures over time, with --history
    Trend,
    /// The segments by tactic
    Segments,
}

/// The colours of the levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Palette {
    /// One hue: the darker, the more
    #[default]
    Blue,
    /// Even to most kinds of colour vision
    Cividis,
    /// From yellow to purple by way of green
    Viridis,
    /// For print without colour
    Grey,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Compat {
    /// DeTT&CT: its scores and colours, its files
    Dettect,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}
