//! What tells the texts of licenses apart.

/// What the text of a license holds and lacks.
pub(super) struct LicenseText {
    pub(super) spdx: &'static str,
    pub(super) has: &'static [&'static str],
    pub(super) lacks: &'static [&'static str],
    /// Most words, copyright lines included; what is longer has terms of its own.
    pub(super) words: usize,
}

const MIT_GRANT: &str =
    "permission is hereby granted, free of charge, to any person obtaining a copy of this software";
pub(super) const BSD_GRANT: &str = "redistribution and use in source and binary forms, with or without modification, are permitted";
const ISC_GRANT: &str =
    "distribute this software for any purpose with or without fee is hereby granted";

/// The phrases are the licenses' own, from the SPDX license list, in lower case with single spaces.
pub(super) const TEXTS: &[LicenseText] = &[
    text(
        "Apache-2.0",
        &[
            "apache license version 2.0, january 2004",
            "grant of patent license",
        ],
        &["llvm exceptions"],
        1900,
    ),
    text(
        "Apache-2.0",
        &[
            "licensed under the apache license, version 2.0",
            "except in compliance with the license",
        ],
        &["january 2004"],
        300,
    ),
    text(
        "MIT",
        &[
            MIT_GRANT,
            "the above copyright notice and this permission notice",
        ],
        &["except as contained in this notice"],
        300,
    ),
    text(
        "MIT-0",
        &[MIT_GRANT],
        &[
            "the above copyright notice",
            "except as contained in this notice",
        ],
        300,
    ),
    text(
        "X11",
        &[
            MIT_GRANT,
            "except as contained in this notice, the name of the x consortium",
        ],
        &[],
        400,
    ),
    text(
        "ISC",
        &[
            ISC_GRANT,
            "provided that the above copyright notice and this permission notice appear",
        ],
        &[],
        300,
    ),
    text("0BSD", &[ISC_GRANT], &["provided that"], 300),
    text(
        "BSD-2-Clause",
        &[BSD_GRANT],
        &[
            "neither the name",
            "advertising materials",
            "nor the names",
            "patent",
        ],
        400,
    ),
    text(
        "BSD-3-Clause",
        &[BSD_GRANT, "neither the name"],
        &["advertising materials", "patent"],
        450,
    ),
    text(
        "BSD-4-Clause",
        &[BSD_GRANT, "advertising materials", "neither the name"],
        &["patent"],
        500,
    ),
    text(
        "GPL-2.0-only",
        &["gnu general public license version 2, june 1991"],
        &[],
        3400,
    ),
    text(
        "GPL-3.0-only",
        &["gnu general public license version 3, 29 june 2007"],
        &["gnu lesser general public license version 3, 29 june 2007"],
        6200,
    ),
    text(
        "LGPL-2.1-only",
        &["gnu lesser general public license version 2.1, february 1999"],
        &[],
        4800,
    ),
    text(
        "LGPL-3.0-only",
        &["gnu lesser general public license version 3, 29 june 2007"],
        &[],
        7500,
    ),
    text(
        "AGPL-3.0-only",
        &["gnu affero general public license version 3, 19 november 2007"],
        &[],
        6200,
    ),
    text(
        "MPL-2.0",
        &["mozilla public license version 2.0", "covered software"],
        &[],
        3000,
    ),
    text("EPL-2.0", &["eclipse public license - v 2.0"], &[], 2700),
    text(
        "BSL-1.0",
        &["boost software license - version 1.0 - august 17th, 2003"],
        &[],
        300,
    ),
    text(
        "Zlib",
        &[
            "provided 'as-is', without any express or implied",
            "must not be misrepresented",
            "altered source versions",
        ],
        &[],
        300,
    ),
    text(
        "Unlicense",
        &["this is free and unencumbered software released into the public domain"],
        &[],
        350,
    ),
    text("CC0-1.0", &["cc0 1.0 universal", "waiver"], &[], 1400),
    text(
        "CC-BY-4.0",
        &["attribution 4.0 international", "licensed rights"],
        &[],
        3600,
    ),
    text(
        "CC-BY-SA-4.0",
        &[
            "attribution-sharealike 4.0 international",
            "licensed rights",
        ],
        &[],
        3800,
    ),
    text(
        "CC-BY-NC-4.0",
        &[
            "attribution-noncommercial 4.0 international",
            "licensed rights",
        ],
        &[],
        3800,
    ),
    text(
        "CC-BY-NC-SA-4.0",
        &[
            "attribution-noncommercial-sharealike 4.0 international",
            "licensed rights",
        ],
        &[],
        4000,
    ),
    text(
        "CC-BY-ND-4.0",
        &[
            "attribution-noderivatives 4.0 international",
            "licensed rights",
        ],
        &[],
        3600,
    ),
    text(
        "CC-BY-NC-ND-4.0",
        &[
            "attribution-noncommercial-noderivatives 4.0 international",
            "licensed rights",
        ],
        &[],
        3800,
    ),
];

const fn text(
    spdx: &'static str,
    has: &'static [&'static str],
    lacks: &'static [&'static str],
    words: usize,
) -> LicenseText {
    LicenseText {
        spdx,
        has,
        lacks,
        words,
    }
}
