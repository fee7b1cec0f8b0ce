//! Error
