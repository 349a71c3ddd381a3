# tools/export_r.R: matrices and vectors, row-major.
command -v Rscript >/dev/null 2>&1 || skip "R is missing"
cat >make.R <<'T'
source(file.path(commandArgs(TRUE), "export_r.R"))
W <- matrix(c(1, 2, 3, 4, 5, 6), 2, 3)
b <- c(0.5, -1, 2)
x <- matrix(c(1, 2, 3, 4, 5, 6), 3, 2)
netc_save(list("1.W" = W, "1.b" = b), "w.safetensors")
netc_save(list(x = x, y = x %*% W + rep(b, each = 3)), "check.safetensors")
T
run Rscript make.R "$ROOT/tools"
echo 'model = Chain(Dense)' >m.net
run "$NETC" m.net --weights w.safetensors --check check.safetensors
