//! Synthetic events of campaigns: impressions, clicks and conversions with known true rates, the
//! same bytes for the same settings on every machine.
//!
//! Users' activity is lognormal; a campaign reaches 20 to 200,000 of them, the more active ones more
//! often; each user who is reached converts with the campaign's rate, whatever else they do. One
//! campaign, `holdout`, shows nothing that sells: it is what others are compared with.

use super::draws::Draw;
use super::generator::{GeneratorError, month_and_day};
use crate::table::Part;
use crate::work::{Cancel, Cancelled};

/// How much of what to generate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventSettings {
    /// Users, at least 20.
    pub users: u32,
    /// Campaigns, from 2.
    pub campaigns: u32,
    /// The seed: the same one gives the same bytes.
    pub seed: u64,
}

/// A campaign and its true rates.
#[derive(Debug, Clone, PartialEq)]
pub struct Campaign {
    /// Its key.
    pub key: String,
    /// Users who saw it.
    pub users: u32,
    /// The probability with which a user who sees it converts.
    pub conversion_rate: f64,
    /// The probability with which a user who sees it clicks.
    pub click_rate: f64,
}

/// The fewest and the most users of a campaign.
const REACH: (f64, f64) = (20.0, 200_000.0);
/// The most users: some 30 bytes of memory for each.
const MOST_USERS: u32 = 5_000_000;
/// The most campaigns.
const MOST_CAMPAIGNS: u32 = 200;
/// Draws are users times campaigns: more take minutes.
const MOST_DRAWS: u64 = 500_000_000;
/// Impressions of one user in one campaign.
const MOST_IMPRESSIONS: u64 = 40;
/// Campaigns begin within so many days, and last so many.
const DAYS: (u64, u64) = (60, 30);
/// Of a campaign's reach so many convert without having seen it.
const UNSEEN: f64 = 0.004;

const MINUTES: u64 = 1_440;

impl EventSettings {
    /// Refuses what asks for too few or for more than is made in one go.
    ///
    /// # Errors
    /// Which setting it is, and its limit.
    pub fn check(&self) -> Result<(), GeneratorError> {
        let few = |what, asked: u32, least: u32| match asked < least {
            true => Err(GeneratorError::TooFew { what, asked: asked.into(), least: least.into() }),
            false => Ok(()),
        };
        few("users", self.users, REACH.0 as u32)?;
        few("campaigns", self.campaigns, 2)?;
        let draws = u64::from(self.users) * u64::from(self.campaigns);
        for (what, asked, most) in [
            ("users", u64::from(self.users), u64::from(MOST_USERS)),
            ("campaigns", self.campaigns.into(), MOST_CAMPAIGNS.into()),
            ("users times campaigns", draws, MOST_DRAWS),
        ] {
            if asked > most {
                return Err(GeneratorError::TooMany { what, asked, most });
            }
        }
        Ok(())
    }
}

/// An event, sorted like its time, then by user and campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Event {
    minute: u32,
    user: u32,
    campaign: u16,
    kind: u8,
}

/// Kinds by their number.
const KINDS: [&str; 3] = ["impression", "click", "conversion"];

/// Events that are drawn and in the order of their time.
#[derive(Debug)]
pub struct EventGenerator {
    campaigns: Vec<Campaign>,
    /// The number that each user goes by.
    shown: Vec<u32>,
    events: Vec<Event>,
}

impl EventGenerator {
    /// The columns.
    pub const NAMES: [&str; 4] = ["time", "user", "campaign", "event"];

