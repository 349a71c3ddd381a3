# tools/export_flux.jl: a model, its vectors, and netc agree.
command -v julia >/dev/null 2>&1 || skip "julia is missing"
julia -e 'using Flux, Functors, NPZ' 2>/dev/null || skip "Flux, Functors or NPZ is missing in julia"
cat >make.jl <<'T'
using Flux
include(joinpath(ARGS[1], "export_flux.jl"))
netc_export(Chain(LSTM(3 => 4), GRU(4 => 5), Dense(5 => 2)), randn(Float32, 3, 7), "one")
T
run julia make.jl "$ROOT/tools"
echo 'model = Chain(LSTM, GRU, Dense)' >m.net
run "$NETC" m.net --weights one.npz --check one-check.npz
