//! A Markdown file as prose, files and sessions; printing it gives the same text again.

/// A file of sessions.
pub(crate) struct Document {
    pub(crate) blocks: Vec<Block>,
}

/// A part of it.
pub(crate) enum Block {
    /// Text that is left alone.
    Prose(String),
    /// A file to write.
    File { name: String, text: String },
    /// Commands and what they print.
    Console { exchanges: Vec<Exchange> },
}

/// A command, its output and its exit code.
pub(crate) struct Exchange {
    pub(crate) command: String,
    pub(crate) output: String,
    pub(crate) code: i32,
}

impl Document {
    /// Reads a file.
    pub(crate) fn parse(text: &str) -> Result<Document, String> {
        let mut blocks = Vec::new();
        let mut prose = String::new();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let kind = line.strip_prefix("```").filter(|kind| *kind == "console" || kind.starts_with("file "));
            let Some(kind) = kind else {
                prose.push_str(line);
                prose.push('\n');
                continue;
            };
            blocks.push(Block::Prose(std::mem::take(&mut prose)));
            let body: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            blocks.push(match kind.strip_prefix("file ") {
                Some(name) => Block::File { name: name.to_owned(), text: join(&body) },
                None => Block::Console { exchanges: exchanges(&body)? },
            });
        }
        blocks.push(Block::Prose(prose));
        Ok(Document { blocks })
    }

    /// The file again.
    pub(crate) fn print(&self) -> String {
        self.blocks.iter().map(Block::print).collect()
    }
}

impl Block {
    fn print(&self) -> String {
        match self {
            Block::Prose(text) => text.clone(),
            Block::File { name, text } => format!("```file {name}\n{text}```\n"),
            Block::Console { exchanges } => {
                let body: String = exchanges.iter().map(Exchange::print).collect();
                format!("```console\n{body}```\n")
            }
        }
    }
}

impl Exchange {
    fn print(&self) -> String {
        let code = if self.code == 0 { String::new() } else { format!("? {}\n", self.code) };
        format!("$ {}\n{code}{}", self.command, self.output)
    }
}

fn exchanges(body: &[&str]) -> Result<Vec<Exchange>, String> {
    let mut exchanges: Vec<Exchange> = Vec::new();
    for line in body {
        if let Some(command) = line.strip_prefix("$ ") {
            exchanges.push(Exchange { command: command.to_owned(), output: String::new(), code: 0 });
            continue;
        }
        let Some(exchange) = exchanges.last_mut() else {
            return Err(format!("`{line}` stands before any command"));
        };
        match line.strip_prefix("? ") {
            Some(code) => exchange.code = code.parse().map_err(|_| format!("`{line}` is no exit code"))?,
            None => exchange.output.extend([line, "\n"]),
        }
    }
    Ok(exchanges)
}

fn join(lines: &[&str]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}