    /// Draws all events; `progress` is told of how many campaigns.
    ///
    /// # Errors
    /// As [`EventSettings::check`], or if it was cancelled.
    pub fn draw(
        settings: &EventSettings,
        cancel: &Cancel,
        mut progress: impl FnMut(u64),
    ) -> Result<Self, GeneratorError> {
        settings.check()?;
        let mut draw = Draw::new(settings.seed);
        let activity: Vec<f64> =
            (0..settings.users).map(|_| libm::exp(1.1 * draw.normal())).collect();
        let campaigns = campaigns(&mut draw, settings);
        let shown = draw.shuffled(settings.users as usize);
        let mut events = Vec::new();
        for (number, campaign) in campaigns.iter().enumerate() {
            progress(number as u64);
            if cancel.is_cancelled() {
                return Err(Cancelled.into());
            }
            let reached = reached(&mut draw, &activity, campaign.users as usize);
            let begins = draw.below(DAYS.0) * MINUTES;
            for &user in &reached {
                of_user(&mut draw, &mut events, campaign, (number as u16, user, begins));
            }
            let unseen = (UNSEEN * f64::from(campaign.users)).round() as usize;
            for _ in 0..unseen {
                let user = draw.below(settings.users.into()) as u32;
                let minute = (begins + draw.below(DAYS.1 * MINUTES)) as u32;
                if reached.binary_search(&user).is_err() {
                    events.push(Event { minute, user, campaign: number as u16, kind: 2 });
                }
            }
        }
        events.sort_unstable();
        Ok(Self { campaigns, shown, events })
    }

    /// The campaigns and their true rates.
    pub fn campaigns(&self) -> &[Campaign] {
        &self.campaigns
    }

    /// Rows.
    pub fn rows(&self) -> usize {
        self.events.len()
    }

    /// All rows, some ten thousands at a time.
    pub fn parts(&self) -> impl Iterator<Item = Part> + '_ {
        const BLOCK: usize = 65_536;
        self.events.chunks(BLOCK).map(|events| {
            let mut part = Part::new(Self::NAMES.len(), events.len());
            for event in events {
                let minute = u64::from(event.minute);
                let (month, day) = month_and_day((minute / MINUTES) as usize);
                let of_day = minute % MINUTES;
                part.push(&format!(
                    "2025-{month:02}-{day:02} {:02}:{:02}",
                    of_day / 60,
                    of_day % 60
                ));
                part.push(&(self.shown[event.user as usize] + 1).to_string());
                part.push(&self.campaigns[usize::from(event.campaign)].key);
                part.push(KINDS[usize::from(event.kind)]);
            }
            part
        })
    }
}

/// Sizes from the smallest reach to the largest in even steps of the logarithm, with rates that do
/// not depend on them.
fn campaigns(draw: &mut Draw, settings: &EventSettings) -> Vec<Campaign> {
    let many = settings.campaigns as usize;
    let largest = (0.8 * f64::from(settings.users)).clamp(REACH.0, REACH.1);
    let names = draw.shuffled(many - 1);
    let width = (many - 1).to_string().len().max(2);
    // What others are compared with is among the largest.
    let holdout = many - many.min(2);
    let mut name = names.into_iter();
    (0..many)
        .map(|at| {
            let size = REACH.0 * libm::pow(largest / REACH.0, at as f64 / (many - 1) as f64);
            let users = (size.round() as u32).min(settings.users);
            let rate = 0.004 * libm::exp(draw.unit() * libm::log(30.0));
            let clicks = (rate * (1.5 + 3.0 * draw.unit())).min(0.9);
            if at == holdout {
                let key = "holdout".to_owned();
                return Campaign { key, users, conversion_rate: 0.02, click_rate: 0.005 };
            }
            let number = name.next().unwrap_or_default() + 1;
            let key = format!("c{number:0width$}");
            Campaign { key, users, conversion_rate: rate, click_rate: clicks }
        })
        .collect()
}

