//! Passwords come from standard input or a prompt, never from an argument or an environment variable.

use std::io::{self, BufRead as _, IsTerminal as _, Read as _};

use secrecy::SecretString;
use secrecy::zeroize::{Zeroize as _, Zeroizing};

use crate::console;
use crate::failure::Failure;

/// No password is longer; what is has been given by mistake, such as a whole file.
const LONGEST: u64 = 4096;

/// The first line of standard input, without its line ending. On a terminal it is asked for instead, unseen.
pub(crate) fn from_stdin(account: &str) -> Result<SecretString, Failure> {
    if io::stdin().is_terminal() {
        return prompt(account);
    }
    let mut line = Zeroizing::new(Vec::new());
    io::stdin().lock().take(LONGEST + 1).read_until(b'\n', &mut line)?;
    first_line(&line)
}

/// Asks on the terminal; `None` where there is none.
pub(crate) fn ask(account: &str) -> Option<Result<SecretString, Failure>> {
    console::can_ask().then(|| prompt(account))
}

fn prompt(account: &str) -> Result<SecretString, Failure> {
    let mut typed = rpassword::prompt_password(format!("Password of {account}: ")).map_err(|error| {
        // Ctrl+D.
        if error.kind() == io::ErrorKind::UnexpectedEof {
            unusable("no password was typed")
        } else {
            error.into()
        }
    })?;
    let password = usable(&typed);
    typed.zeroize();
    password
}

fn first_line(bytes: &[u8]) -> Result<SecretString, Failure> {
    let line = bytes.strip_suffix(b"\n").map_or(bytes, |line| line.strip_suffix(b"\r").unwrap_or(line));
    if bytes.len() as u64 > LONGEST {
        return Err(unusable("the line on standard input is longer than any password"));
    }
    // Windows PowerShell can put a byte order mark before what it pipes.
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    let text =
        std::str::from_utf8(line).map_err(|_| unusable("the password on standard input is not UTF-8"))?;
    usable(text)
}

fn usable(password: &str) -> Result<SecretString, Failure> {
    if password.is_empty() {
        return Err(unusable("the password is empty"));
    }
    // What UTF-16 looks like when it is read as UTF-8; no server could be sent it.
    if password.chars().any(|c| c.is_control() && c != '\t' && c != '\r') {
        return Err(unusable("the password holds a control character"));
    }
    Ok(SecretString::from(password))
}

fn unusable(message: &str) -> Failure {
    Failure::new(
        "password_unusable",
        message,
        "Give the password on one line, in UTF-8, and nothing before it.",
    )
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn one_line_without_its_ending() {
        let long = "x".repeat(5000);
        for (input, expect) in [
            (&b"secret\n"[..], Ok("secret")),
            (b"secret\r\n", Ok("secret")),
            (b"secret", Ok("secret")),
            (b" pass word\t\n", Ok(" pass word\t")),
            (b"secret\r", Ok("secret\r")),
            (b"\xef\xbb\xbfsecret\n", Ok("secret")),
            ("pässwörd🔑\n".as_bytes(), Ok("pässwörd🔑")),
            (b"", Err("the password is empty")),
            (b"\r\n", Err("the password is empty")),
            (b"s\0e\0c\0", Err("the password holds a control character")),
            (b"caf\xe9\n", Err("the password on standard input is not UTF-8")),
            (long.as_bytes(), Err("the line on standard input is longer than any password")),
        ] {
            let got = first_line(input);
            let got = got.as_ref().map(ExposeSecret::expose_secret).map_err(|f| f.report.message.as_str());
            assert_eq!(got, expect, "{input:?}");
        }
    }
}
