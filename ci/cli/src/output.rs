//! Standard output, and text from files that is safe to show on it.
//!
//! A file may hold characters that a terminal obeys rather than shows: control sequences, or marks that turn the
//! direction of a line. They are shown as `\u....`, which inside JSON is the same string.

use std::borrow::Cow;
use std::io::{self, BufWriter, Stdout, Write};
use std::sync::{LazyLock, Mutex};

/// Red and plain again, for terminals; a pipe does not see them.
pub(crate) const RED: &str = "\x1b[31m";
pub(crate) const PLAIN: &str = "\x1b[0m";

static STDOUT: LazyLock<Mutex<BufWriter<anstream::AutoStream<Stdout>>>> =
    LazyLock::new(|| Mutex::new(BufWriter::new(anstream::stdout())));

/// Standard output. One buffer for all, so that whoever ends the process can write out what is in it.
pub(crate) struct Output;

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        STDOUT.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        STDOUT.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).flush()
    }
}

/// Output that may go unread: what is concluded does not depend on whether somebody reads it to its end.
pub(crate) struct Unread<W>(pub(crate) W);

impl<W: Write> Write for Unread<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.write(bytes) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(bytes.len()),
            result => result,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.0.flush() {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            result => result,
        }
    }
}

/// Escapes what is written, but for line ends and our own colours.
pub(crate) struct Shown<W>(pub(crate) W);

impl<W: Write> Write for Shown<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        // Formatting writes each of our colours by itself or as part of its literal.
        let mut rest = &text[..];
        while let Some((at, colour)) = [RED, PLAIN].iter().filter_map(|c| Some((rest.find(c)?, *c))).min() {
            self.0.write_all(shown(&rest[..at]).as_bytes())?;
            self.0.write_all(colour.as_bytes())?;
            rest = &rest[at + colour.len()..];
        }
        self.0.write_all(shown(rest).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// The text with everything escaped that is neither printing nor a line end or tabulator.
pub(crate) fn shown(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_shown) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_shown(c) {
            safe.push(c);
        } else {
            let mut units = [0; 2];
            c.encode_utf16(&mut units).iter().for_each(|unit| safe.push_str(&format!("\\u{unit:04x}")));
        }
    }
    Cow::Owned(safe)
}

fn is_shown(c: char) -> bool {
    match c {
        '\n' | '\t' | '\'' | '"' | '\\' => true,
        // What the standard library would write as itself between quotes.
        c => c.escape_debug().len() == 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_print_is_escaped() {
        for (text, safe) in [
            ("plain \"text\" \\ 'é' 漢\n\tend", "plain \"text\" \\ 'é' 漢\n\tend"),
            ("a\u{202e}b\u{2066}", "a\\u202eb\\u2066"),
            ("\x1b[2J\r\u{9b}\u{7f}\0", "\\u001b[2J\\u000d\\u009b\\u007f\\u0000"),
            ("\u{200b}\u{feff}\u{2028}\u{ad}", "\\u200b\\ufeff\\u2028\\u00ad"),
            ("\u{e0041}", "\\udb40\\udc41"),
        ] {
            assert_eq!(shown(text), safe);
        }
    }

    /// A pipe that nobody reads.
    struct Closed;

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    }

    #[test]
    fn who_stops_reading_changes_no_verdict() {
        let mut out = Shown(Unread(Closed));
        assert!(writeln!(out, "{RED}FAILED{PLAIN}").and_then(|()| out.flush()).is_ok());
        assert!(writeln!(Shown(Closed), "x").is_err());
    }

    #[test]
    fn colours_are_ours_alone() {
        let mut out = Vec::new();
        let text = "x\x1b[31;8my\u{202e}";
        writeln!(Shown(&mut out), "{RED}{text}{PLAIN}").expect("a vector takes it");
        assert_eq!(String::from_utf8_lossy(&out), format!("{RED}x\\u001b[31;8my\\u202e{PLAIN}\n"));
    }

    /// JSON says the same after escaping.
    #[test]
    fn json_stays_what_it_is() {
        let value = serde_json::json!({ "a\u{202e}": "\u{7f}\u{e0041}\u{2028}é\"\\" });
        let text = format!("{value:#}");
        assert_ne!(shown(&text), text);
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown(&text)).ok(), Some(value));
    }
}
