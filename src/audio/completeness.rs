//! Whether a file is there to its end, for the containers whose structure says how far they go. A decoder reads what is
//! left of a copy that broke off and stops without a word; the missing part of the visit would never be missed.
//!
//! Only sizes are read, so this costs a seek a box; the pages of an Ogg stream are read whole, because a decoder leaves out a
//! damaged one without a word. WAV is checked by its reader, FLAC and MP3 by what their
//! headers promise (`decoding`). An Ogg stream may lack its end-of-stream mark and a WebM its sizes: recorders that write
//! as they go leave them out.

use std::{
    collections::HashMap,
    io::{self, BufRead, BufReader, Read, Seek},
    sync::LazyLock,
};

use super::{AudioError, source::Input};

/// Refuses a file whose container goes on after the file has ended.
pub(super) fn check(input: &Input<'_>) -> Result<(), AudioError> {
    let mut reader = BufReader::new(input.reader()?);
    if let Some(at) = ogg_hole(&mut reader).map_err(|source| input.read_error(source))? {
        let detail = format!("a page at byte {at} of {} is damaged or missing", input.len);
        return Err(AudioError::Damaged { input: input.name.clone(), detail });
    }
    reader.rewind().map_err(|source| input.read_error(source))?;
    let verdict = match peek(&mut reader) {
        Ok(head) if head.starts_with(b"OggS") => ogg_end(&mut reader, input.len),
        Ok(head) if &head[4..8] == b"ftyp" => mp4_end(&mut reader, input.len),
        Ok(head) if head.starts_with(b"\x1A\x45\xDF\xA3") => matroska_end(&mut reader, input.len),
        _ => return Ok(()),
    };
    let end = verdict.map_err(|source| input.read_error(source))?;
    match end.filter(|&end| end > input.len) {
        None => Ok(()),
        Some(end) => {
            let detail = format!("{} of {end} or more bytes are there", input.len);
            Err(AudioError::Truncated { input: input.name.clone(), detail })
        }
    }
}

fn peek(reader: &mut (impl Read + Seek)) -> io::Result<[u8; 8]> {
    let mut head = [0; 8];
    reader.read_exact(&mut head)?;
    reader.rewind()?;
    Ok(head)
}

/// Where an Ogg stream has a page that is damaged, or lacks one (RFC 3533, section 6); `None` in any other file.
fn ogg_hole(reader: &mut impl BufRead) -> io::Result<Option<u64>> {
    let mut next_of: HashMap<[u8; 4], u32> = HashMap::new();
    let (mut page_start, mut page) = (0, Vec::new());
    loop {
        let mut header = [0; 27];
        if !read_whole(reader, &mut header)? {
            return Ok(None);
        }
        if !header.starts_with(b"OggS") {
            // Between two pages nothing may stand.
            let hole = page_start > 0 && has_a_page(reader)?;
            return Ok(hole.then_some(page_start));
        }
        page.clear();
        page.extend_from_slice(&header);
        page.resize(27 + usize::from(header[26]), 0);
        if !read_whole(reader, &mut page[27..])? {
            return Ok(None);
        }
        let lacing = page.len();
        page.resize(lacing + page[27..].iter().map(|&bytes| usize::from(bytes)).sum::<usize>(), 0);
        if !read_whole(reader, &mut page[lacing..])? {
            return Ok(None);
        }
        page[22..26].fill(0);
        let [serial, number, sum] = [14, 18, 22].map(|at| [0, 1, 2, 3].map(|byte| header[at + byte]));
        let number = u32::from_le_bytes(number);
        let lacks_one = next_of.insert(serial, number.wrapping_add(1)).is_some_and(|next| number > next);
        if lacks_one || ogg_sum(&page) != u32::from_le_bytes(sum) {
            return Ok(Some(page_start));
        }
        page_start += page.len() as u64;
    }
}

