//! Text to the form; see [`crate::print()`] for what it looks like.

use crate::print::ENDS;
use crate::{Block, BlockData, Edge, End, Func, Head, Inst, Op, Param, To, Value, Width, arity, is_env};
use api::U256;
use spec::Revision;
use std::str::FromStr;

/// Reads a form. An error names the line.
pub fn parse(text: &str) -> Result<Func, String> {
    let mut func = Func { revision: Revision::default(), code_len: 0, blocks: Vec::new(), widths: Vec::new() };
    for (index, text) in text.lines().enumerate() {
        let words = text.split_whitespace().collect();
        let mut line = Line { words, next: 0 };
        line.read(&mut func).map_err(|what| format!("line {}: {what}", index + 1))?;
    }
    Ok(func)
}

/// The words of a line, and how many were read.
struct Line<'t> {
    words: Vec<&'t str>,
    next: usize,
}

type Read<T> = Result<T, String>;

impl<'t> Line<'t> {
    fn read(&mut self, func: &mut Func) -> Read<()> {
        match self.words.first().copied() {
            None => return Ok(()),
            Some("func") => self.func(func)?,
            Some("block") => {
                let block = self.block(func)?;
                func.blocks.push(block);
            }
            Some(_) => {
                let mut block = func.blocks.pop().ok_or("there is no block yet")?;
                let read = self.in_block(func, &mut block);
                func.blocks.push(block);
                read?;
            }
        }
        match self.words.get(self.next) {
            Some(word) => Err(format!("`{word}` is too much")),
            None => Ok(()),
        }
    }

    fn word(&mut self) -> Read<&'t str> {
        let word = self.words.get(self.next).copied().ok_or("the line ends too early")?;
        self.next += 1;
        Ok(word)
    }

    /// Whether the next word is this one, which is then read.
    fn is(&mut self, word: &str) -> bool {
        let is = self.words.get(self.next) == Some(&word);
        self.next += usize::from(is);
        is
    }

    fn expect(&mut self, word: &str) -> Read<()> {
        if self.is(word) { Ok(()) } else { Err(format!("`{word}` is missing")) }
    }

    fn number<T: FromStr>(&mut self) -> Read<T> {
        let word = self.word()?;
        word.parse().map_err(|_| format!("`{word}` is no number that fits here"))
    }

    fn hex(&mut self) -> Read<U256> {
        let word = self.word()?;
        let digits = word.strip_prefix("0x").ok_or_else(|| format!("`{word}` does not begin with 0x"))?;
        U256::from_str_radix(digits, 16).map_err(|_| format!("`{word}` is no word"))
    }

    fn place(&mut self) -> Read<u32> {
        u32::try_from(self.hex()?).map_err(|_| "a place has 32 bits".into())
    }

    fn func(&mut self, func: &mut Func) -> Read<()> {
        self.expect("func")?;
        let name = self.word()?;
        func.revision = name.parse().map_err(|_| format!("there is no revision `{name}`"))?;
        self.expect("len")?;
        func.code_len = self.number()?;
        Ok(())
    }

    fn block(&mut self, func: &Func) -> Read<BlockData> {
        self.expect("block")?;
        if self.number::<usize>()? != func.blocks.len() {
            return Err(format!("this is block {}", func.blocks.len()));
        }
        let mut head = Head { pc: 0, gas: 0, need: 0, growth: 0, target: false };
        self.expect("pc")?;
        head.pc = self.place()?;
        self.expect("gas")?;
        head.gas = self.number()?;
        self.expect("need")?;
        head.need = self.number()?;
        self.expect("growth")?;
        head.growth = self.number()?;
        self.expect("delta")?;
        let delta = self.number()?;
        head.target = self.is("target");
        Ok(BlockData { head, params: Vec::new(), insts: Vec::new(), end: End::Fails, delta })
    }

    fn in_block(&mut self, func: &mut Func, block: &mut BlockData) -> Read<()> {
        let word = self.word()?;
        if let Some((_, end)) = ENDS.iter().find(|(name, _)| *name == word) {
            block.end = end.clone();
            return Ok(());
        }
        match word {
            "param" => {
                let slot = self.number()?;
                let value = self.defined(func)?;
                let bounds = self.bounds()?;
                block.params.push(Param { slot, value, dirty: self.is("dirty"), bounds });
            }
            "go" => block.end = End::Go(self.to()?),
            "if" => {
                let condition = self.value()?;
                let to = self.to()?;
                self.expect("else")?;
                block.end = End::If(condition, to, self.edge()?);
            }
            _ => {
                self.next = 0;
                let inst = self.inst(func)?;
                block.insts.push(inst);
            }
        }
        Ok(())
    }

    fn bounds(&mut self) -> Read<Option<(U256, U256)>> {
        if !self.is("from") {
            return Ok(None);
        }
        let least = self.hex()?;
        self.expect("to")?;
        Ok(Some((least, self.hex()?)))
    }

    fn inst(&mut self, func: &mut Func) -> Read<Inst> {
        let mut result = None;
        if self.words.get(1) == Some(&"=") {
            result = Some(self.defined(func)?);
            self.expect("=")?;
        }
        let word = self.word()?;
        let op = match word {
            "const" => Op::Const(self.hex()?),
            "load" => Op::Load(self.number()?),
            "store" => Op::Store(self.number()?, self.value()?),
            "grow" => Op::Grow(self.value()?, self.number()?),
            "mload" => Op::MemLoad(self.value()?),
            "mstore" => Op::MemStore(self.value()?, self.value()?),
            "mstore8" => Op::MemStore8(self.value()?, self.value()?),
            "calldataload" => Op::CallDataLoad(self.value()?),
            "msize" => Op::Msize,
            "gas" => Op::Gas,
            "builtin" => {
                let name = self.word()?;
                let opcode = opcode(name)?;
                self.expect("height")?;
                let height = self.number()?;
                self.expect("pc")?;
                Op::Builtin { opcode, height, pc: self.place()? }
            }
            name => match opcode(name)? {
                opcode if is_env(opcode) => Op::Env(opcode),
                opcode => {
                    let arity = arity(opcode).ok_or_else(|| format!("{name} is no function of words"))?;
                    let mut operands = [Value(u32::MAX); 3];
                    for operand in &mut operands[..arity] {
                        *operand = self.value()?;
                    }
                    Op::Pure(opcode, operands)
                }
            },
        };
        Ok(Inst { op, result })
    }

    fn to(&mut self) -> Read<To> {
        if self.is("nowhere") {
            return Ok(To::Invalid);
        }
        if !self.is("dynamic") {
            return Ok(To::Edge(self.edge()?));
        }
        let target = self.value()?;
        let guess = if self.is("guess") { Some((self.place()?, self.edge()?)) } else { None };
        Ok(To::Dynamic(target, guess))
    }

    fn edge(&mut self) -> Read<Edge> {
        let word = self.word()?;
        let parts = word.strip_suffix(')').and_then(|word| word.split_once('('));
        let (block, args) = parts.ok_or_else(|| format!("`{word}` is no edge"))?;
        let block = Block(block.parse().map_err(|_| format!("`{block}` is no block"))?);
        let args = args.split(',').filter(|arg| !arg.is_empty()).map(value).collect::<Read<_>>()?;
        Ok(Edge { block, args, checked: self.is("checked") })
    }

    fn value(&mut self) -> Read<Value> {
        value(self.word()?)
    }

    /// A value where it is defined.
    fn defined(&mut self, func: &mut Func) -> Read<Value> {
        let word = self.word()?;
        let (name, bits) = word.split_once(':').unwrap_or((word, "256"));
        let value = value(name)?;
        let width = Width::ALL.into_iter().find(|width| width.bits().to_string() == bits);
        let width = width.ok_or_else(|| format!("`{bits}` is no width"))?;
        let index = value.0 as usize;
        func.widths.resize(func.widths.len().max(index + 1), Width::W256);
        func.widths[index] = width;
        Ok(value)
    }
}

