//! What dynasm's macro assembles into: bytes, places, and branches that are filled in at the end.
//!
//! The macro calls the methods of whatever it is given by name. A blob is made for every code that a campaign invents, so
//! a place is an index, a branch twelve bytes, and nothing is looked up by hashing.

use crate::isa::Unencodable;
use dynasmrt::relocations::Relocation;
use std::marker::PhantomData;

/// A place in machine code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Label(u32);

/// Places in a row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Labels {
    first: u32,
    len: u32,
}

impl Labels {
    /// The place at a position.
    #[inline]
    pub(crate) fn at(self, index: usize) -> Label {
        debug_assert!(index < self.len as usize);
        Label(self.first + index as u32)
    }

    /// All of them, in order.
    pub(crate) fn iter(self) -> impl Iterator<Item = Label> {
        (self.first..self.first + self.len).map(Label)
    }
}

/// A place to which nothing goes and that is not bound.
const IDLE: u32 = u32::MAX;
/// A place to which something goes and that is not bound.
const USED: u32 = u32::MAX - 1;

/// Where an instruction names a place.
#[derive(Clone, Copy, Debug)]
struct Reference {
    /// Behind the instruction, or behind what of it was written.
    at: u32,
    /// So far before that the field begins, and what the distance counts from.
    field: u8,
    from: u8,
    /// How the distance is encoded.
    encoding: u8,
}

/// Machine code in the making, with branches encoded as `R` says. All of them count from where they are.
#[derive(Debug)]
pub(crate) struct Buffer<R> {
    bytes: Vec<u8>,
    /// Offset of each place.
    places: Vec<u32>,
    references: Vec<(Reference, Label)>,
    /// References to names that are bound further on.
    named: Vec<(Reference, &'static str)>,
    error: Option<Unencodable>,
    encoding: PhantomData<R>,
}

impl<R: Relocation> Buffer<R> {
    /// An empty one.
    pub(crate) fn new() -> Buffer<R> {
        Buffer {
            bytes: Vec::new(),
            places: Vec::new(),
            references: Vec::new(),
            named: Vec::new(),
            error: None,
            encoding: PhantomData,
        }
    }

    /// Empties it and keeps its room.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.places.clear();
        self.references.clear();
        self.named.clear();
        self.error = None;
    }

    /// What is in it.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The same, for good.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Bytes so far.
    #[inline]
    pub(crate) fn len(&self) -> u32 {
        self.bytes.len() as u32
    }

    /// A place to be bound.
    #[inline]
    pub(crate) fn label(&mut self) -> Label {
        self.places.push(IDLE);
        Label(self.places.len() as u32 - 1)
    }

    /// So many places to be bound.
    pub(crate) fn labels(&mut self, len: usize) -> Labels {
        let first = self.places.len();
        self.places.resize(first + len, IDLE);
        Labels { first: first as u32, len: len as u32 }
    }

    /// Whether an instruction so far names a place that is not bound.
    pub(crate) fn is_used(&self, label: Label) -> bool {
        self.places[label.0 as usize] == USED
    }

    /// Fills in every reference.
    pub(crate) fn finish(&mut self) -> Result<(), Unencodable> {
        for i in 0..self.references.len() {
            let (reference, label) = self.references[i];
            self.fill(reference, self.places[label.0 as usize]);
        }
        if let Some((_, name)) = self.named.first() {
            return Err(Unencodable(format!("the place `{name}` was never bound")));
        }
        self.error.take().map_or(Ok(()), Err)
    }

    fn fill(&mut self, reference: Reference, place: u32) {
        if place >= USED {
            self.error =
                Some(Unencodable(format!("a branch at {:#x} goes to a place that was never bound", reference.at)));
            return;
        }
        let encoding = R::from_encoding(reference.encoding);
        let first = reference.at as usize - usize::from(reference.field);
        let distance = place as isize - (reference.at as isize - isize::from(reference.from));
        if encoding.write_value(&mut self.bytes[first..first + encoding.size()], distance).is_err() {
            self.error = Some(Unencodable(format!("a branch at {:#x} does not reach {place:#x}", reference.at)));
        }
    }
}

impl<R> Buffer<R> {
    /// The first `len` bytes of a word, up to eight.
    #[inline]
    pub(crate) fn push_word(&mut self, word: u64, len: usize) {
        let end = self.bytes.len() + len;
        self.bytes.extend_from_slice(&word.to_le_bytes());
        self.bytes.truncate(end);
    }
}

