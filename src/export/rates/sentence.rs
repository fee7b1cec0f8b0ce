//! What rates come to, in one sentence.

use crate::chart::{grouped, short_number};
use crate::export::percent;
use crate::rates::{Events, RateUnit, RatesStudy};

/// The order first, then what can be read, then what costs most.
pub fn rates_sentence(events: &Events, study: &RatesStudy) -> String {
    let setting = &study.setting;
    let what = plural(&events.facts.group_by);
    let units = setting.per.plural();
    let at = match setting.per {
        RateUnit::User => format!("ε {}, l0 {}", short_number(setting.epsilon), setting.l0),
        RateUnit::Event => format!(
            "ε {}, l0 {}, linf {}",
            short_number(setting.epsilon),
            setting.l0,
            setting.per_group()
        ),
    };
    let mut parts = Vec::new();
    match (study.pairs_flipped.best(), study.best_is_best.best()) {
        (Some(flipped), Some(best)) => {
            let between = if study.groups.len() == 2 {
                format!("the two {what} stand the wrong way round with {}", percent(flipped))
            } else {
                format!("{} of pairs of {what} stand the wrong way round", percent(flipped))
            };
            parts.push(format!("{between}, and the best is still the best with {}", percent(best)));
        }
        (None, Some(_)) => {
            parts.push(format!("all {what} have the same rate, so there is no order"));
        }
        _ => parts.push(format!("there is only one of the {what}, so there is no order")),
    }
    if let Some(readable) = study.readable {
        let count =
            |users: Option<u64>| users.map_or("more than there are people".to_owned(), grouped);
        parts.push(format!(
            "a rate of {} is read within ±{} from {} {units} on for the noise, {} for sampling",
            percent(readable.rate),
            percent(readable.within),
            count(readable.noise),
            count(readable.sampling)
        ));
    }
    let kept = study.kept.1 as f64 / study.total.1.max(1) as f64;
    if kept < 0.995 {
        parts.push(format!("the bounds keep {} of {units}", percent(kept)));
    }
    format!("{at}: {}", parts.join("; "))
}

/// Several of what groups are called: `campaigns`, or `values of utm_source` for what is no plain word.
pub(super) fn plural(group_by: &str) -> String {
    match group_by.to_lowercase().as_str() {
        "campaign" | "campaign_id" | "campaignid" | "campaign_name" | "utm_campaign"
        | "kampagne" | "campagne" => "campaigns".to_owned(),
        "ad" | "ad_id" | "adid" => "ads".to_owned(),
        "item" | "item_id" | "itemid" | "product" | "product_id" | "stockcode" | "sku" => {
            "items".to_owned()
        }
        "category" => "categories".to_owned(),
        "country" => "countries".to_owned(),
        "hour" | "weekday" | "day" | "week" | "month" | "quarter" => {
            format!("{}s", group_by.to_lowercase())
        }
        _ => format!("values of {group_by}"),
    }
}
