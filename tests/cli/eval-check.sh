# --eval writes outputs and final states; --check accepts them, and names the first step that differs.
cat >m.net <<'NET'
@net struct Sum
  y
  function (x)
    y = x + y{-1}
  end
end
model = Chain(rnn = Sum(), scale = x -> 10x)
NET
printf 'x (4, 2) 1 2 3 4 5 6 7 8\n' | weights_file x.npz
expect_status 0 "$NETC" m.net --dim in=2 --eval x.npz -o y.npz
show_tensors y.npz >shown
cat >wanted <<'TEXT'
y (4, 2) 10 20 40 60 90 120 160 200
rnn.y' (2) 16 20
TEXT
same wanted shown "the outputs"
printf "x (4, 2) 1 2 3 4 5 6 7 8\ny (4, 2) 10 20 40 60 90 120 160 200\nrnn.y' (2) 16 20\n" | weights_file good.npz
expect_status 0 "$NETC" m.net --dim in=2 --check good.npz
expect_text out "agrees"
printf 'x (4, 2) 1 2 3 4 5 6 7 8\ny (4, 2) 10 20 40 60 90 120.5 160 200\n' | weights_file bad.npz
expect_status 1 "$NETC" m.net --dim in=2 --check bad.npz
expect_text err "step 3"
expect_text err 120.5
printf "x (4, 2) 1 2 3 4 5 6 7 8\ny (4, 2) 10 20 40 60 90 120 160 200\nrnn.y' (2) 16 21\n" | weights_file bad.npz
expect_status 1 "$NETC" m.net --dim in=2 --check bad.npz
expect_text err "rnn.y'"
expect_status 0 "$NETC" m.net --dim in=2 --check bad.npz --tolerance 1
[ ! -f model.c ] || fail "--check wrote code"