impl<R> Buffer<R> {
    /// The first `len` bytes of a number, up to sixteen.
    #[inline]
    pub(crate) fn push_long(&mut self, number: u128, len: usize) {
        let end = self.bytes.len() + len;
        self.bytes.extend_from_slice(&number.to_le_bytes());
        self.bytes.truncate(end);
    }
}

/// What the macro calls.
impl<R: Relocation> Buffer<R> {
    #[inline]
    pub(crate) fn push(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    #[inline]
    pub(crate) fn push_i8(&mut self, value: i8) {
        self.bytes.push(value as u8);
    }

    #[inline]
    pub(crate) fn push_i32(&mut self, value: i32) {
        self.extend(&value.to_le_bytes());
    }

    #[inline]
    pub(crate) fn push_i64(&mut self, value: i64) {
        self.extend(&value.to_le_bytes());
    }

    #[inline]
    pub(crate) fn push_u32(&mut self, value: u32) {
        self.extend(&value.to_le_bytes());
    }

    #[inline]
    pub(crate) fn extend<const N: usize>(&mut self, bytes: &[u8; N]) {
        self.bytes.extend_from_slice(bytes);
    }

    #[inline]
    pub(crate) fn dynamic_label(&mut self, label: Label) {
        let len = self.len();
        let place = &mut self.places[label.0 as usize];
        debug_assert!(*place >= USED, "a place is bound once");
        *place = len;
    }

    #[inline]
    pub(crate) fn dynamic_reloc(&mut self, label: Label, _: isize, field: u8, from: u8, encoding: u8) {
        let place = &mut self.places[label.0 as usize];
        *place = if *place == IDLE { USED } else { *place };
        let at = self.len();
        self.references.push((Reference { at, field, from, encoding }, label));
    }

    pub(crate) fn forward_reloc(&mut self, name: &'static str, _: isize, field: u8, from: u8, encoding: u8) {
        let at = self.len();
        self.named.push((Reference { at, field, from, encoding }, name));
    }

    pub(crate) fn local_label(&mut self, name: &'static str) {
        let here = self.len();
        while let Some(index) = self.named.iter().position(|(_, named)| *named == name) {
            let (reference, _) = self.named.swap_remove(index);
            self.fill(reference, here);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dynasmrt::dynasm;
    use dynasmrt::x64::X64Relocation;

    fn buffer() -> Buffer<X64Relocation> {
        Buffer::new()
    }

    #[test]
    fn branches_go_to_their_places() {
        let mut ops = buffer();
        let (back, on) = (ops.label(), ops.label());
        dynasm!(ops ; .arch x64 ; =>back ; jz BYTE >name ; jmp =>on ; name: ; jmp =>back ; =>on);
        let expect = [0x74, 5, 0xe9, 5, 0, 0, 0, 0xe9, 0xf4, 0xff, 0xff, 0xff];
        assert_eq!((ops.finish(), ops.bytes()), (Ok(()), &expect[..]));
        // What was in it before leaves nothing behind.
        ops.clear();
        let on = ops.label();
        dynasm!(ops ; .arch x64 ; jz =>on ; =>on);
        assert_eq!((ops.finish(), ops.bytes()), (Ok(()), &[0x0f, 0x84, 0, 0, 0, 0][..]));
    }

    #[test]
    fn a_place_that_is_not_there_or_too_far_is_an_error() {
        let mut ops = buffer();
        let (idle, nowhere) = (ops.label(), ops.label());
        dynasm!(ops ; .arch x64 ; jmp =>nowhere);
        assert!(ops.is_used(nowhere) && !ops.is_used(idle));
        assert!(ops.finish().unwrap_err().0.contains("never bound"));
        let mut ops = buffer();
        dynasm!(ops ; .arch x64 ; jz BYTE >name);
        assert!(ops.finish().unwrap_err().0.contains("`name`"));
        for (len, reaches) in [(127, true), (128, false)] {
            let mut ops = buffer();
            let far = ops.label();
            dynasm!(ops ; .arch x64 ; jz BYTE =>far);
            (0..len).for_each(|_| ops.push(0xcc));
            dynasm!(ops ; .arch x64 ; =>far);
            assert_eq!(ops.finish().is_ok(), reaches, "{len}");
        }
    }
}
