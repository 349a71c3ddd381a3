# Status 0, silent, two files.
echo 'model = Chain(Dense(2 => 3, tanh), LSTM(3 => 2))' >m.net
expect_status 0 "$NETC" m.net --init=seeded -o out.c
expect_file out.c
expect_file out.h
expect_empty err
quiet "$CC" -std=c99 $STRICT -c -o out.o out.c
