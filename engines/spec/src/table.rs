//! The instruction table: one row per instruction, written once.
//!
//! [`for_each_op!`](crate::for_each_op) hands every row to another macro. Dispatch, names, the assembler, the disassembler,
//! generators and the corpus checklist are all made from it; to add an instruction, add a row here and follow
//! the compiler, then add `corpus/ops/NAME.evm`.
//!
//! A row reads: byte, name, the function that carries it out, words popped, words pushed, bytes of immediate,
//! what it may touch, whether a section ends after it, and the history of its static price. The first entry of
//! the history is the revision that introduced the instruction.
//!
//! An instruction **ends a section** when its host request or its own failure must see exact gas, or when control
//! does not simply fall through: everything that asks the host, GAS, RETURNDATACOPY, jumps and terminators.
//! The place after it is a canonical point, as are the entry of a frame and every JUMPDEST. Bytes that are not
//! defined in the revision in force end a section too.

use crate::Revision;

/// Calls `$callback! { args... ; rows... }` with every row of the table.
#[macro_export]
macro_rules! for_each_op {
    ($callback:ident $(, $($arg:tt)*)?) => {
        $callback! {
            $($($arg)*)?
            0x00 STOP           (stop)            0  0  0  End    ends [(Frontier 0)];
            0x01 ADD            (add)             2  1  0  Stack  -    [(Frontier 3)];
            0x02 MUL            (mul)             2  1  0  Stack  -    [(Frontier 5)];
            0x03 SUB            (sub)             2  1  0  Stack  -    [(Frontier 3)];
            0x04 DIV            (div)             2  1  0  Stack  -    [(Frontier 5)];
            0x05 SDIV           (sdiv)            2  1  0  Stack  -    [(Frontier 5)];
            0x06 MOD            (rem)             2  1  0  Stack  -    [(Frontier 5)];
            0x07 SMOD           (smod)            2  1  0  Stack  -    [(Frontier 5)];
            0x08 ADDMOD         (addmod)          3  1  0  Stack  -    [(Frontier 8)];
            0x09 MULMOD         (mulmod)          3  1  0  Stack  -    [(Frontier 8)];
            0x0a EXP            (exp)             2  1  0  Gas    -    [(Frontier 10)];
            0x0b SIGNEXTEND     (signextend)      2  1  0  Stack  -    [(Frontier 5)];
            0x10 LT             (lt)              2  1  0  Stack  -    [(Frontier 3)];
            0x11 GT             (gt)              2  1  0  Stack  -    [(Frontier 3)];
            0x12 SLT            (slt)             2  1  0  Stack  -    [(Frontier 3)];
            0x13 SGT            (sgt)             2  1  0  Stack  -    [(Frontier 3)];
            0x14 EQ             (eq)              2  1  0  Stack  -    [(Frontier 3)];
            0x15 ISZERO         (iszero)          1  1  0  Stack  -    [(Frontier 3)];
            0x16 AND            (and)             2  1  0  Stack  -    [(Frontier 3)];
            0x17 OR             (or)              2  1  0  Stack  -    [(Frontier 3)];
            0x18 XOR            (xor)             2  1  0  Stack  -    [(Frontier 3)];
            0x19 NOT            (not)             1  1  0  Stack  -    [(Frontier 3)];
            0x1a BYTE           (byte)            2  1  0  Stack  -    [(Frontier 3)];
            0x1b SHL            (shl)             2  1  0  Stack  -    [(Constantinople 3)];
            0x1c SHR            (shr)             2  1  0  Stack  -    [(Constantinople 3)];
            0x1d SAR            (sar)             2  1  0  Stack  -    [(Constantinople 3)];
            0x1e CLZ            (clz)             1  1  0  Stack  -    [(Osaka 5)];
            0x20 KECCAK256      (keccak)          2  1  0  Memory -    [(Frontier 30)];
            0x30 ADDRESS        (address)         0  1  0  Frame  -    [(Frontier 2)];
            0x31 BALANCE        (balance)         1  1  0  Host   ends [(Frontier 20), (Tangerine 400), (Istanbul 700), (Berlin 100)];
            0x32 ORIGIN         (origin)          0  1  0  Frame  -    [(Frontier 2)];
            0x33 CALLER         (caller)          0  1  0  Frame  -    [(Frontier 2)];
            0x34 CALLVALUE      (callvalue)       0  1  0  Frame  -    [(Frontier 2)];
            0x35 CALLDATALOAD   (calldataload)    1  1  0  Frame  -    [(Frontier 3)];
            0x36 CALLDATASIZE   (calldatasize)    0  1  0  Frame  -    [(Frontier 2)];
            0x37 CALLDATACOPY   (calldatacopy)    3  0  0  Frame  -    [(Frontier 3)];
            0x38 CODESIZE       (codesize)        0  1  0  Frame  -    [(Frontier 2)];
            0x39 CODECOPY       (codecopy)        3  0  0  Frame  -    [(Frontier 3)];
            0x3a GASPRICE       (gasprice)        0  1  0  Frame  -    [(Frontier 2)];
            0x3b EXTCODESIZE    (extcodesize)     1  1  0  Host   ends [(Frontier 20), (Tangerine 700), (Berlin 100)];
            0x3c EXTCODECOPY    (extcodecopy)     4  0  0  Host   ends [(Frontier 20), (Tangerine 700), (Berlin 100)];
            0x3d RETURNDATASIZE (returndatasize)  0  1  0  Frame  -    [(Byzantium 2)];
            0x3e RETURNDATACOPY (returndatacopy)  3  0  0  Frame  ends [(Byzantium 3)];
            0x3f EXTCODEHASH    (extcodehash)     1  1  0  Host   ends [(Constantinople 400), (Istanbul 700), (Berlin 100)];
            0x40 BLOCKHASH      (blockhash)       1  1  0  Host   ends [(Frontier 20)];
            0x41 COINBASE       (coinbase)        0  1  0  Frame  -    [(Frontier 2)];
            0x42 TIMESTAMP      (timestamp)       0  1  0  Frame  -    [(Frontier 2)];
            0x43 NUMBER         (number)          0  1  0  Frame  -    [(Frontier 2)];
            0x44 PREVRANDAO     (prevrandao)      0  1  0  Frame  -    [(Frontier 2)];
            0x45 GASLIMIT       (gaslimit)        0  1  0  Frame  -    [(Frontier 2)];
            0x46 CHAINID        (chainid)         0  1  0  Frame  -    [(Istanbul 2)];
            0x47 SELFBALANCE    (selfbalance)     0  1  0  Host   ends [(Istanbul 5)];
            0x48 BASEFEE        (basefee)         0  1  0  Frame  -    [(London 2)];
            0x49 BLOBHASH       (blobhash)        1  1  0  Frame  -    [(Cancun 3)];
            0x4a BLOBBASEFEE    (blobbasefee)     0  1  0  Frame  -    [(Cancun 2)];
            0x50 POP            (pop)             1  0  0  Stack  -    [(Frontier 2)];
            0x51 MLOAD          (mload)           1  1  0  Memory -    [(Frontier 3)];
            0x52 MSTORE         (mstore)          2  0  0  Memory -    [(Frontier 3)];
            0x53 MSTORE8        (mstore8)         2  0  0  Memory -    [(Frontier 3)];
            0x54 SLOAD          (sload)           1  1  0  Host   ends [(Frontier 50), (Tangerine 200), (Istanbul 800), (Berlin 100)];
            0x55 SSTORE         (sstore)          2  0  0  Host   ends [(Frontier 0)];
            0x56 JUMP           (jump)            1  0  0  Jump   ends [(Frontier 8)];
            0x57 JUMPI          (jumpi)           2  0  0  Jump   ends [(Frontier 10)];
            0x58 PC             (pc)              0  1  0  Frame  -    [(Frontier 2)];
            0x59 MSIZE          (msize)           0  1  0  Memory -    [(Frontier 2)];
            0x5a GAS            (gas)             0  1  0  Gas    ends [(Frontier 2)];
            0x5b JUMPDEST       (jumpdest)        0  0  0  Stack  -    [(Frontier 1)];
            0x5c TLOAD          (tload)           1  1  0  Host   ends [(Cancun 100)];
            0x5d TSTORE         (tstore)          2  0  0  Host   ends [(Cancun 100)];
            0x5e MCOPY          (mcopy)           3  0  0  Memory -    [(Cancun 3)];
            0x5f PUSH0          (push0)           0  1  0  Stack  -    [(Shanghai 2)];
            0x60 PUSH1          (push::<1>)       0  1  1  Push   -    [(Frontier 3)];
            0x61 PUSH2          (push::<2>)       0  1  2  Push   -    [(Frontier 3)];
            0x62 PUSH3          (push::<3>)       0  1  3  Push   -    [(Frontier 3)];
            0x63 PUSH4          (push::<4>)       0  1  4  Push   -    [(Frontier 3)];
            0x64 PUSH5          (push::<5>)       0  1  5  Push   -    [(Frontier 3)];
            0x65 PUSH6          (push::<6>)       0  1  6  Push   -    [(Frontier 3)];
            0x66 PUSH7          (push::<7>)       0  1  7  Push   -    [(Frontier 3)];
            0x67 PUSH8          (push::<8>)       0  1  8  Push   -    [(Frontier 3)];
            0x68 PUSH9          (push::<9>)       0  1  9  Push   -    [(Frontier 3)];
            0x69 PUSH10         (push::<10>)      0  1 10  Push   -    [(Frontier 3)];
            0x6a PUSH11         (push::<11>)      0  1 11  Push   -    [(Frontier 3)];
            0x6b PUSH12         (push::<12>)      0  1 12  Push   -    [(Frontier 3)];
            0x6c PUSH13         (push::<13>)      0  1 13  Push   -    [(Frontier 3)];
            0x6d PUSH14         (push::<14>)      0  1 14  Push   -    [(Frontier 3)];
            0x6e PUSH15         (push::<15>)      0  1 15  Push   -    [(Frontier 3)];
            0x6f PUSH16         (push::<16>)      0  1 16  Push   -    [(Frontier 3)];
            0x70 PUSH17         (push::<17>)      0  1 17  Push   -    [(Frontier 3)];
            0x71 PUSH18         (push::<18>)      0  1 18  Push   -    [(Frontier 3)];
            0x72 PUSH19         (push::<19>)      0  1 19  Push   -    [(Frontier 3)];
            0x73 PUSH20         (push::<20>)      0  1 20  Push   -    [(Frontier 3)];
            0x74 PUSH21         (push::<21>)      0  1 21  Push   -    [(Frontier 3)];
            0x75 PUSH22         (push::<22>)      0  1 22  Push   -    [(Frontier 3)];
            0x76 PUSH23         (push::<23>)      0  1 23  Push   -    [(Frontier 3)];
            0x77 PUSH24         (push::<24>)      0  1 24  Push   -    [(Frontier 3)];
            0x78 PUSH25         (push::<25>)      0  1 25  Push   -    [(Frontier 3)];
            0x79 PUSH26         (push::<26>)      0  1 26  Push   -    [(Frontier 3)];
            0x7a PUSH27         (push::<27>)      0  1 27  Push   -    [(Frontier 3)];
            0x7b PUSH28         (push::<28>)      0  1 28  Push   -    [(Frontier 3)];
            0x7c PUSH29         (push::<29>)      0  1 29  Push   -    [(Frontier 3)];
            0x7d PUSH30         (push::<30>)      0  1 30  Push   -    [(Frontier 3)];
            0x7e PUSH31         (push::<31>)      0  1 31  Push   -    [(Frontier 3)];
            0x7f PUSH32         (push::<32>)      0  1 32  Push   -    [(Frontier 3)];
            0x80 DUP1           (dup::<1>)        1  2  0  Stack  -    [(Frontier 3)];
            0x81 DUP2           (dup::<2>)        2  3  0  Stack  -    [(Frontier 3)];
            0x82 DUP3           (dup::<3>)        3  4  0  Stack  -    [(Frontier 3)];
            0x83 DUP4           (dup::<4>)        4  5  0  Stack  -    [(Frontier 3)];
            0x84 DUP5           (dup::<5>)        5  6  0  Stack  -    [(Frontier 3)];
            0x85 DUP6           (dup::<6>)        6  7  0  Stack  -    [(Frontier 3)];
            0x86 DUP7           (dup::<7>)        7  8  0  Stack  -    [(Frontier 3)];
            0x87 DUP8           (dup::<8>)        8  9  0  Stack  -    [(Frontier 3)];
            0x88 DUP9           (dup::<9>)        9 10  0  Stack  -    [(Frontier 3)];
            0x89 DUP10          (dup::<10>)      10 11  0  Stack  -    [(Frontier 3)];
            0x8a DUP11          (dup::<11>)      11 12  0  Stack  -    [(Frontier 3)];
            0x8b DUP12          (dup::<12>)      12 13  0  Stack  -    [(Frontier 3)];
            0x8c DUP13          (dup::<13>)      13 14  0  Stack  -    [(Frontier 3)];
            0x8d DUP14          (dup::<14>)      14 15  0  Stack  -    [(Frontier 3)];
            0x8e DUP15          (dup::<15>)      15 16  0  Stack  -    [(Frontier 3)];
            0x8f DUP16          (dup::<16>)      16 17  0  Stack  -    [(Frontier 3)];
            0x90 SWAP1          (swap::<1>)       2  2  0  Stack  -    [(Frontier 3)];
            0x91 SWAP2          (swap::<2>)       3  3  0  Stack  -    [(Frontier 3)];
            0x92 SWAP3          (swap::<3>)       4  4  0  Stack  -    [(Frontier 3)];
            0x93 SWAP4          (swap::<4>)       5  5  0  Stack  -    [(Frontier 3)];
            0x94 SWAP5          (swap::<5>)       6  6  0  Stack  -    [(Frontier 3)];
            0x95 SWAP6          (swap::<6>)       7  7  0  Stack  -    [(Frontier 3)];
            0x96 SWAP7          (swap::<7>)       8  8  0  Stack  -    [(Frontier 3)];
            0x97 SWAP8          (swap::<8>)       9  9  0  Stack  -    [(Frontier 3)];
            0x98 SWAP9          (swap::<9>)      10 10  0  Stack  -    [(Frontier 3)];
            0x99 SWAP10         (swap::<10>)     11 11  0  Stack  -    [(Frontier 3)];
            0x9a SWAP11         (swap::<11>)     12 12  0  Stack  -    [(Frontier 3)];
            0x9b SWAP12         (swap::<12>)     13 13  0  Stack  -    [(Frontier 3)];
            0x9c SWAP13         (swap::<13>)     14 14  0  Stack  -    [(Frontier 3)];
            0x9d SWAP14         (swap::<14>)     15 15  0  Stack  -    [(Frontier 3)];
            0x9e SWAP15         (swap::<15>)     16 16  0  Stack  -    [(Frontier 3)];
            0x9f SWAP16         (swap::<16>)     17 17  0  Stack  -    [(Frontier 3)];
            0xa0 LOG0           (log::<0>)        2  0  0  Host   ends [(Frontier 375)];
            0xa1 LOG1           (log::<1>)        3  0  0  Host   ends [(Frontier 750)];
            0xa2 LOG2           (log::<2>)        4  0  0  Host   ends [(Frontier 1125)];
            0xa3 LOG3           (log::<3>)        5  0  0  Host   ends [(Frontier 1500)];
            0xa4 LOG4           (log::<4>)        6  0  0  Host   ends [(Frontier 1875)];
            0xf0 CREATE         (create)          3  1  0  Host   ends [(Frontier 32000)];
            0xf1 CALL           (call)            7  1  0  Host   ends [(Frontier 40), (Tangerine 700), (Berlin 100)];
            0xf2 CALLCODE       (callcode)        7  1  0  Host   ends [(Frontier 40), (Tangerine 700), (Berlin 100)];
            0xf3 RETURN         (ret)             2  0  0  End    ends [(Frontier 0)];
            0xf4 DELEGATECALL   (delegatecall)    6  1  0  Host   ends [(Homestead 40), (Tangerine 700), (Berlin 100)];
            0xf5 CREATE2        (create2)         4  1  0  Host   ends [(Constantinople 32000)];
            0xfa STATICCALL     (staticcall)      6  1  0  Host   ends [(Byzantium 700), (Berlin 100)];
            0xfd REVERT         (revert)          2  0  0  End    ends [(Byzantium 0)];
            0xfe INVALID        (invalid)         0  0  0  End    ends [(Frontier 0)];
            0xff SELFDESTRUCT   (selfdestruct)    1  0  0  Host   ends [(Frontier 0), (Tangerine 5000)];
        }
    };
}

