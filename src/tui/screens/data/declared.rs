//! Decisions as they are declared: read from options in the words of their flags, and put there.

use std::fmt::Display;

use crate::purchases::{ByNumber, Decision, DeclareError, Line, Options, Origin, Reason, RowRule};

/// What is declared of a decision, as its flag says it; `None` where nothing is.
pub fn declared(options: &Options, decision: Decision) -> Option<String> {
    if !options.declares(decision) {
        return None;
    }
    let yes = |value: bool| if value { "yes" } else { "no" }.to_owned();
    let rules = |rules: &Vec<RowRule>, between: &str| {
        let said: Vec<String> = rules.iter().map(ToString::to_string).collect();
        none_if_empty(said.join(between))
    };
    match decision {
        Decision::Container => None,
        Decision::Sheet => options.sheet.clone(),
        Decision::Encoding => options.encoding.clone(),
        Decision::Separator => said(options.separator.as_ref()),
        Decision::NoHeader => options.header.map(|header| yes(!header)),
        Decision::SkipLines => said(options.skip_lines.as_ref()),
        Decision::LineBreaks => options.line_breaks.map(yes),
        Decision::Join => options.join.as_ref().map(|path| path.display().to_string()),
        Decision::JoinKeysUnique => options.join_keys_unique.map(yes),
        Decision::Column(purpose) => options.columns[purpose].clone(),
        Decision::DateFormat => said(options.date_format.as_ref()),
        Decision::Decimal => Some(by_number(&options.decimal, |mark| mark.to_string())),
        Decision::Thousands => {
            Some(by_number(&options.thousands, |mark| mark.map_or("none".to_owned(), String::from)))
        }
        Decision::Where => options.counts.as_ref().map(|counts| rules(counts, " and ")),
        Decision::Cancelled => options.cancelled.as_ref().map(|any| rules(any, " or ")),
        Decision::MissingUser => {
            options.missing_user.as_ref().map(|words| none_if_empty(words.join(",")))
        }
        Decision::FillDown => {
            options.fill_down.map(|fills| if fills { "user" } else { "none" }.to_owned())
        }
        Decision::By => options.by.clone(),
        Decision::UserSpelling => options.user_spelling.map(|spelling| spelling.name().to_owned()),
        Decision::Keep => Some(none_if_empty(options.cleaning.switched_off().join(","))),
        Decision::DropDuplicates => Some(yes(options.cleaning.drops(Reason::Duplicate))),
        Decision::Unit => {
            let quantity = options.quantity_unit.map(|unit| format!("quantity={unit}"));
            let both: Vec<String> =
                said(options.unit.as_ref()).into_iter().chain(quantity).collect();
            Some(both.join(" "))
        }
    }
}

fn said(value: Option<&impl Display>) -> Option<String> {
    value.map(ToString::to_string)
}

fn none_if_empty(text: String) -> String {
    if text.is_empty() { "none".to_owned() } else { text }
}

/// One value where all are the same, else `quantity=.; price=,`.
fn by_number<T: Copy + PartialEq>(
    marks: &ByNumber<Option<T>>,
    say: impl Fn(T) -> String,
) -> String {
    let purposes = ByNumber::<T>::PURPOSES;
    let each = purposes.map(|purpose| marks.of(purpose).map(|mark| (purpose, mark)));
    match each {
        [Some((_, a)), Some((_, b)), Some((_, c))] if a == b && b == c => say(a),
        _ => {
            let one = |(purpose, mark): (crate::purchases::Purpose, T)| {
                format!("{}={}", purpose.name(), say(mark))
            };
            each.into_iter().flatten().map(one).collect::<Vec<_>>().join("; ")
        }
    }
}

/// Declares a decision by a value as it is shown.
///
/// # Errors
/// If the value says nothing of the kind.
pub fn declare(options: &mut Options, decision: Decision, value: &str) -> Result<(), DeclareError> {
    // `total=Sales` of a price: the column serves the other purpose.
    if let Decision::Column(purpose) = decision
        && let Some((name, column)) = value.split_once('=')
        && let Some(other) = purpose.excludes().filter(|other| other.name() == name)
    {
        return options.declare(Decision::Column(other), &[column]);
    }
    let line = Line { decision, value: value.to_owned(), origin: Origin::Declared };
    options.declare(decision, &line.values())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::purchases::Purpose;

    #[test]
    fn what_is_declared_is_read_again_and_taken_back() {
        for (decision, value) in [
            (Decision::Sheet, "2011"),
            (Decision::Encoding, "windows-1252"),
            (Decision::Separator, "tab"),
            (Decision::NoHeader, "yes"),
            (Decision::SkipLines, "2"),
            (Decision::LineBreaks, "yes"),
            (Decision::Join, "orders.csv"),
            (Decision::JoinKeysUnique, "yes"),
            (Decision::Column(Purpose::User), "Kunde"),
            (Decision::Column(Purpose::Time), ""),
            (Decision::DateFormat, "%d.%m.%Y"),
            (Decision::Decimal, ","),
            (Decision::Decimal, "quantity=.; price=,"),
            (Decision::Thousands, "none"),
            (Decision::Thousands, "price=."),
            (Decision::Where, "status=paid,shipped and event=buy"),
            (Decision::Where, "none"),
            (Decision::Cancelled, "a^=C or b=x"),
            (Decision::MissingUser, "0,Guest"),
            (Decision::MissingUser, "none"),
            (Decision::FillDown, "user"),
            (Decision::By, "order"),
            (Decision::UserSpelling, "fold"),
            (Decision::Keep, "missing-item,unreadable"),
            (Decision::DropDuplicates, "yes"),
            (Decision::Unit, "0.01 quantity=0.001"),
        ] {
            let mut options = Options::default();
            assert_eq!(declared(&options, decision), None);
            declare(&mut options, decision, value).unwrap();
            assert_eq!(declared(&options, decision).as_deref(), Some(value), "{decision:?}");
        }
    }

    #[test]
    fn the_other_reading_of_money_names_the_other_purpose() {
        let mut options = Options::default();
        declare(&mut options, Decision::Column(Purpose::Price), "total=Sales").unwrap();
        assert_eq!(options.columns[Purpose::Total].as_deref(), Some("Sales"));
        assert_eq!(options.columns[Purpose::Price], None);
        assert!(declare(&mut options, Decision::SkipLines, "many").is_err());
    }
}
