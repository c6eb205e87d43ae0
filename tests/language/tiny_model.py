"""A real CTranslate2 model of a few kilobytes, made by hand: it translates word by word through a small dictionary.

A transformer of one layer whose weights are set, not learnt: the decoder at position t looks at the encoder's position t
and writes that word's translation. So the true loading, tokenising and decoding code is run without a download.
"""

import io
import json
import tarfile
import zipfile
from pathlib import Path

import pytest

DICTIONARY = {"红色": "red", "暴雨": "rainstorm", "预警": "warning", "解除": "lifted", "。": ".", "北京": "Beijing"}
POSITIONS = 96
SPECIAL = ["<unk>", "<s>", "</s>"]
#: Sharp enough that attention is on one position alone.
SHARP = 40.0


def make_model(folder: Path) -> None:
    """Write model.bin, config.json and vocabularies. Skips the test where the extra is not installed."""
    ctranslate2 = pytest.importorskip("ctranslate2")
    np = pytest.importorskip("numpy")
    source = [*SPECIAL, *(f"▁{word}" for word in DICTIONARY)]
    target = [*SPECIAL, *(f"▁{word}" for word in DICTIONARY.values())]
    size = len(source)
    # three parts of each vector: the word that came in, the position, the word that goes out
    wide = 2 * size + POSITIONS
    wide += -wide % 8
    spec = ctranslate2.specs.TransformerSpec.from_config(
        1, 1, pre_norm=True, activation=ctranslate2.specs.Activation.RELU
    )

    def zeros(*shape):
        return np.zeros(shape, dtype=np.float32)

    def norm(layer):
        layer.gamma, layer.beta = np.ones(wide, dtype=np.float32), zeros(wide)

    def linear(layer, weight):
        layer.weight, layer.bias = weight, zeros(weight.shape[0])

    words, places = zeros(size, wide), zeros(POSITIONS, wide)
    words[:, :size] = np.eye(size)
    places[:, size : size + POSITIONS] = np.eye(POSITIONS)
    for side in (spec.encoder, spec.decoder):
        side.scale_embeddings = False
        side.position_encodings.encodings = places
        norm(side.layer_norm)
        layer = side.layer[0]
        norm(layer.self_attention.layer_norm)
        linear(layer.self_attention.linear[0], zeros(3 * wide, wide))
        linear(layer.self_attention.linear[1], zeros(wide, wide))
        norm(layer.ffn.layer_norm)
        linear(layer.ffn.linear_0, zeros(8, wide))
        linear(layer.ffn.linear_1, zeros(wide, 8))
    spec.encoder.embeddings[0].weight = words
    spec.decoder.embeddings.weight = words.copy()
    look = spec.decoder.layer[0].attention
    norm(look.layer_norm)
    query, key, value, out = zeros(wide, wide), zeros(wide, wide), zeros(wide, wide), np.eye(wide, dtype=np.float32)
    for n in range(size, size + POSITIONS):
        query[n, n] = SHARP
        key[n, n] = SHARP
    for n in range(size):
        value[size + POSITIONS + n, n] = SHARP
    linear(look.linear[0], query)
    linear(look.linear[1], np.concatenate([key, value]))
    linear(look.linear[2], out)
    projection = zeros(size, wide)
    projection[:, size + POSITIONS : 2 * size + POSITIONS] = np.eye(size) * SHARP
    linear(spec.decoder.projection, projection)
    spec.register_source_vocabulary(source)
    spec.register_target_vocabulary(target)
    spec.config.add_source_eos = True
    spec.validate()
    spec.optimize()
    folder.mkdir(parents=True, exist_ok=True)
    spec.save(str(folder))


def make_tokenizer(path: Path, words: list[str]) -> None:
    """Write a SentencePiece model that knows these words."""
    sentencepiece = pytest.importorskip("sentencepiece")
    made = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([" ".join(words)] * 20),
        model_writer=made,
        model_type="word",
        vocab_size=len(words) + 3,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    path.write_bytes(made.getvalue())


def argos_package(folder: Path, **changes: str) -> Path:
    """A .argosmodel as Argos Translate publishes them: a zip of one folder."""
    root = folder / "translate-zh_en-1_9"
    make_model(root / "model")
    make_tokenizer(root / "sentencepiece.model", list(DICTIONARY))
    (root / "metadata.json").write_text(
        json.dumps({"package_version": "1.9", "from_code": "zh", "to_code": "en", "type": "translate", **changes})
    )
    (root / "stanza").mkdir()
    (root / "stanza" / "big.pt").write_bytes(b"not needed")
    package = folder / "translate-zh_en-1_9.argosmodel"
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as made:
        for file in sorted(root.rglob("*")):
            if file.is_file():
                made.write(file, file.relative_to(folder))
    return package


def opus_package(folder: Path) -> Path:
    """An OPUS-MT model converted to CTranslate2, as a tar with both tokenizers beside the model."""
    root = folder / "opus-mt-zh-en"
    make_model(root)
    make_tokenizer(root / "source.spm", list(DICTIONARY))
    make_tokenizer(root / "target.spm", list(DICTIONARY.values()))
    package = folder / "opus-mt-zh-en.tar.gz"
    with tarfile.open(package, "w:gz") as made:
        made.add(root, "opus-mt-zh-en")
    return package