/// Whether another page begins in what is left.
fn has_a_page(reader: &mut impl BufRead) -> io::Result<bool> {
    let mut last = [0; 4];
    for byte in reader.bytes() {
        last = [last[1], last[2], last[3], byte?];
        if &last == b"OggS" {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The checksum of a page whose own field is zero: CRC-32 with the highest bit first, which no library here has.
fn ogg_sum(page: &[u8]) -> u32 {
    static OF_BYTE: LazyLock<[u32; 256]> = LazyLock::new(|| {
        std::array::from_fn(|byte| {
            (0..8).fold((byte as u32) << 24, |sum, _| (sum << 1) ^ if sum >> 31 == 1 { 0x04c1_1db7 } else { 0 })
        })
    });
    page.iter().fold(0, |sum, &byte| (sum << 8) ^ OF_BYTE[(sum >> 24) as usize ^ usize::from(byte)])
}

/// Where the last page ends (RFC 3533, section 6); `None` where something else follows the pages.
fn ogg_end(reader: &mut BufReader<impl Read + Seek>, file_bytes: u64) -> io::Result<Option<u64>> {
    let mut page_start = 0;
    while page_start < file_bytes {
        let mut header = [0; 27];
        let mut lacing = [0; 255];
        if !read_whole(reader, &mut header)? {
            return Ok(Some(page_start + 27));
        }
        if !header.starts_with(b"OggS") {
            return Ok(None);
        }
        let segments = usize::from(header[26]);
        if !read_whole(reader, &mut lacing[..segments])? {
            return Ok(Some(page_start + 27 + segments as u64));
        }
        let body: i64 = lacing[..segments].iter().map(|&bytes| i64::from(bytes)).sum();
        page_start += 27 + segments as u64 + body as u64;
        reader.seek_relative(body)?;
    }
    Ok(Some(page_start))
}

/// Where the last top-level box ends (ISO/IEC 14496-12, section 4.2).
fn mp4_end(reader: &mut BufReader<impl Read + Seek>, file_bytes: u64) -> io::Result<Option<u64>> {
    let mut box_start = 0;
    while box_start < file_bytes {
        reader.seek(io::SeekFrom::Start(box_start))?;
        let mut header = [0; 8];
        if !read_whole(reader, &mut header)? {
            return Ok(Some(box_start + 8));
        }
        let box_bytes = match u32::from_be_bytes(header[..4].try_into().expect("four bytes")) {
            0 => return Ok(None),
            1 => {
                let mut large = [0; 8];
                if !read_whole(reader, &mut large)? {
                    return Ok(Some(box_start + 16));
                }
                u64::from_be_bytes(large)
            }
            bytes => u64::from(bytes),
        };
        if box_bytes < 8 {
            return Ok(None);
        }
        box_start = box_start.saturating_add(box_bytes);
    }
    Ok(Some(box_start))
}

/// Where the last element ends (RFC 8794, section 6, and RFC 9559). An element whose size was left open, as a segment and
/// its clusters are when written live, is walked through; any other is stepped over.
fn matroska_end(reader: &mut BufReader<impl Read + Seek>, file_bytes: u64) -> io::Result<Option<u64>> {
    let mut element_start = 0_u64;
    while element_start < file_bytes {
        let mut first = [0; 1];
        let mut rest_of_id = [0; 3];
        reader.read_exact(&mut first)?;
        let more = first[0].leading_zeros() as usize;
        if more > 3 {
            return Ok(None);
        }
        if !read_whole(reader, &mut rest_of_id[..more])? {
            return Ok(Some(file_bytes + 1));
        }
        element_start = match element_size(reader)? {
            ElementSize::Missing => return Ok(Some(file_bytes + 1)),
            ElementSize::Open => reader.stream_position()?,
            ElementSize::Bytes(bytes) => {
                let end = reader.stream_position()?.saturating_add(bytes);
                reader.seek(io::SeekFrom::Start(end.min(file_bytes)))?;
                end
            }
        };
    }
    Ok(Some(element_start))
}

#[derive(Debug, PartialEq)]
enum ElementSize {
    Bytes(u64),
    /// All ones.
    Open,
    /// The file ends before it.
    Missing,
}

/// Reads a variable-size integer.
fn element_size(reader: &mut impl Read) -> io::Result<ElementSize> {
    let mut first = [0; 1];
    if !read_whole(reader, &mut first)? {
        return Ok(ElementSize::Missing);
    }
    // Nine bytes and more (a first byte of 0) are no size; as one of 0 the walk goes on into whatever follows.
    let more = (first[0].leading_zeros() as usize).min(7);
    let mut rest = [0; 7];
    if !read_whole(reader, &mut rest[..more])? {
        return Ok(ElementSize::Missing);
    }
    let marker = 0x80_u64 >> more;
    let start = u64::from(first[0]) & (marker - 1);
    let size = rest[..more].iter().fold(start, |size, &byte| size << 8 | u64::from(byte));
    let open = (1_u64 << (7 * (more + 1))) - 1;
    Ok(if size == open { ElementSize::Open } else { ElementSize::Bytes(size) })
}

/// Fills `buffer`, or says that the file ended before.
fn read_whole(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    match reader.read_exact(buffer) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        read => read.map(|()| true),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn element_sizes_of_every_width_are_read() {
        let size = |bytes: &[u8]| element_size(&mut Cursor::new(bytes)).expect("reads");
        assert_eq!(size(&[0x81]), ElementSize::Bytes(1));
        assert_eq!(size(&[0x40, 0x02]), ElementSize::Bytes(2));
        assert_eq!(size(&[0x01, 0, 0, 0, 0, 0, 1, 0]), ElementSize::Bytes(256));
        assert_eq!(size(&[0xFF]), ElementSize::Open);
        assert_eq!(size(&[0x01, 255, 255, 255, 255, 255, 255, 255]), ElementSize::Open);
        assert_eq!(size(&[0x40]), ElementSize::Missing);
    }
}
