//! Reads the tabular list of ICD-10-CM, the XML that the US government publishes each release.
//!
//! The XML names categories and codes down to the sixth character; a seventh character (which encounter, which fetus,
//! which stage) is given as a list that holds for all codes below it. Here every code is written out: a leaf under such a
//! list becomes one code for each entry, filled up with `X`, and is itself no longer billable.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::IcdCode;
use crate::terminology::TerminologyError;

/// A code with its seventh character, without the dot.
const FULL_LENGTH: usize = 7;

/// A list of notes of a category, or what else holds text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holder {
    Name,
    Description,
    Note,
    Extension,
}

/// What a note belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Notes {
    Inclusion,
    Excludes1,
    Excludes2,
    CodeFirst,
    UseAdditional,
    CodeAlso,
    SeventhCharacter,
    Other,
}

impl Notes {
    fn of_tag(tag: &str) -> Self {
        match tag {
            "inclusionTerm" | "includes" => Self::Inclusion,
            "excludes1" => Self::Excludes1,
            "excludes2" => Self::Excludes2,
            "codeFirst" => Self::CodeFirst,
            "useAdditionalCode" => Self::UseAdditional,
            "codeAlso" => Self::CodeAlso,
            "sevenChrDef" => Self::SeventhCharacter,
            _ => Self::Other,
        }
    }
}

/// A category or code as the XML has it.
#[derive(Default)]
struct Node {
    code: IcdCode,
    parent: Option<usize>,
    has_children: bool,
    seventh: Vec<(String, String)>,
}

/// Reads the whole list. Codes come in the order of the book, a parent before its children.
pub fn parse(xml: &[u8]) -> Result<Vec<IcdCode>, TerminologyError> {
    let text = std::str::from_utf8(xml).map_err(|error| TerminologyError::Source {
        position: error.valid_up_to() as u64,
        reason: "it is not UTF-8".to_owned(),
    })?;
    let mut reader = Reader::from_str(text);
    let mut list = List::default();
    loop {
        let event = reader.read_event();
        let failed = |reason: String| TerminologyError::Source { position: reader.buffer_position(), reason };
        match event.map_err(|error| failed(error.to_string()))? {
            Event::Eof => break,
            Event::Start(tag) => list.open(&tag).map_err(failed)?,
            Event::End(_) => list.close().map_err(failed)?,
            Event::Text(text) => list.text.push_str(&text.xml10_content()),
            Event::CData(text) => list.text.push_str(&text.xml10_content()),
            Event::GeneralRef(reference) => list.reference(&reference).map_err(failed)?,
            _ => {}
        }
    }
    if !list.tags.is_empty() {
        return Err(TerminologyError::Source { position: xml.len() as u64, reason: "it is cut off".to_owned() });
    }
    Ok(expand(list.nodes))
}

/// What has been read so far.
#[derive(Default)]
struct List {
    nodes: Vec<Node>,
    /// Open tags, outermost first.
    tags: Vec<String>,
    /// Open categories and codes, as indices of `nodes`.
    open: Vec<usize>,
    chapter: u8,
    seventh_character: String,
    text: String,
}

impl List {
    fn open(&mut self, tag: &BytesStart<'_>) -> Result<(), String> {
        let name = tag.name().as_ref().to_owned();
        match name.as_str() {
            "chapter" => self.chapter = self.chapter.saturating_add(1),
            "diag" => self.open_node(),
            "extension" => {
                let attribute = tag.try_get_attribute("char").map_err(|error| error.to_string())?;
                self.seventh_character = attribute.map(|attribute| attribute.value.into_owned()).unwrap_or_default();
            }
            _ => {}
        }
        self.tags.push(name);
        self.text.clear();
        Ok(())
    }

    fn open_node(&mut self) {
        let parent = self.open.last().copied();
        if let Some(parent) = parent {
            self.nodes[parent].has_children = true;
        }
        let code = IcdCode { chapter: self.chapter, ..IcdCode::default() };
        self.open.push(self.nodes.len());
        self.nodes.push(Node { code, parent, ..Node::default() });
    }

    fn close(&mut self) -> Result<(), String> {
        let tag = self.tags.pop().ok_or("a tag is closed that was not opened")?;
        let holder = match tag.as_str() {
            "diag" => {
                let node = self.open.pop().ok_or("a code is closed that was not opened")?;
                return if self.nodes[node].code.code.is_empty() {
                    Err("a code has no name".to_owned())
                } else {
                    Ok(())
                };
            }
            "name" => Holder::Name,
            "desc" => Holder::Description,
            "note" => Holder::Note,
            "extension" => Holder::Extension,
            _ => return Ok(()),
        };
        let text = self.text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.text.clear();
        if let Some(&node) = self.open.last() {
            self.take(node, holder, text);
        }
        Ok(())
    }

    /// Puts a text where it belongs.
    fn take(&mut self, node: usize, holder: Holder, text: String) {
        let notes = self.tags.last().map_or(Notes::Other, |tag| Notes::of_tag(tag));
        let node = &mut self.nodes[node];
        let code = &mut node.code;
        match (holder, notes) {
            (Holder::Name, _) => code.code = text,
            (Holder::Description, _) => code.title = text,
            (Holder::Extension, _) => node.seventh.push((std::mem::take(&mut self.seventh_character), text)),
            // One list has a second line for its last character.
            (Holder::Note, Notes::SeventhCharacter) => {
                if let Some((_, meaning)) = node.seventh.last_mut() {
                    *meaning = format!("{meaning}/{text}");
                }
            }
            (Holder::Note, Notes::Inclusion) => code.inclusion_terms.push(text),
            (Holder::Note, Notes::Excludes1) => code.excludes1.push(text),
            (Holder::Note, Notes::Excludes2) => code.excludes2.push(text),
            (Holder::Note, Notes::CodeFirst) => code.code_first.push(text),
            (Holder::Note, Notes::UseAdditional) => code.use_additional.push(text),
            (Holder::Note, Notes::CodeAlso) => code.code_also.push(text),
            (Holder::Note, Notes::Other) => {}
        }
    }

