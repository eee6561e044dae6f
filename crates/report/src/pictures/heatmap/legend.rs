//! What the looks mean, in a row above the matrix.

use super::{cell, squares};
use crate::draw::canvas::{Label, Mark, Rect, Type};
use crate::draw::look::{Fill, Tone};
use crate::draw::text::{self, Weight};
use crate::matrix::{Legend, Shade, Sub};
use crate::page::{Block, LEADING};

/// The widest text, in em. A legend is words, not sentences.
const WIDEST: f64 = 28.0;
/// Between two entries, in em.
const GAP: f64 = 1.5;

/// Above and below the legend, in em.
const AIR: f64 = 0.25;

/// What stands before the words.
#[derive(Clone, Copy)]
enum Key {
    Shade(Shade),
    Outline,
    Check,
    Ring,
    /// Of steps.
    Squares,
    /// Of changes.
    Signs,
    Nothing,
}

/// The legend; on further rows, if one is not enough.
pub(in crate::pictures) fn marks(legend: &Legend, em: f64, area: Rect) -> Block {
    let row = em * (LEADING + 0.5);
    let (mut x, mut rows, mut marks) = (area.x, 0, Vec::new());
    let first = area.y + AIR * em;
    for (key, words) in entries(legend).into_iter().filter(|(_, words)| !words.trim().is_empty()) {
        let words = text::fit(words, weight(key), em, WIDEST * em);
        let width = key_width(key, em) + text::width(&words, weight(key), em) + 0.5;
        if rows == 0 || x + width > area.right() {
            (x, rows) = (area.x, rows + 1);
        }
        let top = first + f64::from(rows - 1) * row;
        marks.extend(entry(key, &words, Rect::new(x, top, width, row), em));
        x += width + GAP * em;
    }
    (marks, f64::from(rows) * row + 2.0 * AIR * em)
}

fn entries(legend: &Legend) -> Vec<(Key, &str)> {
    let steps = legend.steps.iter().zip(0..).map(|(words, step)| (Shade::Step(step), words));
    let changes = legend.changes.iter().zip(-2..).map(|(words, by)| (Shade::Change(by), words));
    let others = [
        (Shade::Joined, &legend.joined),
        (Shade::Left, &legend.left),
        (Shade::OutOfScope, &legend.out_of_scope),
    ];
    let shades = steps.chain(changes).chain(others);
    let is_change = legend.changes.iter().any(|words| !words.trim().is_empty());
    let marks = [
        (Key::Outline, &legend.outlined),
        (Key::Check, &legend.proven),
        (Key::Ring, &legend.claimed),
        (if is_change { Key::Signs } else { Key::Squares }, &legend.squares),
        (Key::Nothing, &legend.fraction),
    ];
    let shades = shades.map(|(shade, words)| (Key::Shade(shade), words.as_str()));
    shades.chain(marks.map(|(key, words)| (key, words.as_str()))).collect()
}

fn entry(key: Key, words: &str, area: Rect, em: f64) -> Vec<Mark> {
    let height = em * LEADING;
    let top = area.y + (area.h - height) / 2.0;
    let mut marks = sample(key, Rect::new(area.x, top, 1.7 * em, height), em);
    let before = key_width(key, em);
    let frame = Rect::new(area.x + before, top, area.w - before, height);
    marks.push(Mark::Label(Label::left(words, frame, face(key, em))));
    marks
}

/// The look itself, small.
fn sample(key: Key, area: Rect, em: f64) -> Vec<Mark> {
    let dark = Fill { paper: Tone::Paper, ink: Tone::Ink };
    match key {
        Key::Shade(shade) => {
            let mut marks = cell::look(shade, area, em);
            marks.extend(cell::sign(shade, area.inset(area.h * 0.22)));
            marks
        }
        Key::Outline => {
            let mut marks = cell::look(Shade::Step(1), area, em);
            marks.extend(cell::outline(area, em));
            marks
        }
        Key::Check => cell::check(Rect { w: em + 2.0, ..area }, dark).to_vec(),
        Key::Ring => cell::ring(Rect { w: em, ..area }, dark).to_vec(),
        Key::Squares => row([4, 2, 0].map(Shade::Step), area, em),
        Key::Signs => row([2, 0, -1].map(Shade::Change), area, em),
        Key::Nothing => Vec::new(),
    }
}

/// Three marks of sub-techniques beside one another.
fn row(shades: [Shade; 3], area: Rect, em: f64) -> Vec<Mark> {
    let side = 0.6 * em;
    let place = |at: usize| {
        let x = area.x + at as f64 * 1.3 * side;
        Rect::new(x, area.y + (area.h - side) / 2.0, side, side)
    };
    let mark = |(at, shade)| squares::look(Sub { shade, outlined: false }, place(at));
    shades.into_iter().enumerate().flat_map(mark).collect()
}

fn key_width(key: Key, em: f64) -> f64 {
    match key {
        Key::Shade(_) | Key::Outline => 2.2 * em,
        Key::Check => 1.5 * em,
        Key::Ring => 1.3 * em,
        Key::Squares | Key::Signs => 2.6 * em,
        Key::Nothing => 0.0,
    }
}

fn weight(key: Key) -> Weight {
    match key {
        Key::Outline => Weight::Bold,
        Key::Shade(_) | Key::Check | Key::Ring | Key::Squares | Key::Signs | Key::Nothing => {
            Weight::Regular
        }
    }
}

fn face(key: Key, em: f64) -> Type {
    let ink = match key {
        Key::Outline => Tone::Gap,
        Key::Shade(_) | Key::Check | Key::Ring | Key::Squares | Key::Signs => Tone::Ink,
        Key::Nothing => Tone::SoftInk,
    };
    Type { em, weight: weight(key), ink }
}
