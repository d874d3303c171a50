#!/bin/bash -eu
# Builds every target for OSS-Fuzz, with its seeds, dictionary and options, into $OUT. The canary stays out: it fails by design.
#
# OSS-Fuzz sets SRC, OUT and SANITIZER. UNANIMOUS_PROFILE=dev builds quickly, for a test of this script (ci/oss-fuzz/try).
cd "$SRC/unanimous"

flags=(-O)
command=(--release)
[ "${UNANIMOUS_PROFILE:-release}" = release ] || flags=(--dev) command=()
target_dir=${CARGO_TARGET_DIR:-$PWD/fuzz/target}
triple=$(rustc -vV | sed -n 's/^host: //p')

# What runs while it is built is not instrumented, nor is the C in it.
env -u RUSTFLAGS -u CFLAGS -u CXXFLAGS CARGO_TARGET_DIR="$target_dir/tools" \
    cargo run -q "${command[@]}" -p unanimous -- seeds "$target_dir/seeds"

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
