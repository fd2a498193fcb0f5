//! Names on the keys of a phone.

/// The key that a letter is on; letters with accents are on that of their base.
fn key_of(letter: char) -> Option<char> {
    Some(match letter.to_lowercase().next()? {
        digit @ '0'..='9' => digit,
        'a'..='c' | 'à'..='ç' | 'ā' | 'ă' | 'ą' | 'ć' | 'č' => '2',
        'd'..='f' | 'è'..='ë' | 'ð' | 'ď' | 'đ' | 'ē' | 'ę' | 'ě' => '3',
        'g'..='i' | 'ì'..='ï' | 'ğ' | 'ī' | 'į' | 'ı' => '4',
        'j'..='l' | 'ł' | 'ľ' => '5',
        'm'..='o' | 'ñ'..='ö' | 'ø' | 'ń' | 'ň' | 'ō' | 'ő' | 'œ' => '6',
        'p'..='s' | 'ß' | 'ś' | 'š' | 'ş' | 'ř' => '7',
        't'..='v' | 'ù'..='ü' | 'ť' | 'ţ' | 'ū' | 'ů' | 'ű' => '8',
        'w'..='z' | 'ý' | 'ÿ' | 'ź' | 'ż' | 'ž' => '9',
        _ => return None,
    })
}

/// Whether a name begins with these keys; what is on no key is passed over.
pub(super) fn begins_with(name: &str, keys: &str) -> bool {
    let mut pressed = name.chars().filter_map(key_of);
    !keys.is_empty() && keys.chars().all(|key| pressed.next() == Some(key))
}

/// What stands behind the first word of a name, which is its last name; the whole where it is one word.
pub(super) fn last_name(name: &str) -> &str {
    name.trim().split_once(' ').map_or(name.trim(), |(_, last)| last.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_typed_on_the_keys() {
        assert!(begins_with("Martin", "627") && begins_with("O'Neil", "663") && begins_with("Élodie", "356"));
        assert!(begins_with("de la Tour", "335"));
        assert!(!begins_with("Martin", "628") && !begins_with("Li", "541") && !begins_with("Li", ""));
        assert_eq!(
            (last_name("Alice Martin"), last_name("Cher"), last_name("Jean de Vos")),
            ("Martin", "Cher", "de Vos")
        );
    }
}
