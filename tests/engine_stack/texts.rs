//! Engines in small: what the definitions of `series.toml` ask for, in words of our own, for each era and for what the
//! community runs. Nothing of the engine's text is in here.

/// The engine's file.
pub(crate) const ENGINE: &str =
    "swift/Sources/CoreAILanguageModels/InferenceEngines/CoreAIPipelinedEngine.swift";
const CONFIG: &str = "swift/Sources/CoreAILanguageModels/InferenceEngines/ModelConfig.swift";
const BUNDLE: &str = "swift/Sources/CoreAIShared/Bundle/ModelBundle.swift";
const LANGUAGE_BUNDLE: &str = "swift/Sources/CoreAILanguageModels/Bundle/LanguageModelBundle.swift";
const SESSION: &str = "swift/Sources/CoreAILanguageModels/Session/GenerationSessionState.swift";
const TOKEN_BOX: &str = "swift/Sources/CoreAILanguageModels/Session/GenerationTokenBox.swift";
/// The package manifest.
pub(crate) const MANIFEST: &str = "Package.swift";

/// An engine: files with their texts.
pub(crate) type Files = Vec<(&'static str, String)>;

/// What an engine does at each place that decides.
#[derive(Clone, Copy)]
pub(crate) struct Text {
    pub(crate) depth: bool,
    pub(crate) states: &'static str,
    pub(crate) logits: &'static str,
    pub(crate) resolve: &'static str,
    pub(crate) guided: &'static str,
    pub(crate) threshold: &'static str,
    pub(crate) chunks: &'static str,
    pub(crate) warm_up: &'static str,
    pub(crate) more: &'static str,
}

const TWO_STATES: &str = "
        guard descriptor.stateNames.count == 2 else { throw Refusal.states }
        let keys = descriptor.stateNames[0]";
const CLASSIFIED: &str = "
        guard descriptor.stateNames.count >= 2 && descriptor.stateNames.count <= 4 else {
            throw Refusal.states
        }
        let sorted = StateHandlerFactory.classifyStates(descriptor: descriptor)";
const COMMUNITY_STATES: &str = "
        guard descriptor.stateNames.count >= 2 else { throw Refusal.states }
        let keys = descriptor.stateNames[0]";
const LOGITS_OF_256: &str = "
        let rows = try GrowingLogitsBuffer(
            name: logitsName, maxCapacity: config.maxContextLength, initialCapacity: averageExpectedPromptSize)";
const LOGITS_BESIDE_PREFILL: &str = "
        let rows = try GrowingLogitsBuffer(
            name: logitsName, maxCapacity: config.maxContextLength,
            initialCapacity: prefillLogitsInitialCapacity(hasPrefillGraph: other != nil))";
const LOGITS_BY_LAYOUT: &str = "
        let layout = InputLayout.analyze(descriptor)
        let most: Int
        let first: Int
        if case .fixed(let length) = layout.logitsPolicy {
            most = length
            first = length
        } else {
            most = config.maxContextLength
            first = prefillLogitsInitialCapacity(hasPrefillGraph: other != nil)
        }
        let rows = try GrowingLogitsBuffer(name: logitsName, maxCapacity: most, initialCapacity: first)";
const LOGITS_BY_GUARD: &str = "
        let logitsSeqIsStatic = logitsDesc.shape.count >= 2 && logitsDesc.shape[1] > 0
        let rows = try GrowingLogitsBuffer(
            name: logitsName,
            maxCapacity: logitsSeqIsStatic ? logitsDesc.shape[1] : config.maxContextLength,
            initialCapacity: logitsSeqIsStatic ? logitsDesc.shape[1] : averageExpectedPromptSize)";
const LOGITS_OF_JULY: &str = "
        let rows = try GrowingLogitsBuffer(name: logitsName, maxCapacity: fitting, initialCapacity: fitting)";
const UNCAPPED: &str = "
        var (shared, fresh) = self.history.resolve(input: input)
        self.lastPrefixHitCount = shared
        let differs = shared < input.count && shared < self.history.count
        if fresh.isEmpty && shared > 0 { shared -= 1 }
        if differs { self.engine.reset() }";
const UNCAPPED_GUARDED: &str = "
        var (shared, fresh) = self.history.resolve(input: input)
        self.lastPrefixHitCount = shared
        let differs = shared < input.count && shared < self.history.count
        if fresh.isEmpty && shared > 0 { shared -= 1 }
        if differs {
            self.engine.reset()
        } else if self.engine.hasNonTruncatableStates {
            if shared < self.engine.processedTokenCount { self.engine.reset() }
        }";
const CAPPED: &str = "
        var (shared, fresh) = self.history.resolve(input: input)
        let differs = shared < input.count && shared < self.history.count
        if shared > self.engine.processedTokenCount {
            shared = self.engine.processedTokenCount
            fresh = input[shared...]
            self.history.truncate(to: shared)
        }
        self.lastPrefixHitCount = shared
        if differs {
            self.engine.reset()
        } else if self.engine.hasNonTruncatableStates {
            if shared < self.engine.processedTokenCount { self.engine.reset() }
        }";
const GUIDED: &str = "
    mutating func runConstrainedCompletion(prompt: [Int32]) async throws {
        try _encodeStepForConstrainedGeneration(tokens: [last] + forced)
    }
    private mutating func _encodeStepForConstrainedGeneration(tokens: [Int32]) throws {
        var bound = InferenceFunction.AsyncMutableViews()
        bound.insert(&keyValue, for: keyCacheName)
        bound.insert(&valueValue, for: valueCacheName)
    }";
const GUIDED_WITH_BINDING: &str = "
    mutating func runConstrainedCompletion(prompt: [Int32]) async throws {
        try _encodeStepForConstrainedGeneration(tokens: [last] + forced)
    }
    private mutating func _encodeStepForConstrainedGeneration(tokens: [Int32]) throws {
        var bound = InferenceFunction.AsyncMutableViews()
        bound.insert(&keyValue, for: keyCacheName)
        bound.insert(&valueValue, for: valueCacheName)
        additionalStates?.bind(into: &bound)
    }";
const BY_THRESHOLD: &str = "
        if prompt.count > config.chunkThreshold { rest = try await processChunkedInput(tokens: prompt) }";
const BY_POLICY: &str = "
        if case .chunk(let limit, _) = inputLayout.prefillPolicy, prompt.count > limit {
            rest = try await processChunkedInput(tokens: prompt)
        }";
const CHUNKS_OF_CONFIG: &str = "
        let size = config.prefillChunkSize
        var rest = tokens[...]";
const CHUNKS_OF_POLICY: &str = "
        let size: Int
        if case .chunk(_, let wide) = inputLayout.prefillPolicy {
            size = wide
        } else {
            size = config.prefillChunkSize
        }
        var rest = tokens[...]";
const CHUNKS_OF_JULY: &str = "
        let size = clampedChunk
        var rest = tokens[...]";
const WARM_256: &str = "
        let lengths: [Int]
        if queryLength > 0 { lengths = [queryLength] } else { lengths = [1, usual] }";
const WARM_256_BESIDE_PREFILL: &str = "
        var lengths: [Int]
        if queryLength > 0 { lengths = [queryLength] } else { lengths = [1, usual] }
        if prefillFunction != nil {
            lengths = lengths.map { $0 > 1 ? min($0, widest) : $0 }
        }
        CLILogger.log(\"warming up\")";
const WARM_256_BESIDE_PER_TOKEN: &str = "
        var lengths: [Int]
        if queryLength > 0 { lengths = [queryLength] } else { lengths = [1, usual] }
        if !perTokenInputs.isEmpty { lengths = [1] }
        CLILogger.log(\"warming up\")";
const WARM_OF_JULY: &str = "
        let lengths = clampedWarmUp(queryLength)";
const NO_PREFIX_CACHE: &str = "";

const E0: Text = Text {
    depth: false,
    states: TWO_STATES,
    logits: LOGITS_OF_256,
    resolve: NO_PREFIX_CACHE,
    guided: "",
    threshold: BY_THRESHOLD,
    chunks: CHUNKS_OF_CONFIG,
    warm_up: WARM_256,
    more: "",
};
const E1: Text = Text {
    depth: true,
    resolve: UNCAPPED,
    ..E0
};
const E2: Text = Text {
    states: CLASSIFIED,
    resolve: UNCAPPED_GUARDED,
    ..E1
};
const E3: Text = Text {
    guided: GUIDED,
    ..E2
};
const E4A: Text = Text {
    logits: LOGITS_BESIDE_PREFILL,
    warm_up: WARM_256_BESIDE_PREFILL,
    more: "let other = try loadPrefillGraph(from: model)",
    ..E3
};
const E4B: Text = Text {
    logits: LOGITS_BY_LAYOUT,
    threshold: BY_POLICY,
    chunks: CHUNKS_OF_POLICY,
    ..E4A
};
const E4C: Text = Text {
    resolve: CAPPED,
    ..E4B
};
const FORK: Text = Text {
    logits: LOGITS_BY_GUARD,
    warm_up: WARM_256_BESIDE_PER_TOKEN,
    more: "let perTokenInputs: [PerToken] = []",
    ..E3
};
const BRANCH: Text = Text {
    guided: GUIDED_WITH_BINDING,
    ..E4C
};
const JUNE: Text = Text {
    states: COMMUNITY_STATES,
    logits: LOGITS_BY_GUARD,
    warm_up: WARM_256_BESIDE_PER_TOKEN,
    more: "struct PipelinedExtraState { let name: String }",
    ..E0
};
const JULY: Text = Text {
    states: COMMUNITY_STATES,
    logits: LOGITS_OF_JULY,
    chunks: CHUNKS_OF_JULY,
    warm_up: WARM_OF_JULY,
    more: "struct PipelinedExtraState { let name: String }",
    ..E1
};

/// Every engine the truth table has, by the name it goes by.
pub(crate) const NAMES: [&str; 14] = [
    "E0",
    "E1",
    "E2",
    "E3",
    "E4a",
    "E4b",
    "E4c",
    "E4d",
    "E4e",
    "E5",
    "fork zoo-0.4",
    "guided branch",
    "June patch",
    "July patch",
];

/// What an engine of this name does at each place.
pub(crate) fn text(name: &str) -> Text {
    match name {
        "E0" => E0,
        "E1" => E1,
        "E2" => E2,
        "E3" => E3,
        "E4a" => E4A,
        "E4b" => E4B,
        "E4c" | "E4d" | "E4e" | "E5" => E4C,
        "fork zoo-0.4" => FORK,
        "guided branch" => BRANCH,
        "June patch" => JUNE,
        "July patch" => JULY,
        other => panic!("no engine is called {other}"),
    }
}

impl Text {
    /// The engine's file.
    pub(crate) fn engine(&self) -> String {
        let Text {
            states,
            logits,
            resolve,
            guided,
            threshold,
            chunks,
            warm_up,
            more,
            ..
        } = self;
        let depth = match self.depth {
            true => "private let pipelineDepth = 3\n",
            false => "",
        };
        let partial_reset = match resolve.contains("hasNonTruncatableStates") {
            true => {
                "if engine.hasNonTruncatableStates { throw InferenceRuntimeError.invalidState(\"no\") }"
            }
            false => "",
        };
        format!(
            "{depth}private let averageExpectedPromptSize = 256
{more}
final class CoreAIPipelinedEngine {{
    func generate(with input: [Int32]) async throws {{{resolve}
    }}
    func reset(to index: Int) async throws {{ {partial_reset} }}
}}
private struct EngineImpl: ~Copyable {{
    init() throws {{{states}{logits}
    }}
    mutating func runCompletion(prompt: [Int32]) async throws {{{threshold}
    }}{guided}
    mutating func processChunkedInput(tokens: [Int32]) async throws -> ArraySlice<Int32> {{{chunks}
        try logits.ensureCapacity(forContextLength: size)
        while rest.count > size {{
            let part = Array(rest.prefix(size))
            try await _encodeChunk(tokens: part)
            rest = rest.dropFirst(size)
        }}
        return rest
    }}
    mutating func performWarmup(queryLength: Int) async throws {{{warm_up}
        let longest = lengths.last
    }}
}}
"
        )
    }
}

/// A package manifest with these entries among its products.
pub(crate) fn manifest(products: &str) -> String {
    format!(
        "import PackageDescription
let package = Package(
    name: \"coreai-models\",
    products: [
        .library(name: \"CoreAILM\", targets: [\"CoreAILanguageModels\"]),{products}
    ],
    targets: [
        .target(name: \"CoreAIShared\"),
    ]
)
"
    )
}

/// The product, as nobody but us would spell it.
pub(crate) const PRODUCT: &str = " .library(name: \"CoreAIShared\", targets: [\"CoreAIShared\"]),";

/// The files of an engine of this name.
pub(crate) fn files(name: &str) -> Files {
    let mut files = companions(name);
    files.push((ENGINE, text(name).engine()));
    let has_product = matches!(name, "fork zoo-0.4" | "June patch" | "July patch");
    files.push((MANIFEST, manifest(if has_product { PRODUCT } else { "" })));
    files
}

/// The files beside the engine's that tell the later eras apart.
pub(crate) fn companions(name: &str) -> Files {
    let mut files = Files::new();
    let later = ["E4d", "E4e", "E5"];
    if later.contains(&name) {
        files.push((CONFIG, "var prefillChunkSizeOverride: Int?\n".to_owned()));
    }
    if later[1..].contains(&name) {
        files.push((
            SESSION,
            "final class GenerationSessionState {}\n".to_owned(),
        ));
        let validated = "func validateModelAssets() throws {}\n".to_owned();
        files.push((LANGUAGE_BUNDLE, validated));
    } else if !matches!(name, "E0" | "E1" | "June patch" | "July patch") {
        let twin = "func resolveAssetURL(_ path: String) -> URL { url }\n".to_owned();
        files.push((BUNDLE, twin));
    }
    if name == "E5" {
        files.push((TOKEN_BOX, "final class GenerationTokenBox {}\n".to_owned()));
    }
    files
}
