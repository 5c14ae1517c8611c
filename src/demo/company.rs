//! The company: its layers and experiments, who applied when, and what is still to be applied.

use super::sketch::ExperimentSketch as Experiment;
use super::sketch::LayerSketch as Layer;
use super::sketch::Step::{Activate, Complete, Draft, Pause, Ramp, Start, StartWithReserve, Win};
use crate::domain::SplitterType::{Geo, Segment, Stratified};

/// When the applies were, in minutes before the demo begins, and by whom.
pub(super) const APPLIES: [(i64, &str); 12] = [
    (47 * DAY + 74, "anna@growth-laptop"),
    (41 * DAY + 12, "ben@checkout-ci"),
    (36 * DAY - 95, "anna@growth-laptop"),
    (30 * DAY + 41, "carla@search-desk"),
    (24 * DAY - 33, "ben@checkout-ci"),
    (19 * DAY + 8, "anna@growth-laptop"),
    (13 * DAY - 61, "carla@search-desk"),
    (9 * DAY + 27, "ben@checkout-ci"),
    (5 * DAY - 18, "anna@growth-laptop"),
    (2 * DAY + 52, "carla@search-desk"),
    (13, "ben@checkout-ci"),
    (1, "anna@growth-laptop"),
];

const DAY: i64 = 24 * 60;

/// The number of the apply that the layer files ask for.
pub(super) const PENDING: usize = APPLIES.len() + 1;

/// The experiment that the last apply started, and the variant that crashes in it.
pub(super) const CRASH: (&str, &str) = ("hero_video", "video");

/// Who applies something while the demo runs, in which layer, and what.
pub(super) const COLLEAGUE: (&str, &str, Experiment) = (
    "dana@growth-desk",
    "newsletter_signup",
    Experiment::new(
        "newsletter_exit_intent",
        &[("quiet", 50), ("reminder", 50)],
        &[(PENDING, Start(20))],
    ),
);

const ON_OFF: &[(&str, u32)] = &[("off", 50), ("on", 50)];

