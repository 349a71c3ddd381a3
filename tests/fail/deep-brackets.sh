# Ten thousand brackets.
awk 'BEGIN { printf "@net f(x) = "; for (i = 0; i < 10000; i++) printf "("; printf "x"; for (i = 0; i < 10000; i++) printf ")"; print "" }' >deep.net
"$NETC" deep.net --dim in=2 -o t.c
