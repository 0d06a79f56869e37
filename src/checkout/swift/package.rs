//! What a package manifest declares, read as lists.

use std::ops::Range;

use super::tokens::{Code, Kind};

/// A product of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Its name.
    pub name: String,
    /// Its targets.
    pub targets: Vec<String>,
    /// Whether it is a library, rather than a program or a plug-in.
    pub is_library: bool,
    /// The line its entry starts on, counted from 1.
    pub line: usize,
}

/// A package another depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// Where it is.
    pub url: String,
    /// The branch asked for.
    pub branch: String,
    /// The line its entry starts on, counted from 1.
    pub line: usize,
}

/// The products of a manifest, in order; `None` where it has no list of products that can be read.
///
/// The list is the literal `products:` is given, or the one of the variable it names, and what is added to
/// `package.products` afterwards.
pub fn products(code: &Code) -> Option<Vec<Product>> {
    let mut found = entries(code, declared(code)?, &["library", "executable", "plugin"]);
    for index in 0..code.tokens().len() {
        if is_sequence(code, index, &["package", ".", "products"])
            && let Some(end) = added(code, index + 3)
        {
            let more = entries(code, index + 3..end, &["library", "executable", "plugin"]);
            found.extend(more);
        }
    }
    let product = |entry: &Range<usize>| product(code, entry.clone());
    found.iter().map(product).collect()
}

/// The packages a manifest asks for by branch, which no package that depends on it by version can resolve.
pub fn branch_dependencies(code: &Code) -> Vec<Dependency> {
    let all = entries(code, 0..code.tokens().len(), &["package"]);
    let dependency = |entry: Range<usize>| {
        let branch = match argument(code, &entry, "branch") {
            Some(value) => text(code, value)?,
            // `.branch("main")`, the older form.
            None => {
                let mut places = entry.clone();
                let old = places.find(|index| is_sequence(code, *index, &[".", "branch", "("]))?;
                text(code, old + 3)?
            }
        };
        Some(Dependency {
            url: text(code, argument(code, &entry, "url")?)?,
            branch,
            line: code.tokens()[entry.start].line,
        })
    };
    all.into_iter().filter_map(dependency).collect()
}

/// The inside of the list that `products:` is given.
fn declared(code: &Code) -> Option<Range<usize>> {
    let mut all = 0..code.tokens().len();
    let call = all.find(|index| is_sequence(code, *index, &["Package", "("]))?;
    let given = argument(code, &(call..code.closing(call + 1)), "products")?;
    if code.is(given, "[") {
        return Some(given + 1..code.closing(given));
    }
    let name = code.tokens().get(given).filter(|t| t.kind == Kind::Word)?;
    let name = code.text(name);
    let assigned = |index: &usize| {
        let is_named = |at: usize| code.tokens().get(at).map(|t| code.text(t)) == Some(name);
        let keyword = code.is(*index, "let") || code.is(*index, "var");
        keyword && is_named(index + 1)
    };
    let declaration = (0..code.tokens().len()).find(assigned)?;
    let mut rest = declaration..code.tokens().len();
    let equals = rest.find(|index| code.is(*index, "="))?;
    let open = equals + 1;
    code.is(open, "[").then(|| open + 1..code.closing(open))
}

/// The end of what `package.products` is extended by, if it is.
fn added(code: &Code, at: usize) -> Option<usize> {
    if is_sequence(code, at, &["+", "=", "["]) {
        return Some(code.closing(at + 2));
    }
    let is_call = [["append", "("], ["insert", "("]];
    let is_call = is_call.iter().any(|call| is_sequence(code, at + 1, call));
    (code.is(at, ".") && is_call).then(|| code.closing(at + 2))
}

/// The entries of these kinds in a list, each from its kind to its closing bracket.
fn entries(code: &Code, list: Range<usize>, kinds: &[&str]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut index = list.start;
    while index < list.end {
        let is_kind = kinds.iter().any(|kind| code.is(index + 1, kind));
        if code.is(index, ".") && is_kind && code.is(index + 2, "(") {
            let end = code.closing(index + 2);
            found.push(index + 1..end);
            index = end;
        }
        index += 1;
    }
    found
}