/// All layers.
pub(super) const LAYERS: [Layer; 15] = [
    Layer {
        id: "homepage_hero",
        about: "The first thing that visitors see. Owner: growth.",
        slots: 100,
        reach: 90,
        experiments: &[
            Experiment::new(
                "hero_headline",
                &[("control", 50), ("benefit", 50)],
                &[(1, Start(40)), (5, Complete)],
            ),
            Experiment::new(
                "hero_image_style",
                &[("photo", 34), ("drawing", 33), ("none", 33)],
                &[(2, Start(20)), (7, Complete)],
            ),
            Experiment::new(
                "hero_cta_text",
                &[("shop_now", 50), ("discover", 50)],
                &[(6, Start(15)), (9, Ramp(25))],
            ),
            Experiment::new(
                "hero_video",
                &[("still", 50), ("video", 50)],
                &[(10, Draft(70)), (12, Activate)],
            ),
        ],
    },
    Layer {
        id: "homepage_recommendations",
        about: "What the home page recommends. Owner: growth.",
        slots: 200,
        reach: 55,
        experiments: &[
            Experiment::new(
                "recs_algorithm",
                &[("popular", 50), ("collaborative", 50)],
                &[(1, Start(20)), (4, Ramp(40))],
            ),
            Experiment::new(
                "recs_count",
                &[("eight", 50), ("twelve", 50)],
                &[(3, Start(20)), (8, Pause)],
            ),
            Experiment::new(
                "recs_carousel",
                &[("grid", 50), ("carousel", 50)],
                &[(2, Start(10)), (6, Complete)],
            ),
            Experiment::new("recs_badges", ON_OFF, &[(7, Start(10))]),
        ],
    },
    Layer {
        id: "navigation_menu",
        about: "The menu on every page. Owner: platform.",
        slots: 100,
        reach: 40,
        experiments: &[
            Experiment::new(
                "menu_mega",
                &[("list", 50), ("mega", 50)],
                &[(1, Start(30)), (6, Win("mega"))],
            ),
            Experiment::new("menu_sticky", ON_OFF, &[(5, Start(20)), (10, Ramp(30))]),
            Experiment::new(
                "menu_icons",
                &[("text", 50), ("icons", 50)],
                &[(8, Start(20))],
            ),
            Experiment::new("menu_search_first", ON_OFF, &[(10, Draft(20))]),
        ],
    },
    Layer {
        id: "search_ranking",
        about: "The order of search results. Owner: search.",
        slots: 1000,
        reach: 45,
        experiments: &[
            Experiment::new(
                "ranking_freshness",
                ON_OFF,
                &[(1, Start(10)), (3, Ramp(20)), (7, Complete)],
            ),
            Experiment::new(
                "ranking_semantic",
                &[("keyword", 50), ("semantic", 50)],
                &[
                    (4, StartWithReserve(5, 40)),
                    (7, Ramp(10)),
                    (PENDING, Ramp(25)),
                ],
            ),
            Experiment::new("ranking_personal", ON_OFF, &[(5, Start(20))]).by(
                Segment,
                &[
                    ("new", &[80, 20]),
                    ("regular", &[50, 50]),
                    ("vip", &[50, 50]),
                ],
            ),
            Experiment::new("ranking_price_boost", ON_OFF, &[(9, Start(8))]),
        ],
    },
    Layer {
        id: "search_filters",
        about: "The filters beside search results. Owner: search.",
        slots: 100,
        reach: 25,
        experiments: &[
            Experiment::new(
                "filters_place",
                &[("left", 50), ("top", 50)],
                &[(1, Start(40))],
            ),
            Experiment::new(
                "filters_brand_first",
                ON_OFF,
                &[(2, Start(20)), (5, Complete)],
            ),
            Experiment::new(
                "filters_sizes",
                &[("list", 40), ("buttons", 40), ("slider", 20)],
                &[(6, Start(20))],
            ),
        ],
    },
    Layer {
        id: "product_page",
        about: "A product's page. Owner: catalog.",
        slots: 500,
        reach: 50,
        experiments: &[
            Experiment::new(
                "product_gallery",
                &[("stack", 50), ("carousel", 50)],
                &[(1, Start(20)), (5, Ramp(40))],
            ),
            Experiment::new(
                "product_price_layout",
                &[("above", 50), ("beside", 50)],
                &[(3, Start(10)), (9, Complete)],
            ),
            Experiment::new(
                "product_banner",
                &[("shipping", 50), ("returns", 30), ("sale", 20)],
                &[(6, Start(10))],
            )
            .at_random(),
            Experiment::new("product_sticky_buy", ON_OFF, &[(8, Start(20))]),
            Experiment::new("product_delivery_date", ON_OFF, &[(10, Draft(10))]),
        ],
    },
    Layer {
        id: "product_reviews",
        about: "Reviews below a product. Owner: catalog.",
        slots: 100,
        reach: 30,
        experiments: &[
            Experiment::new(
                "reviews_order",
                &[("recent", 50), ("helpful", 50)],
                &[(2, Start(50))],
            ),
            Experiment::new("reviews_photos_first", ON_OFF, &[(7, Start(20))]).ended(3),
        ],
    },
    Layer {
        id: "cart",
        about: "The cart. Owner: checkout.",
        slots: 100,
        reach: 18,
        experiments: &[
            Experiment::new(
                "cart_drawer",
                &[("page", 50), ("drawer", 50)],
                &[(1, Start(40))],
            ),
            Experiment::new("cart_upsell", ON_OFF, &[(4, Start(20)), (8, Complete)]),
            Experiment::new("cart_free_shipping_bar", ON_OFF, &[(PENDING, Start(20))]),
        ],
    },
    Layer {
        id: "checkout_payment",
        about: "How customers pay. Owner: checkout.",
        slots: 100,
        reach: 12,
        experiments: &[
            Experiment::new(
                "payment_wallets",
                &[("card_first", 50), ("wallet_first", 50)],
                &[
                    (1, Start(10)),
                    (3, Ramp(30)),
                    (6, Ramp(50)),
                    (PENDING, Win("wallet_first")),
                ],
            ),
            Experiment::new("payment_installments", ON_OFF, &[(5, Start(20))]).by(
                Geo,
                &[("DE", &[50, 50]), ("FR", &[50, 50]), ("US", &[90, 10])],
            ),
            Experiment::new("payment_saved_cards", ON_OFF, &[(9, Start(10))]),
        ],
    },
    Layer {
        id: "checkout_shipping",
        about: "How orders are shipped. Owner: checkout.",
        slots: 50,
        reach: 11,
        experiments: &[
            Experiment::new(
                "shipping_options",
                &[("all", 50), ("two_best", 50)],
                &[(2, Start(40))],
            ),
            Experiment::new("shipping_pickup", ON_OFF, &[(7, Start(20))]),
        ],
    },
    Layer {
        id: "pricing_display",
        about: "How prices are written. Owner: catalog.",
        slots: 100,
        reach: 35,
        experiments: &[
            Experiment::new(
                "pricing_tax",
                &[("included", 50), ("separate", 50)],
                &[(3, Start(60))],
            )
            .by(
                Geo,
                &[("DE", &[90, 10]), ("FR", &[90, 10]), ("US", &[50, 50])],
            ),
            Experiment::new(
                "pricing_strikethrough",
                ON_OFF,
                &[(8, Start(20)), (10, Pause)],
            ),
        ],
    },
    Layer {
        id: "signup_flow",
        about: "From visitor to customer. Owner: growth.",
        slots: 100,
        reach: 10,
        experiments: &[
            Experiment::new(
                "signup_social",
                &[("below", 50), ("above", 50)],
                &[(1, Start(40))],
            ),
            Experiment::new("signup_progress", ON_OFF, &[(2, Start(20)), (6, Complete)]),
            Experiment::new(
                "signup_short_form",
                &[("long", 50), ("short", 50)],
                &[(4, Start(20)), (9, Ramp(30))],
            ),
        ],
    },
    Layer {
        id: "newsletter_signup",
        about: "The newsletter. Owner: growth.",
        slots: 100,
        reach: 20,
        experiments: &[
            Experiment::new(
                "newsletter_delay",
                &[("five_seconds", 50), ("thirty_seconds", 50)],
                &[(2, Start(30))],
            ),
            Experiment::new(
                "newsletter_discount",
                &[("none", 50), ("five", 25), ("ten", 25)],
                &[(6, Start(30))],
            ),
        ],
    },
    Layer {
        id: "push_notifications",
        about: "Messages to phones. Owner: mobile.",
        slots: 200,
        reach: 15,
        experiments: &[
            Experiment::new(
                "push_frequency",
                &[("daily", 50), ("weekly", 50)],
                &[(3, Start(50))],
            )
            .by(Stratified, &[("light", &[30, 70]), ("heavy", &[60, 40])]),
            Experiment::new("push_emoji", ON_OFF, &[(8, Start(20)), (11, Ramp(40))]),
            Experiment::new("push_quiet_hours", ON_OFF, &[(10, Draft(10))]),
        ],
    },
    Layer {
        id: "onboarding_tour",
        about: "The first minutes in the app. Owner: mobile.",
        slots: 100,
        reach: 8,
        experiments: &[
            Experiment::new(
                "tour_length",
                &[("three_steps", 50), ("seven_steps", 50)],
                &[(5, Start(50))],
            ),
            Experiment::new("tour_checklist", ON_OFF, &[(9, Start(25))]),
            Experiment::new("tour_video", ON_OFF, &[(1, Start(30)), (4, Complete)]),
        ],
    },
];