/// What an instruction may touch: the type of the function that carries it out follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Touches {
    /// The stack only: a pure function of its operands.
    Stack,
    /// The stack, from the immediate that follows the instruction.
    Push,
    /// Stack and gas.
    Gas,
    /// Stack, gas and memory.
    Memory,
    /// The frame and its constant surroundings: message, code, return data, block.
    Frame,
    /// Frame and host: it may read or change the state of the world.
    Host,
    /// The stack, to decide what runs next.
    Jump,
    /// The frame, to end it.
    End,
}

/// One instruction.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The byte.
    pub opcode: u8,
    /// The name exactly as in the protocol.
    pub name: &'static str,
    /// Words it takes from the stack, or for DUP and SWAP must find there.
    pub pops: u8,
    /// Words it leaves in their place.
    pub pushes: u8,
    /// Bytes of immediate data that follow.
    pub immediate: u8,
    /// What it may touch.
    pub touches: Touches,
    /// Whether a section ends after it.
    pub ends_section: bool,
    /// Static price since each revision, oldest first; the first entry introduces the instruction.
    pub prices: &'static [(Revision, u16)],
}

impl Row {
    /// The revision that introduced the instruction.
    pub const fn since(&self) -> Revision {
        self.prices[0].0
    }

    /// Whether the instruction exists in `revision`.
    pub const fn is_defined(&self, revision: Revision) -> bool {
        revision.is(self.since())
    }

