# Models named one after the other, each in the next: deeper than calls may go.
awk 'BEGIN { print "m0 = x -> x"; for (i = 1; i < 10000; i++) printf "m%d = Chain(m%d, tanh)\n", i, i - 1 }' >deep.net
"$NETC" deep.net --dim in=2 -o t.c
