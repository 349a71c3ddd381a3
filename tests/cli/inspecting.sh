# docs/inspecting.md, word for word: its commands run, and say what is printed there. BLESS=1 rewrites what they say.
export PATH="$PWD/bin:$PATH"
mkdir bin work
ln -s "$NETC" bin/netc
awk -f "$ROOT/tests/lib/follow.awk" "$ROOT/docs/inspecting.md" >now.md || fail "awk"
[ -f work/leaky.onnx ] || fail "nothing was run"
if [ -n "$BLESS" ]; then cp now.md "$ROOT/docs/inspecting.md"; fi
same "$ROOT/docs/inspecting.md" now.md "docs/inspecting.md"
