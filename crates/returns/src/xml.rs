//! XML as returns use it: elements and their texts. No entity is resolved, no document type accepted, and nothing may
//! be longer or deeper than a return has it.

use std::io::{BufRead, BufReader, Error as IoError, Read};

use encoding_rs::Encoding;
use encoding_rs_io::DecodeReaderBytesBuilder;
use quick_xml::Reader;
use quick_xml::events::Event;

use crate::error::{Error, Result};

/// How long an element's tag or text may be.
const LONGEST: u64 = 64 * 1024;
/// How deep elements may lie in each other.
const DEEPEST: usize = 16;

/// What comes next.
#[derive(Debug)]
pub(crate) enum Node {
    /// An element begins that has others within.
    Start { name: String, line: u64 },
    /// An element that has text within, or nothing.
    Leaf { name: String, text: String, line: u64 },
    /// An element with others within ends.
    End,
    /// The document is at its end.
    Done,
}

/// How far into a document its declaration is looked for.
const DECLARATION: u64 = 256;

/// A document that is being read.
pub(crate) struct Xml {
    reader: Reader<Counted<BufReader<Box<dyn Read + Send>>>>,
    buffer: Vec<u8>,
    /// For each element that has begun, whether something lies within.
    open: Vec<bool>,
    /// An element that has begun, of which it isn't known yet what it is.
    begun: Option<(String, u64)>,
    text: String,
    waiting: Option<Node>,
}

impl Xml {
    /// A document, in the encoding that it declares or whose mark it begins with.
    ///
    /// # Errors
    /// When it can't be read.
    pub(crate) fn new(mut content: Box<dyn Read + Send>) -> std::io::Result<Self> {
        let mut head = Vec::new();
        content.by_ref().take(DECLARATION).read_to_end(&mut head)?;
        let encoding = declared(&head);
        let decoded = DecodeReaderBytesBuilder::new()
            .encoding(encoding)
            .bom_override(true)
            .utf8_passthru(true)
            .build(std::io::Cursor::new(head).chain(content));
        let decoded: Box<dyn Read + Send> = Box::new(decoded);
        let counted = Counted { inner: BufReader::new(decoded), line: 1, since: 0 };
        let mut reader = Reader::from_reader(counted);
        reader.config_mut().check_end_names = true;
        Ok(Self {
            reader,
            buffer: Vec::new(),
            open: Vec::new(),
            begun: None,
            text: String::new(),
            waiting: None,
        })
    }

    /// The next element, text or end.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` when it is malformed, or bigger than a return can be.
    pub(crate) fn next(&mut self) -> Result<Node> {
        if let Some(node) = self.waiting.take() {
            return Ok(node);
        }
        loop {
            if let Some(node) = self.step()? {
                return Ok(node);
            }
        }
    }

    fn step(&mut self) -> Result<Option<Node>> {
        self.buffer.clear();
        self.reader.get_mut().since = 0;
        let line = self.reader.get_ref().line;
        let event = self.reader.read_event_into(&mut self.buffer);
        let event = event.map_err(|_| malformed(line))?;
        Ok(match event {
            Event::Start(tag) => {
                let name = tag.local_name().into_inner().to_owned();
                let parent = self.begun.replace((name, line));
                if let Some(has_children) = self.open.last_mut() {
                    *has_children = true;
                }
                if self.open.len() >= DEEPEST {
                    return Err(refused(line, "has elements deeper in each other than a return"));
                }
                self.open.push(false);
                self.text.clear();
                parent.map(|(name, line)| Node::Start { name, line })
            }
            Event::Empty(tag) => {
                let name = tag.local_name().into_inner().to_owned();
                let leaf = Node::Leaf { name, text: String::new(), line };
                if let Some(has_children) = self.open.last_mut() {
                    *has_children = true;
                }
                match self.begun.take() {
                    None => Some(leaf),
                    Some((name, line)) => {
                        self.waiting = Some(leaf);
                        Some(Node::Start { name, line })
                    }
                }
            }
            Event::Text(text) => {
                self.text.push_str(&text);
                self.bounded(line)?
            }
            Event::CData(text) => {
                self.text.push_str(&text);
                self.bounded(line)?
            }
            Event::GeneralRef(reference) => {
                let letter = match reference.resolve_char_ref() {
                    Ok(Some(letter)) => Some(letter),
                    Ok(None) => predefined(&reference),
                    Err(_) => None,
                };
                let letter = letter.ok_or_else(|| {
                    refused(line, "refers to an entity; a return has none but the five of XML")
                })?;
                self.text.push(letter);
                None
            }
            Event::End(_) => {
                let has_children = self.open.pop().ok_or_else(|| malformed(line))?;
                let begun = self.begun.take();
                let text = std::mem::take(&mut self.text);
                match (has_children, begun) {
                    (false, Some((name, line))) => {
                        Some(Node::Leaf { name, text: text.trim().to_owned(), line })
                    }
                    _ => Some(Node::End),
                }
            }
            Event::DocType(_) => {
                return Err(refused(line, "has a document type; a return has none"));
            }
            Event::Eof if self.open.is_empty() => Some(Node::Done),
            Event::Eof => return Err(refused(line, "ends in the middle")),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => None,
        })
    }

    fn bounded(&self, line: u64) -> Result<Option<Node>> {
        match self.text.len() as u64 {
            ..=LONGEST => Ok(None),
            _ => Err(malformed(line)),
        }
    }
}

/// The encoding that a document declares.
fn declared(head: &[u8]) -> Option<&'static Encoding> {
    let declaration = String::from_utf8_lossy(head);
    let (declaration, _) = declaration.split_once("?>")?;
    let (_, rest) = declaration.split_once("encoding")?;
    let label = rest.trim_start().strip_prefix('=')?.trim_start();
    let quote = label.chars().next().filter(|mark| matches!(mark, '"' | '\''))?;
    let label = label.get(1..)?.split(quote).next()?;
    Encoding::for_label(label.as_bytes())
}

fn predefined(reference: &str) -> Option<char> {
    match reference {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

/// What the library says isn't passed on, as it may repeat what was read.
fn malformed(line: u64) -> Error {
    refused(line, "is malformed, or longer there than a return can be")
}

fn refused(line: u64, how: &str) -> Error {
    Error::of_files(format!(
        "The file {how}, at line {line}. Nothing of it was kept; mend it and send it again."
    ))
}

/// Counts lines, and how much was read since it was last looked at.
struct Counted<R> {
    inner: R,
    line: u64,
    since: u64,
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(buffer.len());
        buffer[..count].copy_from_slice(&available[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        if self.since > LONGEST {
            return Err(IoError::other("longer than anything in a return"));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        if let Ok(bytes) = self.inner.fill_buf() {
            let bytes = &bytes[..count.min(bytes.len())];
            self.line += bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
        }
        self.since += count as u64;
        self.inner.consume(count);
    }
}
