//! What distinguishes one decoder from another, as its GGUF file tells.
//!
//! The names of keys and tensors are those of llama.cpp's converters, which also fold Gemma's "1 +" into the norms and
//! reorder Llama's query and key rows so that its rotary pairs lie side by side.

use crate::inference::gguf::GgufFile;

/// The choices of an architecture.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::inference) struct Hyper {
    pub layers: usize,
    pub hidden: usize,
    pub heads: usize,
    /// Heads of keys and values; each serves `heads / kv_heads` query heads.
    pub kv_heads: usize,
    pub head_dim: usize,
    /// The most tokens it was trained for.
    pub context: usize,
    pub norm_epsilon: f32,
    pub rope: Rope,
    /// What query times key is multiplied by.
    pub attention_scale: f32,
    /// What embeddings are multiplied by.
    pub embedding_scale: f32,
    pub window: Option<Window>,
    pub activation: Activation,
}

/// Rotary position embedding.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::inference) struct Rope {
    /// Whether a pair is two neighbours, or one from each half of the head.
    pub neighbours: bool,
    /// How many values of a head are turned; the rest keep still.
    pub dims: usize,
    pub base: f32,
    /// What positions are divided by.
    pub scale: f32,
}

/// Layers that look back a limited number of tokens only.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::inference) struct Window {
    pub tokens: usize,
    /// Every how many-th layer looks back all the way.
    pub period: usize,
    /// The base of the rotary embedding of the others, whose positions are not scaled.
    pub base: f32,
}

/// What stands between the two halves of the feed-forward network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::inference) enum Activation {
    Silu,
    /// In the approximation by tanh.
    Gelu,
}

impl Hyper {
    /// Reads the choices; the error says what about the model is not supported.
    pub fn read(file: &GgufFile) -> Result<Self, String> {
        let architecture = file.text("general.architecture").ok_or("it names no architecture")?;
        if !["llama", "qwen2", "qwen3", "gemma3"].contains(&architecture) {
            return Err(format!("its architecture is {architecture}, not llama, qwen2, qwen3 or gemma3"));
        }
        let key = |name: &str| format!("{architecture}.{name}");
        let number = |name: &str| file.number(&key(name)).ok_or_else(|| format!("{} is missing", key(name)));
        if file.number(&key("expert_count")).is_some_and(|experts| experts > 0) {
            return Err("it is a mixture of experts".to_owned());
        }
        let gemma = architecture == "gemma3";
        let (layers, hidden, heads) =
            (number("block_count")?, number("embedding_length")?, number("attention.head_count")?);
        let kv_heads = file.number(&key("attention.head_count_kv")).unwrap_or(heads);
        if heads == 0 || kv_heads == 0 || heads % kv_heads != 0 {
            return Err(format!("{heads} heads cannot share {kv_heads} heads of keys"));
        }
        let head_dim = file.number(&key("attention.key_length")).unwrap_or(hidden / heads);
        if file.number(&key("attention.value_length")).is_some_and(|length| length != head_dim) {
            return Err("its keys and values differ in length".to_owned());
        }
        let rope = Rope {
            neighbours: architecture == "llama",
            dims: file.number(&key("rope.dimension_count")).unwrap_or(head_dim),
            base: file.fraction(&key("rope.freq_base")).unwrap_or(if gemma { 1e6 } else { 1e4 }),
            scale: rope_scale(file, architecture)?,
        };
        let window = file.number(&key("attention.sliding_window")).filter(|_| gemma).map(|tokens| Window {
            tokens,
            period: file.number(&key("attention.sliding_window_pattern")).unwrap_or(6),
            base: file.fraction(&key("rope.freq_base_swa")).unwrap_or(1e4),
        });
        // Gemma 3 27B, told by its depth as in llama.cpp, scales by its width instead of its heads'.
        let scaled = if gemma && layers == 62 { hidden / heads } else { head_dim };
        Ok(Self {
            layers,
            hidden,
            heads,
            kv_heads,
            head_dim,
            context: number("context_length")?,
            norm_epsilon: file.fraction(&key("attention.layer_norm_rms_epsilon")).unwrap_or(1e-6),
            rope,
            attention_scale: (scaled as f32).sqrt().recip(),
            embedding_scale: if gemma { (hidden as f32).sqrt() } else { 1.0 },
            window,
            activation: if gemma { Activation::Gelu } else { Activation::Silu },
        })
    }

    /// How many tokens back `layer` looks, itself included; `None` for all.
    pub fn window_of(&self, layer: usize) -> Option<usize> {
        self.window.filter(|window| !(layer + 1).is_multiple_of(window.period)).map(|window| window.tokens)
    }

    /// The angle by which each rotary pair of `layer` turns from one position to the next. `factors` are Llama 3's
    /// `rope_freqs`, which divide the speed of each pair.
    pub fn rope_speeds(&self, layer: usize, factors: Option<&[f32]>) -> Vec<f32> {
        let local = self.window.filter(|_| self.window_of(layer).is_some());
        let (base, scale) = local.map_or((self.rope.base, self.rope.scale), |window| (window.base, 1.0));
        let pairs = self.rope.dims / 2;
        let factor = |pair: usize| factors.and_then(|factors| factors.get(pair)).copied().unwrap_or(1.0);
        (0..pairs).map(|pair| base.powf(-(pair as f32) / pairs as f32) / factor(pair) / scale).collect()
    }
}

fn rope_scale(file: &GgufFile, architecture: &str) -> Result<f32, String> {
    match file.text(&format!("{architecture}.rope.scaling.type")) {
        None | Some("none") => Ok(1.0),
        Some("linear") => Ok(file.fraction(&format!("{architecture}.rope.scaling.factor")).unwrap_or(1.0)),
        Some(other) => Err(format!("its positions are scaled in the way {other:?}, which is not supported")),
    }
}
