//! A disk whose power fails: what a process wrote and synced, and what would be left of it at any moment.
//!
//! A small library in C, built by the compiler that links Rust's own programs, notes each operation on the files of one
//! folder, in their order. From these notes the folder is rebuilt as a power cut may have left it:
//! what was synced is there, of the rest nothing, everything, the beginning, some of it, or some sectors of it; a name is there
//! for certain once its folder was synced. What a system may lose is after ALICE (Pillai et al. 2014) and LazyFS.
//!
//! Preloading a library is a matter of Linux and its dynamic linker.

mod notes;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::chance::Chance;

pub use notes::{Note, Notes};

/// What is torn at the smallest.
const SECTOR: usize = 512;

/// What notes; it lives as long as this value.
#[derive(Debug)]
pub struct Recorder {
    folder: PathBuf,
    place: TempDir,
}

impl Recorder {
    /// One that notes what is done below a folder, which need not be there yet.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        let place = tempfile::tempdir().expect("a temporary folder can be made");
        let source = place.path().join("recorder.c");
        std::fs::write(&source, include_str!("recorder.c")).expect("the source can be written");
        let built = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-o"])
            .arg(place.path().join("recorder.so"))
            .arg(source)
            .args(["-ldl", "-lpthread"])
            .status()
            .expect("the C compiler, with which Rust links, runs");
        assert!(built.success(), "the recorder can't be built");
        let folder = folder.to_owned();
        Self { folder, place }
    }

    /// What a process needs in its environment to be recorded.
    #[must_use]
    pub fn environment(&self) -> [(&'static str, PathBuf); 3] {
        [
            ("LD_PRELOAD", self.place.path().join("recorder.so")),
            ("RECORDER_FOLDER", self.folder.clone()),
            ("RECORDER_LOG", self.log()),
        ]
    }

    fn log(&self) -> PathBuf {
        self.place.path().join("log")
    }

    /// How far the notes go now: whatever was acknowledged until now must be there after any cut from here on.
    #[must_use]
    pub fn moment(&self) -> u64 {
        std::fs::metadata(self.log()).map_or(0, |about| about.len())
    }

    /// The notes until now.
    #[must_use]
    pub fn notes(&self) -> Notes {
        Notes::new(std::fs::read(self.log()).unwrap_or_default())
    }
}

/// A disk that is written to, note by note.
#[derive(Debug)]
pub struct Disk<'n> {
    root: PathBuf,
    files: Vec<File<'n>>,
    /// Which file has a number of the file system now.
    by_number: HashMap<u64, usize>,
    /// The names that are on the disk for certain.
    names: BTreeMap<PathBuf, Entry>,
    /// The names as the processes see them.
    seen: BTreeMap<PathBuf, Entry>,
    /// What happened to names since their folders were synced.
    waiting: Vec<Naming>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Entry {
    Folder,
    File(usize),
}

#[derive(Debug, Default)]
struct File<'n> {
    /// What is on the disk for certain.
    synced: Vec<u8>,
    /// What happened since it was synced.
    waiting: Vec<Change<'n>>,
}

#[derive(Clone, Copy, Debug)]
enum Change<'n> {
    Write { place: usize, bytes: &'n [u8] },
    Truncate(usize),
}

#[derive(Clone, Debug)]
enum Naming {
    Named(PathBuf, Entry),
    Unnamed(PathBuf),
    Renamed(PathBuf, PathBuf),
}

/// What becomes of what was not synced.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Loss {
    /// All of it is lost.
    Everything,
    /// None of it is lost.
    Nothing,
    /// What came after some moment.
    TheEnd,
    /// Some writes, in no order.
    Some,
    /// Some sectors of some writes.
    Sectors,
}

impl Loss {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Everything, Self::Nothing, Self::TheEnd, Self::Some, Self::Sectors];
}

impl<'n> Disk<'n> {
    /// An empty disk, below a folder that is on it for certain.
    #[must_use]
    pub fn new(root: &Path) -> Self {
        let names = BTreeMap::from([(root.to_owned(), Entry::Folder)]);
        Self {
            root: root.to_owned(),
            files: Vec::new(),
            by_number: HashMap::new(),
            seen: names.clone(),
            names,
            waiting: Vec::new(),
        }
    }

    /// Does what a note says.
    ///
    /// # Panics
    /// When the notes don't fit together.
    pub fn follow(&mut self, note: Note<'n>) {
        match note {
            Note::Create { file, path } => {
                self.by_number.insert(file, self.files.len());
                let entry = Entry::File(self.files.len());
                self.files.push(File::default());
                self.name(Naming::Named(path, entry));
            }
            Note::MakeFolder(path) => self.name(Naming::Named(path, Entry::Folder)),
            Note::Link(from, to) => {
                let entry = self.seen[&from];
                self.name(Naming::Named(to, entry));
            }
            Note::Rename(from, to) => self.name(Naming::Renamed(from, to)),
            Note::Unlink(path) => self.name(Naming::Unnamed(path)),
            Note::Write { file, place, bytes } => {
                let change = Change::Write { place, bytes };
                self.file(file).waiting.push(change);
            }
            Note::Truncate { file, length } => {
                self.file(file).waiting.push(Change::Truncate(length));
            }
            Note::Sync(file) => {
                let file = self.file(file);
                for change in std::mem::take(&mut file.waiting) {
                    change.apply(&mut file.synced);
                }
            }
            Note::SyncFolder(folder) => {
                let (synced, waiting) = std::mem::take(&mut self.waiting)
                    .into_iter()
                    .partition(|naming| naming.is_in(&folder));
                let synced: Vec<Naming> = synced;
                self.waiting = waiting;
                synced.iter().for_each(|naming| naming.apply(&mut self.names));
            }
        }
    }

