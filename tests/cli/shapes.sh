# --emit=shapes: the net as equations; a shape that is not written is that of the expression around it.
cat >m.net <<'NET'
@net struct Cell
  W; b; p
  h = ones(3)
  function (x)
    gate = σ(W * x + h{-2} .* p - 2)
    h = -(gate - h{-1}) .* (x[2:4] ./ sum(x .^ 2)) + b
    vcat(h, mean(h), softmax(h)[end])
  end
end
model = Chain(cell = Cell(5 => 5), norm = LayerNorm(5), head = Dense(5 => 2, gelu))
NET
cat >wanted <<'TEXT'
input x::(5)

model.cell = Cell
  W::(3, 5), b::(3), p::(3)
  gate::(3) = σ(W::(3, 5) * x::(5) + h{-2} .* p .- 2)
  h::(3) = -(gate - h{-1}) .* (x::(5)[2:4] ./ sum((x .* x)::(5))::()) + b
  model.cell::(5) = vcat(h::(3), mean(h::(3))::(), softmax(h)::(3)[3]::())

model.norm = LayerNorm
  scale::(5), bias::(5)
  d::(5) = model.cell .- mean(model.cell::(5))::()
  y::(5) = d ./ sqrt(mean((d .* d)::(5)) + 1e-05)::() .* scale + bias

model.head = Dense
  W::(5, 2), b::(2)
  part::(2) = model.norm.y::(5) * W::(5, 2) + b
  model.head::(2) = 0.5 .* part .* (1 .+ tanh(0.797884561 .* (part + 0.044715 .* part .* part .* part)))

output y::(2) = model.head
TEXT
expect_status 0 "$NETC" m.net -w --emit=shapes
same wanted out "the equations"