    /// The static price in `revision`. Meaningful only where the instruction is defined.
    pub const fn price(&self, revision: Revision) -> u16 {
        let mut i = self.prices.len() - 1;
        while i > 0 && !revision.is(self.prices[i].0) {
            i -= 1;
        }
        self.prices[i].1
    }

    /// The static price if it never changed.
    pub const fn constant_price(&self) -> Option<u16> {
        match self.prices {
            [(_, price)] => Some(*price),
            _ => None,
        }
    }

    /// Words by which the stack grows; zero when it shrinks.
    pub const fn growth(&self) -> u8 {
        self.pushes.saturating_sub(self.pops)
    }

    /// Whether control never falls through to the next instruction.
    pub const fn is_terminator(&self) -> bool {
        matches!(self.opcode, 0x00 | 0x56 | 0xf3 | 0xfd | 0xfe | 0xff)
    }
}

macro_rules! define {
    ($($code:literal $name:ident ($($handler:tt)*) $pops:literal $pushes:literal $imm:literal
        $touches:ident $ends:tt [$(($since:ident $price:literal)),*];)*) => {
        /// The rows in ascending order of their bytes.
        pub const ROWS: &[Row] = &[$(Row {
            opcode: $code,
            name: stringify!($name),
            pops: $pops,
            pushes: $pushes,
            immediate: $imm,
            touches: Touches::$touches,
            ends_section: ends!($ends),
            prices: &[$((Revision::$since, $price)),*],
        }),*];

        /// The bytes by name.
        #[allow(missing_docs, reason = "the names are the protocol's own")]
        pub mod op {
            $(pub const $name: u8 = $code;)*
        }
    };
}
macro_rules! ends {
    (ends) => {
        true
    };
    (-) => {
        false
    };
}
for_each_op!(define);

