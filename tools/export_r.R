# Weights and test vectors from R for netc, in base R: a list of named vectors and matrices as .safetensors.
#
#     source("export_r.R")
#     netc_save(list("1.W" = W, "1.b" = b), "w.safetensors")
#     netc_save(list(x = x, y = y), "check.safetensors")       # x: steps rows, features columns
#
#     netc model.net --weights w.safetensors --check check.safetensors
#
# With the torch package: netc_save(lapply(model$state_dict(), torch::as_array), "w.safetensors").
netc_save <- function(arrays, path) {
  quoted <- function(s) paste0('"', gsub('(["\\\\])', "\\\\\\1", s), '"')
  at <- 0
  entries <- character()
  for (name in names(arrays)) {
    a <- arrays[[name]]
    shape <- if (is.null(dim(a))) length(a) else dim(a)
    entries <- c(entries, sprintf('%s:{"dtype":"F32","shape":[%s],"data_offsets":[%.0f,%.0f]}', quoted(name),
                                  paste(shape, collapse = ","), at, at + 4 * length(a)))
    at <- at + 4 * length(a)
  }
  header <- charToRaw(enc2utf8(paste0("{", paste(entries, collapse = ","), "}")))
  out <- file(path, "wb")
  on.exit(close(out))
  writeBin(c(length(header), 0L), out, size = 4, endian = "little")
  writeBin(header, out)
  for (a in arrays) { # row-major
    if (length(dim(a)) > 1) a <- aperm(a, rev(seq_along(dim(a))))
    writeBin(as.double(a), out, size = 4, endian = "little")
  }
}
