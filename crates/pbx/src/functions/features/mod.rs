//! What parties can do by keys: values of `features.conf`, and those that a channel has in their place. They are kept and told;
//! the features themselves come later.

mod chosen;

use crate::functions::Function;

pub(super) const ROWS: &[Function] = &[
    Function::new(
        "FEATURE",
        "FEATURE(option_name)",
        "An option of features.conf for the channel.",
        chosen::read,
    )
    .set(chosen::write),
    Function::new(
        "FEATUREMAP",
        "FEATUREMAP(feature_name)",
        "The keys of a feature for the channel.",
        chosen::read_keys,
    )
    .set(chosen::write_keys),
];
