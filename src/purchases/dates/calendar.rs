//! Days since 1970-01-01 of dates, and back.

/// Seconds of a day.
pub const DAY: i64 = 86_400;
/// The first second of the year 1.
const FIRST: i64 = -719_162 * DAY;
/// The last second of the year 9999.
const LAST: i64 = 2_932_897 * DAY - 1;

/// Days since 1970-01-01 of a day that exists, from the year 1 (Hinnant, "chrono-compatible
/// low-level date algorithms", days_from_civil).
pub fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if year < 1 || day < 1 || day > length {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(
        era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year
            - 719_468,
    )
}

/// `2010-12-01` for seconds since 1970-01-01T00:00:00.
pub fn iso_day(seconds: i64) -> String {
    let (year, month, day) = year_month_day(seconds);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Year, month and day of seconds since 1970-01-01T00:00:00 (Hinnant, civil_from_days).
pub fn year_month_day(seconds: i64) -> (i64, i64, i64) {
    let days = seconds.div_euclid(DAY) + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// Seconds since 1970, if they lie in the years 1 to 9999.
pub fn in_years(seconds: i64) -> Option<i64> {
    (FIRST..=LAST).contains(&seconds).then_some(seconds)
}

/// The year that two digits stand for: 00 to 68 are 2000 to 2068, 69 to 99 are 1969 to 1999.
pub fn full_year(two_digits: i64) -> i64 {
    if two_digits < 69 { 2_000 + two_digits } else { 1_900 + two_digits }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_back() {
        for (date, number) in [
            ((1970, 1, 1), 0),
            ((2000, 2, 29), 11_016),
            ((2010, 12, 1), 14_944),
            ((1, 1, 1), FIRST / DAY),
            ((9999, 12, 31), LAST.div_euclid(DAY)),
        ] {
            assert_eq!(days(date.0, date.1, date.2), Some(number));
            let said = format!("{:04}-{:02}-{:02}", date.0, date.1, date.2);
            assert_eq!(iso_day(number * DAY + 86_399), said);
        }
        for (year, month, day) in
            [(0, 1, 1), (2011, 2, 29), (1900, 2, 29), (2011, 13, 1), (2011, 0, 1), (2011, 4, 31)]
        {
            assert_eq!(days(year, month, day), None);
        }
        assert_eq!(
            (in_years(LAST), in_years(LAST + 1), in_years(FIRST - 1)),
            (Some(LAST), None, None)
        );
        assert_eq!([0, 68, 69, 99].map(full_year), [2000, 2068, 1969, 1999]);
    }
}
