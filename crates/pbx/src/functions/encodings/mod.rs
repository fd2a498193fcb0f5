//! Texts in other writings: for addresses, for machines, for nobody to read.

pub(super) mod base64;
mod charset;
mod cipher;
mod digest;
mod json;
pub(in crate::functions) mod uri;

use crate::functions::Function;

pub(super) const ROWS: &[Function] = &[
    Function::new(
        "AES_DECRYPT",
        "AES_DECRYPT(key,string)",
        "What AES_ENCRYPT made a secret of.",
        cipher::decrypt,
    ),
    Function::new("AES_ENCRYPT", "AES_ENCRYPT(key,string)", "A text in AES-128 and base64.", cipher::encrypt),
    Function::new("BASE64_DECODE", "BASE64_DECODE(string)", "The text behind base64.", base64::decode),
    Function::new("BASE64_ENCODE", "BASE64_ENCODE(string)", "A text in base64.", base64::encode),
    Function::new(
        "ICONV",
        "ICONV(in-charset,out-charset,string)",
        "A text with the characters that another set has.",
        charset::convert,
    ),
    Function::new(
        "JSON_DECODE",
        "JSON_DECODE(varname,item[,separator[,options]])",
        "An item of the JSON in a variable.",
        json::read,
    ),
    Function::new("MD5", "MD5(data)", "The MD5 digest of a text.", digest::md5),
    Function::new("SHA1", "SHA1(data)", "The SHA-1 digest of a text.", digest::sha1),
    Function::new("URIDECODE", "URIDECODE(data)", "A text without the escapes of addresses.", uri::decode),
    Function::new("URIENCODE", "URIENCODE(data)", "A text escaped for an address.", uri::encode),
];

#[cfg(test)]
mod tests;
