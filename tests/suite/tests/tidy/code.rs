//! Rust text without its comments and literals, so that a scan for a word finds only code.

/// The same text with every character of comments, strings and character literals turned into a space. Lines stay.
pub(crate) fn code(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let word = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
        let (blank, len) = match rest[..word].len() {
            0 => literal(rest),
            _ => (false, word),
        };
        // A prefix such as `r` or `br` belongs to the raw string behind it.
        let raw = if matches!(&rest[..word], "r" | "br" | "cr") { raw_string(&rest[word..]) } else { 0 };
        let (blank, len) = if raw > 0 { (true, word + raw) } else { (blank, len) };
        let (taken, left) = rest.split_at(len);
        if blank {
            code.extend(taken.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        } else {
            code.push_str(taken);
        }
        rest = left;
    }
    code
}

/// The lines, counted from 1, where `word` stands as a whole word.
pub(crate) fn lines_with(text: &str, word: &str) -> Vec<usize> {
    offsets(text, word).into_iter().map(|at| text[..at].matches('\n').count() + 1).collect()
}

/// Where `word` stands as a whole word.
pub(crate) fn offsets(text: &str, word: &str) -> Vec<usize> {
    let whole = |at: &usize| {
        let before = text[..*at].chars().next_back();
        let behind = text[at + word.len()..].chars().next();
        !before.is_some_and(is_word) && !behind.is_some_and(is_word)
    };
    text.match_indices(word).map(|(at, _)| at).filter(whole).collect()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Whether a comment or literal starts here, and how far it or the plain character reaches.
fn literal(rest: &str) -> (bool, usize) {
    let plain = rest.chars().next().map_or(0, char::len_utf8);
    if rest.starts_with("//") {
        (true, rest.find('\n').unwrap_or(rest.len()))
    } else if rest.starts_with("/*") {
        (true, block_comment(rest))
    } else if rest.starts_with('"') {
        (true, quoted(rest, '"'))
    } else if rest.starts_with('\'') && is_char(rest) {
        (true, quoted(rest, '\''))
    } else {
        (false, plain)
    }
}

/// `'x'` and `'\n'` are characters, `'x` is a lifetime.
fn is_char(rest: &str) -> bool {
    let mut chars = rest.chars().skip(1);
    match chars.next() {
        Some('\\') => true,
        Some(_) => chars.next() == Some('\''),
        None => false,
    }
}

fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

fn block_comment(rest: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < rest.len() {
        let bytes = &rest.as_bytes()[at..];
        if bytes.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if bytes.starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    rest.len()
}

/// Length of `#"…"#` with any number of hashes, 0 if there is none.
fn raw_string(rest: &str) -> usize {
    let hashes = rest.len() - rest.trim_start_matches('#').len();
    if !rest[hashes..].starts_with('"') {
        return 0;
    }
    let end = format!("\"{}", "#".repeat(hashes));
    rest[hashes + 1..].find(&end).map_or(rest.len(), |at| hashes + 1 + at + end.len())
}

#[test]
fn comments_and_literals_are_blank() {
    let check = |text: &str, expect: &str| assert_eq!(code(text), expect, "{text}");
    check("a // b\nc", "a     \nc");
    check("a /* b /* c */ d */ e", "a                   e");
    check("a \"b \\\" c\" d", "a          d");
    check("r#\"b\"c\"# d r#fn", "         d r#fn");
    check("for<'a> 'b' '\\'' e", "for<'a>          e");
    check("b\"x\" \"é\"", "b       ");
    check("\"never closed", "             ");
}

#[test]
fn words_are_whole() {
    assert_eq!(lines_with("unsafe_code\n unsafe extern\nnot_unsafe", "unsafe"), [2]);
}
