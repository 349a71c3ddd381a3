# A stored loss that is not the net's.
printf '@net struct Net\n  w\n  x -> w .* x\nend\nmodel = Net(ones(1))\n' >m.net
weights_file v.npz <<'END'
x (1, 1) 2
target (1, 1) 1
loss (1) 1.5
END
"$NETC" m.net --init=seeded --grad=mse --check v.npz