/// A row out of order, a price history that does not ascend, or a stack effect beyond the limits does not compile.
const _: () = {
    let mut i = 0;
    while i < ROWS.len() {
        let row = &ROWS[i];
        assert!(i == 0 || ROWS[i - 1].opcode < row.opcode, "rows ascend");
        assert!(row.pops <= 17 && row.pushes <= 17 && row.immediate <= 32);
        let asks = matches!(row.touches, Touches::Host | Touches::Jump | Touches::End);
        assert!(!asks || row.ends_section, "what asks the host or redirects control ends a section");
        assert!(row.immediate == 0 || matches!(row.touches, Touches::Push));
        let mut j = 1;
        while j < row.prices.len() {
            assert!((row.prices[j - 1].0 as u8) < row.prices[j].0 as u8, "price histories ascend");
            j += 1;
        }
        i += 1;
    }
};

/// The rows by byte; `None` where no revision defines an instruction.
pub static TABLE: [Option<Row>; 256] = {
    let mut table = [None; 256];
    let mut i = 0;
    while i < ROWS.len() {
        table[ROWS[i].opcode as usize] = Some(ROWS[i]);
        i += 1;
    }
    table
};

/// Static prices of every byte per revision, zero where undefined.
pub static PRICES: [[u16; 256]; Revision::COUNT] = {
    let mut prices = [[0; 256]; Revision::COUNT];
    let mut i = 0;
    while i < ROWS.len() {
        let mut r = 0;
        while r < Revision::COUNT {
            if ROWS[i].is_defined(Revision::ALL[r]) {
                prices[r][ROWS[i].opcode as usize] = ROWS[i].price(Revision::ALL[r]);
            }
            r += 1;
        }
        i += 1;
    }
    prices
};

