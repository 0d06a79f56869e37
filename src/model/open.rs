//! Reading an asset folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::constants::Constants;
use super::{
    Asset, AssetError, AssetFormat, AssetMetadata, Bytecode, Dialect, RecordedHash, Statistics,
    Weights, metadata, signature, trace,
};
use crate::aicode::{OpKind, Program, dialect_version};
use crate::bytes::{ByteSource, FileSource};
use crate::files::json::{Limits, exceeds};
use crate::files::{
    self, FileError, FileFault, Leads, Root, holds_lfs_pointer, is_lfs_pointer, what,
};
use crate::mlir::{Module, ReadError};

/// Bytes of `main.hash`: one SHA-256.
const HASH_BYTES: u64 = 32;

const COPY_AGAIN: &str = "copy or download the asset again; a damaged file cannot be repaired";
const OWN_METADATA: &str = "check that this is the asset's own metadata and not another file";
const WHOLE_FOLDER: &str = "export the asset again, or copy its whole folder";

/// What looks at a program while it is read.
pub type Look<'a> = &'a mut (dyn FnMut(&Program) + Send);

impl Asset {
    /// Reads an asset folder: container, signature, statistics and weight headers; never weight
    /// bytes.
    ///
    /// # Errors
    /// A missing, unreadable or damaged file; a symbolic link that leaves the folder; a version
    /// this reader does not know.
    pub fn open(path: &Path) -> Result<Asset, AssetError> {
        Asset::open_looking(path, &mut |_| ())
    }

    /// The same, for one who wants to know more of the program than an asset keeps: `look` sees it while it is read.
    ///
    /// # Errors
    /// As [`Asset::open`].
    pub fn open_looking(path: &Path, look: Look<'_>) -> Result<Asset, AssetError> {
        let folder = Folder::open(path)?;
        let metadata = folder.metadata()?;
        let (bytecode_path, format) = folder.bytecode()?;
        let source =
            FileSource::open(&bytecode_path).map_err(|e| unreadable(&bytecode_path, &e))?;
        let read = Module::read(&source).and_then(Program::new);
        let summary = read.and_then(|program| {
            let summary = Summary::of(&program, &source)?;
            look(&program);
            Ok(summary)
        });
        let program = summary.map_err(|e| damaged(&bytecode_path, &source, e))?;
        Ok(Asset {
            path: path.to_owned(),
            name: folder.name(),
            recorded_hash: folder.recorded_hash()?,
            bytes: source.len(),
            bytecode_path,
            format,
            metadata,
            bytecode: program.bytecode,
            program_version: program.version,
            functions: program.functions,
            statistics: program.statistics,
            weights: program.weights,
        })
    }
}

/// What a bytecode file says.
#[derive(Debug, Clone)]
pub struct Summary {
    /// Container facts.
    pub bytecode: Bytecode,
    /// The program's own version, a date `YYYYMMDD`.
    pub version: Option<u64>,
    /// Every graph in file order, private ones too.
    pub functions: Vec<super::Function>,
    /// Operation and compute-type statistics.
    pub statistics: Statistics,
    /// Constants.
    pub weights: Weights,
}

impl Summary {
    /// Reads a bytecode file.
    ///
    /// # Errors
    /// Malformed bytecode, or a version this reader does not know.
    pub fn read<S: ByteSource + ?Sized>(source: &S) -> Result<Summary, ReadError> {
        Summary::of(&Program::new(Module::read(source)?)?, source)
    }

    fn of<S: ByteSource + ?Sized>(program: &Program, source: &S) -> Result<Summary, ReadError> {
        let constants = Constants::read(program, source)?;
        let functions = signature::functions(program)?;
        Ok(Summary {
            bytecode: bytecode(program)?,
            version: program_version(program)?,
            statistics: Statistics::of(program)?,
            weights: trace::weights(program, &constants, &functions)?,
            functions,
        })
    }
}

fn bytecode(program: &Program) -> Result<Bytecode, ReadError> {
    let module = &program.module;
    let dialects = &module.dialects.dialects;
    let dialects = dialects.iter().map(|dialect| {
        Ok(Dialect {
            name: module.string(dialect.name)?.to_owned(),
            version: dialect_version(dialect)?,
        })
    });
    Ok(Bytecode {
        version: module.container.version,
        producer: module.container.producer.clone(),
        dialects: dialects.collect::<Result<_, _>>()?,
    })
}

