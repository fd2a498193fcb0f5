//! Portuguese: an "e" between the words, hundreds that follow the gender; a thousand millions above.

use super::{Rules, digit};
use crate::{Gender, Prompt};

pub(super) struct Portuguese;

impl Rules for Portuguese {
    fn tag(&self) -> &'static str {
        "pt"
    }

    fn words(&self) -> &'static [(&'static str, &'static str)] {
        WORDS
    }

    fn limit(&self) -> u64 {
        1_000_000_000_000
    }

    fn date_format(&self) -> &'static str {
        "Ad 'digits/pt-de' B 'digits/pt-de' Y 'digits/at' IMp"
    }

    fn number(&self, number: u64, gender: Gender, out: &mut Vec<Prompt>) {
        let feminine = gender == Gender::Feminine;
        match number {
            1 | 2 if feminine => out.push(format!("digits/{number}F").into()),
            0..=20 => out.push(digit(number)),
            21..=99 => {
                out.push(digit(number / 10 * 10));
                self.rest(number % 10, gender, out);
            }
            100 => out.push(digit(100)),
            101..=199 => {
                out.push("digits/100E".into());
                self.rest(number - 100, gender, out);
            }
            200..=999 => {
                let form = if feminine { "F" } else { "" };
                out.push(format!("digits/{}{form}", number / 100 * 100).into());
                self.rest(number % 100, gender, out);
            }
            1_000..=999_999 => {
                if number >= 2_000 {
                    self.number(number / 1_000, gender, out);
                }
                out.push("digits/thousand".into());
                self.rest(number % 1_000, gender, out);
            }
            _ => {
                let millions = number / 1_000_000;
                self.number(millions, Gender::Common, out);
                out.push(if millions == 1 { "digits/million" } else { "digits/millions" }.into());
                self.rest(number % 1_000_000, gender, out);
            }
        }
    }
}

impl Portuguese {
    /// What is left; an "e" goes before it when it is one word, below a hundred or full hundreds.
    fn rest(&self, rest: u64, gender: Gender, out: &mut Vec<Prompt>) {
        if rest == 0 {
            return;
        }
        if rest < 100 || (rest < 1_000 && rest.is_multiple_of(100)) {
            out.push("digits/pt-e".into());
        }
        self.number(rest, gender, out);
    }
}

const WORDS: &[(&str, &str)] = &[
    ("digits/0", "zero"),
    ("digits/1", "um"),
    ("digits/2", "dois"),
    ("digits/3", "três"),
    ("digits/4", "quatro"),
    ("digits/5", "cinco"),
    ("digits/6", "seis"),
    ("digits/7", "sete"),
    ("digits/8", "oito"),
    ("digits/9", "nove"),
    ("digits/10", "dez"),
    ("digits/11", "onze"),
    ("digits/12", "doze"),
    ("digits/13", "treze"),
    ("digits/14", "catorze"),
    ("digits/15", "quinze"),
    ("digits/16", "dezasseis"),
    ("digits/17", "dezassete"),
    ("digits/18", "dezoito"),
    ("digits/19", "dezanove"),
    ("digits/20", "vinte"),
    ("digits/30", "trinta"),
    ("digits/40", "quarenta"),
    ("digits/50", "cinquenta"),
    ("digits/60", "sessenta"),
    ("digits/70", "setenta"),
    ("digits/80", "oitenta"),
    ("digits/90", "noventa"),
    ("digits/1F", "uma"),
    ("digits/2F", "duas"),
    ("digits/pt-e", "e"),
    ("digits/100", "cem"),
    ("digits/100E", "cento"),
    ("digits/200", "duzentos"),
    ("digits/200F", "duzentas"),
    ("digits/300", "trezentos"),
    ("digits/300F", "trezentas"),
    ("digits/400", "quatrocentos"),
    ("digits/400F", "quatrocentas"),
    ("digits/500", "quinhentos"),
    ("digits/500F", "quinhentas"),
    ("digits/600", "seiscentos"),
    ("digits/600F", "seiscentas"),
    ("digits/700", "setecentos"),
    ("digits/700F", "setecentas"),
    ("digits/800", "oitocentos"),
    ("digits/800F", "oitocentas"),
    ("digits/900", "novecentos"),
    ("digits/900F", "novecentas"),
    ("digits/thousand", "mil"),
    ("digits/million", "milhão"),
    ("digits/millions", "milhões"),
    ("digits/minus", "menos"),
    ("digits/star", "asterisco"),
    ("digits/pound", "cardinal"),
    ("digits/day-0", "domingo"),
    ("digits/day-1", "segunda-feira"),
    ("digits/day-2", "terça-feira"),
    ("digits/day-3", "quarta-feira"),
    ("digits/day-4", "quinta-feira"),
    ("digits/day-5", "sexta-feira"),
    ("digits/day-6", "sábado"),
    ("digits/mon-0", "janeiro"),
    ("digits/mon-1", "fevereiro"),
    ("digits/mon-2", "março"),
    ("digits/mon-3", "abril"),
    ("digits/mon-4", "maio"),
    ("digits/mon-5", "junho"),
    ("digits/mon-6", "julho"),
    ("digits/mon-7", "agosto"),
    ("digits/mon-8", "setembro"),
    ("digits/mon-9", "outubro"),
    ("digits/mon-10", "novembro"),
    ("digits/mon-11", "dezembro"),
    ("digits/at", "às"),
    ("digits/pt-de", "de"),
    ("digits/a-m", "da manhã"),
    ("digits/p-m", "da tarde"),
    ("digits/today", "hoje"),
    ("digits/yesterday", "ontem"),
    ("second", "segundo"),
    ("seconds", "segundos"),
    ("minute", "minuto"),
    ("minutes", "minutos"),
    ("hour", "hora"),
    ("hours", "horas"),
    ("day", "dia"),
    ("days", "dias"),
    ("and", "e"),
    ("letters/dollar_", "dólar"),
    ("dollars", "dólares"),
    ("cent", "cêntimo"),
    ("cents", "cêntimos"),
    ("euro", "euro"),
    ("euros", "euros"),
    ("euro-cent", "cêntimo"),
    ("euro-cents", "cêntimos"),
    ("uppercase", "maiúscula"),
    ("lowercase", "minúscula"),
    ("letters/at", "arroba"),
    ("letters/dash", "hífen"),
    ("letters/dot", "ponto"),
    ("letters/plus", "mais"),
    ("letters/slash", "barra"),
    ("letters/space", "espaço"),
    ("letters/equals", "igual"),
    ("letters/dollar", "dólar"),
    ("letters/exclaimation-point", "ponto de exclamação"),
];
