//! Ranking
