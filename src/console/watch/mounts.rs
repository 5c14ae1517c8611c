//! File systems on which changes by another machine cause no events.

use std::path::Path;

/// The types, as the kernel's table of mounts names them.
const WITHOUT_EVENTS: &[&str] = &[
    "9p",
    "afs",
    "ceph",
    "cifs",
    "davfs",
    "drvfs",
    "fuse.glusterfs",
    "fuse.s3fs",
    "fuse.sshfs",
    "glusterfs",
    "lustre",
    "ncpfs",
    "nfs",
    "nfs4",
    "prl_fs",
    "smb3",
    "smbfs",
    "vboxsf",
    "virtiofs",
];

/// Returns the type of the file system that holds `path` (canonical), if it is one without events.
/// `table` is the content of `/proc/self/mountinfo`.
pub(super) fn without_events<'a>(table: &'a str, path: &Path) -> Option<&'a str> {
    // A later mount hides an earlier one at the same point.
    let (_, kind) = table
        .lines()
        .filter_map(mount)
        .filter(|(point, _)| path.starts_with(point))
        .max_by_key(|(point, _)| point.len())?;
    WITHOUT_EVENTS.contains(&kind).then_some(kind)
}

/// A line's mount point and type: `36 35 98:0 /root /point options - type source options`.
fn mount(line: &str) -> Option<(String, &str)> {
    let (mount, filesystem) = line.split_once(" - ")?;
    let point = mount.split(' ').nth(4)?;
    let kind = filesystem.split(' ').next()?;
    Some((unescape(point), kind))
}

/// Undoes the table's octal escapes of spaces and backslashes.
fn unescape(point: &str) -> String {
    [
        ("\\040", " "),
        ("\\011", "\t"),
        ("\\012", "\n"),
        ("\\134", "\\"),
    ]
    .iter()
    .fold(point.to_owned(), |text, (escape, plain)| {
        text.replace(escape, plain)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
40 22 0:50 / /mnt/team\\040share rw,relatime - nfs4 server:/x rw
41 40 0:51 / /mnt/team\\040share/local rw - tmpfs tmpfs rw
nonsense";

    #[test]
    fn the_innermost_mount_counts() {
        let kind = |path: &str| without_events(TABLE, Path::new(path));
        assert_eq!(kind("/home/configs"), None);
        assert_eq!(kind("/mnt/team share/configs"), Some("nfs4"));
        assert_eq!(kind("/mnt/team share/local/configs"), None);
        assert_eq!(kind("/mnt/team shared"), None);
    }
}
