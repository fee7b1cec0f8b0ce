//! How a whole column spells dates, told from counts of what its cells fit.

use super::calendar::{DAY, iso_day, year_month_day};
use super::cell::{CellDate, date_of, six_digits};
use super::epoch::{is_usual_serial, serial};
use super::format::DateFormat;
use crate::purchases::told::{Doubt, Told, counted, grouped};

/// What the cells of a column fit, in rows. Empty cells count for nothing; words for nothing
/// (`NULL`) are for the caller to leave out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DateEvidence {
    cells: u64,
    /// Dates that cannot be taken for anything else.
    unambiguous: u64,
    day_first_only: u64,
    month_first_only: u64,
    /// Two different dates.
    either: u64,
    /// The same date in both orders: `5/5/2011`.
    same: u64,
    /// Numbers of days as a spreadsheet of purchases holds them.
    usual_serials: u64,
    /// Numbers of days of any size.
    serials: u64,
    /// Of the cells that fit both orders.
    day_first: Span,
    month_first: Span,
    excel: Span,
    /// Months, quarters and weeks, of the dates that cannot be taken for anything else.
    parts: u64,
    /// Dates in the years before 1950 and after 2100, and the first of them.
    odd_years: u64,
    odd_year: Option<i64>,
    /// Of the dates that cannot be taken for anything else, those of days 1 to 12.
    small_days: u64,
    /// Dates of two numbers whose year of two digits may come first, and those that fit no other
    /// order.
    year_first: u64,
    year_first_only: u64,
    by_year: Span,
    /// Of all dates of two numbers.
    all_day_first: Span,
    all_month_first: Span,
    /// Cells of six digits, and what of them is a date by each order, or a month.
    six: u64,
    six_as: [u64; 4],
    six_spans: [Span; 4],
}