/// The row of `opcode` if `revision` defines it.
pub fn row(opcode: u8, revision: Revision) -> Option<&'static Row> {
    TABLE[opcode as usize].as_ref().filter(|row| row.is_defined(revision))
}

/// The row with this name. Accepts the two names that changed: DIFFICULTY and SHA3.
pub fn row_by_name(name: &str) -> Option<&'static Row> {
    let name = match name {
        "DIFFICULTY" => "PREVRANDAO",
        "SHA3" => "KECCAK256",
        name => name,
    };
    TABLE.iter().flatten().find(|row| row.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_holds_what_the_revisions_define() {
        let defined = |revision| (0..=255).filter(|byte| row(*byte, revision).is_some()).count();
        let counts: Vec<usize> = Revision::ALL.into_iter().map(defined).collect();
        // Frontier has 129 instructions and INVALID; then DELEGATECALL; RETURNDATA*, STATICCALL, REVERT; shifts,
        // EXTCODEHASH, CREATE2; CHAINID, SELFBALANCE; BASEFEE; PUSH0; BLOB*, T*, MCOPY; CLZ.
        assert_eq!(counts, [130, 131, 131, 131, 135, 140, 140, 142, 142, 143, 143, 144, 149, 149, 150]);
    }

    #[test]
    fn prices_follow_their_history() {
        let sload = row_by_name("SLOAD").unwrap();
        let prices: Vec<u16> = Revision::ALL.into_iter().map(|revision| sload.price(revision)).collect();
        assert_eq!(prices, [50, 50, 200, 200, 200, 200, 200, 800, 100, 100, 100, 100, 100, 100, 100]);
        assert_eq!(PRICES[Revision::Istanbul.index()][op::SLOAD as usize], 800);
        assert_eq!(row_by_name("SHA3").unwrap().opcode, op::KECCAK256);
        assert!(row(op::PUSH0, Revision::Paris).is_none());
    }
}
