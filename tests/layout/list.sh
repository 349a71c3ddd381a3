# --emit=weights wants no net.
expect_status 0 "$NETC" --emit=weights --weights "$layouts/torch-gru.pt"
expect_text out "rnn.weight_ih_l1  F32    (12, 4)"
expect_text out "# 10 tensors, 238 numbers, 0 not finite; the names of 10 look like PyTorch"
expect_empty err
expect_status 0 "$NETC" --emit=weights --weights "$layouts/nam-lstm.nam" --weights "$layouts/keras-gru.safetensors" -o list.txt
expect_text list.txt "the names of 12 look like NAM"
expect_text list.txt "gru/gru_cell/bias              F32    (2, 12)"
expect_status 2 "$NETC" --emit=weights
expect_status 3 "$NETC" --emit=weights --weights absent.npz