fn program_version(program: &Program) -> Result<Option<u64>, ReadError> {
    let mut ops = program.module.ir.ops();
    let asset = ops.find(|(_, op)| program.kind(op) == OpKind::Asset);
    asset.map_or(Ok(None), |(_, op)| program.asset_version(op))
}

/// An asset's folder.
struct Folder<'a> {
    path: &'a Path,
    /// The same, as what no link may leave.
    root: Root,
}

impl<'a> Folder<'a> {
    fn open(path: &'a Path) -> Result<Folder<'a>, AssetError> {
        let kind = fs::metadata(path).map_err(|error| unreadable(path, &error))?;
        if !kind.is_dir() {
            let help = "pass the folder whose name ends in .aimodel or .aimodelc";
            return Err(fault(
                path,
                "an asset is a folder, and this is a file",
                help,
            ));
        }
        Ok(Folder {
            path,
            root: Root::new(path),
        })
    }

    /// The path under which the folder has an asset's name: as it was given, else without links and dots.
    fn named(&self) -> &Path {
        match self.path.extension() {
            Some(_) => self.path,
            None => self.root.real().unwrap_or(self.path),
        }
    }

    /// The folder's name without its extension.
    fn name(&self) -> String {
        let stem = self.named().file_stem().unwrap_or_default();
        files::shown(Path::new(stem))
    }

    /// A file of the folder, if it is there. Links may not leave the folder.
    fn file(&self, name: &str) -> Result<Option<PathBuf>, AssetError> {
        let path = self.path.join(name);
        let kind = match fs::symlink_metadata(&path) {
            Ok(found) => found.file_type(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unreadable(&path, &error)),
        };
        if kind.is_symlink() {
            self.check_link(&path)?;
        }
        let target = fs::metadata(&path).map_err(|error| unreadable(&path, &error))?;
        if target.is_dir() {
            return Err(fault(
                &path,
                "expected a file, found a folder",
                WHOLE_FOLDER,
            ));
        }
        if !target.is_file() {
            let message = format!("expected a regular file, found {}", what(&target));
            return Err(fault(&path, &message, WHOLE_FOLDER));
        }
        Ok(Some(path))
    }

    fn check_link(&self, path: &Path) -> Result<(), AssetError> {
        let help = "copy the asset with its links resolved (`cp -RL`), or download it with \
                    `--local-dir`";
        let message = match self.root.leads(path) {
            Leads::Inside | Leads::HubCache => return Ok(()),
            Leads::Outside => "a symbolic link that leaves the asset folder is not followed",
            Leads::Nowhere => "a symbolic link that leads nowhere",
            Leads::Cycle => "a symbolic link that leads nowhere (in a circle)",
            Leads::Refused => "a symbolic link that the system does not follow",
        };
        Err(fault(path, message, help))
    }

    /// The bytecode file: `main.mlirb`, else the only `main-<soc>.mlirb`.
    fn bytecode(&self) -> Result<(PathBuf, AssetFormat), AssetError> {
        let compiled = self.named().extension().is_some_and(|e| e == "aimodelc");
        if !compiled && let Some(path) = self.file("main.mlirb")? {
            return Ok((path, AssetFormat::Source));
        }
        let mut names = self.compiled_names()?;
        match names.len() {
            1 => {
                let name = names.remove(0);
                let missing = || fault(self.path, "the program disappeared", WHOLE_FOLDER);
                let path = self.file(&name)?.ok_or_else(missing)?;
                Ok((path, AssetFormat::Compiled))
            }
            0 if compiled => Err(fault(
                self.path,
                "main-<soc>.mlirb, the compiled program, is missing",
                WHOLE_FOLDER,
            )),
            0 => Err(fault(
                &self.path.join("main.mlirb"),
                "main.mlirb, the program of the asset, is missing",
                WHOLE_FOLDER,
            )),
            _ => Err(fault(
                self.path,
                &format!("expected one compiled program, found {}", names.join(", ")),
                "keep the program of one target in each .aimodelc",
            )),
        }
    }

    /// Names `main-<soc>.mlirb` in the folder, sorted.
    fn compiled_names(&self) -> Result<Vec<String>, AssetError> {
        let entries = fs::read_dir(self.path).map_err(|error| unreadable(self.path, &error))?;
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|error| unreadable(self.path, &error))?;
            if let Ok(name) = entry.file_name().into_string()
                && name.starts_with("main-")
                && name.ends_with(".mlirb")
            {
                names.push(name);
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    fn metadata(&self) -> Result<Option<AssetMetadata>, AssetError> {
        let Some(path) = self.file("metadata.json")? else {
            return Ok(None);
        };
        let bytes = read_small(&path, Limits::MANIFEST.bytes)?;
        if str::from_utf8(&bytes).is_ok_and(|text| exceeds(text, Limits::MANIFEST)) {
            let message = format!(
                "it holds more than the {} values this tool reads of such a file",
                Limits::MANIFEST.values
            );
            return Err(fault(&path, &message, OWN_METADATA));
        }
        metadata::parse(&bytes).map(Some).map_err(|problem| {
            let mut error = fault(&path, &problem.message, problem.help);
            error.offset = problem.offset;
            error
        })
    }

    fn recorded_hash(&self) -> Result<RecordedHash, AssetError> {
        let Some(path) = self.file("main.hash")? else {
            return Ok(RecordedHash::Missing);
        };
        if holds_lfs_pointer(&path) {
            return Ok(RecordedHash::LfsPointer);
        }
        let len = fs::metadata(&path)
            .map_err(|error| unreadable(&path, &error))?
            .len();
        if len != HASH_BYTES {
            return Ok(RecordedHash::Malformed(len));
        }
        let bytes = read_small(&path, HASH_BYTES)?;
        let found = bytes.len() as u64;
        Ok(bytes
            .try_into()
            .map_or(RecordedHash::Malformed(found), RecordedHash::Sha256))
    }
}

/// Reads a file of at most `limit` bytes.
fn read_small(path: &Path, limit: u64) -> Result<Vec<u8>, AssetError> {
    files::read_stranger(path, limit).map_err(|error| match error.fault {
        FileFault::Limit => {
            let message = format!("larger than {} MiB", limit >> 20);
            fault(path, &message, OWN_METADATA)
        }
        _ => from_file(path, error),
    })
}

fn from_file(path: &Path, error: FileError) -> AssetError {
    let help = error.help.unwrap_or_else(|| WHOLE_FOLDER.to_owned());
    fault(path, &error.message, &help)
}

fn fault(path: &Path, message: &str, help: &str) -> AssetError {
    AssetError {
        path: path.to_owned(),
        offset: None,
        message: message.to_owned(),
        help: Some(help.to_owned()),
    }
}

fn unreadable(path: &Path, error: &io::Error) -> AssetError {
    let (message, help) = match error.kind() {
        io::ErrorKind::NotFound => ("no such file or folder".to_owned(), "check the path"),
        io::ErrorKind::PermissionDenied => (
            "permission to read it was denied".to_owned(),
            "give yourself read permission, or run as its owner",
        ),
        kind => (
            format!("it could not be read ({kind})"),
            "check the path and the disk it is on",
        ),
    };
    fault(path, &message, help)
}

fn damaged(path: &Path, source: &FileSource, error: ReadError) -> AssetError {
    use crate::mlir::ReadErrorKind as Kind;
    let (message, help) = match error.kind {
        _ if source.is_empty() => ("the file is empty".to_owned(), COPY_AGAIN),
        _ if stands_for_another(source) => {
            let mut error = from_file(path, FileError::lfs_pointer(path));
            error.message = format!("not MLIR bytecode: it {}", error.message);
            return error;
        }
        Kind::UnsupportedVersion { .. } => (
            error.to_string(),
            "use a granite-bundle that knows this version, or export with coreai-core 1.0.0b3",
        ),
        Kind::MissingDialect => (
            "MLIR bytecode, but not a Core AI program: it has no aicode dialect".to_owned(),
            "check that this is a Core AI asset",
        ),
        Kind::Unexpected { .. } if error.field == "magic number" => (
            format!("not MLIR bytecode: {error}"),
            "check that this is a Core AI asset; a download page in its place starts with text",
        ),
        _ => (format!("the program is damaged: {error}"), COPY_AGAIN),
    };
    AssetError {
        path: path.to_owned(),
        offset: Some(error.offset),
        message,
        help: Some(help.to_owned()),
    }
}

/// True if the file is the pointer that Git LFS leaves in the place of another.
fn stands_for_another(source: &FileSource) -> bool {
    let mut start = vec![0; usize::try_from(source.len().min(4096)).unwrap_or_default()];
    source.len() <= 4096 && source.read_at(0, &mut start).is_ok() && is_lfs_pointer(&start)
}
