//! A folder of dated assessments, one a day: what a trend is drawn from.

use std::fs;
use std::path::{Path, PathBuf};

use model::Assessment;
use model::trend::{self, Point};

use crate::failure::Failure;
use crate::folder::write_file;
use crate::made;
use crate::project::{slashed, unreadable};

/// The assessments of a folder, and the new one that joins them.
pub(crate) struct History<'a> {
    folder: &'a Path,
    /// Where the new one goes: an earlier one of its day is replaced.
    own: PathBuf,
}

impl<'a> History<'a> {
    pub(crate) fn of(folder: &'a Path, assessment: &Assessment) -> Self {
        Self { folder, own: folder.join(format!("{}.json", assessment.as_of)) }
    }

    /// The line of all assessments, by day.
    pub(crate) fn line(&self, assessment: &Assessment) -> Result<Vec<Point>, Failure> {
        let mut files = self.others()?;
        files.push(self.own.clone());
        // They are named by their days.
        files.sort();
        let mut trouble = None;
        let read = files.iter().map_while(|file| {
            if *file == self.own {
                return Some(assessment.clone());
            }
            load(file).map_err(|failure| trouble = Some(failure)).ok()
        });
        let line = trend::line(read);
        trouble.map_or(Ok(line), Err)
    }

    fn others(&self) -> Result<Vec<PathBuf>, Failure> {
        if !self.folder.exists() {
            return Ok(Vec::new());
        }
        let shown = slashed(self.folder);
        if !self.folder.is_dir() {
            let failure = Failure::new(format!("{shown}: a file, where --history needs a folder"));
            return Err(failure.help("name a folder; it is made where there is none"));
        }
        let entries = fs::read_dir(self.folder).map_err(|error| unreadable(&shown, &error))?;
        let files = entries.flatten().map(|entry| entry.path());
        let is_other = |file: &PathBuf| {
            file.extension().is_some_and(|extension| extension == "json") && *file != self.own
        };
        Ok(files.filter(is_other).collect())
    }

    /// Keeps the assessment for the next time.
    pub(crate) fn keep(&self, json: &[u8]) -> Result<(), Failure> {
        fs::create_dir_all(self.folder)?;
        write_file(&self.own, json)
    }
}

fn load(file: &Path) -> Result<Assessment, Failure> {
    let help = "keep nothing but assessments of lacuna in the folder of --history";
    made::read(file, report::json::read, help)
}
