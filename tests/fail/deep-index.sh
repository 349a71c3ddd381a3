awk 'BEGIN { printf "@net f(x) = "; for (i = 0; i < 10000; i++) printf "x["; printf "1"; for (i = 0; i < 10000; i++) printf "]"; print "" }' >deep.net
"$NETC" deep.net --dim in=2 -o t.c