impl DateEvidence {
    /// Counts a text that stands in so many rows.
    pub fn add(&mut self, text: &str, rows: u64) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        self.cells += rows;
        let date = date_of(text);
        if let Some(date) = date {
            self.note(date, rows);
        }
        match date {
            Some(CellDate::One(_)) => self.unambiguous += rows,
            Some(CellDate::Part(_)) => {
                self.unambiguous += rows;
                self.parts += rows;
            }
            Some(CellDate::Two { day_first: Some(day), month_first: Some(month), .. }) => {
                *if day == month { &mut self.same } else { &mut self.either } += rows;
                self.day_first.add(day);
                self.month_first.add(month);
            }
            Some(CellDate::Two { day_first: Some(_), .. }) => self.day_first_only += rows,
            Some(CellDate::Two { month_first: Some(_), .. }) => self.month_first_only += rows,
            Some(CellDate::Two { .. }) => self.year_first_only += rows,
            None => {
                if let Some(read) = six_digits(text) {
                    self.six += rows;
                    for (at, date) in read.into_iter().enumerate() {
                        if let Some(date) = date {
                            self.six_as[at] += rows;
                            self.six_spans[at].add(date);
                        }
                    }
                }
                if let Some(at) = serial(text) {
                    self.serials += rows;
                    if is_usual_serial(at) {
                        self.usual_serials += rows;
                        self.excel.add(at);
                    }
                }
            }
        }
    }

    /// Counts what is odd about a date, and what a year that comes first would make of it.
    fn note(&mut self, date: CellDate, rows: u64) {
        let usual = |at: i64| (1_950..=2_100).contains(&year_month_day(at).0);
        let all = match date {
            CellDate::One(at) | CellDate::Part(at) => {
                self.small_days += if year_month_day(at).2 <= 12 { rows } else { 0 };
                [Some(at), None, None]
            }
            CellDate::Two { day_first, month_first, year_first } => {
                day_first.into_iter().for_each(|at| self.all_day_first.add(at));
                month_first.into_iter().for_each(|at| self.all_month_first.add(at));
                if let Some(at) = year_first {
                    self.year_first += rows;
                    self.by_year.add(at);
                }
                [day_first, month_first, year_first]
            }
        };
        let mut all = all.into_iter().flatten();
        if let Some(first) = all.next()
            && !usual(first)
            && !all.any(usual)
        {
            self.odd_years += rows;
            self.odd_year.get_or_insert(first);
        }
    }

    /// Dates of two numbers of which either could be the day.
    fn ordered(&self) -> u64 {
        self.day_first_only + self.month_first_only + self.either + self.same
    }

    /// How the column spells dates; `None` where no cell is a date. Nearly all cells of a column
    /// of spreadsheets' days have to be such numbers, and none another date.
    pub fn guess(&self) -> Option<Told<DateFormat>> {
        if self.ordered() + self.year_first_only > 0 {
            return Some(self.order_with_years());
        }
        if self.unambiguous > 0 {
            let evidence = counted(self.unambiguous, "date fits", "dates fit");
            return Some(Told::certain(DateFormat::Iso, format!("{evidence} one reading only")));
        }
        if self.six > 0 && self.six * 20 >= self.cells * 19 {
            return self.six_digits();
        }
        if self.usual_serials > 0 && self.usual_serials * 20 >= self.cells * 19 {
            let evidence = format!(
                "{} of {} cells are spreadsheet day numbers, {}",
                grouped(self.usual_serials),
                grouped(self.cells),
                self.excel.dates()
            );
            return Some(Told::certain(DateFormat::Excel, evidence));
        }
        None
    }

    /// The order of cells of six digits, where one reads nearly all of them.
    fn six_digits(&self) -> Option<Told<DateFormat>> {
        let formats =
            [DateFormat::YearFirst, DateFormat::DayFirst, DateFormat::MonthFirst, DateFormat::Iso];
        let name = |at: usize| ["YYMMDD", "DDMMYY", "MMDDYY", "the months YYYYMM"][at];
        let reads = |at: usize| self.six_as[at] * 20 >= self.six * 19;
        let length = |at: usize| self.six_spans[at].length();
        // Months of a year first: as days they would lie in a year that is 20 or 19 by chance.
        let mut fits: Vec<usize> = (0..4).filter(|&at| reads(at)).collect();
        fits.sort_by_key(|&at| (at != 3, length(at)));
        let &first = fits.first()?;
        let others: Vec<usize> = fits
            .into_iter()
            .skip(1)
            .filter(|&at| first == 3 || !is_far_longer(length(at), length(first)))
            .collect();
        let span = |at: usize| {
            let span = self.six_spans[at];
            format!("as {} they span {} ({})", name(at), span.duration(), span.dates())
        };
        let cells = counted(self.six, "cell of six digits is", "cells of six digits are");
        let evidence =
            format!("{cells} read as {}, {}", name(first), self.six_spans[first].dates());
        let doubt = (!others.is_empty()).then(|| {
            let all = std::iter::once(&first).chain(&others);
            Doubt {
                readings: all.clone().map(|&at| formats[at].to_string()).collect(),
                words: format!(
                    "{} of six digits: {}",
                    counted(self.six, "cell", "cells"),
                    all.map(|&at| span(at)).collect::<Vec<_>>().join(", ")
                ),
            }
        });
        Some(Told { value: formats[first].clone(), evidence, doubt })
    }

    /// Which order, where a year of two digits may come first, too.
    fn order_with_years(&self) -> Told<DateFormat> {
        let all = self.ordered() + self.year_first_only;
        let by_day = self.day_first_only + self.either + self.same;
        let by_month = self.month_first_only + self.either + self.same;
        let best = by_day.max(by_month);
        if self.year_first < best || self.year_first < all && self.year_first_only == 0 {
            return self.order();
        }
        let others: Vec<(DateFormat, Span)> = [
            (DateFormat::DayFirst, self.all_day_first, by_day),
            (DateFormat::MonthFirst, self.all_month_first, by_month),
        ]
        .into_iter()
        .filter(|(_, _, reads)| *reads >= self.year_first)
        .map(|(format, span, _)| (format, span))
        .collect();
        let years = self.by_year.length();
        let shortest = others.iter().map(|(_, span)| span.length()).min();
        let fit = counted(self.year_first, "date fits", "dates fit");
        let said = |format: &DateFormat, span: Span| {
            format!("{} they span {} ({})", in_words(format), span.duration(), span.dates())
        };
        let words = || {
            let mut parts = vec![said(&DateFormat::YearFirst, self.by_year)];
            parts.extend(others.iter().map(|(format, span)| said(format, *span)));
            parts.join(", ")
        };
        match shortest {
            None if best == 0 || self.year_first == all => {
                Told::certain(DateFormat::YearFirst, format!("{fit} the year first only"))
            }
            None => {
                let words = format!(
                    "{fit} the year first, {} another order: {} cannot be read",
                    grouped(best),
                    grouped(all - self.year_first)
                );
                let other =
                    if by_day >= by_month { DateFormat::DayFirst } else { DateFormat::MonthFirst };
                let doubt = Doubt::between(
                    &DateFormat::YearFirst.to_string(),
                    &other.to_string(),
                    words.clone(),
                );
                Told { value: DateFormat::YearFirst, evidence: words, doubt: Some(doubt) }
            }
            Some(shortest) if is_far_longer(shortest, years) => {
                let readings = std::iter::once(DateFormat::YearFirst)
                    .chain(others.iter().map(|(format, _)| format.clone()));
                Told {
                    evidence: format!("{fit} several orders, the year first the shortest span"),
                    doubt: Some(Doubt {
                        readings: readings.map(|format| format.to_string()).collect(),
                        words: format!("{fit} several orders: {}", words()),
                    }),
                    value: DateFormat::YearFirst,
                }
            }
            Some(shortest) => {
                let mut told = self.order();
                if !is_far_longer(years, shortest) {
                    let year_first = DateFormat::YearFirst.to_string();
                    match &mut told.doubt {
                        Some(doubt) => {
                            doubt.words +=
                                &format!(", {}", said(&DateFormat::YearFirst, self.by_year));
                            doubt.readings.push(year_first);
                        }
                        None => {
                            let words = format!("{fit} several orders: {}", words());
                            told.doubt =
                                Some(Doubt::between(&told.value.to_string(), &year_first, words));
                        }
                    }
                }
                told
            }
        }
    }

    /// What is odd about the dates, however they are spelt.
    pub fn doubts(&self) -> Vec<String> {
        let mut said = Vec::new();
        if self.parts > 0 {
            said.push(format!(
                "{} no day, only a month, a quarter, a week or the day of a year: each stands for its first day, and finer groups say nothing",
                counted(self.parts, "cell has", "cells have")
            ));
        }
        let of_months = self.six > 0 && self.six * 20 >= self.cells * 19;
        if of_months && self.guess().is_some_and(|told| told.value == DateFormat::Iso) {
            said.push(format!(
                "{} a month without a day: each stands for its first day, and finer groups say nothing",
                counted(self.six, "cell is", "cells are")
            ));
        }
        if let Some(at) = self.odd_year {
            let (year, ..) = year_month_day(at);
            let era = match year {
                2_400..=2_700 => ", perhaps of the Buddhist calendar, which counts 543 years more",
                1_300..=1_500 => ", perhaps of an Islamic calendar",
                _ => "",
            };
            said.push(format!(
                "{} before 1950 or after 2100, such as {}{era}: they are read as they stand",
                counted(self.odd_years, "date lies", "dates lie"),
                iso_day(at)
            ));
        }
        let (by_day, by_month) = (self.day_first_only, self.month_first_only);
        let in_text = by_day + by_month;
        if self.unambiguous > 0
            && self.unambiguous == self.small_days
            && in_text > 0
            && (by_day == 0 || by_month == 0)
            && self.either + self.same == 0
        {
            said.push(format!(
                "{} the year first and no day after the 12th, {} the {} first and none before the 13th: a spreadsheet that takes dates the other way has turned days and months of the first ones round",
                counted(self.unambiguous, "date has", "dates have"),
                counted(in_text, "has", "have"),
                if by_day > 0 { "day" } else { "month" },
            ));
        }
        said
    }

    /// Day first or month first, where there are dates of two numbers.
    fn order(&self) -> Told<DateFormat> {
        let (day, month) = (self.day_first_only, self.month_first_only);
        let by_span = || self.day_first.length() < self.month_first.length();
        let day_wins = if day == month { by_span() && day == 0 } else { day > month };
        let (taken, other) = match day_wins {
            true => (DateFormat::DayFirst, DateFormat::MonthFirst),
            false => (DateFormat::MonthFirst, DateFormat::DayFirst),
        };
        let (for_taken, for_other) = if day_wins { (day, month) } else { (month, day) };
        let told = |evidence: String, doubt: Option<String>| Told {
            doubt: doubt.map(|words| Doubt::between(&taken.to_string(), &other.to_string(), words)),
            evidence,
            value: taken.clone(),
        };
        let fit = |count, format: &DateFormat| {
            format!("{} {} only", counted(count, "date fits", "dates fit"), in_words(format))
        };
        let evidence =
            format!("{}, {} {} only", fit(for_taken, &taken), grouped(for_other), in_words(&other));
        if for_other > 0 {
            let words = format!(
                "{}, {}: read {}, {} cannot be read, read {}, {}",
                fit(for_taken, &taken),
                fit(for_other, &other),
                in_words(&taken),
                grouped(for_other),
                in_words(&other),
                grouped(for_taken)
            );
            return told(evidence, Some(words));
        }
        let spans = || {
            format!(
                "{} they span {} ({}), {} {} ({})",
                in_words(&DateFormat::DayFirst),
                self.day_first.duration(),
                self.day_first.dates(),
                in_words(&DateFormat::MonthFirst),
                self.month_first.duration(),
                self.month_first.dates()
            )
        };
        if for_taken == 0 {
            if self.either == 0 {
                let same = counted(self.same, "date is", "dates are");
                return told(format!("{same} the same in both orders"), None);
            }
            let all = counted(self.either + self.same, "date fits", "dates fit");
            let evidence = format!(
                "{all} both orders, {} {}, {} {}",
                self.day_first.duration(),
                in_words(&DateFormat::DayFirst),
                self.month_first.duration(),
                in_words(&DateFormat::MonthFirst)
            );
            return told(evidence, Some(format!("{all} both orders: {}", spans())));
        }
        // So few that they may be slips of the pen among dates of the other order.
        let other_is_shorter = match day_wins {
            true => self.month_first.length() < self.day_first.length(),
            false => self.day_first.length() < self.month_first.length(),
        };
        let few = for_taken * 100 < for_taken + self.either
            || for_taken == 1 && self.either > 0 && other_is_shorter;
        let doubt = few.then(|| {
            let others = counted(self.either, "other fits", "others fit");
            format!("{} and {others} both orders: {}", fit(for_taken, &taken), spans())
        });
        told(evidence, doubt)
    }

    /// How many cells a spelling reads, and of how many; what a pattern reads is not counted.
    pub fn share_readable(&self, format: &DateFormat) -> (u64, u64) {
        let both = self.unambiguous + self.either + self.same;
        let readable = match format {
            DateFormat::Iso => self.unambiguous + self.six_as[3],
            DateFormat::DayFirst => both + self.day_first_only + self.six_as[1],
            DateFormat::MonthFirst => both + self.month_first_only + self.six_as[2],
            DateFormat::YearFirst => self.unambiguous + self.year_first + self.six_as[0],
            DateFormat::Excel => self.unambiguous + self.serials,
            DateFormat::Pattern(_) => 0,
        };
        (readable, self.cells)
    }
}