/// Values that a text may name: more than any code has.
const VALUES_MAX: u32 = 1 << 24;

fn value(word: &str) -> Read<Value> {
    let number = word.strip_prefix('v').and_then(|number| number.parse().ok()).filter(|number| *number < VALUES_MAX);
    number.map(Value).ok_or_else(|| format!("`{word}` is no value"))
}

fn opcode(name: &str) -> Read<u8> {
    spec::table::row_by_name(name).map(|row| row.opcode).ok_or_else(|| format!("there is no instruction `{name}`"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::print;

    const TEXT: &str = "\
func Osaka len 40
block 0 pc 0x0 gas 9 need 2 growth 2 delta 1
  param -3 v9
  param -2 v0:64 from 0x1 to 0x80 dirty
  v1 = const 0x2a
  v2:64 = AND v0 v1
  v3 = CALLER
  v4 = load -1
  store 0 v2
  grow v2 32
  v5 = mload v2
  mstore v2 v5
  mstore8 v2 v5
  v6 = calldataload v5
  v7 = msize
  builtin SLOAD height 1 pc 0x7
  if v2 1(v2,v3) checked else 2()
block 1 pc 0x8 gas 2 need 0 growth 1 delta 1 target
  v8 = gas
  go dynamic v8 guess 0x8 1(v8,v8)
block 2 pc 0x9 gas 0 need 0 growth 0 delta 0
  go nowhere
block 3 pc 0xa gas 0 need 0 growth 0 delta 0
  stop
";

    #[test]
    fn what_is_printed_is_read_back() {
        assert_eq!(print(&parse(TEXT).unwrap()), TEXT);
    }

    #[test]
    fn errors_name_the_line() {
        let errors = [
            ("  v0 = const 0x1", "line 1: there is no block yet"),
            ("func Osaka len x", "line 1: `x` is no number that fits here"),
            ("func Osaka len 1\nblock 1 pc 0x0", "line 2: this is block 0"),
            ("func Nowhere len 1", "line 1: there is no revision `Nowhere`"),
        ];
        for (text, error) in errors {
            assert_eq!(parse(text).unwrap_err(), error);
        }
        let block = "func Osaka len 1\nblock 0 pc 0x0 gas 0 need 0 growth 0 delta 0\n";
        for line in
            ["v0:7 = gas", "v0 = FOO", "v0 = ADD v1", "go 1", "go 1() more", "if v0 nowhere 1()", "v99999999 = gas"]
        {
            assert!(parse(&format!("{block}  {line}")).unwrap_err().starts_with("line 3: "), "{line}");
        }
    }
}
