#!/bin/bash -eu
# Builds every target for OSS-Fuzz, with its seeds, dictionary and options, into $OUT. The canary stays out: it fails by design.
#
# OSS-Fuzz sets SRC, OUT and SANITIZER. For a test of this script, UNANIMOUS_PROFILE=dev builds quickly, and UNANIMOUS_COMMAND is a
# command that was built before and can write the seeds.
cd "$SRC/unanimous"

flags=(-O)
[ "${UNANIMOUS_PROFILE:-release}" = release ] || flags=(--dev)
target_dir=${CARGO_TARGET_DIR:-$PWD/fuzz/target}
triple=$(rustc -vV | sed -n 's/^host: //p')

# What runs while it is built is not instrumented, nor is the C in it.
command=("${UNANIMOUS_COMMAND:-}")
[ -n "${command[0]}" ] ||
    command=(env -u RUSTFLAGS -u CFLAGS -u CXXFLAGS CARGO_TARGET_DIR="$target_dir/tools" cargo run -q --release -p unanimous --)
"${command[@]}" seeds "$target_dir/seeds"

CARGO_TARGET_DIR=$target_dir cargo fuzz build "${flags[@]}" -s "${SANITIZER:-address}"
folder=$target_dir/$triple/release
[ "${flags[0]}" = -O ] || folder=$target_dir/$triple/debug
for target in differential compile reduce formats; do
    cp "$folder/$target" "$OUT/"
    (cd "$target_dir/seeds/corpus" && zip -q -r - .) >"$OUT/${target}_seed_corpus.zip"
    cp "$target_dir/seeds/evm.dict" "$OUT/$target.dict"
    # A case that creates contracts is longer than what libFuzzer takes by itself.
    printf '[libfuzzer]\nmax_len = 65536\ntimeout = 60\n' >"$OUT/$target.options"
done
