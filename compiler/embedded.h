/* embedded.h: texts that are compiled into netc; compiler/embed.sh writes them into build/gen/embedded.c.
 *
 * Each ends with a NUL that its size does not count. */
#ifndef NETC_EMBEDDED_H
#define NETC_EMBEDDED_H
#include <stddef.h>

extern const char prelude_text[]; /* compiler/prelude.net: the layer library */
extern const size_t prelude_size;
extern const char runtime_text[]; /* runtime/nn.h: the kernels that emitted code copies in */
extern const size_t runtime_size;
extern const char picture_text[]; /* compiler/back/picture.css: the colours of the drawings */
extern const size_t picture_size;
extern const char view_style_text[]; /* compiler/back/view.css, view.js and page.js: the page of --emit=html */
extern const size_t view_style_size;
extern const char view_script_text[];
extern const size_t view_script_size;
extern const char page_script_text[];
extern const size_t page_script_size;
extern const char training_text[]; /* runtime/train.h: those of the training half */
extern const size_t training_size;
#endif