/// A spelling in the words of evidence.
fn in_words(format: &DateFormat) -> &'static str {
    match format {
        DateFormat::DayFirst => "day first",
        DateFormat::YearFirst => "year first",
        _ => "month first",
    }
}

/// Whether a span of days is so much longer than another that it is no reading of purchases.
fn is_far_longer(span: i64, than: i64) -> bool {
    span > 800 && span >= 4 * than
}

/// First and last date, in seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    first: i64,
    last: i64,
}

impl Default for Span {
    fn default() -> Self {
        Self { first: i64::MAX, last: i64::MIN }
    }
}

impl Span {
    fn add(&mut self, at: i64) {
        self.first = self.first.min(at);
        self.last = self.last.max(at);
    }

    /// In days, of which the first and the last count.
    fn length(self) -> i64 {
        if self.first > self.last {
            return 0;
        }
        self.last.div_euclid(DAY) - self.first.div_euclid(DAY) + 1
    }

    fn dates(self) -> String {
        format!("{} to {}", iso_day(self.first), iso_day(self.last))
    }

    /// `7 days`, `6 months`.
    fn duration(self) -> String {
        let (length, unit) = match self.length() {
            days @ ..100 => (days, "day"),
            days @ ..800 => ((days as f64 / 30.44).round() as i64, "month"),
            days => ((days as f64 / 365.25).round() as i64, "year"),
        };
        format!("{length} {unit}{}", if length == 1 { "" } else { "s" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence(cells: &[(&str, u64)]) -> DateEvidence {
        let mut all = DateEvidence::default();
        for &(text, rows) in cells {
            all.add(text, rows);
        }
        all
    }

    fn told(cells: &[(&str, u64)]) -> Told<DateFormat> {
        evidence(cells).guess().unwrap()
    }

    #[test]
    fn one_order_only_is_certain() {
        let days =
            told(&[("25/12/2011 8:26", 1_217), ("1/2/2011", 300), ("2011-01-01", 5), ("?", 2)]);
        assert_eq!((days.value, days.doubt), (DateFormat::DayFirst, None));
        assert_eq!(days.evidence, "1,217 dates fit day first only, 0 month first only");
        let months = told(&[("12/25/11 8:26", 20), ("1/2/11", 30)]);
        assert_eq!((months.value, months.doubt), (DateFormat::MonthFirst, None));
        assert_eq!(months.evidence, "20 dates fit month first only, 0 day first only");
    }

    #[test]
    fn one_row_never_settles_it() {
        let told = told(&[("16/03/2011 19:00", 588), ("12/25/2011", 1), ("04/08/2011 00:00", 411)]);
        assert_eq!(told.value, DateFormat::DayFirst);
        assert_eq!(told.evidence, "588 dates fit day first only, 1 month first only");
        let doubt = told.doubt.unwrap();
        assert_eq!(doubt.readings, ["day-first", "month-first"]);
        assert_eq!(
            doubt.words,
            "588 dates fit day first only, 1 date fits month first only: read day first, 1 cannot be \
             read, read month first, 588"
        );
        let even = told_order(&["25/12/2011", "12/25/2011"]);
        assert_eq!((even.value, even.doubt.is_some()), (DateFormat::MonthFirst, true));
    }

    fn told_order(texts: &[&str]) -> Told<DateFormat> {
        told(&texts.iter().map(|&text| (text, 1)).collect::<Vec<_>>())
    }

    #[test]
    fn a_few_that_decide_leave_a_doubt() {
        // A week of dates with the month first, and one slip.
        let week = told(&[("03/01/2011", 100), ("03/07/2011", 100), ("25/12/2011", 1)]);
        assert_eq!(week.value, DateFormat::DayFirst);
        let doubt = week.doubt.unwrap();
        assert_eq!(doubt.readings, ["day-first", "month-first"]);
        assert!(
            doubt.words.starts_with("1 date fits day first only and 200 others fit both orders"),
            "{}",
            doubt.words
        );
        let one = told(&[("03/01/2011", 3), ("03/07/2011", 3), ("25/12/2011", 1)]);
        assert!(one.doubt.is_some());
        let agreed = told(&[("01/03/2011", 3), ("07/03/2011", 3), ("25/03/2011", 1)]);
        assert_eq!(agreed.doubt, None);
    }

    #[test]
    fn a_week_that_may_be_months_is_named_with_both() {
        let week: Vec<_> = (1..=7).map(|day| format!("0{day}/03/2011 06:26")).collect();
        let week: Vec<_> = week.iter().map(|text| (text.as_str(), 150)).collect();
        let told = told(&week);
        assert_eq!(told.value, DateFormat::DayFirst);
        let doubt = told.doubt.unwrap();
        assert_eq!(doubt.readings, ["day-first", "month-first"]);
        assert_eq!(
            doubt.words,
            "1,050 dates fit both orders: day first they span 7 days (2011-03-01 to 2011-03-07), month \
             first 6 months (2011-01-03 to 2011-07-03)"
        );
        assert_eq!(
            told.evidence,
            "1,050 dates fit both orders, 7 days day first, 6 months month first"
        );
        let months = told_order(&["03/01/2011", "03/02/2011", "03/05/2011"]);
        assert_eq!(months.value, DateFormat::MonthFirst);
        // Nothing tells.
        let even = told_order(&["1/2/2011"]);
        assert_eq!((even.value, even.doubt.is_some()), (DateFormat::MonthFirst, true));
        let same = told_order(&["5/5/2011", "6/6/2011"]);
        assert_eq!(same.doubt, None);
        assert_eq!(same.evidence, "2 dates are the same in both orders");
    }

    #[test]
    fn other_dates_need_no_order() {
        let iso = told(&[("2011-01-02", 1_000), ("20110102", 1), ("x", 3), ("", 100)]);
        assert_eq!((iso.value, iso.doubt), (DateFormat::Iso, None));
        assert_eq!(iso.evidence, "1,001 dates fit one reading only");
        for text in ["01-Dec-10", "1291191960000000", "12/01/2010".replace('/', "-").as_str()] {
            assert!(evidence(&[(text, 60)]).guess().is_some(), "{text}");
        }
        assert_eq!(evidence(&[("x", 1), ("", 2), ("08:26", 3), ("12", 4)]).guess(), None);
    }

    #[test]
    fn days_of_spreadsheets_only_where_nearly_all_cells_are_some() {
        let excel = told(&[("40513.35139", 30), ("40542", 29), ("?", 1)]);
        assert_eq!((excel.value, excel.doubt), (DateFormat::Excel, None));
        assert_eq!(
            excel.evidence,
            "59 of 60 cells are spreadsheet day numbers, 2010-12-01 to 2010-12-30"
        );
        assert_eq!(evidence(&[("40513", 9), ("?", 1)]).guess(), None);
        assert_eq!(evidence(&[("40513", 9), ("7", 1)]).guess(), None);
        assert_eq!(told(&[("40513", 9), ("2010-12-01", 1)]).value, DateFormat::Iso);
    }

    #[test]
    fn shares() {
        let mut all = DateEvidence::default();
        for (text, rows) in [
            ("2011-01-02", 10),
            ("25/12/2011", 20),
            ("12/25/2011", 30),
            ("1/2/2011", 40),
            ("5/5/2011", 1),
            ("40513", 2),
            ("7", 3),
            ("8:26 PM", 4),
            ("1_2_2011", 5),
            (" ", 6),
        ] {
            all.add(text, rows);
        }
        assert_eq!(all.share_readable(&DateFormat::Iso), (10, 115));
        assert_eq!(all.share_readable(&DateFormat::DayFirst), (71, 115));
        assert_eq!(all.share_readable(&DateFormat::MonthFirst), (81, 115));
        assert_eq!(all.share_readable(&DateFormat::Excel), (15, 115));
        assert_eq!(all.share_readable(&DateFormat::parse("%Y_%m_%d").unwrap()), (0, 115));
    }
}
