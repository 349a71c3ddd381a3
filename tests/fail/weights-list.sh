# Everything that is wrong, in one list: missing, extra, misshapen, not finite.
printf 'model = Chain(rnn = RNN(2 => 3), head = Dense(3 => 2))\n' >net.net
printf 'rnn.Wxy (3, 2) 1 2 3 4 5 6\nrnn.Wyy (3, 3) 1 2 3 4 5 6 7 8 nan\nhead.W (3, 2) 1 2 3 4 5 inf\nhead.bias (2) 1 2\nhed.b (1) 3\n' | weights_file w.npz
"$NETC" net.net --weights w.npz -o t.c
