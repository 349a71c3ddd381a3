# An initial state in the file of inputs is where the window begins.
cat >m.net <<'NET'
@net struct Sum
  y
  function (x)
    y = x + y{-1} + 10 * x{-1}
    2y
  end
end
model = Chain(rnn = Sum())
NET
printf 'x (3, 1) 1 2 3\nrnn.y (1) 100\n' | weights_file x.npz
expect_status 0 "$NETC" m.net --dim in=1 --unroll 2 --eval x.npz -o y.npz
show_tensors y.npz >shown
expect_text shown "y (3, 1) 202 226 272"
expect_text shown "rnn.y' (1) 136"
