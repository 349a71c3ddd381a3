# --layout and --prefix, and what is said without -v.
net=$layouts/keras-gru.net w=$layouts/keras-gru.safetensors
expect_status 0 "$NETC" "$net" --weights "$w" --check "$layouts/keras-gru-check.npz"
expect_text err "keras-gru.safetensors: layout keras (recognised by the names): 3 tensors for 1 layer"
expect_no_text err "blocks"
expect_status 0 "$NETC" "$net" --weights "$w" --layout keras --check "$layouts/keras-gru-check.npz"
expect_text err "layout keras (as asked for)"
expect_status 1 "$NETC" "$net" --weights "$w" --layout torch -o t.c
expect_text err "3 layers or tensors have no place in the model (layout torch)"
expect_no_file t.c
expect_status 1 "$NETC" "$net" --weights "$w" --layout net -o t.c
expect_text err "extra"
expect_status 2 "$NETC" "$net" --weights "$w" --layout Keras -o t.c
expect_text err "wanted net, torch, keras, flux, onnx, flax, equinox, nam"
expect_status 1 "$NETC" "$layouts/torch-gru-both.net" --weights "$layouts/torch-gru-both.pt" --prefix modle. -o t.c
expect_text err "no tensor has the prefix 'modle.'; did you mean 'model.'?"
