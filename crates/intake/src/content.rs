//! What a file is by its first bytes, whatever its name says.

/// How many bytes tell it.
pub const HEAD: usize = 4_096;

/// What a file is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Content {
    /// A spreadsheet, and which.
    Spreadsheet(&'static str),
    /// A zip of something else.
    Zip,
    /// Compressed in another way.
    Compressed,
    /// Text in UTF-16 that isn't XML.
    Utf16,
    /// XML.
    Xml,
    /// Anything else: CSV, if it is to be read.
    Text,
}

impl Content {
    /// What begins with these bytes.
    pub fn of(head: &[u8]) -> Self {
        match head {
            [b'P', b'K', 3, 4, ..] => zipped(head),
            [b'P', b'K', 5, 6, ..] => Self::Zip,
            [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, ..] => {
                Self::Spreadsheet("an Excel workbook (.xls)")
            }
            // The records by which the workbooks of Excel 2 to 5 begin.
            [9, 0 | 2 | 4 | 8, 4..=16, 0, ..] => Self::Spreadsheet("an old Excel workbook (.xls)"),
            [0x1f, 0x8b, ..] | [b'7', b'z', 0xbc, 0xaf, ..] | [b'R', b'a', b'r', b'!', ..] => {
                Self::Compressed
            }
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => match of_text(&in_utf_16(head)) {
                Self::Text => Self::Utf16,
                other => other,
            },
            _ => of_text(&String::from_utf8_lossy(head)),
        }
    }

    /// Why it can't be read where CSV or XML is expected, and what to do; nothing if it can.
    pub fn refusal(self, file: &str) -> Option<String> {
        match self {
            Self::Spreadsheet(which) => Some(format!(
                "The file {file} is a spreadsheet ({which}), whatever its name ends in, and not CSV. {HOW_TO_SAVE}"
            )),
            Self::Zip => {
                Some(format!("The file {file} is a zip. Unpack it, and give the files within."))
            }
            Self::Compressed => {
                Some(format!("The file {file} is compressed. Unpack it, and give the file within."))
            }
            Self::Utf16 => Some(format!("The file {file} is in UTF-16. Save it as CSV in UTF-8.")),
            Self::Xml | Self::Text => None,
        }
    }
}

/// How a spreadsheet becomes CSV.
pub const HOW_TO_SAVE: &str = "Open it in the spreadsheet program and save each sheet by itself: in Excel by File, Save As, CSV UTF-8 (Comma delimited); in LibreOffice by File, Save As, Text CSV. Then give the .csv files.";

/// What a zip is by its first entry, in which workbooks differ from all other zips.
fn zipped(head: &[u8]) -> Content {
    let length = match head.get(26..28) {
        Some(&[low, high]) => usize::from(u16::from_le_bytes([low, high])),
        _ => 0,
    };
    let name = head.iter().skip(30).take(length);
    let name: String = name.map(|byte| char::from(*byte)).collect();
    let of_office = ["[Content_Types].xml", "_rels/", "docProps/", "xl/"];
    if of_office.iter().any(|part| name.starts_with(part)) {
        return Content::Spreadsheet("an Excel workbook (.xlsx)");
    }
    if name == "mimetype" {
        let kind = head.get(30 + length..).unwrap_or_default();
        if kind.starts_with(b"application/vnd.oasis.opendocument") {
            return Content::Spreadsheet("an OpenDocument spreadsheet (.ods)");
        }
    }
    match name.starts_with("Index/") {
        true => Content::Spreadsheet("a Numbers document"),
        false => Content::Zip,
    }
}

fn of_text(head: &str) -> Content {
    let text =
        head.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '\u{feff}');
    let says = |what: &str| text.contains(what);
    match text.starts_with('<') {
        false => Content::Text,
        true if says("urn:schemas-microsoft-com:office") || says("progid=\"Excel.Sheet\"") => {
            Content::Spreadsheet("an Excel workbook as XML or as a web page")
        }
        true if says("<office:document") => {
            Content::Spreadsheet("an OpenDocument spreadsheet (.fods)")
        }
        true if text.get(..5).is_some_and(|tag| tag.eq_ignore_ascii_case("<html"))
            || text.get(..6).is_some_and(|tag| tag.eq_ignore_ascii_case("<table")) =>
        {
            Content::Spreadsheet("a table as a web page")
        }
        true => Content::Xml,
    }
}

fn in_utf_16(head: &[u8]) -> String {
    let encoding = match head {
        [0xff, ..] => encoding_rs::UTF_16LE,
        _ => encoding_rs::UTF_16BE,
    };
    encoding.decode_with_bom_removal(head).0.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zip(name: &str, content: &str) -> Vec<u8> {
        let mut bytes = b"PK\x03\x04".to_vec();
        bytes.resize(26, 0);
        bytes.extend([u8::try_from(name.len()).expect("a short name"), 0, 0, 0]);
        bytes.extend(name.bytes());
        bytes.extend(content.bytes());
        bytes
    }

    #[test]
    fn spreadsheets_are_known_by_their_first_bytes() {
        let spreadsheets = [
            zip("[Content_Types].xml", ""),
            zip("docProps/app.xml", ""),
            zip("xl/worksheets/sheet1.xml", ""),
            zip("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
            zip("Index/Document.iwa", ""),
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0".to_vec(),
            b"\x09\x08\x10\x00\x00\x06".to_vec(),
            b"<?xml version=\"1.0\"?>\n<?mso-application progid=\"Excel.Sheet\"?>".to_vec(),
            b"\xef\xbb\xbf <html xmlns:x=\"urn:schemas-microsoft-com:office:excel\">".to_vec(),
        ];
        for bytes in spreadsheets {
            let found = Content::of(&bytes);
            assert!(matches!(found, Content::Spreadsheet(_)), "{found:?} {bytes:?}");
            assert!(found.refusal("a.csv").is_some_and(|told| told.contains("CSV UTF-8")));
        }
    }

    #[test]
    fn what_may_be_read_is_no_spreadsheet() {
        let utf_16: Vec<u8> = "\u{feff}<a/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for (bytes, content) in [
            (b"CHILD,SEX".to_vec(), Content::Text),
            (b"\xef\xbb\xbfCHILD,SEX".to_vec(), Content::Text),
            (b"\tCHILD\t".to_vec(), Content::Text),
            (b"PK,1".to_vec(), Content::Text),
            (Vec::new(), Content::Text),
            (b" <?xml version='1.0'?><EXPSSDA903/>".to_vec(), Content::Xml),
            (utf_16, Content::Xml),
            (b"\xff\xfeC\0".to_vec(), Content::Utf16),
            (zip("header.csv", ""), Content::Zip),
            (b"\x1f\x8b\x08".to_vec(), Content::Compressed),
        ] {
            assert_eq!(Content::of(&bytes), content, "{bytes:?}");
        }
    }
}
