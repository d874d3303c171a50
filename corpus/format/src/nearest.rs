//! The known word that is nearest to an unknown one, for hints.

/// The nearest of `known` if it is near enough to be what was meant. The first of equals wins.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // A long word is no typo of a short one, and the cost is quadratic.
    let word: Vec<char> = word.chars().take(40).map(|c| c.to_ascii_lowercase()).collect();
    let limit = 1 + word.len() / 4;
    known
        .into_iter()
        .map(|candidate| (distance(&word, &candidate.to_ascii_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// What to say about an unknown word: the nearest known one, or all of them.
pub(crate) fn suggest(word: &str, known: &[&str]) -> String {
    match nearest(word, known.iter().copied()) {
        Some(known) => format!("did you mean `{known}`?"),
        None if known.is_empty() => "there is none".to_owned(),
        None if known.len() > 40 => format!("there are {} others", known.len()),
        None => format!("known are {}", known.join(", ")),
    }
}

/// Insertions, deletions and replacements that turn one word into the other.
fn distance(left: &[char], right: &str) -> usize {
    let mut row: Vec<usize> = (0..=left.len()).collect();
    for (i, wanted) in right.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, found) in left.iter().enumerate() {
            let replaced = diagonal + usize::from(*found != wanted);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[left.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_found_and_far_ones_are_not() {
        let known = ["ADD", "ADDMOD", "JUMPDEST", "JUMPI"];
        assert_eq!(nearest("add", known), Some("ADD"));
        assert_eq!(nearest("JUMPDST", known), Some("JUMPDEST"));
        assert_eq!(nearest("TRANSMOGRIFY", known), None);
        assert_eq!(suggest("x", &["alpha"]), "known are alpha");
    }
}
