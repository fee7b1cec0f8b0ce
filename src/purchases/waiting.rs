//! A limit on memory, and the rows that wait on disk to keep it.

use std::sync::Arc;

use super::error::ReadError;
use crate::table::Spill;

/// The memory that reading, and adding up what was read, may take, about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoryLimit {
    /// In bytes.
    pub bytes: u64,
    /// Whether rows beyond it may wait on disk: where they are gone through in their order only.
    pub rows_may_wait: bool,
}

/// Where rows wait that memory was not to hold.
#[derive(Debug, Clone)]
pub struct Waiting {
    pub(super) spill: Arc<Spill>,
    pub(super) limit: MemoryLimit,
}

impl Waiting {
    /// A place for rows to wait in.
    ///
    /// # Errors
    /// If they may not, or there is none.
    pub(super) fn new(file: &str, limit: MemoryLimit) -> Result<Self, ReadError> {
        if !limit.rows_may_wait {
            return Err(ReadError::Memory {
                file: file.to_owned(),
                limit: limit.bytes,
                waits: false,
            });
        }
        let spill = Spill::new().map_err(|cause| ReadError::Spill {
            file: file.to_owned(),
            cause: cause.to_string(),
        })?;
        Ok(Self { spill: Arc::new(spill), limit })
    }

    /// The temporary file.
    pub fn spill(&self) -> &Arc<Spill> {
        &self.spill
    }

    /// Bytes of rows that may be in memory at once when they are added up.
    pub fn bytes_at_once(&self) -> u64 {
        self.limit.rows()
    }
}

impl MemoryLimit {
    /// Of this much, what rows may take: names, tables and the blocks that are being read need the rest.
    pub(super) fn rows(self) -> u64 {
        self.bytes / 4
    }

    /// What names may take, in lists and in the tables that find them.
    pub(super) fn names(self) -> u64 {
        self.bytes / 2
    }
}