fn product(code: &Code, entry: Range<usize>) -> Option<Product> {
    let targets = match argument(code, &entry, "targets") {
        Some(open) if code.is(open, "[") => (open + 1..code.closing(open))
            .filter_map(|index| text(code, index))
            .collect(),
        Some(_) => return None,
        None => Vec::new(),
    };
    Some(Product {
        name: text(code, argument(code, &entry, "name")?)?,
        targets,
        is_library: code.is(entry.start, "library"),
        line: code.tokens().get(entry.start)?.line,
    })
}

/// Where the value of a labelled argument of a call starts; `call` begins before the call's opening bracket.
fn argument(code: &Code, call: &Range<usize>, label: &str) -> Option<usize> {
    let mut index = (call.start..call.end).find(|index| code.is(*index, "("))? + 1;
    while index < call.end {
        if code.is(index, label) && code.is(index + 1, ":") {
            return Some(index + 2);
        }
        index = match code.bracket(index) {
            Some(true) => code.closing(index) + 1,
            _ => index + 1,
        };
    }
    None
}

/// The content of the string literal at `index`.
fn text(code: &Code, index: usize) -> Option<String> {
    let token = code.tokens().get(index)?;
    if token.kind != Kind::Text {
        return None;
    }
    let literal = std::str::from_utf8(code.text(token)).ok()?;
    let inner = literal.trim_matches('#');
    Some(inner.strip_prefix('"')?.strip_suffix('"')?.to_owned())
}

fn is_sequence(code: &Code, at: usize, words: &[&str]) -> bool {
    let mut words = words.iter().enumerate();
    words.all(|(index, word)| code.is(at + index, word))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn names(source: &str) -> Option<Vec<String>> {
        let code = Code::of(source.into()).unwrap();
        Some(
            products(&code)?
                .into_iter()
                .map(|product| product.name)
                .collect(),
        )
    }

    #[test]
    fn a_product_is_one_however_it_is_laid_out() {
        for products in [
            ".library(name: \"S\", targets: [\"S\"])",
            "\n  .library(\n    name: \"S\",\n    targets: [\n      \"S\",\n    ]\n  ),\n",
            "Product.library(name: \"S\", type: .static, targets: [\"S\"])",
        ] {
            let manifest = format!("let package = Package(name: \"p\", products: [{products}])\n");
            assert_eq!(names(&manifest).unwrap(), ["S"], "{products}");
        }
    }

    #[test]
    fn lists_of_variables_and_later_additions_count() {
        let manifest = "var all: [Product] = [.library(name: \"A\", targets: [\"A\"])]\n\
            let package = Package(name: \"p\", products: all)\n\
            package.products.append(.library(name: \"B\", targets: [\"B\"]))\n\
            package.products += [.executable(name: \"C\", targets: [\"C\"])]\n";
        assert_eq!(names(manifest).unwrap(), ["A", "B", "C"]);
    }

    #[test]
    fn what_is_no_product_is_none() {
        let manifest = "// .library(name: \"S\", targets: [\"S\"])\n\
            let other = [Product.library(name: \"S\", targets: [\"S\"])]\n\
            let package = Package(name: \"p\", products: [], targets: [.target(name: \"S\")])\n";
        assert_eq!(names(manifest).unwrap(), [""; 0]);
        assert_eq!(
            names("let package = Package(name: \"p\", products: make())\n"),
            None
        );
        assert_eq!(names("let x = 1\n"), None);
    }

    #[test]
    fn branches_are_found_in_either_form() {
        let manifest = "let package = Package(name: \"p\", dependencies: [\n\
            .package(url: \"https://a/b\", branch: \"main\"),\n\
            .package(url: \"https://a/c\", from: \"1.0.0\"),\n\
            .package(url: \"https://a/d\", .branch(\"dev\")),\n])\n";
        let code = Code::of(manifest.into()).unwrap();
        let found = branch_dependencies(&code);
        let found: Vec<_> = found.iter().map(|d| (d.branch.as_str(), d.line)).collect();
        assert_eq!(found, [("main", 2), ("dev", 4)]);
    }
}
