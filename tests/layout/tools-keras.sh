# tools/export_keras.py: a model, its vectors, and netc agree.
python3 -c 'import keras' 2>/dev/null || skip "keras is missing"
cat >make.py <<'T'
import sys
sys.path.insert(0, sys.argv[1])
import keras, numpy as np
from export_keras import export
from keras import layers
model = keras.Sequential([keras.Input((None, 3)), layers.LSTM(4, return_sequences=True),
                          layers.GRU(5, return_sequences=True), layers.Dense(2)])
export(model, np.random.randn(7, 3), "one")
T
run python3 make.py "$ROOT/tools"
echo 'model = Chain(LSTM, GRU, Dense)' >m.net
run "$NETC" m.net --weights one.npz --check one-check.npz
