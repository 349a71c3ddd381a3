# In a batch the arrays are [steps][batch][features].
printf '@net struct Sum\n  y\n  function (x)\n    y = x + y{-1}\n  end\nend\n' >m.net
printf 'x (2, 3, 1) 1 2 3 4 5 6\n' | weights_file x.npz
expect_status 0 "$NETC" m.net --dim in=1 --batch 3 --eval x.npz -o out.npz
show_tensors out.npz >shown
expect_text shown "y (2, 3, 1) 1 2 3 5 7 9"
printf 'x (2, 2, 1) 1 2 3 4\n' | weights_file x.npz
expect_status 1 "$NETC" m.net --dim in=1 --batch 3 --eval x.npz -o bad.npz
expect_text err "(2, 2, 1)"
expect_no_file bad.npz
