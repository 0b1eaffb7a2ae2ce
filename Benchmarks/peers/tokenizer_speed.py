#!/usr/bin/env python3
"""How fast the `tokenizers` package (0.23.3) encodes the documents of tokenizer_corpus.py on one thread.

    python3 tokenizer_speed.py TOKENIZER.json CORPUS.jsonl [--way loop|batch|fast] [--ids IDS.bin]

`loop` calls encode per document, `batch` encode_batch, `fast` encode_batch_fast, which leaves offsets out. --ids writes identifiers of
32 bits, a document ending with 0xFFFFFFFF, for `rein benchmark encode --ids` to compare.
"""

import argparse, array, json, os, time

os.environ["TOKENIZERS_PARALLELISM"], os.environ["RAYON_NUM_THREADS"] = "false", "1"

from tokenizers import Tokenizer


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tokenizer")
    parser.add_argument("corpus")
    parser.add_argument("--way", choices=["loop", "batch", "fast"], default="fast")
    parser.add_argument("--ids")
    options = parser.parse_args()
    tokenizer = Tokenizer.from_file(options.tokenizer)
    texts = [json.loads(line)["text"] for line in open(options.corpus, encoding="utf-8")]
    size = sum(len(text.encode()) for text in texts)
    batches = [texts[start:start + 1000] for start in range(0, len(texts), 1000)]
    seconds, identifiers = 0.0, array.array("I")
    for batch in batches:
        start = time.process_time()
        if options.way == "loop":
            encoded = [tokenizer.encode(text, add_special_tokens=False) for text in batch]
        elif options.way == "batch":
            encoded = tokenizer.encode_batch(batch, add_special_tokens=False)
        else:
            encoded = tokenizer.encode_batch_fast(batch, add_special_tokens=False)
        seconds += time.process_time() - start
        if options.ids:
            for encoding in encoded:
                identifiers.extend(encoding.ids)
                identifiers.append(0xFFFFFFFF)
    if options.ids:
        with open(options.ids, "wb") as out:
            identifiers.tofile(out)
    print(f"tokenizers: {size / 1e6 / seconds:.2f} MB/s")


main()
