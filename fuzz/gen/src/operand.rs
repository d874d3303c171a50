//! Operands that fit the instruction: what an operand is for, from one table, and words for it.
//!
//! Offsets and lengths are mostly small, since gas ends what is not; corners and words that no compiler can know
//! come in between. A length of zero makes any offset good, so there the offset is often enormous.

use crate::Feature;
use crate::draw::Draw;
use crate::program::Program;
use crate::stage::{ABSENT, COINBASE, CONTRACTS, DELEGATED, EMPTY, OTHER, SENDER};
use api::{Address, Revision, U256};
use spec::table::TABLE;
use spec::{Row, op};

/// What an operand is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Any word.
    Word,
    /// Where something begins in memory.
    Offset,
    /// How much of it.
    Len,
    /// Where something begins in calldata or code.
    Source,
    /// A storage slot.
    Key,
    /// An address.
    Account,
    /// Gas for a callee.
    Gas,
    /// Wei.
    Value,
    /// The number of a block.
    Number,
    /// The number of a blob.
    Index,
    /// Where to jump.
    Target,
}

/// The roles of an instruction's operands, the topmost first; empty where they are plain words.
pub(crate) fn roles(opcode: u8) -> &'static [Role] {
    use Role::*;
    match opcode {
        op::KECCAK256 | op::RETURN | op::REVERT | op::LOG0 => &[Offset, Len],
        op::BALANCE | op::EXTCODESIZE | op::EXTCODEHASH | op::SELFDESTRUCT => &[Account],
        op::CALLDATALOAD => &[Source],
        op::CALLDATACOPY | op::CODECOPY | op::RETURNDATACOPY => &[Offset, Source, Len],
        op::EXTCODECOPY => &[Account, Offset, Source, Len],
        op::MCOPY => &[Offset, Offset, Len],
        op::BLOCKHASH => &[Number],
        op::BLOBHASH => &[Index],
        op::MLOAD => &[Offset],
        op::MSTORE | op::MSTORE8 => &[Offset, Word],
        op::SLOAD | op::TLOAD => &[Key],
        op::SSTORE | op::TSTORE => &[Key, Word],
        op::JUMP => &[Target],
        op::JUMPI => &[Target, Word],
        op::LOG1 => &[Offset, Len, Word],
        op::LOG2 => &[Offset, Len, Word, Word],
        op::LOG3 => &[Offset, Len, Word, Word, Word],
        op::LOG4 => &[Offset, Len, Word, Word, Word, Word],
        op::CREATE => &[Value, Offset, Len],
        op::CREATE2 => &[Value, Offset, Len, Word],
        op::CALL | op::CALLCODE => &[Gas, Account, Value, Offset, Len, Offset, Len],
        op::DELEGATECALL | op::STATICCALL => &[Gas, Account, Offset, Len, Offset, Len],
        _ => &[],
    }
}

/// Instructions that push something about the surroundings.
const AMBIENT: [u8; 19] = [
    op::CALLDATASIZE,
    op::ADDRESS,
    op::ORIGIN,
    op::CALLER,
    op::CALLVALUE,
    op::CODESIZE,
    op::GASPRICE,
    op::COINBASE,
    op::TIMESTAMP,
    op::NUMBER,
    op::PREVRANDAO,
    op::GASLIMIT,
    op::PC,
    op::MSIZE,
    op::RETURNDATASIZE,
    op::CHAINID,
    op::SELFBALANCE,
    op::BASEFEE,
    op::BLOBBASEFEE,
];

/// Addresses that something is known about.
const ACCOUNTS: [Address; 16] = [
    CONTRACTS[0],
    CONTRACTS[1],
    CONTRACTS[2],
    CONTRACTS[3],
    SENDER,
    COINBASE,
    OTHER,
    EMPTY,
    ABSENT,
    DELEGATED,
    Address::ZERO,
    Address::with_last_byte(1),
    Address::with_last_byte(4),
    Address::with_last_byte(9),
    Address::with_last_byte(0x0b),
    Address::with_last_byte(0x11),
];

/// Gas for a callee: nothing, the stipend, what small programs use, more than there is.
const GAS: [u64; 8] = [20_000, 0, 2300, 5000, 10_000, 30_000, 50_000, u64::MAX];