    fn file(&mut self, number: u64) -> &mut File<'n> {
        let at = self.by_number[&number];
        &mut self.files[at]
    }

    fn name(&mut self, naming: Naming) {
        naming.apply(&mut self.seen);
        self.waiting.push(naming);
    }

    /// Writes the disk as a power cut may have left it into a folder that stands for the root.
    ///
    /// # Panics
    /// When the folder can't be written.
    pub fn cut(&self, loss: Loss, chance: &mut Chance, into: &Path) {
        let mut names = self.names.clone();
        let kept = match loss {
            Loss::Everything => 0,
            Loss::Nothing => self.waiting.len(),
            _ => chance.below(self.waiting.len() + 1),
        };
        for naming in &self.waiting[..kept] {
            naming.apply(&mut names);
        }
        for (path, entry) in &names {
            let there = path.strip_prefix(&self.root).expect("it is below the root");
            let there = into.join(there);
            match entry {
                Entry::Folder if there.parent().is_some_and(Path::exists) => {
                    std::fs::create_dir_all(there).expect("a folder can be made");
                }
                Entry::File(at) if there.parent().is_some_and(Path::exists) => {
                    let content = self.files[*at].left(loss, chance);
                    std::fs::write(there, content).expect("a file can be written");
                }
                // Its folder was lost.
                _ => {}
            }
        }
    }
}

impl File<'_> {
    /// What a power cut leaves.
    fn left(&self, loss: Loss, chance: &mut Chance) -> Vec<u8> {
        let mut content = self.synced.clone();
        let end = chance.below(self.waiting.len() + 1);
        for (at, change) in self.waiting.iter().enumerate() {
            match (loss, change) {
                (Loss::Nothing, change) => change.apply(&mut content),
                (Loss::TheEnd, change) if at < end => change.apply(&mut content),
                (Loss::Some, change) if chance.one_in(2) => change.apply(&mut content),
                (Loss::Sectors, Change::Write { place, bytes }) => {
                    for (start, sector) in sectors(*place, bytes) {
                        if chance.one_in(2) {
                            write(&mut content, start, sector);
                        }
                    }
                }
                (Loss::Sectors, change) if chance.one_in(2) => change.apply(&mut content),
                _ => {}
            }
        }
        content
    }
}

impl Change<'_> {
    fn apply(self, content: &mut Vec<u8>) {
        match self {
            Self::Write { place, bytes } => write(content, place, bytes),
            Self::Truncate(length) => content.resize(length, 0),
        }
    }
}

fn write(content: &mut Vec<u8>, place: usize, bytes: &[u8]) {
    let end = place + bytes.len();
    if content.len() < end {
        content.resize(end, 0);
    }
    content[place..end].copy_from_slice(bytes);
}

/// A write in the pieces that the disk writes by themselves.
fn sectors(place: usize, bytes: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = place + at;
        let length = (SECTOR - start % SECTOR).min(bytes.len() - at);
        let sector = &bytes[at..at + length];
        at += length;
        (length > 0).then_some((start, sector))
    })
}

impl Naming {
    fn is_in(&self, folder: &Path) -> bool {
        match self {
            Self::Named(path, _) | Self::Unnamed(path) => path.parent() == Some(folder),
            Self::Renamed(from, to) => [from, to].iter().any(|path| path.parent() == Some(folder)),
        }
    }

    fn apply(&self, names: &mut BTreeMap<PathBuf, Entry>) {
        match self {
            Self::Named(path, entry) => {
                names.insert(path.clone(), *entry);
            }
            Self::Unnamed(path) => {
                names.remove(path);
            }
            Self::Renamed(from, to) => {
                if let Some(entry) = names.remove(from) {
                    names.insert(to.clone(), entry);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BYTES: [u8; 1200] = [7; 1200];

    fn left(notes: &[Note<'static>], loss: Loss) -> Option<Vec<u8>> {
        let root = Path::new("/r");
        let mut disk = Disk::new(root);
        notes.iter().for_each(|note| disk.follow(note.clone()));
        let into = tempfile::tempdir().unwrap();
        disk.cut(loss, &mut Chance(1), into.path());
        std::fs::read(into.path().join("a")).ok()
    }

    fn create() -> Note<'static> {
        let path = PathBuf::from("/r/a");
        Note::Create { file: 1, path }
    }

    fn write_all() -> Note<'static> {
        let (file, place) = (1, 100);
        Note::Write { file, place, bytes: &BYTES }
    }

    #[test]
    fn what_was_synced_is_there_whatever_is_lost_once_its_name_is() {
        let synced = [create(), write_all(), Note::Sync(1), Note::SyncFolder("/r".into())];
        for loss in Loss::ALL {
            assert_eq!(left(&synced, loss).unwrap().len(), 1300, "{loss:?}");
        }
        assert_eq!(left(&synced[..3], Loss::Everything), None);
        assert_eq!(left(&synced[..3], Loss::Nothing).unwrap().len(), 1300);
    }

    #[test]
    fn of_what_was_not_synced_nothing_all_or_some_sectors_are_left() {
        let notes = [create(), Note::SyncFolder("/r".into()), write_all()];
        assert_eq!(left(&notes, Loss::Everything), Some(Vec::new()));
        assert_eq!(left(&notes, Loss::Nothing).unwrap()[100..], BYTES);
        let torn = left(&notes, Loss::Sectors).unwrap();
        let written = torn.iter().filter(|byte| **byte == 7).count();
        assert!(0 < written && written < 1200, "{written}");
    }
}
