//! The shell commands that repeat a step, with tools that every Unix has: `printf`, `sha256sum`
//! or `md5sum`, and `bc`.

use crate::domain::HashAlgorithm;

/// Returns the command that hashes these bytes.
pub(super) fn hash(algorithm: HashAlgorithm, input: &[u8]) -> String {
    let tool = match algorithm {
        HashAlgorithm::Sha256 => "sha256sum",
        HashAlgorithm::Md5 => "md5sum",
    };
    let format: String = input.iter().copied().enumerate().map(written).collect();
    format!("printf '{format}' | {tool}")
}

/// Returns a byte for the format of `printf` in single quotes: the byte itself if no shell, no
/// locale and no `printf` interprets it, else its octal digits.
fn written((index, byte): (usize, u8)) -> String {
    match byte {
        b'%' => "%%".to_owned(),
        // A `-` at the start would begin an option.
        b'-' if index == 0 => octal(byte),
        b'\'' | b'\\' | b'!' => octal(byte),
        b' '..=b'~' => char::from(byte).to_string(),
        _ => octal(byte),
    }
}

/// Always three digits: a digit that follows would otherwise be read as the byte's.
fn octal(byte: u8) -> String {
    format!("\\{byte:03o}")
}

/// Returns the command for the remainder of a hash's number. `bc` reads the divisor before `ibase`
/// makes the digits hexadecimal, so the number has the digits of the hash.
pub(super) fn remainder(number: u128, divisor: u32) -> String {
    format!("echo 'n={divisor}; ibase=16; {number:032X} % n' | bc")
}

/// Returns the command for a hash's number divided by 2^128, to 20 places.
pub(super) fn quotient(number: u128) -> String {
    format!("echo 'scale=20; n=2^128; ibase=16; {number:032X} / n' | bc")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_bytes_can_be_pasted() {
        let command = |input: &str| hash(HashAlgorithm::Md5, input.as_bytes());
        assert_eq!(command("a b\"$`~"), "printf 'a b\"$`~' | md5sum");
        assert_eq!(command("--x"), r"printf '\055-x' | md5sum");
        assert_eq!(
            command("100%'1!\\"),
            r"printf '100%%\0471\041\134' | md5sum"
        );
        assert_eq!(
            command("\u{0}7\n\u{1b}ñ"),
            r"printf '\0007\012\033\303\261' | md5sum"
        );
        assert_eq!(hash(HashAlgorithm::Sha256, b""), "printf '' | sha256sum");
    }
}
