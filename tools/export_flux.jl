# Weights and test vectors of a Flux model for netc.
#
#     include("export_flux.jl")
#     netc_export(model, x, "lstm")      # writes lstm.npz and lstm-check.npz
#
#     netc lstm.net --weights lstm.npz --check lstm-check.npz
#
# x is one sequence, features × steps. Of a Recur, the cell and its state0 are written, not the state it is in now.
using Functors, NPZ

function netc_arrays!(out, m, path = "")
  join(key) = isempty(path) ? string(key) : "$path.$key"
  if m isa AbstractArray{<:AbstractFloat}
    out[path] = Array(m)
  elseif !(m isa AbstractArray{<:Number})
    for (key, child) in pairs(Functors.children(m))
      key == :state || netc_arrays!(out, child, join(key))
    end
  end
  out
end

netc_outputs(model, x) = try
  model(x)                                         # Flux 0.15 and later: whole sequences
catch
  reduce(hcat, [model(c) for c in eachcol(x)])     # Recur: step by step
end

function netc_export(model, x, stem)
  npzwrite("$stem.npz", netc_arrays!(Dict{String,Any}(), model))
  y = netc_outputs(model, x)
  npzwrite("$stem-check.npz", Dict("x" => permutedims(x), "y" => permutedims(y)))
end
