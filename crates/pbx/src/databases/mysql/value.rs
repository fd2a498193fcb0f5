//! Values of MySQL's binary protocol as its texts have them.

use mysql_async::Value;
use mysql_async::consts::ColumnType;

/// A value as a text; `None` for NULL.
pub(super) fn text(value: Value, kind: ColumnType) -> Option<String> {
    match value {
        Value::NULL => None,
        Value::Bytes(octets) => Some(String::from_utf8_lossy(&octets).into_owned()),
        Value::Int(number) => Some(number.to_string()),
        Value::UInt(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Double(number) => Some(number.to_string()),
        Value::Date(year, month, day, hour, minute, second, micros) => {
            let date = format!("{year:04}-{month:02}-{day:02}");
            Some(match kind {
                ColumnType::MYSQL_TYPE_DATE | ColumnType::MYSQL_TYPE_NEWDATE => date,
                _ => format!("{date} {hour:02}:{minute:02}:{second:02}{}", fraction(micros)),
            })
        }
        Value::Time(is_negative, days, hours, minutes, seconds, micros) => {
            let sign = if is_negative { "-" } else { "" };
            let hours = u64::from(days) * 24 + u64::from(hours);
            Some(format!("{sign}{hours:02}:{minutes:02}:{seconds:02}{}", fraction(micros)))
        }
    }
}

fn fraction(micros: u32) -> String {
    if micros == 0 { String::new() } else { format!(".{micros:06}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_the_server_would() {
        use ColumnType::{MYSQL_TYPE_DATE as DATE, MYSQL_TYPE_DATETIME as MOMENT, MYSQL_TYPE_TIME as TIME};
        for (value, kind, expected) in [
            (Value::NULL, MOMENT, None),
            (Value::Int(-3), MOMENT, Some("-3")),
            (Value::Double(0.5), MOMENT, Some("0.5")),
            (Value::Bytes(b"12.50".to_vec()), MOMENT, Some("12.50")),
            (Value::Date(2026, 3, 9, 0, 0, 0, 0), DATE, Some("2026-03-09")),
            (Value::Date(2026, 3, 9, 0, 0, 0, 0), MOMENT, Some("2026-03-09 00:00:00")),
            (Value::Date(2026, 3, 9, 1, 2, 3, 40), MOMENT, Some("2026-03-09 01:02:03.000040")),
            (Value::Time(true, 1, 2, 3, 4, 0), TIME, Some("-26:03:04")),
        ] {
            assert_eq!(text(value.clone(), kind).as_deref(), expected, "{value:?}");
        }
    }
}
