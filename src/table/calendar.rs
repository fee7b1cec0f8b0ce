//! Days and seconds as a CSV would print them.

/// Days since 1970-01-01 as `2011-03-09` (Hinnant, "chrono-compatible low-level date
/// algorithms", civil_from_days).
pub(super) fn date(days: i64) -> String {
    let days = days.saturating_add(719_468);
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let (month, next) = if march_month < 10 { (march_month + 3, 0) } else { (march_month - 9, 1) };
    format!("{:04}-{month:02}-{day:02}", year_of_era + era * 400 + next)
}

/// Seconds of a day as `08:26:00`.
pub(super) fn clock(seconds: i64) -> String {
    format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

/// Seconds since 1970-01-01 00:00 as `2011-03-09 08:26:00`.
pub(super) fn time(seconds: i64) -> String {
    format!("{} {}", date(seconds.div_euclid(86_400)), clock(seconds.rem_euclid(86_400)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_become_dates() {
        assert_eq!(date(0), "1970-01-01");
        assert_eq!(date(14_978), "2011-01-04");
        assert_eq!(date(-1), "1969-12-31");
        assert_eq!(date(11_016), "2000-02-29");
        assert_eq!(time(-1), "1969-12-31 23:59:59");
        assert_eq!(time(1_291_191_960), "2010-12-01 08:26:00");
    }
}
