//! Spanish: a prompt each up to thirty, and for every hundred; a thousand millions above.

use super::{Rules, digit};
use crate::{Gender, Prompt};

pub(super) struct Spanish;

impl Rules for Spanish {
    fn tag(&self) -> &'static str {
        "es"
    }

    fn words(&self) -> &'static [(&'static str, &'static str)] {
        WORDS
    }

    fn limit(&self) -> u64 {
        1_000_000_000_000
    }

    fn date_format(&self) -> &'static str {
        "'digits/es-el' Ad 'digits/es-de' B 'digits/es-de' Y 'digits/at' IMp"
    }

    fn number(&self, number: u64, gender: Gender, out: &mut Vec<Prompt>) {
        match number {
            1 if gender == Gender::Masculine => out.push("digits/1M".into()),
            1 if gender == Gender::Feminine => out.push("digits/1F".into()),
            0..=30 => out.push(digit(number)),
            31..=99 => {
                out.push(digit(number / 10 * 10));
                if !number.is_multiple_of(10) {
                    out.push("digits/and".into());
                }
                self.rest(number % 10, gender, out);
            }
            100 => out.push(digit(100)),
            101..=199 => {
                out.push("digits/100-and".into());
                self.rest(number - 100, gender, out);
            }
            200..=999 => {
                out.push(digit(number / 100 * 100));
                self.rest(number % 100, gender, out);
            }
            1_000..=999_999 => {
                if number >= 2_000 {
                    self.number(number / 1_000, Gender::Masculine, out);
                }
                out.push("digits/thousand".into());
                self.rest(number % 1_000, gender, out);
            }
            _ => {
                let millions = number / 1_000_000;
                self.number(millions, Gender::Masculine, out);
                out.push(if millions == 1 { "digits/million" } else { "digits/millions" }.into());
                self.rest(number % 1_000_000, gender, out);
            }
        }
    }
}

impl Spanish {
    fn rest(&self, rest: u64, gender: Gender, out: &mut Vec<Prompt>) {
        if rest != 0 {
            self.number(rest, gender, out);
        }
    }
}

const WORDS: &[(&str, &str)] = &[
    ("digits/0", "cero"),
    ("digits/1", "uno"),
    ("digits/2", "dos"),
    ("digits/3", "tres"),
    ("digits/4", "cuatro"),
    ("digits/5", "cinco"),
    ("digits/6", "seis"),
    ("digits/7", "siete"),
    ("digits/8", "ocho"),
    ("digits/9", "nueve"),
    ("digits/10", "diez"),
    ("digits/11", "once"),
    ("digits/12", "doce"),
    ("digits/13", "trece"),
    ("digits/14", "catorce"),
    ("digits/15", "quince"),
    ("digits/16", "dieciséis"),
    ("digits/17", "diecisiete"),
    ("digits/18", "dieciocho"),
    ("digits/19", "diecinueve"),
    ("digits/20", "veinte"),
    ("digits/21", "veintiuno"),
    ("digits/22", "veintidós"),
    ("digits/23", "veintitrés"),
    ("digits/24", "veinticuatro"),
    ("digits/25", "veinticinco"),
    ("digits/26", "veintiséis"),
    ("digits/27", "veintisiete"),
    ("digits/28", "veintiocho"),
    ("digits/29", "veintinueve"),
    ("digits/30", "treinta"),
    ("digits/40", "cuarenta"),
    ("digits/50", "cincuenta"),
    ("digits/60", "sesenta"),
    ("digits/70", "setenta"),
    ("digits/80", "ochenta"),
    ("digits/90", "noventa"),
    ("digits/1M", "un"),
    ("digits/1F", "una"),
    ("digits/and", "y"),
    ("digits/100", "cien"),
    ("digits/100-and", "ciento"),
    ("digits/200", "doscientos"),
    ("digits/300", "trescientos"),
    ("digits/400", "cuatrocientos"),
    ("digits/500", "quinientos"),
    ("digits/600", "seiscientos"),
    ("digits/700", "setecientos"),
    ("digits/800", "ochocientos"),
    ("digits/900", "novecientos"),
    ("digits/thousand", "mil"),
    ("digits/million", "millón"),
    ("digits/millions", "millones"),
    ("digits/minus", "menos"),
    ("digits/star", "asterisco"),
    ("digits/pound", "almohadilla"),
    ("digits/day-0", "domingo"),
    ("digits/day-1", "lunes"),
    ("digits/day-2", "martes"),
    ("digits/day-3", "miércoles"),
    ("digits/day-4", "jueves"),
    ("digits/day-5", "viernes"),
    ("digits/day-6", "sábado"),
    ("digits/mon-0", "enero"),
    ("digits/mon-1", "febrero"),
    ("digits/mon-2", "marzo"),
    ("digits/mon-3", "abril"),
    ("digits/mon-4", "mayo"),
    ("digits/mon-5", "junio"),
    ("digits/mon-6", "julio"),
    ("digits/mon-7", "agosto"),
    ("digits/mon-8", "septiembre"),
    ("digits/mon-9", "octubre"),
    ("digits/mon-10", "noviembre"),
    ("digits/mon-11", "diciembre"),
    ("digits/at", "a las"),
    ("digits/es-de", "de"),
    ("digits/es-el", "el"),
    ("digits/a-m", "de la mañana"),
    ("digits/p-m", "de la tarde"),
    ("digits/today", "hoy"),
    ("digits/yesterday", "ayer"),
    ("second", "segundo"),
    ("seconds", "segundos"),
    ("minute", "minuto"),
    ("minutes", "minutos"),
    ("hour", "hora"),
    ("hours", "horas"),
    ("day", "día"),
    ("days", "días"),
    ("and", "y"),
    ("letters/dollar_", "dólar"),
    ("dollars", "dólares"),
    ("cent", "centavo"),
    ("cents", "centavos"),
    ("euro", "euro"),
    ("euros", "euros"),
    ("euro-cent", "céntimo"),
    ("euro-cents", "céntimos"),
    ("uppercase", "mayúscula"),
    ("lowercase", "minúscula"),
    ("letters/at", "arroba"),
    ("letters/dash", "guion"),
    ("letters/dot", "punto"),
    ("letters/plus", "más"),
    ("letters/slash", "barra"),
    ("letters/space", "espacio"),
    ("letters/equals", "igual"),
    ("letters/dollar", "dólar"),
    ("letters/exclaimation-point", "exclamación"),
];
