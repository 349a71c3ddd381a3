# Sizes from the weight file alone; the summary knows them.
printf '@net struct Net\n  W; b\n  x -> x * W .+ b\nend\n' >m.net
printf 'W (4, 3) 1 2 3 4 5 6 7 8 9 10 11 12\nb (1, 3) 1 2 3\n' | weights_file w.npz
expect_status 0 "$NETC" m.net --weights w.npz -o t.c
expect_text t.h "T_IN = 4"
expect_text t.h "T_OUT = 3"
expect_status 0 "$NETC" m.net --weights w.npz --emit=summary
expect_text out "(4, 3)"
expect_text out "15 parameters"