    fn reference(&mut self, reference: &BytesRef<'_>) -> Result<(), String> {
        if let Some(character) = reference.resolve_char_ref().map_err(|error| error.to_string())? {
            self.text.push(character);
            return Ok(());
        }
        let entity = resolve_predefined_entity(reference).ok_or_else(|| "an entity is unknown".to_owned())?;
        self.text.push_str(entity);
        Ok(())
    }
}

/// Writes out the seventh characters and says which codes are billable.
fn expand(nodes: Vec<Node>) -> Vec<IcdCode> {
    let mut codes = Vec::with_capacity(nodes.len() * 2);
    for node in &nodes {
        let mut code = node.code.clone();
        code.parent = node.parent.map(|parent| nodes[parent].code.code.clone());
        let extensions = if node.has_children { None } else { seventh_characters(&nodes, node) };
        code.billable = !node.has_children && extensions.is_none();
        let applying = extensions.into_iter().flatten().filter(|(character, _)| applies(character, &code.code));
        let written_out: Vec<IcdCode> =
            applying.map(|(character, meaning)| with_seventh(&code, character, meaning)).collect();
        codes.push(code);
        codes.extend(written_out);
    }
    codes
}

/// The list of the code itself, or of the nearest category above it; `None` when there is none, or it already has seven.
fn seventh_characters<'n>(nodes: &'n [Node], node: &'n Node) -> Option<&'n [(String, String)]> {
    if node.code.code.chars().filter(|c| *c != '.').count() >= FULL_LENGTH {
        return None;
    }
    let mut at = Some(node);
    while let Some(node) = at {
        if !node.seventh.is_empty() {
            return Some(&node.seventh);
        }
        at = node.parent.map(|parent| &nodes[parent]);
    }
    None
}

/// The one exception, which the list states in words, at S06: who died of a brain injury before waking has no later
/// encounters, so D and S do not apply where the sixth character is 7 or 8.
fn applies(character: &str, code: &str) -> bool {
    let died = code.starts_with("S06.") && code.len() == FULL_LENGTH && code.ends_with(['7', '8']);
    !(died && matches!(character, "D" | "S"))
}

fn with_seventh(base: &IcdCode, character: &str, meaning: &str) -> IcdCode {
    let dotted = if base.code.contains('.') { base.code.clone() } else { format!("{}.", base.code) };
    IcdCode {
        // Six characters and the dot, then the seventh.
        code: format!("{dotted:X<FULL_LENGTH$}{character}"),
        title: format!("{}, {meaning}", base.title),
        parent: Some(base.code.clone()),
        billable: true,
        chapter: base.chapter,
        ..IcdCode::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = "<ICD10CM.tabular><chapter><name>1</name><section><diag><name>S52</name><desc>Fracture &amp; more</desc>\
        <inclusionTerm><note>Broken  wrist</note></inclusionTerm><excludes1><note>amputation (S58.-)</note></excludes1>\
        <sevenChrDef><extension char=\"A\">initial encounter</extension><extension char=\"D\">subsequent encounter</extension>\
        </sevenChrDef><diag><name>S52.5</name><desc>Lower end</desc></diag></diag>\
        <diag><name>I10</name><desc>Essential (primary) hypertension</desc></diag></section></chapter></ICD10CM.tabular>";

    #[test]
    fn seventh_characters_are_written_out() {
        let codes = parse(SAMPLE.as_bytes()).expect("reads");
        let seen: Vec<_> = codes.iter().map(|code| (code.code.as_str(), code.billable)).collect();
        let expected = [("S52", false), ("S52.5", false), ("S52.5XXA", true), ("S52.5XXD", true), ("I10", true)];
        assert_eq!(seen, expected);
        assert_eq!(codes[2].title, "Lower end, initial encounter");
        assert_eq!(codes[2].parent.as_deref(), Some("S52.5"));
    }

    #[test]
    fn notes_go_where_they_belong() {
        let codes = parse(SAMPLE.as_bytes()).expect("reads");
        assert_eq!(codes[0].title, "Fracture & more");
        assert_eq!(codes[0].inclusion_terms, ["Broken wrist"]);
        assert_eq!(codes[0].excludes1, ["amputation (S58.-)"]);
        assert_eq!(codes[1].parent.as_deref(), Some("S52"));
    }

    #[test]
    fn a_file_that_is_cut_off_is_refused() {
        for length in [10, 100, SAMPLE.len() - 5] {
            assert!(parse(&SAMPLE.as_bytes()[..length]).is_err(), "{length} bytes");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400)) {
            let _ = parse(&bytes);
        }

        #[test]
        fn no_damage_makes_it_panic(at in 0..SAMPLE.len(), byte in proptest::num::u8::ANY, cut in 0..SAMPLE.len()) {
            let mut bytes = SAMPLE.as_bytes().to_vec();
            bytes[at] = byte;
            bytes.remove(cut);
            let _ = parse(&bytes);
        }
    }
}
