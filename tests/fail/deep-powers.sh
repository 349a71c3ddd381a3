# A tower of powers nests to the right.
awk 'BEGIN { printf "@net f(x) = "; for (i = 0; i < 10000; i++) printf "x ^ "; print "x" }' >deep.net
"$NETC" deep.net --dim in=2 -o t.c