/// So many users, the active ones more often, ascending: those with the smallest exponential
/// waiting times (Efraimidis and Spirakis 2006).
fn reached(draw: &mut Draw, activity: &[f64], many: usize) -> Vec<u32> {
    let mut waits: Vec<(f64, u32)> = activity
        .iter()
        .zip(0..)
        .map(|(&weight, user)| (-libm::log(1.0 - draw.unit()) / weight, user))
        .collect();
    if many < waits.len() {
        waits.select_nth_unstable_by(many, |a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        waits.truncate(many);
    }
    let mut users: Vec<u32> = waits.into_iter().map(|(_, user)| user).collect();
    users.sort_unstable();
    users
}

/// What one user does in one campaign that begins at a minute.
fn of_user(
    draw: &mut Draw,
    events: &mut Vec<Event>,
    campaign: &Campaign,
    (number, user, begins): (u16, u32, u64),
) {
    let mut add = |minute: u64, kind: u8| {
        events.push(Event { minute: minute as u32, user, campaign: number, kind });
    };
    let impressions = 1 + libm::floor(libm::exp(0.9 * draw.normal() - 0.4)) as u64;
    let mut minutes: Vec<u64> = (0..impressions.min(MOST_IMPRESSIONS))
        .map(|_| begins + draw.below(DAYS.1 * MINUTES))
        .collect();
    minutes.sort_unstable();
    minutes.iter().for_each(|&minute| add(minute, 0));
    let followed = minutes[draw.below(minutes.len() as u64) as usize];
    let (converts, clicks) = (draw.unit(), draw.unit());
    let (rate, of_clicks) = (campaign.conversion_rate, campaign.click_rate);
    // Clicks and conversions go together, and each keeps its own rate.
    let both = rate.min(of_clicks) * 0.8;
    let after = 1 + draw.below(4);
    if converts < rate {
        if clicks < both / rate {
            add(followed + after, 1);
        }
        add(followed + after + 1 + draw.below(2_880), 2);
    } else {
        draw.skip(1);
        if clicks < (of_clicks - both) / (1.0 - rate) {
            add(followed + after, 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn drawn(settings: &EventSettings) -> Result<EventGenerator, GeneratorError> {
        EventGenerator::draw(settings, &Cancel::new(), |_| {})
    }

    #[test]
    fn rates_are_those_that_were_drawn_and_the_seed_decides() {
        let settings = EventSettings { users: 30_000, campaigns: 9, seed: 3 };
        let drawn_events = drawn(&settings).unwrap();
        assert_eq!(drawn_events.campaigns()[0].users, 20);
        assert_eq!(drawn_events.campaigns()[8].users, 24_000);
        assert!(
            drawn_events.events.is_sorted()
                && drawn_events.campaigns.iter().any(|c| c.key == "holdout")
        );
        for (number, campaign) in drawn_events.campaigns().iter().enumerate() {
            let of = |kind: u8| -> BTreeSet<u32> {
                let events = drawn_events.events.iter();
                let mine = events.filter(|e| usize::from(e.campaign) == number && e.kind == kind);
                mine.map(|event| event.user).collect()
            };
            let (seen, clicked, converted) = (of(0), of(1), of(2));
            assert_eq!(seen.len(), campaign.users as usize);
            for (users, rate) in
                [(&clicked, campaign.click_rate), (&converted, campaign.conversion_rate)]
            {
                let many = users.intersection(&seen).count() as f64;
                let expected = f64::from(campaign.users) * rate;
                // One in 10,000 of 18 comparisons at most.
                assert!(
                    (many - expected).abs() < 4.5 * (expected + 1.0).sqrt(),
                    "{campaign:?} {many}"
                );
            }
        }
        let rows = |seed| {
            let drawn = drawn(&EventSettings { seed, ..settings }).unwrap();
            let part = drawn.parts().next().unwrap();
            (0..50).map(|row| part.row(row).collect::<Vec<_>>().join(",")).collect::<Vec<_>>()
        };
        assert_eq!(rows(3), rows(3));
        assert_ne!(rows(3), rows(4));
    }

    #[test]
    fn impossible_settings_are_sentences() {
        let says = |users, campaigns| {
            let refused = drawn(&EventSettings { users, campaigns, seed: 1 });
            refused.unwrap_err().to_string()
        };
        assert!(says(19, 5).contains("users") && says(19, 5).contains("20"));
        assert!(says(100, 1).contains("campaigns"));
        assert!(says(u32::MAX, 5).contains("users"));
        assert!(says(100, u32::MAX).contains("campaigns"));
        assert!(says(5_000_000, 200).contains("users times campaigns"));
    }
}
