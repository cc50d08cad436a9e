//! Lays the site: one stylesheet out of its parts, names by content, brotli once and for all. A step of the build, never of a request.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::{fs, io};

use sha2::{Digest, Sha256};

use crate::assets::Manifest;

/// Where everything comes from and goes to.
#[derive(Debug)]
pub struct Source {
    /// Folder of the style sheets; `main.css` lists the others by `@import`, in order, but for `staff.css`, which only staff loads.
    pub style: PathBuf,
    /// Folder of files handed out as they are.
    pub public: PathBuf,
    /// Folder that wasm-bindgen wrote.
    pub pkg: PathBuf,
    /// Folder to lay the site in.
    pub out: PathBuf,
}

/// Lays the site.
///
/// # Errors
/// A file that cannot be read or written, or an import that is not there.
pub fn lay(source: &Source) -> io::Result<Manifest> {
    let pkg = source.out.join("pkg");
    fs::create_dir_all(&pkg)?;
    let wasm = fs::read(source.pkg.join("emdia_bg.wasm"))?;
    let wasm = write_named(&source.out, "emdia", "wasm", &wasm)?;
    let js = fs::read(source.pkg.join("emdia.js"))?;
    let js = write_named(&source.out, "emdia", "js", &js)?;
    let css = write_named(&source.out, "emdia", "css", stylesheet(&source.style)?.as_bytes())?;
    let staff = fs::read_to_string(source.style.join("staff.css"))?;
    let staff_css = write_named(&source.out, "staff", "css", without_comments(&staff).as_bytes())?;
    let mut manifest = Manifest { css, staff_css, js, wasm, ..Manifest::default() };
    copy_snippets(&source.pkg.join("snippets"), &pkg.join("snippets"))?;
    for entry in fs::read_dir(&source.public)? {
        let path = entry?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        let bytes = fs::read(&path)?;
        match name {
            "islands.js" => manifest.islands = write_named(&source.out, "islands", "js", &bytes)?,
            "desk.js" => manifest.desk = write_named(&source.out, "desk", "js", &bytes)?,
            "icon.svg" => {
                manifest.icon = write_named(&source.out, "icon", "svg", &bytes)?;
                write_compressed(&source.out.join(name), &bytes)?;
            }
            _ => write_compressed(&source.out.join(name), &bytes)?,
        }
    }
    fs::write(source.out.join("manifest.json"), serde_json::to_string(&manifest).map_err(io::Error::other)?)?;
    Ok(manifest)
}

/// `main.css` with each `@import "part.css";` replaced by the part.
fn stylesheet(folder: &Path) -> io::Result<String> {
    let mut sheet = String::new();
    for line in fs::read_to_string(folder.join("main.css"))?.lines() {
        match line.strip_prefix("@import \"").and_then(|rest| rest.split_once('"')) {
            Some((part, _)) => sheet.push_str(
                &fs::read_to_string(folder.join(part)).map_err(|error| io::Error::new(error.kind(), format!("style/{part}: {error}")))?,
            ),
            None => sheet.push_str(line),
        }
        sheet.push('\n');
    }
    Ok(without_comments(&sheet))
}

/// Comments are for people who read the source. None of our strings or addresses holds `/*`.
fn without_comments(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    while let Some((before, after)) = rest.split_once("/*") {
        out.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    out.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

fn copy_snippets(from: &Path, to: &Path) -> io::Result<()> {
    if !from.exists() {
        return Ok(());
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let target = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() { copy_snippets(&path, &target)? } else { write_compressed(&target, &fs::read(&path)?)? }
    }
    Ok(())
}

/// Writes `pkg/NAME-HASH.ENDING` and its compressed twin; gives its address.
fn write_named(out: &Path, name: &str, ending: &str, bytes: &[u8]) -> io::Result<String> {
    let hash = hex::encode(&Sha256::digest(bytes)[..8]);
    let file = format!("pkg/{name}-{hash}.{ending}");
    write_compressed(&out.join(&file), bytes)?;
    Ok(format!("/{file}"))
}

fn write_compressed(path: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::write(path, bytes)?;
    let name = format!("{}.br", path.file_name().unwrap_or_default().to_string_lossy());
    let mut file = fs::File::create(path.with_file_name(name))?;
    // Quality 11 with the largest common window: made once, sent for ever. Development builds are only laid to be looked at.
    let quality = if bytes.len() > 2_000_000 { 5 } else { 11 };
    let mut writer = brotli::CompressorWriter::new(&mut file, 1 << 16, quality, 22);
    writer.write_all(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_left_out() {
        assert_eq!(without_comments("a {\n  b: c; /* why\n because */\n}\n/* end */"), "a {\nb: c;\n}");
    }
}
