//! Typed access to the TOML header, where every error knows its place.

use crate::error::{Error, Source};
use crate::hex::{self, Hex, shorten};
use crate::nearest::suggest;
use alloy_primitives::{Address, B256, Bytes, Uint};
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

/// A table whose fields are all known.
#[derive(Clone)]
pub(super) struct Table<'s, 't> {
    source: Source<'s>,
    name: &'t str,
    span: Range<usize>,
    entries: &'t DeTable<'s>,
}

impl<'s, 't> Table<'s, 't> {
    /// Opens a table; a field that is not `known` is an error.
    pub(super) fn open(
        source: Source<'s>,
        name: &'t str,
        span: Range<usize>,
        entries: &'t DeTable<'s>,
        known: &[&str],
    ) -> Result<Table<'s, 't>, Error> {
        let unknown = entries.keys().filter(|key| !known.contains(&key.get_ref().as_ref()));
        match unknown.min_by_key(|key| key.span().start) {
            None => Ok(Table { source, name, span, entries }),
            Some(key) => {
                let field = key.get_ref();
                let what = format!("unknown field `{}` in {name}", shorten(field));
                Err(source.error(key.span().start, what).hint(suggest(field, known)))
            }
        }
    }

    /// A field, if it is there.
    pub(super) fn get(&self, name: &'static str) -> Option<Field<'s, 't>> {
        self.entries.get(name).map(|value| Field { source: self.source, name, value })
    }

    /// A field that must be there.
    pub(super) fn need(&self, name: &'static str) -> Result<Field<'s, 't>, Error> {
        self.get(name).ok_or_else(|| self.error(format!("{} lacks `{name}`", self.name)).hint("add it"))
    }

    /// The value of a field, if it is there.
    pub(super) fn read<T: Scalar>(&self, name: &'static str) -> Result<Option<T>, Error> {
        self.get(name).map(|field| field.read()).transpose()
    }

    /// The elements of an array field; none if it is not there.
    pub(super) fn list(&self, name: &'static str) -> Result<Vec<Field<'s, 't>>, Error> {
        self.get(name).map_or(Ok(Vec::new()), |field| field.list())
    }

    /// Every field with its key, in the order of the file.
    pub(super) fn entries(&self) -> Vec<(&'t str, Range<usize>, Field<'s, 't>)> {
        let mut entries: Vec<_> = self
            .entries
            .iter()
            .map(|(key, value)| {
                (key.get_ref().as_ref(), key.span(), Field { source: self.source, name: self.name, value })
            })
            .collect();
        entries.sort_by_key(|(_, span, _)| span.start);
        entries
    }

    /// An error about the table as a whole.
    pub(super) fn error(&self, what: impl Into<String>) -> Error {
        self.source.error(self.span.start, what)
    }
}

/// A value and the field it belongs to.
#[derive(Clone)]
pub(super) struct Field<'s, 't> {
    source: Source<'s>,
    name: &'t str,
    value: &'t Spanned<DeValue<'s>>,
}

impl<'s, 't> Field<'s, 't> {
    /// Its value.
    pub(super) fn read<T: Scalar>(&self) -> Result<T, Error> {
        T::read(self.value.get_ref()).map_err(|problem| match problem {
            Problem::Type => self.wrong_type(T::WANTED),
            Problem::Value(what) => self.error(format!("`{}`: {what}", self.name)).hint(format!("write {}", T::WANTED)),
        })
    }

    /// Its elements.
    pub(super) fn list(&self) -> Result<Vec<Field<'s, 't>>, Error> {
        match self.value.get_ref() {
            DeValue::Array(values) => {
                Ok(values.iter().map(|value| Field { source: self.source, name: self.name, value }).collect())
            }
            _ => Err(self.wrong_type("a list")),
        }
    }

    /// Its fields, which must be `known`.
    pub(super) fn table(&self, known: &[&str]) -> Result<Table<'s, 't>, Error> {
        Table::open(self.source, self.name, self.value.span(), self.entries()?, known)
    }

    /// Its fields, whatever they are called.
    pub(super) fn map(&self) -> Result<Table<'s, 't>, Error> {
        Ok(Table { source: self.source, name: self.name, span: self.value.span(), entries: self.entries()? })
    }

    /// An error at the value.
    pub(super) fn error(&self, what: impl Into<String>) -> Error {
        self.source.error(self.value.span().start, what)
    }

    /// An error elsewhere in the header.
    pub(super) fn error_at(&self, offset: usize, what: impl Into<String>) -> Error {
        self.source.error(offset, what)
    }

    fn entries(&self) -> Result<&'t DeTable<'s>, Error> {
        match self.value.get_ref() {
            DeValue::Table(entries) => Ok(entries),
            _ => Err(self.wrong_type("a table")),
        }
    }

    fn wrong_type(&self, wanted: &str) -> Error {
        let what = format!("`{}` is of type {}", self.name, self.value.get_ref().type_str());
        self.error(what).hint(format!("write {wanted}"))
    }
}

/// Why a value is not what was wanted.
pub(super) enum Problem {
    /// Another type.
    Type,
    /// The type, but no such value.
    Value(String),
}

/// A value that stands alone.
pub(super) trait Scalar: Sized {
    /// What to write.
    const WANTED: &'static str;

    fn read(value: &DeValue<'_>) -> Result<Self, Problem>;
}

impl Scalar for bool {
    const WANTED: &'static str = "true or false";

    fn read(value: &DeValue<'_>) -> Result<bool, Problem> {
        value.as_bool().ok_or(Problem::Type)
    }
}

impl Scalar for String {
    const WANTED: &'static str = "a string";

    fn read(value: &DeValue<'_>) -> Result<String, Problem> {
        value.as_str().map(str::to_owned).ok_or(Problem::Type)
    }
}

impl<const BITS: usize, const LIMBS: usize> Scalar for Uint<BITS, LIMBS> {
    const WANTED: &'static str = "a number, or a string that holds one";

    fn read(value: &DeValue<'_>) -> Result<Self, Problem> {
        match value {
            DeValue::Integer(integer) => of_integer(integer),
            DeValue::String(text) => hex::number(text).map_err(Problem::Value),
            _ => Err(Problem::Type),
        }
    }
}

impl Scalar for u64 {
    const WANTED: &'static str = <Uint<64, 1> as Scalar>::WANTED;

    fn read(value: &DeValue<'_>) -> Result<u64, Problem> {
        <Uint<64, 1> as Scalar>::read(value).map(|number| number.to())
    }
}

fn of_integer<const BITS: usize, const LIMBS: usize>(integer: &DeInteger<'_>) -> Result<Uint<BITS, LIMBS>, Problem> {
    let digits = integer.as_str().trim_start_matches('+');
    if digits.starts_with('-') {
        return Err(Problem::Value("a number cannot be negative here".into()));
    }
    Uint::from_str_radix(digits, integer.radix().into())
        .map_err(|_| Problem::Value(format!("`{}` does not fit in {BITS} bits", shorten(digits))))
}

macro_rules! hexadecimal {
    ($($type:ty, $wanted:literal;)*) => {
        $(impl Scalar for $type {
            const WANTED: &'static str = $wanted;

            fn read(value: &DeValue<'_>) -> Result<Self, Problem> {
                let text = value.as_str().ok_or(Problem::Type)?;
                Hex::read(text).map_err(Problem::Value)
            }
        })*
    };
}
hexadecimal! {
    Address, "0x and 40 digits as a string";
    B256, "0x and 64 digits as a string";
    Bytes, "0x and pairs of digits as a string";
}
