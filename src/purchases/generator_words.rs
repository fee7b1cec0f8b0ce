//! The words that synthetic items are named with.

/// A category: its share of sales, its usual price, and the words of its items.
pub(super) struct Category {
    pub(super) name: &'static str,
    /// Relative weight.
    pub(super) weight: f64,
    /// Median price in pence.
    pub(super) cents: f64,
    pub(super) styles: [&'static str; 7],
    pub(super) nouns: [&'static str; 7],
}

pub(super) const CATEGORIES: [Category; 12] = [
    Category {
        name: "Kitchen",
        weight: 16.0,
        cents: 850.0,
        styles: ["Oak", "Enamel", "Copper", "Blue", "Retro", "Steel", "Stone"],
        nouns: ["mug", "ladle", "crème brûlée set", "whisk", "bowl", "teapot", "jar"],
    },
    Category {
        name: "Garden",
        weight: 9.0,
        cents: 1_150.0,
        styles: ["Clay", "Tin", "Willow", "Mossy", "Slim", "Zinc", "Sunny"],
        nouns: ["planter", "trowel", "bird feeder", "lantern", "hose", "trellis", "gnome"],
    },
    Category {
        name: "Bath",
        weight: 8.0,
        cents: 700.0,
        styles: ["Linen", "Sea", "Cotton", "Fern", "Rose", "Soft", "Grey"],
        nouns: ["towel", "soap", "bath mat", "sponge", "robe", "salts", "tray"],
    },
    Category {
        name: "Toys",
        weight: 11.0,
        cents: 1_250.0,
        styles: ["Wooden", "Tiny", "Plush", "Magic", "Happy", "Red", "Robot"],
        nouns: ["train", "bear", "puzzle", "kite", "piñata", "blocks", "drum"],
    },
    Category {
        name: "Books",
        weight: 10.0,
        cents: 950.0,
        styles: ["Brief", "Secret", "Modern", "Lost", "Pocket", "Quiet", "Grand"],
        nouns: ["atlas", "cookbook", "history", "poems", "mystery", "diary", "guide"],
    },
    Category {
        name: "Tea",
        weight: 12.0,
        cents: 480.0,
        styles: ["Smoky", "Green", "Mint", "Rooibos", "Ginger", "White", "Berry"],
        nouns: ["leaves", "bags", "rosé blend", "tin", "sampler", "chai", "infusion"],
    },
    Category {
        name: "Paper",
        weight: 9.0,
        cents: 360.0,
        styles: ["Ruled", "Kraft", "Dotted", "Gold", "Ivory", "Floral", "Plain"],
        nouns: ["notebook", "cards", "gift wrap", "planner", "£5 voucher", "labels", "folder"],
    },
    Category {
        name: "Light",
        weight: 6.0,
        cents: 2_300.0,
        styles: ["Warm", "Paper", "Brass", "Neon", "Amber", "Solar", "Opal"],
        nouns: ["lamp", "candle", "bulb", "string", "sconce", "torch", "shade"],
    },
    Category {
        name: "Sport",
        weight: 6.0,
        cents: 1_900.0,
        styles: ["Pro", "Trail", "Light", "Junior", "Grip", "Flex", "Swift"],
        nouns: ["bottle", "yoga mat", "rope", "gloves", "ball", "cap", "band"],
    },
    Category {
        name: "Pets",
        weight: 6.0,
        cents: 780.0,
        styles: ["Chewy", "Cosy", "Tough", "Fluffy", "Bouncy", "Tasty", "Wild"],
        nouns: ["bone", "cat bed", "leash", "treats", "mouse", "brush", "bowl"],
    },
    Category {
        name: "Music",
        weight: 4.0,
        cents: 2_100.0,
        styles: ["Maple", "Silver", "Travel", "Studio", "Jazz", "Folk", "Bright"],
        nouns: ["ukulele", "strings", "flute", "capo", "stand", "picks", "tuner"],
    },
    Category {
        name: "Café",
        weight: 5.0,
        cents: 620.0,
        styles: ["Dark", "House", "Decaf", "Single", "Nutty", "Morning", "Café"],
        nouns: ["roast", "espresso", "filter set", "beans", "grinder", "syrup", "crêpe mix"],
    },
];

/// Countries and their share of users.
pub(super) const COUNTRIES: [(&str, u32); 8] =
    [("UK", 62), ("FR", 9), ("DE", 9), ("IE", 7), ("ES", 5), ("NL", 4), ("PL", 2), ("PT", 2)];
