//! The work of a look: which file it is about, what is read of it, and what becomes of it when that
//! is kept. All of it waits for the disk, so it runs beside the runtime's own threads.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use chrono::TimeDelta;

use super::done::DoneFiles;
use super::filing::{FolderFiling, RefusedText, RejectedCopy, prepare};
use super::listing::{FolderFile, FolderListing, StandingFiles, folder_fault, shown, stamp_of};
use super::place::{FilePosition, FileProgress, FolderPlace};
use super::portion::{self, FilePortion, FileUnread};
use super::settings::FolderSettings;
use crate::domain::Timestamp;
use crate::source::fault::SourceFault;
use crate::source::reader::{HANDED_IN, RefusedRecord, SourceLook, SourceRecord};

/// How long a doubt about one file is shown.
const DOUBT_STANDS: TimeDelta = TimeDelta::hours(1);

/// What is known of the folder from look to look. Nothing of it must outlive the daemon.
pub(super) struct FolderWork {
    settings: Arc<FolderSettings>,
    standing: StandingFiles,
    /// Files that are to be read, the oldest first. The first one stays until it is filed away.
    ready: VecDeque<FolderFile>,
    /// Something that nobody will ever read.
    stray: Option<String>,
    /// The file of which the last look read.
    current: Option<FolderFile>,
    /// How far that look came.
    reached: Option<FolderPlace>,
    /// A place whose file is done with, or gone.
    behind: Option<FolderPlace>,
    /// The texts from which its records were read, by their places.
    texts: HashMap<String, Vec<u8>>,
    filing: Option<FolderFiling>,
    /// What the last look read is kept, and its filing has not come to its end.
    is_owed: bool,
    copy: Option<RejectedCopy>,
    /// What was moved a short while ago.
    done: DoneFiles,
    /// Until when it is shown.
    doubt: Option<(String, Timestamp)>,
    looked_at: Timestamp,
}

impl FolderWork {
    pub(super) fn new(settings: Arc<FolderSettings>) -> Self {
        Self {
            settings,
            standing: StandingFiles::default(),
            ready: VecDeque::new(),
            stray: None,
            current: None,
            reached: None,
            behind: None,
            texts: HashMap::new(),
            filing: None,
            is_owed: false,
            copy: None,
            done: DoneFiles::default(),
            doubt: None,
            looked_at: Timestamp::from_micros(0),
        }
    }

    pub(super) fn look(
        &mut self,
        place: Option<&FolderPlace>,
        limit: usize,
        now: Timestamp,
    ) -> Result<SourceLook, SourceFault> {
        self.looked_at = now;
        if self.is_owed {
            // It failed before. Here it is said as a fault, and nothing is read behind it.
            self.file_away()?;
        }
        if let Some(doubt) = self.done.written_to(now) {
            self.doubts(doubt);
        }
        self.filing = None;
        self.texts.clear();
        if let Some(place) = place
            && let Some(file) = self.under_way(place)?
        {
            return match place.progress {
                FileProgress::Reading => self.read(file, place.position, limit),
                FileProgress::Read | FileProgress::Rejected => Ok(self.finish(file, place)),
            };
        }
        match self.next_file()? {
            Some(file) => self.read(file, FilePosition::default(), limit),
            None => Ok(self.nothing()),
        }
    }

    /// What was read is kept: these of it were refused.
    pub(super) fn acknowledge(&mut self, refused: &[RefusedRecord]) -> Result<(), SourceFault> {
        if let Some(filing) = &mut self.filing {
            let texts = &mut self.texts;
            filing
                .refused
                .extend(refused.iter().map(|refused| RefusedText {
                    place: refused.place.clone(),
                    why: refused.why.clone(),
                    text: texts.remove(&refused.place).unwrap_or_default(),
                }));
        }
        self.is_owed = true;
        self.file_away()
    }

    fn file_away(&mut self) -> Result<(), SourceFault> {
        // Also when there is nothing to file: that nothing can be is known before something comes.
        prepare(&self.settings.path)?;
        if let Some(filing) = &mut self.filing {
            let filed = filing.carry_out(&self.settings.path, &mut self.copy)?;
            let file = filing.file.clone();
            if let Some(done) = filing.done.take() {
                self.done.add(done, self.looked_at);
            }
            if filing.progress != FileProgress::Reading {
                self.forget(&file);
                self.behind = self.reached.take();
            }
            if !filed {
                let name = shown(&file.name);
                self.doubts(format!(
                    "somebody wrote to `{name}` after it had been read: it is read again from its \
                     beginning. Write files elsewhere and move them here when they are whole"
                ));
            }
        }
        self.filing = None;
        self.is_owed = false;
        Ok(())
    }

