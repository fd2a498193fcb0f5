//! Variables beyond those of the channel.

mod global;

use crate::functions::Function;

pub(super) const ROWS: &[Function] =
    &[Function::new("GLOBAL", "GLOBAL(varname)", "A variable of the whole exchange.", global::read)
        .set(global::write)];
