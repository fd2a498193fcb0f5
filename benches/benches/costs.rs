//! Processor time, instructions and allocations of what signalling does, as a table.

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut operations = benches::parsing();
    operations.extend(benches::stack::stack());
    benches::table(&operations)
}
