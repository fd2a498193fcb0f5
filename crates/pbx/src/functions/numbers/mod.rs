//! Numbers.

mod counters;
mod extremes;
mod math;
mod random;

use crate::functions::Function;

pub(super) const ROWS: &[Function] = &[
    Function::new("ABS", "ABS(num)", "A number without its sign.", extremes::absolute),
    Function::new("DEC", "DEC(variable)", "Takes one off a variable.", counters::decrement),
    Function::new("DIGIT_SUM", "DIGIT_SUM(num)", "The sum of a number's digits.", extremes::digit_sum),
    Function::new("INC", "INC(variable)", "Adds one to a variable.", counters::increment),
    Function::new("MATH", "MATH(expression[,type])", "One operation on two numbers.", math::read),
    Function::new("MAX", "MAX(num1[,num2])", "The greater number.", extremes::greatest),
    Function::new("MIN", "MIN(num1[,num2])", "The smaller number.", extremes::smallest),
    Function::new("RAND", "RAND([min][,max])", "A number drawn by chance.", random::read),
];

#[cfg(test)]
mod tests;
