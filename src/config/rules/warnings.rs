//! `fractional-slots`, `shared-salt`, `past-end-date`, `idle-group-variant`: allowed, but probably
//! not what was meant.

use jiff::Timestamp;

use crate::config::file_report::{FileReport, decimal, listed, quoted};
use crate::config::written::{Field, Written, WrittenGroup};
use crate::diagnostic::{Rule, Severity, Span};
use crate::domain::{Fraction, Status};

/// A share should be a whole number of slots.
pub static FRACTIONAL_SLOTS: Rule = Rule {
    code: "fractional-slots",
    severity: Severity::Warning,
    what: "A percentage of an experiment that isn't completed is a whole number of slots.",
    why: "Slots can't be split: the number is rounded up, so the experiment gets a little more \
          than its file says. Without `total_slots` in the file, a plan warns of it, since the \
          database has the layer's number of slots.",
    example: "total_slots: 100\nexperiments:\n  - traffic_percentage: 0.125",
    fix: "Choose a share that fits, or more slots for a new layer.",
};

/// Layers should have different salts.
pub static SHARED_SALT: Rule = Rule {
    code: "shared-salt",
    severity: Severity::Warning,
    what: "A layer's salt is not that of another layer, unless their numbers of slots have no \
           common factor or their hash algorithms differ.",
    why: "With the same salt a unit's slots in both layers come from one hash: `h mod n` and \
          `h mod m`. They agree modulo every common factor of `n` and `m`, with equal numbers \
          completely, so the same units fall together and one experiment shows in the other's \
          results. Without a common factor the two slots are independent.",
    example: "# home.yml and checkout.yml\nlayer_salt: salt_2025",
    fix: "Give a new layer a salt of its own. An existing one can't change its salt.",
};

/// An active experiment should not be past its end.
pub static PAST_END_DATE: Rule = Rule {
    code: "past-end-date",
    severity: Severity::Warning,
    what: "An `active` experiment's `end_date` is not in the past.",
    why: "It holds slots but no longer assigns any units.",
    example: "status: active\nend_date: 2020-01-01",
    fix: "Complete the experiment, or move its end.",
};

/// Every variant should have a share in every group.
pub static IDLE_GROUP_VARIANT: Rule = Rule {
    code: "idle-group-variant",
    severity: Severity::Warning,
    what: "A group's allocation gives every variant a share above 0, unless the experiment is \
           completed.",
    why: "No unit of that group ever gets the variant, so the groups can't be compared.",
    example: "geo_allocations:\n  US: {blue: 1.0, green: 0.0}",
    fix: "Give each variant a share in every group.",
};

/// A percentage that isn't a whole number of slots.
pub(in crate::config) struct FractionalShare {
    pub(in crate::config) key: &'static str,
    pub(in crate::config) message: String,
    pub(in crate::config) help: String,
}

/// Returns the percentages of an experiment that aren't a whole number of this many slots. A
/// default always is one, so each of them is written in the file. The help proposes shares within
/// the bounds that the other percentage sets.
pub(in crate::config) fn fractional_slots(
    traffic: Fraction,
    reserved: Fraction,
    is_reserve_written: bool,
    total_slots: u32,
) -> impl Iterator<Item = FractionalShare> {
    // A reserve equal to the traffic is rounded with it.
    let highest = if is_reserve_written {
        reserved
    } else {
        Fraction::ONE
    };
    let of_traffic = ("traffic_percentage", traffic, [Fraction::ZERO, highest]);
    let of_reserve = ("reserved_percentage", reserved, [traffic, Fraction::ONE]);
    let of_reserve = (!reserved.is_same(traffic)).then_some(of_reserve);
    let shares = [of_traffic].into_iter().chain(of_reserve);
    let fractional = shares.filter(move |(_, share, _)| share.rounds_on(total_slots));
    fractional.map(move |(key, share, bounds)| {
        let slots = share.slots_of(total_slots);
        let product = decimal(share.value() * f64::from(total_slots));
        // All digits: a rounded one wouldn't be a whole number of slots either.
        let whole = |slots: u32| f64::from(slots) / f64::from(total_slots);
        let [lowest, highest] = bounds.map(Fraction::value);
        let fitting = [slots - 1, slots].into_iter().filter(|slots| *slots > 0);
        let fitting = fitting
            .map(whole)
            .filter(|share| (lowest..=highest).contains(share));
        let fitting: Vec<String> = fitting.map(|share| share.to_string()).collect();
        FractionalShare {
            key,
            message: format!(
                "`{key}` {} of {total_slots} slots is {product} slots, which becomes {slots}",
                decimal(share.value())
            ),
            help: if fitting.is_empty() {
                format!("write {} for both percentages", whole(slots))
            } else {
                format!("write {}", fitting.join(" or "))
            },
        }
    })
}

pub(in crate::config) fn shared_salt(
    salt: &Written<String>,
    other: &str,
    span: &Span,
    report: &mut FileReport,
) {
    let message = format!(
        "the salt {} is also that of layer {} ({}, line {}): a unit's slots in both come from the \
         same hash, so their assignments are correlated",
        quoted(&salt.value),
        quoted(other),
        span.file,
        span.line
    );
    let help = "give the layer a salt of its own, if it doesn't exist yet";
    report.on(&SHARED_SALT, salt, message, help);
}

pub(in crate::config) fn past_end_date(
    status: Option<Status>,
    end: &Field<String>,
    date: Option<Timestamp>,
    now: Timestamp,
    report: &mut FileReport,
) {
    let (Some(Status::Active), Field::Given(end), Some(date)) = (status, end, date) else {
        return;
    };
    if now <= date {
        report.holds_until(date);
    } else {
        let message = format!("the experiment is active, but ended at {date}");
        let help = "set `status: completed`, or move `end_date`";
        report.on(&PAST_END_DATE, end, message, help);
    }
}

/// Checks a group whose allocation is valid.
pub(in crate::config) fn idle_group_variants(
    group: &Written<WrittenGroup>,
    report: &mut FileReport,
) {
    let WrittenGroup { name, shares } = &group.value;
    let is_idle = |fraction: f64| fraction <= 0.0;
    let idle = || {
        let shares = shares.shares.iter();
        shares.filter(|share| is_idle(share.fraction.value))
    };
    if let Some(first) = idle().next() {
        let names = listed(idle().map(|share| share.variant.value.as_str()));
        let message = format!("group {} gives nothing to {names}", quoted(&name.value));
        let help = "give every variant a share above 0, unless this is meant";
        report.on(&IDLE_GROUP_VARIANT, &first.fraction, message, help);
    }
}