    /// The file in which the place is, if it is there and the same.
    fn under_way(&mut self, place: &FolderPlace) -> Result<Option<FolderFile>, SourceFault> {
        if self.behind.as_ref() == Some(place) {
            return Ok(None);
        }
        let folder = &self.settings.path;
        if let Some(file) = &self.current
            && place.is_in(file)
            && stamp_of(folder, &file.name) == Some(file.stamp)
        {
            return Ok(Some(file.clone()));
        }
        let files = FolderListing::read(folder)?.files;
        if let Some(file) = files.iter().find(|file| place.is_in(file)) {
            return Ok(Some(file.clone()));
        }
        if place.progress == FileProgress::Reading {
            let (name, line) = (place.file(), place.position.line);
            let became = match files.iter().any(|file| place.is_of_name(file)) {
                true => "was changed: it is read again from its beginning",
                false => "was taken away",
            };
            self.doubts(format!(
                "after {line} lines of `{name}` were read, it {became}"
            ));
        }
        self.current = None;
        self.copy = None;
        self.behind = Some(place.clone());
        Ok(None)
    }

    fn next_file(&mut self) -> Result<Option<FolderFile>, SourceFault> {
        let folder = &self.settings.path;
        let mut is_listed = false;
        loop {
            while let Some(file) = self.ready.front() {
                if stamp_of(folder, &file.name) == Some(file.stamp) {
                    return Ok(Some(file.clone()));
                }
                self.ready.pop_front();
            }
            if is_listed {
                return Ok(None);
            }
            is_listed = true;
            let listing = FolderListing::read(folder)?;
            self.stray = listing.stray;
            let (settle, now) = (self.settings.settle, self.looked_at);
            self.ready = self.standing.still(listing.files, settle, now).into();
        }
    }

    fn read(
        &mut self,
        file: FolderFile,
        from: FilePosition,
        limit: usize,
    ) -> Result<SourceLook, SourceFault> {
        match portion::read(&self.settings, &file, from, limit) {
            Ok(portion) => Ok(self.taken(file, portion)),
            Err(FileUnread::Moving) => {
                self.forget(&file);
                Ok(self.nothing())
            }
            Err(FileUnread::Garbage(why)) => Ok(self.garbage(file, why)),
            Err(FileUnread::Broken(error)) => {
                let path = self.settings.path.join(&file.name);
                Err(folder_fault(&path, "read", &error))
            }
        }
    }

    fn taken(&mut self, file: FolderFile, portion: FilePortion) -> SourceLook {
        let progress = match portion.is_last {
            true => FileProgress::Read,
            false => FileProgress::Reading,
        };
        let mut records = Vec::with_capacity(portion.records.len());
        let handed_in = file.stamp.handed_in(self.looked_at);
        for mut read in portion.records {
            self.texts.insert(read.record.place.clone(), read.text);
            if let Some(at) = handed_in {
                let fields = &mut read.record.fields;
                fields.insert(HANDED_IN.to_owned(), at.to_string().into());
            }
            records.push(read.record);
        }
        let place = FolderPlace::new(&file, portion.end, progress);
        self.begin_filing(file, &place, portion.header, None);
        self.reached(place, records)
    }

    /// The whole file is one dead letter.
    fn garbage(&mut self, file: FolderFile, why: String) -> SourceLook {
        let shown = shown(&file.name);
        let mut record = SourceRecord::unreadable(shown.clone(), &why, "");
        // Of two files with the same fault each is a letter of its own.
        record.fields.insert("file".to_owned(), shown.into());
        let place = FolderPlace::new(&file, FilePosition::default(), FileProgress::Rejected);
        self.begin_filing(file, &place, None, Some(why));
        self.reached(place, vec![record])
    }

    /// The file was read to its end, and the daemon ended before it was moved.
    fn finish(&mut self, file: FolderFile, place: &FolderPlace) -> SourceLook {
        let is_garbage = place.progress == FileProgress::Rejected;
        let why = "it could not be read; `araldo source dead` says why";
        self.begin_filing(file, place, None, is_garbage.then(|| why.to_owned()));
        self.reached(place.clone(), Vec::new())
    }

    fn begin_filing(
        &mut self,
        file: FolderFile,
        place: &FolderPlace,
        header: Option<Vec<u8>>,
        garbage: Option<String>,
    ) {
        self.current = Some(file.clone());
        self.filing = Some(FolderFiling {
            file,
            header,
            refused: Vec::new(),
            garbage,
            progress: place.progress,
            done: None,
        });
    }

    fn reached(&mut self, place: FolderPlace, records: Vec<SourceRecord>) -> SourceLook {
        let cursor = place.to_cursor();
        self.reached = Some(place);
        SourceLook {
            records,
            cursor,
            more: true,
            doubt: self.doubt(),
        }
    }

    fn nothing(&self) -> SourceLook {
        SourceLook {
            more: !self.ready.is_empty(),
            doubt: self.doubt(),
            ..SourceLook::default()
        }
    }

    /// The file is done with, or has to stand still anew.
    fn forget(&mut self, file: &FolderFile) {
        if self.ready.front() == Some(file) {
            self.ready.pop_front();
        }
        self.current = None;
        self.copy = None;
    }

    fn doubts(&mut self, doubt: String) {
        self.doubt = Some((doubt, self.looked_at + DOUBT_STANDS));
    }

    fn doubt(&self) -> Option<String> {
        let of_file = self.doubt.as_ref();
        let of_file = of_file.filter(|(_, until)| self.looked_at < *until);
        of_file
            .map(|(doubt, _)| doubt)
            .or(self.stray.as_ref())
            .cloned()
    }
}
