#!/usr/bin/env python3
"""Writes mixed text and three tokenizers trained on a tenth of it: what `tokenizer_speed.py` and `rein benchmark encode` run on.

    python3 tokenizer_corpus.py FOLDER [MEGABYTES]

corpus.jsonl has one document per line: English and code (the sources of transformers 5.23.0 and Django 5.2.8), messages in a hundred
languages (Django's catalogues), made-up words of ten scripts by Zipf's law, numbers, emoji, white space and long runs. The draws are
seeded, so that the same versions give the same bytes. gpt2.json and qwen2.json are byte-level, sentencepiece.json is as Llama 2's.
Needs tokenizers 0.23.3, and the two packages, from PyPI.
"""

import importlib.util, json, os, pathlib, random, re, sys

os.environ["TOKENIZERS_PARALLELISM"] = "false"

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

VOCABULARY = 32_000
QWEN2 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
# Letters of each script, and what stands between its words.
SCRIPTS = [
    ("aeioubcdfghlmnprstvyéöü", " "), ("абвгдежзиклмнопрстуыья", " "), ("αβγδεηθικλμνοπρστυχωά", " "), ("אבגדהוחטילמנסעפצקרשת", " "),
    ("ابتجحدرزسشعفقكلمنهوي", " "), ("अआकखगचजटडतदनपबमयरलवसहािीुे", " "), ("กขคงจชดตทนบปพมยรลวสหาิีุเแ", ""),
    ("".join(map(chr, range(0x4E00, 0x5600))), ""), ("".join(map(chr, range(0x3042, 0x3093))), ""),
    ("".join(map(chr, range(0xAC00, 0xB400))), " "),
]
EMOJI = ["😀", "😂", "👍🏽", "👩‍👩‍👧", "🇳🇱", "❤️", "🔥", "🎉", "🤖", "✨", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "1️⃣"]


def files(package, suffix):
    root = pathlib.Path(importlib.util.find_spec(package).origin).parent
    return [path.read_text(encoding="utf-8") for path in sorted(root.rglob("*" + suffix))]


class Lexicon:
    """Words by Zipf's law: the real ones of a text by frequency, or made-up ones."""

    def __init__(self, draw, letters, separator, words=()):
        self.draw, self.separator = draw, separator
        longest = 9 if len(letters) < 100 else 3
        made = {"".join(draw.choices(letters, k=draw.randint(1, longest))) for _ in range(60_000)}
        self.words = list(words) + sorted(made)
        if not words:
            draw.shuffle(self.words)
        total, self.weights = 0, []
        for rank in range(len(self.words)):
            total += 1 / (rank + 2.7)
            self.weights.append(total)

    def sentence(self):
        words = self.draw.choices(self.words, cum_weights=self.weights, k=self.draw.randint(4, 25))
        if self.draw.random() < 0.3:
            words[self.draw.randrange(len(words))] += self.draw.choice([",", "'s", "n't", "-", ";", "…", "'ll", " (2024)"])
        return self.separator.join(words).capitalize() + self.draw.choice([". ", ".\n", "? ", "! ", "。", ".\n\n"])


class Corpus:
    def __init__(self, seed):
        self.draw = random.Random(seed)
        self.code = files("transformers", ".py") + files("django", ".py")
        self.messages = [message for text in files("django", ".po") for message in re.findall(r'^msgstr(?:\[\d\])? "(.+)"', text, re.M)]
        counts = {}
        for word in re.findall(r"[A-Za-z]{1,20}", "\n".join(self.code)):
            counts[word] = counts.get(word, 0) + 1
        english = sorted(counts, key=lambda word: (-counts[word], word))
        self.english = Lexicon(self.draw, "aeioubcdfghlmnprstvy", " ", english)
        self.lexicons = [Lexicon(self.draw, letters, separator) for letters, separator in SCRIPTS]
        self.kinds = {self.source: 35, self.prose: 30, self.foreign: 15, self.catalogue: 10, self.numbers: 4, self.chat: 4, self.runs: 2}

    def source(self):
        text = self.draw.choice(self.code)
        start = self.draw.randrange(max(1, len(text)))
        return text[start:start + self.draw.randint(200, 8000)]

    def prose(self):
        return "".join(self.english.sentence() for _ in range(self.draw.randint(1, 60)))

    def foreign(self):
        lexicon = self.draw.choice(self.lexicons)
        return "".join(lexicon.sentence() for _ in range(self.draw.randint(1, 40)))

    def catalogue(self):
        return "\n".join(self.draw.choices(self.messages, k=self.draw.randint(1, 60)))

    def numbers(self):
        draw = self.draw
        return "\n".join(draw.choice([f"{draw.random():.6f}\t{draw.randrange(10**9)}", f"{draw.randrange(3000)}-{draw.randrange(12):02}-01T10:00:00Z",
                                      hex(draw.getrandbits(64)), f"{draw.gauss(0, 1e6):,.2f} €"]) for _ in range(draw.randint(5, 80)))

    def chat(self):
        return "".join(self.english.sentence() + "".join(self.draw.choices(EMOJI, k=self.draw.randint(1, 4))) for _ in range(self.draw.randint(1, 20)))

    def runs(self):
        unit = self.draw.choice([" ", "\n", "\t", " \n", "=", "-", "a", "ab", "0", "磨", "\u00a0", "x" * 7 + " ", "AC", "haha", "é"])
        return unit * self.draw.randint(20, 3000)

    def document(self):
        kinds = self.draw.choices(list(self.kinds), self.kinds.values(), k=self.draw.choice([1, 1, 1, 2, 4]))
        return "\n".join(kind() for kind in kinds)


def byte_level(texts, pre_tokenizer, normalizer=None):
    tokenizer = Tokenizer(models.BPE())
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizer, decoders.ByteLevel()
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=VOCABULARY, special_tokens=["<|endoftext|>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    return tokenizer


def sentencepiece(texts):
    learner = Tokenizer(models.BPE(unk_token="<unk>"))
    learner.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always", split=True)
    special = ["<unk>", "<s>", "</s>"]
    spelled = [f"<0x{byte:02X}>" for byte in range(256)]
    learner.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=VOCABULARY, special_tokens=special + spelled, limit_alphabet=4000, show_progress=False))
    model = json.loads(learner.to_str())["model"]
    tokenizer = Tokenizer(models.BPE(model["vocab"], [tuple(merge) for merge in model["merges"]], unk_token="<unk>", fuse_unk=True,
                                     byte_fallback=True))
    tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in special])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    return tokenizer


def main():
    folder = pathlib.Path(sys.argv[1])
    size = int(float(sys.argv[2] if len(sys.argv) > 2 else 100) * 1e6)
    folder.mkdir(parents=True, exist_ok=True)
    corpus, texts, written = Corpus(0), [], 0
    with open(folder / "corpus.jsonl", "w", encoding="utf-8") as out:
        while written < size:
            text = corpus.document()
            written += len(text.encode())
            texts.append(text)
            out.write(json.dumps({"text": text}, ensure_ascii=False) + "\n")
    sample = texts[::10]
    split = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(QWEN2), behavior="isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    byte_level(sample, pre_tokenizers.ByteLevel(add_prefix_space=False)).save(str(folder / "gpt2.json"))
    byte_level(sample, split, normalizers.NFC()).save(str(folder / "qwen2.json"))
    sentencepiece(sample).save(str(folder / "sentencepiece.json"))


main()
