# The generated code needs no library: no heap, no stdio, no libm, nothing that changes outside its arguments.
echo 'model = Chain(LSTM(4 => 6), Dense(6 => 2, gelu), softmax)' >m.net
run "$NETC" m.net --init=seeded --unroll 5 -o t.c
quiet "$CC" -std=c99 -O1 -fno-builtin -c -o t.o t.c
nm t.o >symbols
grep ' U ' symbols | grep -vE ' (memcpy|memset|_GLOBAL_OFFSET_TABLE_)$' && fail "it needs other symbols"
grep -E ' [DdBbC] ' symbols && fail "it has variables"
grep -E ' T ' symbols | grep -vE ' t_(reset|step|unrolled)$' && fail "it has other public names"
true
