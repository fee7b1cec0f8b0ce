//! What a zip archive holds, and where.

use super::TableError;
use super::packed::Packing;
use super::quiet::quietly;
use super::source::rank_by_name;
use super::store::AtRest;

/// A file in an archive.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub name: String,
    /// `None` where it is packed or locked in a way that is not read here.
    pub packing: Option<Packing>,
}

/// Its files, in the archive's order; folders left out.
pub(super) fn members(name: &str, store: &AtRest) -> Result<Vec<Member>, TableError> {
    let failed = |cause| TableError::Io { name: name.to_owned(), cause };
    let from = store.reader().map_err(failed)?;
    let listed = quietly(|| {
        let mut archive = zip::ZipArchive::new(from)?;
        let mut members = Vec::new();
        for at in 0..archive.len() {
            let file = archive.by_index_raw(at)?;
            if file.is_dir() {
                continue;
            }
            let deflated = match file.compression() {
                zip::CompressionMethod::Stored => Some(false),
                zip::CompressionMethod::Deflated => Some(true),
                _ => None,
            };
            let packing = match (deflated.filter(|_| !file.encrypted()), file.data_start()) {
                (Some(deflated), Some(at)) => Some(Packing::Member {
                    at,
                    length: file.compressed_size(),
                    deflated,
                    check: file.crc32(),
                }),
                _ => None,
            };
            members.push(Member { name: file.name()?.into_owned(), packing });
        }
        Ok::<_, zip::result::ZipError>(members)
    });
    match listed {
        Some(Ok(members)) => Ok(members),
        Some(Err(cause)) => Err(refused(name, &cause.to_string())),
        None => Err(refused(name, "it is damaged")),
    }
}

fn refused(name: &str, cause: &str) -> TableError {
    let cause = cause.lines().next().unwrap_or_default().trim_end_matches('.');
    TableError::Refused {
        name: name.to_owned(),
        format: "a zip archive",
        cause: format!("{cause}; copy it or pack it again"),
    }
}

/// Whether the archive is an Excel workbook.
pub(super) fn is_workbook(members: &[Member]) -> bool {
    members.iter().any(|member| member.name == "xl/workbook.xml")
}

/// The members of several names, parted by commas; `None` where not all of them are there.
pub(super) fn several<'m>(members: &'m [Member], names: &str) -> Option<Vec<&'m Member>> {
    let named = |name: &str| members.iter().find(|member| member.name == name.trim());
    if !names.contains(',') || named(names).is_some() {
        return None;
    }
    names.split(',').map(named).collect()
}

/// The member that is meant: the one called `wanted`, else the only one that systems did not put
/// there themselves, or the only one that is a table by its ending.
pub(super) fn chosen<'m>(
    name: &str,
    members: &'m [Member],
    wanted: Option<&str>,
) -> Result<&'m Member, TableError> {
    let is_data = |member: &&Member| {
        let file = member.name.rsplit('/').next().unwrap_or_default();
        !member.name.starts_with("__MACOSX/") && !file.starts_with('.')
    };
    let data: Vec<&Member> = members.iter().filter(is_data).collect();
    let is_table = |member: &&&Member| rank_by_name(&member.name) == 2;
    let tables: Vec<&Member> = data.iter().filter(is_table).copied().collect();
    let listed = || data.iter().map(|member| member.name.as_str()).collect::<Vec<_>>().join(", ");
    match wanted {
        Some(wanted) => {
            members.iter().find(|member| member.name == wanted).ok_or_else(|| TableError::NoSheet {
                name: name.to_owned(),
                sheet: wanted.to_owned(),
                sheets: listed(),
            })
        }
        None => match data[..] {
            [] => Err(TableError::Empty { name: name.to_owned() }),
            [only] => Ok(only),
            _ if tables.len() == 1 => Ok(tables[0]),
            _ => Err(TableError::ManyMembers { name: name.to_owned(), members: listed() }),
        },
    }
}