impl Draw<'_> {
    /// Whether the revision has the instruction.
    pub(crate) fn has_op(&self, opcode: u8) -> bool {
        TABLE[usize::from(opcode)].as_ref().is_some_and(|row| row.is_defined(self.revision))
    }

    /// An instruction with fresh operands.
    pub(crate) fn apply(&mut self, p: &mut Program, row: &Row) {
        self.operands(p, row);
        p.op(row.opcode);
    }

    /// The operands of an instruction, the first on top.
    pub(crate) fn operands(&mut self, p: &mut Program, row: &Row) {
        let roles = roles(row.opcode);
        if roles.is_empty() {
            (0..row.pops).for_each(|_| self.push_word(p));
        }
        // A length is pushed before the offsets that it makes harmless.
        let mut is_void = false;
        for role in roles.iter().rev() {
            match role {
                Role::Len => is_void = self.push_len(p),
                Role::Offset if is_void && self.has(Feature::Huge) && self.chance(90) => p.push(self.word()),
                role => self.push_role(p, *role),
            }
        }
    }

    fn push_role(&mut self, p: &mut Program, role: Role) {
        match role {
            Role::Word | Role::Target => self.push_word(p),
            Role::Offset => self.push_offset(p),
            Role::Len => {
                self.push_len(p);
            }
            Role::Source => self.push_source(p),
            Role::Key => self.push_key(p),
            Role::Account => self.push_account(p),
            Role::Gas => self.push_gas(p),
            Role::Value => self.push_value(p),
            Role::Number => self.push_block(p),
            Role::Index => match self.byte() {
                0..=199 => p.push_number(u32::from(self.byte() & 3)),
                _ => p.push(self.word()),
            },
        }
    }

    /// A word, known to a compiler or not.
    pub(crate) fn push_word(&mut self, p: &mut Program) {
        if self.has(Feature::Opaque) && self.chance(110) { self.push_opaque(p) } else { p.push(self.word()) }
    }

    /// A word that depends on the surroundings.
    pub(crate) fn push_opaque(&mut self, p: &mut Program) {
        match self.byte() {
            0..=159 => {
                p.push_number(32 * self.below(5));
                p.op(op::CALLDATALOAD);
            }
            160..=179 => {
                p.push_number(self.below(4));
                p.op(op::SLOAD);
            }
            180..=209 => {
                p.push(self.word());
                self.disguise(p);
            }
            _ => self.push_ambient(p),
        }
    }

    /// Something about the surroundings.
    pub(crate) fn push_ambient(&mut self, p: &mut Program) {
        match self.pick(&AMBIENT) {
            _ if self.has(Feature::GasReads) && self.chance(40) => p.op(op::GAS),
            opcode if self.has_op(opcode) => p.op(opcode),
            _ => p.op(op::CALLDATASIZE),
        }
    }

    /// Hides the topmost word from a compiler without changing it.
    pub(crate) fn disguise(&mut self, p: &mut Program) {
        match self.below(5) {
            0 => {
                p.store_at(0x1e0);
                p.push_number(0x1e0);
                p.op(op::MLOAD);
            }
            1 => {
                p.ops(&[op::CALLDATASIZE, op::XOR, op::CALLDATASIZE, op::XOR]);
            }
            2 => {
                p.push_number(0xffe0);
                p.ops(&[op::CALLDATALOAD, op::ADD]);
            }
            3 => p.ops(&[op::NOT, op::NOT]),
            _ => p.ops(&[op::DUP1, op::SWAP1, op::POP]),
        }
    }

    pub(crate) fn push_offset(&mut self, p: &mut Program) {
        let offset = match self.byte() {
            0..=109 => 32 * self.below(8),
            110..=219 => self.below(256),
            220..=251 => self.below(4096),
            _ if self.has(Feature::Huge) && self.chance(100) => return p.push(self.word()),
            _ => 0,
        };
        p.push_number(offset);
    }

    /// Pushes a length and tells whether it is zero.
    pub(crate) fn push_len(&mut self, p: &mut Program) -> bool {
        let len = match self.byte() {
            0..=63 => 32,
            64..=111 => 0,
            112..=175 => self.pick(&[1, 31, 33, 64, 20, 4, 96, 128]),
            176..=239 => self.below(256),
            240..=253 => self.below(2048),
            _ if self.has(Feature::Huge) && self.chance(100) => {
                p.push(self.word());
                return false;
            }
            _ => 1,
        };
        p.push_number(len);
        len == 0
    }

    fn push_source(&mut self, p: &mut Program) {
        match self.byte() {
            0..=99 => p.push_number(32 * self.below(5)),
            100..=199 => p.push_number(self.below(200)),
            _ => p.push(self.word()),
        }
    }

    /// A slot, mostly one of four.
    pub(crate) fn push_key(&mut self, p: &mut Program) {
        match self.byte() {
            0..=231 => p.push_number(self.below(4)),
            _ => p.push(self.word()),
        }
    }

    /// An address, now and then under bits that do not count.
    pub(crate) fn push_account(&mut self, p: &mut Program) {
        let address = match self.byte() {
            0..=15 => Address::with_last_byte(self.byte() & 0x1f),
            16..=23 => return p.op(op::ADDRESS),
            24..=27 => Address::left_padding_from(&[1, 0]),
            _ => self.pick(&ACCOUNTS),
        };
        let dirt = match self.byte() {
            byte @ 248.. => U256::from(byte) << 160,
            _ => U256::ZERO,
        };
        p.push(U256::from_be_slice(address.as_slice()) | dirt);
    }

    /// Gas for a callee. Before EIP-150 a call that offers more than there is runs out of gas.
    pub(crate) fn push_gas(&mut self, p: &mut Program) {
        match self.byte() {
            0..=39 if self.since(Revision::Tangerine) => p.op(op::GAS),
            40..=47 if self.since(Revision::Tangerine) => p.push(self.word()),
            48..=199 => p.push_number(20_000),
            _ => match self.pick(&GAS) {
                u64::MAX if !self.since(Revision::Tangerine) => p.push_number(2000),
                gas => p.push(U256::from(gas)),
            },
        }
    }

    /// Wei, mostly none.
    pub(crate) fn push_value(&mut self, p: &mut Program) {
        let value = match self.byte() {
            byte @ 0..=99 if self.has(Feature::Value) => u32::from(byte & 7),
            100..=103 if self.has(Feature::Value) => return p.push(self.word()),
            _ => 0,
        };
        p.push_number(value);
    }

    fn push_block(&mut self, p: &mut Program) {
        match self.byte() {
            0..=127 => {
                p.push_number(self.pick(&[1, 0, 2, 255, 256, 257]));
                p.ops(&[op::NUMBER, op::SUB]);
            }
            128..=191 => p.push_number(self.below(300)),
            _ => p.push(self.word()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use spec::table::ROWS;

    #[test]
    fn every_operand_has_a_role_or_none_has() {
        for row in ROWS {
            let roles = roles(row.opcode);
            assert!(roles.is_empty() || roles.len() == usize::from(row.pops), "{}", row.name);
        }
    }
}
